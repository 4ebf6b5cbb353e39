"""Labelled texts in, how well their facts are found out: figures, periods, speakers, decisions, places, sources, names.

The labels are those of ``tests/eval/figures`` and ``tests/eval/protected``, and of corpora that label figures more
coarsely, as lists of value, type, start, end and speaker.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crawler import facts
from crawler.facts.sayings import UNNAMED
from crawler.tally import Tally
from db import spelling
from db.model import Article, Citation, Decision, DecisionKind, Facts, Figure, FigureType, Mention

SURE = 0.5  # certainty from which a fact counts
DOUBTED = 0.4  # the same where words such as "doubled" are labelled too
_HOME = frozenset({"RU", "UA"})  # left out of the labels of places
_CLASSES = {
    DecisionKind.GRANTED: "GRANT",
    DecisionKind.REFUSED: "REFUSE",
    DecisionKind.CLAIMED: "REQ",
    DecisionKind.VISA: "VISA",
    DecisionKind.DETAINED: "DETAIN",
    DecisionKind.DEPORTED: "DEPORT",
    DecisionKind.EXTRADITED: "DEPORT",
    DecisionKind.ABDUCTED: "ABDUCT",
    DecisionKind.SENTENCED: "SENT",
}
_COARSE = {"people": "people", "grants": "people", "requests": "requests"}
_CODES = {
    "THE GUARDIAN": "GUARDIAN", "KAVKAZ.REALII": "KAVKAZ", "IMPORTANT STORIES": "VAZHNYE", "KHOCHU ZHIT": "HOCHU_ZHIT",
    "MOBILIZATION DNR LIVE": "MOB_DNR", "RUSSIAN MINISTRY OF DEFENCE": "RU_MOD", "CONFLICT INTELLIGENCE TEAM": "CIT",
    "EUROPEAN PRAVDA": "EUROPRAVDA", "PRO ASYL": "PRO_ASYL", UNNAMED.upper(): "ASSOCIATIONS", "IDITE LESOM": "GET_LOST",
    "GET LOST": "GET_LOST", "RADIO LIBERTY": "SVOBODA", "BBC RUSSIAN": "BBC", "CONNECTION E.V.": "CONNECTION",
}  # fmt: skip


@dataclass(slots=True)
class Count(Tally):
    """The tally of one kind, and what was found wrongly or missed."""

    notes: list[str] = field(default_factory=list)

    def add(self, found: Iterable[object], gold: Iterable[object], row: str) -> None:
        """Count ``found`` against ``gold``, each as often as it stands."""
        have, want = Counter(found), Counter(gold)
        self.right += sum((have & want).values())
        self.wrong += sum((have - want).values())
        self.missed += sum((want - have).values())
        self.notes += [f"{row} found wrongly {each}" for each in (have - want).elements()]
        self.notes += [f"{row} missed {each}" for each in (want - have).elements()]

    def mark(self, row: str, *, right: bool) -> None:
        """Count one that had only to be right."""
        self.right += right
        self.wrong += not right
        self.missed += not right
        if not right:
            self.notes.append(row)


def score(rows: Iterable[Mapping[str, Any]]) -> dict[str, Count]:
    """Count what ``rows`` label, kind by kind; what a row does not label is not counted.

    Kinds: figures (value and type), period and speaker (of figures that are right), decisions, countries, sources,
    origin, protected names, public names, whereabouts, quotes.
    """
    counts: dict[str, Count] = {}
    for row in rows:
        if row.get("rel") == 0:
            continue
        article = _article(row)
        found = facts.find(article)
        _quotes(counts, row, article, found)
        _figures(counts, row, found)
        _decisions(counts, row, found)
        _sources(counts, row, found)
        _names(counts, row, found)
    return counts


def _count(counts: dict[str, Count], kind: str) -> Count:
    return counts.setdefault(kind, Count())


def _article(row: Mapping[str, Any]) -> Article:
    day = date.fromisoformat(row["date"]) if row.get("date") else None
    return Article(
        url="", canonical_url="", headline="", text=str(row["text"]), language=str(row["lang"]), published_on=day
    )


def _quotes(counts: dict[str, Count], row: Mapping[str, Any], article: Article, found: Facts) -> None:
    every: list[Figure | Decision | Mention | Citation] = [
        *found.figures,
        *found.decisions,
        *found.mentions,
        *found.protected,
        *found.citations,
    ]
    for each in every:
        quote = each.evidence
        right = article.text[quote.start : quote.end] == quote.quote and bool(quote.quote)
        _count(counts, "quotes").mark(f"{row['id']} {quote}", right=right)


# -- figures


def _figures(counts: dict[str, Count], row: Mapping[str, Any], found: Facts) -> None:
    labels = row.get("figures")
    if labels is None:
        return
    fine = any(isinstance(label, dict) for label in labels) or ("decisions" in row and "rel" not in row)
    gold = [_label(label) for label in labels]
    floor = DOUBTED if fine else SURE
    mine = [figure for figure in found.figures if figure.certainty >= floor]
    left = list(mine)
    for label in gold:
        match = next((figure for figure in left if _is_same(figure, label, fine=fine)), None)
        if match is None:
            _count(counts, "figures").missed += 1
            _count(counts, "figures").notes.append(f"{row['id']} missed {label.value} {label.type}")
            continue
        left.remove(match)
        _count(counts, "figures").right += 1
        _beside(counts, str(row["id"]), (match, label), floor)
    repeated = [figure for figure in left if any(_is_same(figure, label, fine=fine) for label in gold)]
    for figure in left:
        if figure not in repeated:
            _count(counts, "figures").wrong += 1
            told = f"{figure.low}-{figure.high} {_type(figure, fine=fine)} {figure.evidence.quote!r}"
            _count(counts, "figures").notes.append(f"{row['id']} found wrongly {told}")


@dataclass(frozen=True, slots=True)
class _Label:
    value: tuple[float | None, float | None]
    type: str
    starts: str
    ends: str
    speaker: str


def _label(label: Any) -> _Label:
    if isinstance(label, dict):
        value = (label["low"], label["high"])
        return _Label(value, label["type"], label["starts"] or "", label["ends"] or "", label["speaker"] or "")
    number, kind, starts, ends, speaker = label
    return _Label((float(number), float(number)), kind, starts or "", ends or "", speaker or "")


def _is_same(figure: Figure, label: _Label, *, fine: bool) -> bool:
    mine = {value for value in (figure.low, figure.high) if value is not None}
    theirs = {float(value) for value in label.value if value is not None}
    close = any(abs(one - other) <= 0.06 * (label.type == "share") * 10 + 1e-6 for one in mine for other in theirs)
    return close and _type(figure, fine=fine) == label.type


def _type(figure: Figure, *, fine: bool) -> str:
    if fine:
        return figure.type.value
    if figure.type is FigureType.SHARE:
        return "percent" if figure.unit == "percent" else "share"
    return _COARSE.get(figure.unit, figure.unit)


def _beside(counts: dict[str, Count], row: str, pair: tuple[Figure, _Label], floor: float) -> None:
    figure, label = pair
    sure = figure.period_certainty >= floor
    starts = figure.starts.isoformat() if figure.starts and sure else ""
    ends = figure.ends.isoformat() if figure.ends and sure else ""
    right = _agrees(starts, label.starts) and _agrees(ends, label.ends)
    told = f"{row} {label.value} {starts}..{ends}, not {label.starts}..{label.ends}"
    _count(counts, "period").mark(told, right=right)
    whose = _code(figure.organisation or figure.speaker)
    _count(counts, "speaker").mark(
        f"{row} {label.value} {whose!r}, not {label.speaker!r}", right=_is_one(whose, label.speaker)
    )


def _agrees(mine: str, gold: str) -> bool:
    """Whether a day lies in the month or year that the label names."""
    return mine.startswith(gold) if gold else not mine


def _code(name: str) -> str:
    return _CODES.get(name.upper(), name.upper().replace(" ", "_"))


def _is_one(mine: str, gold: str) -> bool:
    return _code(gold) == mine or (bool(mine) and bool(gold) and spelling.sound(mine) == spelling.sound(gold))


# -- the others


def _decisions(counts: dict[str, Count], row: Mapping[str, Any], found: Facts) -> None:
    if "decisions" not in row:
        return
    labels = row["decisions"] or []
    gold = set(labels.split() if isinstance(labels, str) else labels)
    mine = {_class(each) for each in found.decisions if each.certainty >= SURE and each.kind in _CLASSES}
    _count(counts, "decisions").add(mine, gold, str(row["id"]))


def _class(each: Decision) -> str:
    name = _CLASSES[each.kind]
    return name if name == "SENT" or not each.country else f"{name}:{each.country.upper()}"


def _sources(counts: dict[str, Count], row: Mapping[str, Any], found: Facts) -> None:
    if row.get("places"):
        countries = {each.country.upper() for each in found.mentions if each.kind == "country"} - _HOME
        _count(counts, "countries").add(countries, row["places"][0].split(), str(row["id"]))
    if row.get("attribution"):
        cited, origin = row["attribution"]
        _count(counts, "sources").add({_code(each.name) for each in found.citations}, cited.split(), str(row["id"]))
        mine = _code(found.origin) if found.origin else ""
        _count(counts, "origin").mark(f"{row['id']} {mine}, not {origin}", right=mine == origin)


def _names(counts: dict[str, Count], row: Mapping[str, Any], found: Facts) -> None:
    if "protected" not in row:
        return
    hidden = {word for each in found.protected for word in each.evidence.quote.split()}
    for kind, names in (("protected", row["protected"]), ("whereabouts", row["whereabouts"])):
        for name in names:
            bare = name.replace("'s", "").replace("’s", "")
            missed = not all(word in hidden for word in bare.split())
            _count(counts, kind).mark(f"{row['id']} {name}", right=not missed)
    for name in row["public"]:
        shown = not all(word in hidden for word in name.split())
        _count(counts, "public").mark(f"{row['id']} {name}", right=shown)
