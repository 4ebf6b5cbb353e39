"""A number of reports and the watch list in, when each appears, where, in which language and story out.

Reports come evenly over five years, their numbers in order of time. Half of the stories have one or two reports, one in
some hundreds has two hundred.
"""

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from benchmarks.site_texts import LANGUAGES
from db.model import Source

YEARS = timedelta(days=5 * 365)
_SIZES = ((1, 30), (2, 25), (3, 15), (5, 12), (9, 9), (20, 6), (60, 2.6), (200, 0.4))  # of stories; of a hundred
_OPEN = 900  # reports that may still come to begun stories; more, and no story is begun
_RELATIONS = ("copy", "version", "event", "event")


@dataclass(frozen=True, slots=True)
class Planned:
    """A report to be written: its text is that of ``seed``; ``relation`` is what it is to ``parent`` in its story."""

    id: int
    seed: int
    language: str
    source: str
    first_seen: datetime
    published_at: datetime | None
    story: int
    relation: str
    parent: int
    original: int


@dataclass(slots=True)
class _Begun:
    """A story with the originals that it has so far."""

    id: int
    originals: list[Planned] = field(default_factory=list)


class Plan:
    """Plans reports one after the other; the same ``seed`` gives the same plan."""

    def __init__(self, sources: Sequence[Source], seed: int = 7) -> None:
        self._rng = random.Random(seed)
        self._languages, self._shares = list(LANGUAGES), list(accumulate(LANGUAGES.values()))
        ordered = sorted(sources, key=lambda each: each.id)
        self._rng.shuffle(ordered)
        self._sources = {
            code: [each.id for each in ordered if code in each.languages] or [each.id for each in ordered]
            for code in LANGUAGES
        }
        self._stories = 0
        self._waiting: list[_Begun] = []

    def reports(self, count: int, until: datetime) -> Iterator[Planned]:
        """``count`` reports, the last of which is first seen just before ``until``."""
        step = YEARS / count
        for number in range(1, count + 1):
            seen = (until - YEARS + step * number - timedelta(seconds=1)).astimezone(UTC).replace(microsecond=0)
            late = self._rng.expovariate(1 / 5) if self._rng.random() < 0.92 else None
            published = (seen - timedelta(hours=late)).replace(microsecond=0) if late is not None else None
            yield self._planned(number, seen, published)

    def _planned(self, number: int, seen: datetime, published: datetime | None) -> Planned:
        story, relation, parent = self._story(), "first", None
        if story.originals:
            relation, parent = self._rng.choice(_RELATIONS), self._rng.choice(story.originals[:5])
        language = self._language()
        if parent and relation != "event":
            language = parent.language
        same = parent is not None and relation == "copy"
        planned = Planned(
            id=number, seed=parent.seed if parent and same else number, language=language,
            source=self._source(language), first_seen=seen, published_at=published, story=story.id, relation=relation,
            parent=parent.id if parent else 0,
            original=parent.id if parent and relation != "event" else number,
        )  # fmt: skip
        if planned.original == number:
            story.originals.append(planned)
        return planned

    def _story(self) -> _Begun:
        waiting = self._waiting
        if waiting and (len(waiting) > _OPEN or self._rng.random() < 0.8):
            at = self._rng.randrange(len(waiting))
            waiting[at], waiting[-1] = waiting[-1], waiting[at]
            return waiting.pop()
        self._stories += 1
        begun = _Begun(self._stories)
        size = self._rng.choices([size for size, _ in _SIZES], [share for _, share in _SIZES])[0]
        self._waiting += [begun] * (size - 1)
        return begun

    def _language(self) -> str:
        return self._languages[bisect(self._shares, self._rng.random() * self._shares[-1])]

    def _source(self, language: str) -> str:
        """A source of that language, the first ones far more often."""
        known = self._sources[language]
        return known[min(len(known) - 1, int(self._rng.paretovariate(0.8)) - 1)]
