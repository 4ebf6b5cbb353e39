"""A report or a story and who looks at it in, what people left at it and what they can do with it out."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from db.model.reviews import Opinion, Subject
from db.queries.reviewing import ASKED
from db.reviews import reading
from db.reviews.reading import Marks, Rows
from db.web.pages import rows_of

_REPORT = (
    "SELECT a.id AS number, a.key, (SELECT key FROM pages WHERE report = a.id ORDER BY id LIMIT 1) AS page "
    "FROM articles a WHERE a.id = ?"
)
_STORY = (
    "WITH RECURSIVE here(id, forward, turn) AS (SELECT id, forward, 0 FROM stories WHERE id = ? UNION ALL "
    "SELECT s.id, s.forward, turn + 1 FROM here JOIN stories s ON s.id = here.forward WHERE turn < 100) "
    "SELECT s.id AS number, a.key, s.first_report FROM here JOIN stories s ON s.id = here.id "
    "JOIN articles a ON a.id = s.anchor WHERE here.forward IS NULL"
)
_MERGED = (  # the report that a story began with, and those that the stories merged into it began with
    "WITH RECURSIVE merged(id) AS (VALUES (?) UNION SELECT s.id FROM merged JOIN stories s "
    "ON s.forward = merged.id) SELECT a.key FROM merged JOIN stories s ON s.id = merged.id "
    "JOIN articles a ON a.id = s.anchor"
)
_REPORTS = (
    "SELECT a.id, a.key, a.title, a.language, s.name AS source_name FROM placements p JOIN articles a "
    'ON a.id = p.report JOIN sources s ON s.id = a.source WHERE p.story = ? ORDER BY p."order" LIMIT 400'
)
_TAKEN = "SELECT substr(note, ?) AS token FROM rulings WHERE note LIKE ? || '%'"
_BY_KEY = {
    "report": "SELECT a.key, a.id AS number, a.title, a.language, s.name AS source_name, "
    "coalesce(a.published_at, a.first_seen) AS at FROM articles a JOIN sources s ON s.id = a.source "
    "WHERE a.key IN (SELECT value FROM json_each(?))",
    "story": "SELECT a.key, coalesce(s.forward, s.id) AS number, coalesce(nullif(s.title, ''), a.title) AS title, "
    "a.language, '' AS source_name, coalesce(s.newest, a.first_seen) AS at FROM stories s JOIN articles a "
    "ON a.id = s.anchor WHERE a.key IN (SELECT value FROM json_each(?))",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What people left at one report or story; ``who`` is empty for whoever has not signed in, who sees little."""

    who: str
    subject: Subject
    page: str = ""
    marks: Marks = field(default_factory=Marks)
    verdicts: Rows = ()
    rulings: Rows = ()
    reports: Rows = ()

    @property
    def starred(self) -> bool:
        """Whether whoever looks has starred it."""
        return self.who in self.marks.stars

    @property
    def mine(self) -> str:
        """What whoever looks said of its page."""
        return next((str(row["answer"]) for row in self.verdicts if row["who"] == self.who), "")

    @property
    def doubts(self) -> int:
        """How many people hold that it is not about the topic."""
        return sum(row["answer"] == Opinion.NOT_RELEVANT for row in self.verdicts)


async def of_report(database: Any, reviews: Path, number: int, who: str) -> Desk | None:
    """The desk of a report; ``None`` where there is no such report."""
    rows = await rows_of(database, _REPORT, [number])
    if not rows:
        return None
    row = rows[0]
    subject = Subject(kind="report", key=row["key"], number=row["number"])
    verdicts = await asyncio.to_thread(reading.verdicts, reviews, row["page"] or row["key"])
    marks = await asyncio.to_thread(reading.marks, reviews, [("report", subject.key)]) if who else Marks()
    return Desk(who=who, subject=subject, page=row["page"] or row["key"], marks=marks, verdicts=verdicts)


async def of_story(database: Any, reviews: Path, number: int, who: str) -> Desk | None:
    """The desk of a story, or of the one that it was merged into; ``None`` where there is no such story."""
    subject = await story(database, number)
    if subject is None or not who:
        return Desk(who="", subject=subject) if subject else None
    keys = [row["key"] for row in await rows_of(database, _MERGED, [subject.number])]
    reports = await rows_of(database, _REPORTS, [subject.number])
    marks = await asyncio.to_thread(reading.marks, reviews, [("story", key) for key in keys])
    asked = await asyncio.to_thread(reading.rulings_on, reviews, {*keys, *(row["key"] for row in reports)})
    return Desk(
        who=who, subject=subject, marks=marks, rulings=await _with_state(database, asked), reports=tuple(reports)
    )


async def report(database: Any, number: int) -> Subject | None:
    """The report called ``number`` by the name that outlives the database."""
    rows = await rows_of(database, _REPORT, [number])
    return Subject(kind="report", key=rows[0]["key"], number=rows[0]["number"]) if rows else None


async def story(database: Any, number: int) -> Subject | None:
    """The story called ``number``, or the one that it was merged into, by the report that it began with."""
    rows = await rows_of(database, _STORY, [number])
    return Subject(kind="story", key=rows[0]["key"], number=rows[0]["number"]) if rows else None


async def first_report(database: Any, story_number: int) -> Subject | None:
    """The report that a story begins with now."""
    rows = await rows_of(database, _STORY, [story_number])
    return await report(database, rows[0]["first_report"] or 0) if rows else None


async def titled(database: Any, rows: Rows) -> Rows:
    """``rows`` with kind and key, each with number, title, language, source and time as they are now.

    What is not in the database any more keeps its number and has no title.
    """
    known: dict[tuple[str, str], Mapping[str, Any]] = {}
    for kind, sql in _BY_KEY.items():
        keys = [row["key"] for row in rows if row["kind"] == kind]
        known.update({(kind, row["key"]): row for row in await rows_of(database, sql, [json.dumps(keys)])})
    return tuple({"title": "", **row, **known.get((row["kind"], row["key"]), {"gone": True})} for row in rows)


async def _with_state(database: Any, rulings: Rows) -> Rows:
    """Rulings, each with whether the database knows it already, and the reports' numbers as they are now."""
    taken = {row["token"] for row in await rows_of(database, _TAKEN, [len(ASKED) + 1, ASKED])}
    return tuple({**row, "taken": row["token"] in taken} for row in rulings)
