"""A database connection and the numbers of reports or of a story in, all that a bundle tells of them out.

Protected names and places are never read.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.errors import BundleError
from db.sentences import bounds

MOST_REPORTS = 200  # in one bundle
_ALL = "(SELECT value FROM json_each(:reports))"
_REPORTS = (
    "SELECT a.id, a.url, a.canonical_url, a.source, s.name AS publisher, s.homepage, s.country, s.kind, s.terms, "  # noqa: S608  # constants; values are bound
    "a.title, a.language, a.authors, a.published_at, a.published_on, a.published_from, a.standfirst, a.credit, "
    "a.first_seen, a.fetched_at, a.extractor, a.score, a.why, a.sha256, a.archive_file, a.archive_offset, t.text, "
    "coalesce((SELECT max(known_until) FROM editions WHERE report = a.id), a.fetched_at) AS accessed_at, "
    "p.story, p.original, p.relation FROM articles a JOIN texts t ON t.id = a.id JOIN sources s ON s.id = a.source "
    f"LEFT JOIN placements p ON p.report = a.id WHERE a.id IN {_ALL} ORDER BY a.id"
)
_OF_STORY = (
    "SELECT report FROM placements WHERE story = :story "
    "ORDER BY original <> report, relation = 'copy', \"order\", report"
)
_STORY = (
    "SELECT id, title, lead, origin, reports, originals, origins, languages, countries, first_seen, newest, forward "
    "FROM stories WHERE id = :story"
)
_FACTS = {  # kinds of facts, their tables, and what is told of each beside its quote
    "figure": (
        "figures",
        (
            "type, low, high, unit, counted, territory, starts, ends, period_certainty, cumulative, per, "
            "speaker, organisation, found_by, certainty"
        ),
    ),
    "decision": ("decisions", "kind, country, people, decided_on, decided_by, articles, sentence, found_by, certainty"),
    "mention": ("mentions", "kind, name, country, role, certainty"),
    "citation": ("citations", "name, origin, certainty"),
}
_REVISIONS = (
    f"SELECT report, at, what, old, new, old_sha256, new_sha256 FROM revisions WHERE report IN {_ALL} ORDER BY id"  # noqa: S608  # as above
)
_FOUND_AS = (
    "SELECT report, url, first_seen, judged_at FROM pages "  # noqa: S608  # as above
    f"WHERE report IN {_ALL} ORDER BY report, judged_at, id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that a report says: its kind, its words and where they stand, and what else is known of it.

    ``in_text`` says whether the words stand there in the text at hand: an excerpt may lack them. ``sentence`` is the
    sentence around them, the words alone where that is not at hand.
    """

    report: int
    kind: str
    start: int
    end: int
    quote: str
    in_text: bool
    sentence: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report: its row, its text, what it says, under which addresses it was found, and what changed in it."""

    number: int
    row: Mapping[str, Any]
    text: str
    facts: tuple[Fact, ...]
    found_as: tuple[Mapping[str, Any], ...]
    revisions: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a bundle is made of; ``left_out`` are reports of the story that did not fit."""

    story: Mapping[str, Any] | None
    reports: tuple[Report, ...]
    left_out: int = 0


def gather(connection: sqlite3.Connection, *, story: int = 0, reports: Sequence[int] = ()) -> Case:
    """The case of ``story``, or of ``reports``.

    Of a story with more than ``MOST_REPORTS`` reports the originals come first, then versions, then copies.

    Raises:
        BundleError: there is no such story or report, none was named, or too many were.
    """
    connection.execute("BEGIN")  # all that follows sees one state of the database
    try:
        if story:
            return _of_story(connection, story)
        return Case(story=None, reports=_reports(connection, _demanded(reports)))
    finally:
        connection.execute("ROLLBACK")


def _of_story(connection: sqlite3.Connection, number: int) -> Case:
    found = _rows(connection, _STORY, {"story": number})
    if not found:
        raise BundleError(f"there is no story {number}; the list of stories shows what there is")
    if found[0]["forward"]:
        raise BundleError(f"story {number} was merged into story {found[0]['forward']}; ask for that one")
    members = [row["report"] for row in _rows(connection, _OF_STORY, {"story": number})]
    if not members:
        raise BundleError(f"story {number} has no reports")
    kept = _reports(connection, sorted(members[:MOST_REPORTS]))
    return Case(story=found[0], reports=kept, left_out=max(0, len(members) - MOST_REPORTS))


def _demanded(reports: Sequence[int]) -> list[int]:
    wanted = sorted(set(reports))
    if not wanted:
        raise BundleError("no report was chosen; choose at least one")
    if len(wanted) > MOST_REPORTS:
        told = f"a bundle holds {MOST_REPORTS}, so that it can be sent and read: make several"
        raise BundleError(f"{len(wanted)} reports were chosen; {told}")
    return wanted


def _reports(connection: sqlite3.Connection, numbers: list[int]) -> tuple[Report, ...]:
    asked = {"reports": json.dumps(numbers)}
    found = {row["id"]: row for row in _rows(connection, _REPORTS, asked)}
    missing = [str(number) for number in numbers if number not in found]
    if missing:
        raise BundleError(f"there is no report {', '.join(missing[:10])}; the list of reports shows what there is")
    texts = {number: str(row.pop("text")) for number, row in found.items()}
    facts = [fact for kind in _FACTS for fact in _facts(connection, kind, asked, texts)]
    found_as, revisions = (_rows(connection, sql, asked) for sql in (_FOUND_AS, _REVISIONS))
    return tuple(
        Report(
            number=number,
            row=row,
            text=texts[number],
            facts=tuple(sorted((fact for fact in facts if fact.report == number), key=lambda fact: fact.start)),
            found_as=_of(found_as, number),
            revisions=_of(revisions, number),
        )
        for number, row in found.items()
    )


def _facts(
    connection: sqlite3.Connection, kind: str, asked: Mapping[str, str], texts: Mapping[int, str]
) -> Iterable[Fact]:
    table, columns = _FACTS[kind]
    sql = (
        f'SELECT report, start, "end", quote, {columns} FROM {table} WHERE report IN {_ALL} '  # noqa: S608  # names are ours
        'AND known_until IS NULL ORDER BY report, start, "end", id'
    )
    for row in _rows(connection, sql, asked):
        place = {name: row.pop(name) for name in ("report", "start", "end", "quote")}
        text = texts[place["report"]]
        in_text = text[place["start"] : place["end"]] == place["quote"]
        sentence = place["quote"]
        if in_text:
            first, last = bounds(text, place["start"], place["end"])
            sentence = " ".join(text[first:last].split())
        yield Fact(**place, kind=kind, in_text=in_text, sentence=sentence, told=row)


def _rows(connection: sqlite3.Connection, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, dict(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _of(found: Iterable[dict[str, Any]], number: int) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {name: value for name, value in row.items() if name != "report"} for row in found if row["report"] == number
    )
