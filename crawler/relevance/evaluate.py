"""Labelled rows in, figures out: precision, recall, F1 with intervals, by language and by kind, and the misses."""

import html
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from crawler.relevance import judge
from db.model import Article, Verdict

_TAG = re.compile(r"<[^>]{1,500}>")
_DRAWS = 1000
_Z = 1.96  # 95 % of a normal distribution lie within so many standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled text; ``weight`` says how many texts of the whole it stands for."""

    id: str
    title: str
    text: str
    language: str
    label: str
    kind: str
    story: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a group of rows came out, each row counted with its weight; ``rows`` counts them plainly."""

    rows: int
    relevant: float
    precision: Rate
    recall: Rate
    f1: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A row and its verdict."""

    row: Row
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How many rows of one kind and label were kept."""

    kind: str
    label: str
    rows: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All figures of one labelled file; borderline rows stand apart and count in no other figure."""

    overall: Figures
    languages: Mapping[str, Figures]
    kinds: tuple[Kind, ...]
    missed: tuple[Outcome, ...]
    false: tuple[Outcome, ...]
    borderline: tuple[Outcome, ...]


def rows_of(records: Iterable[Mapping[str, object]]) -> Iterator[Row]:
    """Rows from the objects of a labelled file: ``text`` or ``desc``, ``language`` or ``lang``, ``w`` where rows weigh.

    Raises:
        ValueError: an object has no title and no text; names its number.
    """
    for number, record in enumerate(records, 1):
        title = _plain(record.get("title"))
        text = _plain(record.get("text") or record.get("desc"))
        if not title and not text:
            raise ValueError(f"object {number} has neither title nor text")
        yield Row(
            id=str(record.get("id", record.get("rid", number))),
            title=title,
            text=text,
            language=str(record.get("language") or record.get("lang") or "")[:2],
            label=str(record.get("label") or "not"),
            kind=str(record.get("kind") or ""),
            story=str(record.get("story_id") or ""),
            weight=float(str(record.get("w") or 1.0)),
        )


def evaluate(rows: Iterable[Row], *, seed: int = 0) -> Evaluation:
    """Judge every row and count; ``seed`` makes the bootstrap of F1 repeatable."""
    outcomes = [Outcome(row=row, verdict=judge(_article(row))) for row in rows]
    counted = [each for each in outcomes if each.row.label in ("relevant", "not")]
    languages = sorted({each.row.language for each in counted})
    return Evaluation(
        overall=_figures(counted, seed),
        languages={name: _figures([each for each in counted if each.row.language == name], seed) for name in languages},
        kinds=tuple(_kinds(outcomes)),
        missed=tuple(each for each in counted if each.row.label == "relevant" and not each.verdict.relevant),
        false=tuple(each for each in counted if each.row.label == "not" and each.verdict.relevant),
        borderline=tuple(each for each in outcomes if each.row.label == "borderline"),
    )


def _article(row: Row) -> Article:
    return Article(url="", canonical_url="", headline=row.title, text=row.text, language=row.language)


def _plain(value: object) -> str:
    return html.unescape(_TAG.sub(" ", str(value or ""))).strip()


def _figures(outcomes: Sequence[Outcome], seed: int) -> Figures:
    hits, false, missed = _counts(outcomes)
    return Figures(
        rows=len(outcomes),
        relevant=hits + missed,
        precision=_wilson(hits, false),
        recall=_wilson(hits, missed),
        f1=_bootstrap(outcomes, seed),
    )


def _counts(outcomes: Iterable[Outcome]) -> tuple[float, float, float]:
    hits = false = missed = 0.0
    for each in outcomes:
        relevant, kept, weight = each.row.label == "relevant", each.verdict.relevant, each.row.weight
        hits += weight * (relevant and kept)
        false += weight * (kept and not relevant)
        missed += weight * (relevant and not kept)
    return hits, false, missed


def _wilson(good: float, bad: float) -> Rate:
    """The share of ``good`` with the interval of Wilson (1927)."""
    size = good + bad
    if not size:
        return Rate(value=0.0, low=0.0, high=1.0)
    share, spread = good / size, _Z * _Z / size
    centre = (share + spread / 2) / (1 + spread)
    reach = _Z * sqrt(share * (1 - share) / size + spread / size / 4) / (1 + spread)
    return Rate(value=share, low=max(centre - reach, 0.0), high=min(centre + reach, 1.0))


def _f1(hits: float, false: float, missed: float) -> float:
    return 2 * hits / (2 * hits + false + missed) if hits else 0.0


def _bootstrap(outcomes: Sequence[Outcome], seed: int) -> Rate:
    """F1 with the percentile interval of a bootstrap over rows (Efron 1979)."""
    draw = random.Random(seed)  # noqa: S311  # a repeatable bootstrap, no secret
    told = [_counts([each]) for each in outcomes]
    values = sorted(
        _f1(*map(sum, zip(*draw.choices(told, k=len(told)), strict=True))) for _ in range(_DRAWS if told else 0)
    )
    whole = _f1(*_counts(outcomes))
    if not values:
        return Rate(value=whole, low=0.0, high=1.0)
    return Rate(value=whole, low=values[int(0.025 * _DRAWS)], high=values[int(0.975 * _DRAWS) - 1])


def _kinds(outcomes: Sequence[Outcome]) -> Iterator[Kind]:
    for kind, label in sorted({(each.row.kind, each.row.label) for each in outcomes}):
        group = [each for each in outcomes if (each.row.kind, each.row.label) == (kind, label)]
        yield Kind(kind=kind, label=label, rows=len(group), kept=sum(each.verdict.relevant for each in group))
