"""Reports as they are written in, the rows of their stories out, as the Store would describe them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from benchmarks.site_plan import Planned
from db import rows

LATEST = 40_000  # reports after which a story is taken to be complete
Told = tuple[str, str, list[str], str]  # title, lead, countries, whom it goes back to


@dataclass(slots=True)
class _Story:
    """What is known of a story so far."""

    first: Planned
    title: str
    lead: str
    last: int = 0
    reports: int = 0
    newest: str = ""
    origins: list[str] = field(default_factory=list)
    originals: set[int] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)


class Stories:
    """The stories that may still get reports."""

    def __init__(self) -> None:
        self._open: dict[int, _Story] = {}

    def add(self, reports: Iterable[tuple[Planned, Told]]) -> Iterator[rows.Row]:
        """Take some reports in; the rows of stories that have got none for long."""
        latest = 0
        for planned, (title, lead, countries, origin) in reports:
            story = self._open.setdefault(planned.story, _Story(planned, title, lead))
            story.reports, story.last, latest = story.reports + 1, planned.id, planned.id
            story.newest = max(story.newest, rows.stamp(planned.published_at or planned.first_seen))
            story.languages.add(planned.language)
            story.countries.update(countries)
            if planned.original == planned.id:
                story.originals.add(planned.id)
                story.origins.append(origin or planned.source)
        old = [number for number, story in self._open.items() if story.last < latest - LATEST]
        for number in old:
            yield _row(self._open.pop(number))

    def rest(self) -> Iterator[rows.Row]:
        """The rows of all that are left."""
        for story in self._open.values():
            yield _row(story)


def _row(story: _Story) -> rows.Row:
    first, seen = story.first, rows.stamp(story.first.first_seen)
    return {
        "id": first.story, "anchor": first.id, "forward": None, "title": story.title, "lead": story.lead,
        "lead_report": first.id, "lead_start": 0, "lead_end": len(story.lead), "first_report": first.id,
        "first_seen": seen, "newest": story.newest, "origin": story.origins[0], "reports": story.reports,
        "originals": len(story.originals), "origins": len(set(story.origins)),
        "languages": json.dumps(sorted(story.languages)), "countries": json.dumps(sorted(story.countries)),
        "made_at": seen, "changed_at": seen,
    }  # fmt: skip
