"""What was typed in, the reports that have it out: with the words marked, and counts by language, source and so on."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from db.countries import SURE
from db.search import NOTHING, Question
from db.web import asking, marking, names
from db.web.host import QueryInterrupted
from db.web.pages import rows_of

SHOWN = 20
COUNTED = 2_000  # newest reports that are counted and facetted; of more than these it is said that there are more
RANKED = 1_000  # newest reports among which the best are looked for
SORTS = ("newest", "best")
Rows = Sequence[Mapping[str, Any]]
_NAMED = 4  # letters of a part of a source's name
_FACET = 12  # values of a facet that are shown
_HIT = (
    "SELECT a.id, a.title, a.source, s.name AS source_name, s.country, a.language, a.published_at, a.published_from, "
    "a.first_seen, a.canonical_url, a.authors, t.text, p.story, st.reports AS story_reports, p.relation "
    "FROM hits CROSS JOIN articles a ON a.id = hits.id JOIN texts t ON t.id = a.id JOIN sources s ON s.id = a.source "
    "LEFT JOIN placements p ON p.report = a.id LEFT JOIN stories st ON st.id = p.story ORDER BY hits.place"
)
_NEWEST = (
    "WITH hits AS MATERIALIZED (SELECT rowid AS id, -rowid AS place FROM lemmas WHERE lemmas MATCH ? "  # noqa: S608  # constants; values are bound
    f"AND rowid < ? ORDER BY rowid DESC LIMIT ?) {_HIT}"
)
_BEST = (
    "WITH newest AS MATERIALIZED (SELECT rowid AS id, bm25(lemmas, 8.0, 1.0, 0.5, 0.0) AS place FROM lemmas "  # noqa: S608  # as above
    f"WHERE lemmas MATCH ? ORDER BY rowid DESC LIMIT {RANKED}), "
    f"hits AS MATERIALIZED (SELECT id, place FROM newest ORDER BY place, id DESC LIMIT ? OFFSET ?) {_HIT}"
)
_FOUND = f"SELECT rowid AS id FROM lemmas WHERE lemmas MATCH ? ORDER BY rowid DESC LIMIT {COUNTED + 1}"  # noqa: S608  # as above
_HITS = "WITH hits AS MATERIALIZED (SELECT value AS id, key AS place FROM json_each(?))"
_THESE = f"{_HITS} {_HIT}"
_GROUPS = (
    f"{_HITS} SELECT a.language, a.source, substr(coalesce(a.published_at, a.first_seen), 1, 4) AS year, "  # noqa: S608  # as above
    "count(*) AS n FROM hits CROSS JOIN articles a ON a.id = hits.id GROUP BY 1, 2, 3"
)
_COUNTRIES = (  # as ``db.countries`` has it, written out: joined as it stands, all rows of both tables would be read
    f"{_HITS} SELECT country, count(DISTINCT report) AS n FROM ("  # noqa: S608  # as above
    "SELECT m.report, m.name AS country FROM hits CROSS JOIN mentions m ON m.report = hits.id "
    "WHERE m.kind = 'country' AND m.known_until IS NULL UNION ALL "
    "SELECT d.report, d.country FROM hits CROSS JOIN decisions d ON d.report = hits.id WHERE d.country <> '' "
    f"AND d.certainty >= {SURE} AND d.found_by = 'rules' AND d.known_until IS NULL) WHERE country <> '' GROUP BY 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A report that was found: its row, and its headline and an excerpt in pieces."""

    row: Mapping[str, Any]
    headline: list[marking.Piece]
    excerpt: list[marking.Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a facet: its name, how many reports have it, and the search that is narrowed to it."""

    label: str
    count: int
    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One way to narrow a search, the fullest values first; those with fewest reports are ``folded`` away."""

    name: str
    choices: tuple[Choice, ...]
    folded: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to a search; ``count`` is ``None`` where there are more than ``COUNTED`` reports.

    ``late`` says that it took too long to look.
    """

    typed: str
    sort: str
    question: Question
    hits: tuple[Hit, ...]
    count: int | None
    late: bool
    facets: tuple[Facet, ...]
    filters: tuple[Choice, ...]
    sources: tuple[Mapping[str, Any], ...]
    following: str


async def search(database: Any, typed: str, sort: str = "newest", after: int = 0) -> Found:
    """The reports that ``typed`` asks for.

    ``after`` leads on: by ``newest`` the number of the last report that was shown, by ``best`` how many were.
    """
    known = await rows_of(database, "SELECT id, name, country FROM sources")
    question = asking.read(typed, (row["id"] for row in known))
    match = NOTHING if question.is_empty and question.troubles else question.match()
    try:
        read = await _read(database, match, sort, after)
    except QueryInterrupted:
        read = None
        question = replace(question, troubles=(*question.troubles, _LATE))
    numbers, rows, groups, countries = read or ((), (), (), ())
    return Found(
        typed=typed,
        sort=sort,
        question=question,
        hits=tuple(_hit(row, question) for row in rows[:SHOWN]),
        count=len(numbers) if len(numbers) <= COUNTED else None,
        late=read is None,
        facets=_facets(typed, groups, countries, {row["id"]: row["name"] for row in known}),
        filters=tuple(Choice(label=each, count=0, typed=without(typed, each)) for each in question.filters),
        sources=tuple(_of_that_name(known, typed)),
        following=_following(rows, sort, after),
    )


async def newest(database: Any, typed: str, count: int) -> list[Mapping[str, Any]]:
    """The newest ``count`` reports that ``typed`` asks for, for feeds."""
    question = asking.read(typed)
    match = NOTHING if question.is_empty and question.troubles else question.match()
    return list(await rows_of(database, _NEWEST, [match, _MOST, count]))


def address(typed: str, sort: str = "newest", after: str = "") -> str:
    """The query string of a search, in one order, without what is as always."""
    told = {"q": typed, "sort": sort if sort != SORTS[0] else "", "after": after}
    return urlencode({name: value for name, value in told.items() if value})


def without(typed: str, part: str) -> str:
    """What was typed, without ``part``."""
    return " ".join(typed.replace(part, " ", 1).split())


_MOST = 2**62
_LATE = (
    "This takes too long among so many reports. Write more of a word before its star, or narrow the search, "
    "such as by lang: or after:."
)


async def _read(database: Any, match: str, sort: str, after: int) -> tuple[Sequence[int], Rows, Rows, Rows]:
    """The numbers of the newest reports that are found, the rows of a page and the next one, and what facets count.

    The index is asked once: what it found is counted by its numbers.
    """
    found = [int(row["id"]) for row in await rows_of(database, _FOUND, [match])]
    page = [number for number in found if number < (after or _MOST)][: SHOWN + 1]
    if sort == "best":
        rows = await rows_of(database, _BEST, [match, SHOWN + 1, after])
    elif len(page) > SHOWN or len(found) <= COUNTED:
        rows = await rows_of(database, _THESE, [json.dumps(page)])
    else:
        rows = await rows_of(database, _NEWEST, [match, after, SHOWN + 1])
    numbers = json.dumps(found)
    groups, countries = await asyncio.gather(
        rows_of(database, _GROUPS, [numbers]), rows_of(database, _COUNTRIES, [numbers])
    )
    return found, rows, groups, countries


def _following(rows: Sequence[Mapping[str, Any]], sort: str, after: int) -> str:
    if len(rows) <= SHOWN:
        return ""
    return str(after + SHOWN if sort == "best" else rows[SHOWN - 1]["id"])


def _hit(row: Mapping[str, Any], question: Question) -> Hit:
    language = row["language"]
    return Hit(
        row=row,
        headline=marking.highlighted(row["title"] or "Without a headline", question, language),
        excerpt=marking.excerpt(row["text"], question, language),
    )


def _facets(typed: str, groups: Rows, named: Rows, sources: Mapping[str, str]) -> tuple[Facet, ...]:
    countries = {row["country"]: row["n"] for row in named}

    def narrowed(field: str) -> Callable[[str], str]:
        return lambda value: f"{typed} {field}:{value}".strip()

    return tuple(
        facet
        for facet in (
            _facet("Language", _summed(groups, "language"), names.language, narrowed("lang")),
            _facet("Country named", countries, names.country, narrowed("country")),
            _facet("Source", _summed(groups, "source"), lambda code: sources.get(code, code), narrowed("source")),
            _facet("Year", _summed(groups, "year"), str, lambda year: f"{typed} {_year(year)}".strip()),
        )
        if facet.choices
    )


def _year(year: str) -> str:
    return f"after:{year} before:{int(year) + 1}" if year.isdigit() else ""


def _summed(groups: Iterable[Mapping[str, Any]], column: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in groups:
        counts[row[column]] = counts.get(row[column], 0) + row["n"]
    return counts


def _facet(name: str, counts: Mapping[str, int], label: Callable[[str], str], typed: Callable[[str], str]) -> Facet:
    ranked = sorted((code for code in counts if code), key=lambda code: (-counts[code], code))
    choices = tuple(Choice(label=label(code), count=counts[code], typed=typed(code)) for code in ranked)
    return Facet(name=name, choices=choices[:_FACET], folded=choices[_FACET:])


def _of_that_name(known: Iterable[Mapping[str, Any]], typed: str) -> list[Mapping[str, Any]]:
    """The sources that are called what was typed."""
    wanted = typed.strip().strip('"«»„“”').casefold()
    called = [row for row in known if wanted in (row["name"].casefold(), row["id"].rpartition("/")[2])]
    parts = [row for row in known if len(wanted) >= _NAMED and wanted in row["name"].casefold() and row not in called]
    return [*called, *parts][:3] if wanted else []
