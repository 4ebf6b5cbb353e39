"""The file of reviews in, how well the judge did on all pages it judged out: precision, recall, F1 with intervals.

Only answers count that the review queue asked for, on pages of the last draw: those are random, what people judge of
their own accord is not. Pages that people are unsure of, or left open, count as if they were like the rest of their
stratum; how many there are is told beside.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crawler.errors import DesertersError
from db.model.reviews import Opinion, Stratum
from db.reviews import reading
from db.reviews.reading import Answered, Sample
from scheduler import estimating
from scheduler.estimating import Estimate, Part

_LEAST = 5  # answers in a stratum from which it is told of, or all its pages
_LEAST_OF_LANGUAGE = 10  # answers on pages kept, and on pages rejected, from which a language is told of
_RATES = ("precision", "recall", "f1")
_UNKNOWN = Estimate(value=0.0, low=0.0, high=1.0)
Cell = tuple[Stratum, str]
Parts = list[tuple[int, Estimate]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stratum: the pages there are, those drawn, those answered for sure, those of them that are relevant."""

    stratum: Stratum
    pages: int
    drawn: int
    answered: int
    relevant: int
    unsure: int

    @property
    def short(self) -> int:
        """How many answers are wanting before anything can be said."""
        return max(min(_LEAST, self.pages) - self.answered, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The rates of all pages or of one language; ``None`` where there are too few answers."""

    pages: int
    answered: int
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All that one draw tells: rates, strata, languages; ``passed``: open pages that others of their stratum overtook.

    ``why`` says what is wanting where a rate is not told.
    """

    draw: int
    at: str
    overall: Figures
    strata: tuple[Row, ...]
    languages: Mapping[str, Figures]
    passed: int
    disputed: int
    why: str


class TooFewError(DesertersError):
    """There is nothing to estimate from; the text says what to do."""


def evaluate_file(path: Path) -> Evaluation:
    """The evaluation of the last draw in the file of reviews at ``path``.

    Raises:
        TooFewError: there is no such file, or nothing has been drawn yet.
        ReviewError: the file is no file of reviews.
    """
    if not path.is_file():
        raise TooFewError(f"{path}: there are no reviews yet; whoever signs in to the site begins them at /review")
    sample = reading.sample(path)
    if not sample.draw:
        raise TooFewError(f"{path}: no pages have been drawn yet; whoever signs in to the site draws some at /review")
    return evaluate(sample)


def evaluate(sample: Sample) -> Evaluation:
    """Rates with their intervals, over all and by language, from the answers in ``sample``."""
    rows = tuple(_row(stratum, sample) for stratum in Stratum if _pages(sample, stratum))
    shares = {row.stratum: _share(row.pages, row.answered, row.relevant) for row in rows}
    kept, rejected = ([row for row in rows if row.stratum.kept is side] for side in (True, False))
    told = {
        side: [(row.pages, shares[row.stratum]) for row in each] for side, each in ((True, kept), (False, rejected))
    }
    enough = {side: all(not row.short for row in each) for side, each in ((True, kept), (False, rejected))}
    overall = _figures(told, enough, sum(row.pages for row in rows), sum(row.answered for row in rows))
    return Evaluation(
        draw=sample.draw, at=sample.at, overall=overall, strata=rows, languages=_languages(sample, shares),
        passed=sum(_passed(stratum, sample.items) for stratum in Stratum),
        disputed=sum(item.disputed for item in sample.items), why=_why(rows),
    )  # fmt: skip


def _figures(told: Mapping[bool, Parts], enough: Mapping[bool, bool], pages: int, answered: int) -> Figures:
    """The rates that there are enough answers for; ``told`` and ``enough`` by whether pages were kept."""
    both = enough[True] and enough[False] and bool(told[True])
    return Figures(
        pages=pages, answered=answered,
        precision=estimating.precision(told[True]) if enough[True] and told[True] else None,
        recall=estimating.recall(told[True], told[False]) if both else None,
        f1=estimating.f1(told[True], told[False]) if both else None,
    )  # fmt: skip


def _row(stratum: Stratum, sample: Sample) -> Row:
    items = [item for item in sample.items if item.stratum is stratum]
    opinions = Counter(item.opinion for item in items)
    return Row(
        stratum=stratum, pages=_pages(sample, stratum), drawn=len(items), relevant=opinions[Opinion.RELEVANT],
        answered=opinions[Opinion.RELEVANT] + opinions[Opinion.NOT_RELEVANT], unsure=opinions[Opinion.UNSURE],
    )  # fmt: skip


def _pages(sample: Sample, stratum: Stratum) -> int:
    return sum(pages for (each, _), pages in sample.frame.items() if each is stratum)


def _share(pages: int, answered: int, relevant: int) -> Estimate:
    return estimating.share(Part(pages=pages, answered=answered, relevant=relevant)) if answered else _UNKNOWN


def _languages(sample: Sample, shares: Mapping[Stratum, Estimate]) -> dict[str, Figures]:
    """The rates of each language of which enough pages were answered on both sides."""
    opinions: dict[Cell, list[Opinion]] = {}
    for item in sample.items:
        if item.opinion in {Opinion.RELEVANT, Opinion.NOT_RELEVANT}:
            opinions.setdefault((item.stratum, item.language), []).append(item.opinion)
    found = {}
    for language in sorted({language for _, language in sample.frame if language}):
        cells = {cell: pages for cell, pages in sample.frame.items() if cell[1] == language}
        answers = {side: sum(len(opinions.get(c, ())) for c in cells if c[0].kept is side) for side in (True, False)}
        if all(count >= _LEAST_OF_LANGUAGE for count in answers.values()):
            parts = {side: _cells(cells, opinions, shares, kept=side) for side in (True, False)}
            found[language] = _figures(parts, {True: True, False: True}, sum(cells.values()), sum(answers.values()))
    return found


def _cells(
    cells: Mapping[Cell, int], opinions: Mapping[Cell, list[Opinion]], shares: Mapping[Stratum, Estimate], *, kept: bool
) -> Parts:
    """The strata of one language; one without an answer has the share of all languages, and no bounds at all."""
    parts = []
    for cell, pages in cells.items():
        told = opinions.get(cell, [])
        if cell[0].kept is kept:
            known = _share(pages, len(told), told.count(Opinion.RELEVANT))
            borrowed = Estimate(value=shares[cell[0]].value, low=0.0, high=1.0)
            parts.append((pages, known if told else borrowed))
    return parts


def _passed(stratum: Stratum, items: Sequence[Answered]) -> int:
    """Pages that nobody answered though later ones of the stratum were: they were passed over."""
    mine = [item.opinion is not None for item in items if item.stratum is stratum]
    last = max((place for place, answered in enumerate(mine) if answered), default=-1)
    return mine[: last + 1].count(False)


def _why(rows: Sequence[Row]) -> str:
    short = [f"“{row.stratum}” wants {row.short} more of its {row.pages:,} pages" for row in rows if row.short]
    if not any(row.stratum.kept for row in rows):
        short.append("no page has been kept")
    return f"Too few answers: {'; '.join(short)}. The queue at /review asks for them." if short else ""


def as_json(found: Evaluation) -> str:
    """Everything as one object; ``f1``, ``precision`` and ``recall`` at its top, ``null`` where not known."""
    told = {
        **_numbers(found.overall),
        "why": found.why,
        "draw": found.draw,
        "drawn_at": found.at,
        "passed_over": found.passed,
        "disputed": found.disputed,
        "strata": [asdict(row) for row in found.strata],
        "languages": {name: _numbers(figures) for name, figures in found.languages.items()},
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _numbers(figures: Figures) -> dict[str, object]:
    told: dict[str, object] = {}
    for name in _RATES:
        rate: Estimate | None = getattr(figures, name)
        told[name] = round(rate.value, 4) if rate else None
        told[f"{name}_interval"] = [round(rate.low, 4), round(rate.high, 4)] if rate else None
    return {**told, "pages": figures.pages, "answered": figures.answered}


def show(console: Console, found: Evaluation) -> None:
    """The rates and the strata as tables, then what is wanting."""
    rates = Table(
        title=f"Kept against reviewed, draw {found.draw} of {found.at[:10]}; 95 % intervals", title_justify="left"
    )
    for heading in ("language", "pages", "answered", "precision", "recall", "F1"):
        rates.add_column(heading, justify="left" if heading == "language" else "right")
    for name, figures in {"all": found.overall, **found.languages}.items():
        numbers = (f"{figures.pages:,}", str(figures.answered))
        rates.add_row(name, *numbers, *(_told(getattr(figures, rate)) for rate in _RATES))
    console.print(rates)
    strata = Table(title="By what the judge made of a page", title_justify="left")
    for heading in ("stratum", "pages", "drawn", "answered", "relevant", "unsure"):
        strata.add_column(heading, justify="left" if heading == "stratum" else "right")
    for row in found.strata:
        counts = (row.pages, row.drawn, row.answered, row.relevant, row.unsure)
        strata.add_row(row.stratum, *(f"{count:,}" for count in counts))
    console.print(strata)
    if found.passed or found.disputed:
        console.print(f"{found.passed} pages were passed over; on {found.disputed} people contradict each other.")
    if found.why:
        console.print(found.why, soft_wrap=True)


def _told(rate: Estimate | None) -> str:
    return f"{rate.value:.3f} ({rate.low:.2f}-{rate.high:.2f})" if rate else "-"
