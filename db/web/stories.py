"""What the pages of stories show: a Datasette database and a story's number in, frozen values out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from db.model import bounds
from db.web import marking
from db.web.pages import rows_of

MOST_REPORTS = 400  # of one story that its page shows
LISTED = 30
MOST_VALUES = 12  # of one type, side by side
MOST_DECISIONS = 40
QUOTED = 3  # sentences of one value
_OF_WHOLES = frozenset({"share", "ratio"})
_STORY = "SELECT * FROM stories WHERE id = ?"
_REPORTS = (
    "SELECT p.report, p.original, p.relation, a.title, a.source, s.name AS source_name, s.country, a.language, "
    "coalesce(a.published_at, a.first_seen) AS at, a.published_at IS NOT NULL AS dated, a.canonical_url AS url, "
    "a.fetched_at, a.sha256, a.archive_file IS NOT NULL AS held FROM placements p JOIN articles a ON a.id = p.report "
    "JOIN sources s ON s.id = a.source WHERE p.story = ? ORDER BY at, p.report LIMIT ?"
)
_FIGURES = (
    "SELECT f.id, f.report, p.original, f.start, f.quote, f.type, f.unit, f.low, f.high, f.territory, f.starts, "
    "f.ends, f.speaker, f.organisation, f.certainty FROM placements p CROSS JOIN figures f ON f.report = p.report "
    "WHERE p.story = ? AND f.known_until IS NULL ORDER BY f.type, f.organisation = '', f.organisation, f.low, "
    "f.report, f.start LIMIT 2000"
)
_SENTENCES = (
    "SELECT f.id, s.name AS source_name, a.language, "
    'substr(t.text, max(1, f.start - 599), f."end" - f.start + 1200) AS around, min(f.start, 600) AS at '
    "FROM figures f JOIN articles a ON a.id = f.report JOIN sources s ON s.id = a.source "
    "LEFT JOIN texts t ON t.id = f.report WHERE f.id IN (SELECT value FROM json_each(?))"
)
_DECISIONS = (
    "SELECT d.report, p.original, d.start, d.quote, d.kind, d.country, d.people, d.decided_on, d.decided_by, "
    "d.articles, d.sentence, d.certainty, s.name AS source_name FROM placements p CROSS JOIN decisions d "
    "ON d.report = p.report JOIN articles a ON a.id = p.report JOIN sources s ON s.id = a.source "
    "WHERE p.story = ? AND d.known_until IS NULL ORDER BY d.kind, d.country, d.report, d.start LIMIT 2000"
)
_PLACES = (
    "SELECT m.country, m.role, count(DISTINCT m.report) AS reports FROM placements p CROSS JOIN mentions m "
    "ON m.report = p.report WHERE p.story = ? AND m.known_until IS NULL AND m.kind IN ('country', 'city') "
    "AND m.country <> '' GROUP BY m.country, m.role ORDER BY reports DESC, m.country LIMIT 60"
)
_LINES = (
    "SELECT s.id, s.title, s.lead, s.newest, s.first_seen, s.reports, s.originals, s.origins, s.origin, s.languages, "
    "s.countries, coalesce(a.language, '') AS language FROM stories s LEFT JOIN articles a ON a.id = s.lead_report "
    "WHERE +s.forward IS NULL AND s.reports > 0"  # not by the index of forward, in which nearly all stand under NULL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A story in a list."""

    id: int
    title: str
    lead: str
    language: str
    first_seen: str
    newest: str
    reports: int
    originals: int
    origins: int
    origin: str
    languages: tuple[str, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report of a story, with the copies and versions that go back to it where it is an original."""

    report: int
    original: int
    relation: str
    title: str
    source: str
    source_name: str
    country: str
    language: str
    at: str
    dated: int
    url: str
    fetched_at: str
    sha256: str
    held: int
    versions: tuple["Told", ...] = ()
    copies: tuple["Told", ...] = ()


@dataclass(slots=True, kw_only=True)
class Stated:
    """One value of a type of figures: who says so, over what period, in how many originals, and its sentences."""

    value: str
    low: float | None
    high: float | None
    unit: str
    territory: str
    starts: str
    ends: str
    who: str
    originals: set[int] = field(default_factory=set)
    quotes: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """All values of one type and unit in a story, and the ends of the axis on which they stand."""

    type: str
    stated: tuple[Stated, ...]
    low: float
    high: float

    @property
    def shown(self) -> tuple[Stated, ...]:
        """Those that most originals state, as far as they stand side by side."""
        return self.stated[:MOST_VALUES]

    @property
    def agree(self) -> bool:
        """Whether all state one value."""
        return len({(each.low, each.high) for each in self.stated}) == 1

    @property
    def differ(self) -> bool:
        """Whether more than one value is stated for one period and territory; shares may be of different wholes."""
        if self.type in _OF_WHOLES:
            return False
        values: dict[tuple[str, ...], set[tuple[float | None, float | None]]] = {}
        for each in self.stated:
            values.setdefault((each.territory, each.starts, each.ends), set()).add((each.low, each.high))
        return any(len(each) > 1 for each in values.values())

    def at(self, bound: float | None, other: float | None) -> float:
        """The place of ``bound`` on the axis, 0 to 100; where it is open, that of ``other``."""
        known = bound if bound is not None else other
        width = self.high - self.low
        return round(100 * ((known or 0) - self.low) / width, 2) if width else 50.0


@dataclass(slots=True, kw_only=True)
class Decided:
    """One decision or deed as a story tells it, with the sentences that prove it."""

    kind: str
    country: str
    people: int | None
    decided_on: str
    decided_by: str
    sentence: str
    articles: str
    certainty: float = 0
    originals: set[int] = field(default_factory=set)
    quotes: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story(Line):
    """All that is known of one story."""

    forward: int
    lead_report: int | None
    originals_told: tuple[Told, ...]
    kinds: tuple[Kind, ...]
    decisions: tuple[Decided, ...]
    places: tuple[tuple[str, tuple[str, ...], int], ...]
    cut: bool

    @property
    def days(self) -> tuple[str, str]:
        """When the oldest and the newest of the reports that are shown were published."""
        told = [each.at for head in self.originals_told for each in (head, *head.versions, *head.copies)]
        return min(told, default=self.first_seen), max(told, default=self.newest)


async def newest(
    database: Any,
    *,
    seen: tuple[str, str] | None = None,
    count: int = LISTED,
    before: tuple[str, int] | None = None,
    country: str = "",
) -> tuple[Line, ...]:
    """The stories with the newest reports, older than ``before``, of a ``country``.

    Of those first ``seen`` from one moment up to another the ones that most tell of come first.
    """
    conditions = ""
    values: list[Any] = []
    if country:
        conditions, values = " AND s.countries LIKE ?", [f'%"{country}"%']
    if seen:
        conditions, values = conditions + " AND s.first_seen >= ? AND s.first_seen < ?", [*values, *seen]
    if before:
        conditions, values = conditions + " AND (s.newest, s.id) < (?, ?)", [*values, *before]
    order = "s.origins DESC, s.reports DESC, s.newest DESC, s.id DESC" if seen else "s.newest DESC, s.id DESC"
    found = await rows_of(database, f"{_LINES}{conditions} ORDER BY {order} LIMIT ?", [*values, count])
    return tuple(_line(row) for row in found)


async def story(database: Any, number: int) -> Story | None:
    """The story called ``number``, where there is one; of one that was merged only where it went."""
    found = await rows_of(database, _STORY, [number])
    if not found:
        return None
    row = found[0]
    reports = [Told(**each) for each in await rows_of(database, _REPORTS, [number, MOST_REPORTS + 1])]
    language = next((each.language for each in reports if each.report == row["lead_report"]), "")
    line = _line({**row, "language": language})
    return Story(
        **{name: getattr(line, name) for name in Line.__slots__},
        forward=row["forward"] or 0,
        lead_report=row["lead_report"],
        originals_told=_folded(reports[:MOST_REPORTS]),
        kinds=await _quoted(database, _kinds(await rows_of(database, _FIGURES, [number]))),
        decisions=_decided(await rows_of(database, _DECISIONS, [number])),
        places=_places(await rows_of(database, _PLACES, [number])),
        cut=len(reports) > MOST_REPORTS,
    )


def _line(row: Mapping[str, Any]) -> Line:
    told = {name: row[name] for name in Line.__slots__ if name in row}
    for name in ("languages", "countries"):
        told[name] = tuple(json.loads(row[name] or "[]"))
    return Line(**{**told, "newest": row["newest"] or "", "first_seen": row["first_seen"] or ""})


def _folded(reports: list[Told]) -> tuple[Told, ...]:
    """The originals in order of time, each with its versions and copies; what lost its original stands alone."""
    known = {each.report for each in reports}
    heads = [each for each in reports if each.original == each.report or each.original not in known]
    return tuple(
        Told(
            **{name: getattr(head, name) for name in Told.__slots__ if name not in {"versions", "copies"}},
            versions=_under(reports, head, "version"),
            copies=_under(reports, head, "copy"),
        )
        for head in heads
    )


def _under(reports: Iterable[Told], head: Told, relation: str) -> tuple[Told, ...]:
    return tuple(each for each in reports if each.original == head.report != each.report and each.relation == relation)


def _kinds(found: Iterable[Mapping[str, Any]]) -> tuple[Kind, ...]:
    """Figures side by side: those of one type and unit together, one value said by one body over one time once."""
    kinds: dict[tuple[str, str], dict[tuple[Any, ...], Stated]] = {}
    for row in found:
        mine = kinds.setdefault((row["type"], row["unit"]), {})
        who = row["organisation"] or row["speaker"]
        key = (row["low"], row["high"], row["territory"], row["starts"], row["ends"], who)
        stated = mine.setdefault(
            key,
            Stated(
                value=bounds(row["low"], row["high"]), low=row["low"], high=row["high"], unit=row["unit"],
                territory=row["territory"], starts=row["starts"] or "", ends=row["ends"] or "", who=who,
            ),
        )  # fmt: skip
        stated.originals.add(row["original"])
        stated.quotes.append(row)
    return tuple(_kind(type_, list(mine.values())) for (type_, _), mine in kinds.items())


async def _quoted(database: Any, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
    """The same with the sentences that are shown, and no others: a big story has thousands."""
    shown = [each for kind in kinds for each in kind.shown]
    wanted = json.dumps([row["id"] for each in shown for row in each.quotes[:QUOTED]])
    found = {row["id"]: row for row in await rows_of(database, _SENTENCES, [wanted])}
    for each in shown:
        for at, row in enumerate(each.quotes[:QUOTED]):
            told = {**row, **found[row["id"]]}
            each.quotes[at] = {**told, "sentence": marking.said(told)}
    return kinds


def _kind(type_: str, stated: list[Stated]) -> Kind:
    bounds = [bound for each in stated for bound in (each.low, each.high) if bound is not None]
    ordered = sorted(stated, key=lambda each: (-len(each.originals), each.who, each.low or 0))
    return Kind(type=type_, stated=tuple(ordered), low=min(bounds), high=max(bounds))


def _decided(found: Iterable[Mapping[str, Any]]) -> tuple[Decided, ...]:
    """Decisions of one kind, country, number and day together; the surest said."""
    told: dict[tuple[Any, ...], Decided] = {}
    for row in found:
        key = (row["kind"], row["country"], row["people"], row["decided_on"], row["sentence"])
        decided = told.setdefault(
            key,
            Decided(
                kind=row["kind"], country=row["country"], people=row["people"], decided_on=row["decided_on"] or "",
                decided_by=row["decided_by"], sentence=row["sentence"],
                articles=row["articles"],
            ),
        )  # fmt: skip
        decided.decided_by = decided.decided_by or row["decided_by"]
        decided.certainty = max(decided.certainty, row["certainty"])
        decided.originals.add(row["original"])
        decided.quotes.append(row)
    return tuple(sorted(told.values(), key=lambda each: (-len(each.originals), each.kind, each.country)))


def _places(found: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, tuple[str, ...], int], ...]:
    """Countries with what they are to the story, those in most reports first."""
    roles: dict[str, list[str]] = {}
    reports: dict[str, int] = {}
    for row in found:
        named = roles.setdefault(row["country"], [])
        if row["role"]:
            named.append(row["role"])
        reports[row["country"]] = max(reports.get(row["country"], 0), row["reports"])
    return tuple((country, tuple(named), reports[country]) for country, named in roles.items())
