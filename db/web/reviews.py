"""The queue of pages to review: the file of reviews and the database in, what its pages show out."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.model import Capture, Place
from db.model.reviews import Opinion
from db.reviews import reading
from db.reviews.reading import Answered, Sample
from db.web import captures, excerpts
from db.web.pages import rows_of

LISTED = 100
_SHOWN = ("open", "answered", "unsure", "disputed")
_PAGES = (
    "SELECT p.key, p.url, p.title, p.language, s.name AS source_name, s.country, p.outcome, p.stage, p.reason, "
    "p.detail, p.score, p.first_seen, p.report, p.archive_file, p.archive_offset, substr(t.text, 1, 1500) AS text "
    "FROM pages p JOIN sources s ON s.id = p.source LEFT JOIN texts t ON t.id = p.report "
    "WHERE p.key IN (SELECT value FROM json_each(?))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the last draw is: of how many pages how many were drawn, answered, passed to others as unsure."""

    draw: int
    at: str
    pages: int
    drawn: int
    answered: int
    unsure: int

    @property
    def open(self) -> int:
        """Items that wait for an answer."""
        return self.drawn - self.answered - self.unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item with what is known of its page; ``page`` is empty where the database does not know it any more."""

    item: Answered
    page: Mapping[str, Any]
    excerpt: tuple[str, ...] = ()
    trouble: str = ""

    def said_by(self, who: str) -> str:
        """What one person answered."""
        return str(self.item.answers.get(who, ""))


def progress(sample: Sample) -> Progress:
    """How far ``sample`` is."""
    opinions = [item.opinion for item in sample.items]
    unsure = opinions.count(Opinion.UNSURE)
    answered = len(opinions) - opinions.count(None) - unsure
    return Progress(
        draw=sample.draw, at=sample.at, pages=sum(sample.frame.values()), drawn=len(opinions), answered=answered,
        unsure=unsure,
    )  # fmt: skip


def following(sample: Sample, after: int) -> Answered | None:
    """The first item after the position ``after`` that nobody has answered."""
    return next((item for item in sample.items if item.position > after and item.opinion is None), None)


def chosen(sample: Sample, show: str) -> list[Answered]:
    """The items of one sort: open, answered, unsure, disputed; all for any other word."""
    tests: dict[str, Callable[[Answered], bool]] = {
        "open": lambda item: item.opinion is None,
        "answered": lambda item: item.opinion in {Opinion.RELEVANT, Opinion.NOT_RELEVANT},
        "unsure": lambda item: item.opinion is Opinion.UNSURE,
        "disputed": lambda item: item.disputed,
    }
    return [item for item in sample.items if show not in _SHOWN or tests[show](item)]


async def shown(database: Any, archive: Path, item: Answered) -> Shown:
    """One item, with the beginning of its text: a report's own, else what its capture says."""
    page = (await _pages(database, [item])).get(item.page, {})
    if page.get("text"):
        return Shown(item=item, page=page, excerpt=tuple(page["text"].split("\n\n")[:4]))
    place = place_of(page)
    if place is None:
        return Shown(item=item, page=page, trouble="no capture is kept of it" if page else "it is not in the database")
    checked = await asyncio.to_thread(captures.check, archive, place)
    if checked.capture is None:
        return Shown(item=item, page=page, trouble=checked.trouble)
    found = await asyncio.to_thread(_excerpt, checked.capture, page["title"])
    return Shown(item=item, page=page, excerpt=found, trouble="" if found else "its capture holds no text to show")


async def listed(database: Any, items: Sequence[Answered]) -> list[Shown]:
    """Items in their order, with what is known of their pages."""
    pages = await _pages(database, items)
    return [Shown(item=item, page=pages.get(item.page, {})) for item in items]


async def sample(reviews: Path) -> Sample:
    """The last draw with its answers."""
    return await asyncio.to_thread(reading.sample, reviews)


def place_of(page: Mapping[str, Any]) -> Place | None:
    """Where the capture of a page stands."""
    file = page.get("archive_file")
    return Place(file=file, offset=page["archive_offset"]) if file else None


def _excerpt(capture: Capture, title: str) -> tuple[str, ...]:
    found = excerpts.excerpt(bytes(capture.body), capture.header("content-type"))
    return tuple(part for part in found if part != title)


async def _pages(database: Any, items: Sequence[Answered]) -> dict[str, dict[str, Any]]:
    rows = await rows_of(database, _PAGES, [json.dumps([item.page for item in items])])
    return {row["key"]: row for row in rows}
