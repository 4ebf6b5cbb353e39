"""A figure and everything named around it in, who says so and over what period out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.facts.figures import Counted
from crawler.facts.organisations import Named
from crawler.facts.page import Page, Span
from crawler.facts.people import Person
from crawler.facts.periods import Period
from db.model import Figure, FigureType
from db.spelling import canonical

UNNAMED = "associations"  # groups that a report does not name
_FAR = 40
_CLAUSE = 6
_PUBLISHED = 8
_GUESSED = 0.4  # certainty of a time that is that of the figure before


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Whose figure it is: a person's name, an organisation's name; empty where nobody is named."""

    speaker: str = ""
    organisation: str = ""


def said(page: Page, each: Counted, named: Sequence[Named], people: Sequence[Person]) -> Said:
    """Who says the figure: named in its sentence, else in the sentence before."""
    at = each.quantity.core[0]
    sentence = page.sentence(at)
    here = _nearest(page, at, sentence, named)
    speaker = _speaker(page, sentence, people)
    if here:
        return Said(speaker=speaker, organisation=here)
    if page.has("associations", sentence) and (page.has("according", sentence) or page.has("reports", sentence)):
        return Said(speaker=speaker, organisation=UNNAMED)
    if speaker:
        return Said(speaker=speaker)
    before = page.before(at)
    if before is None or each.type is FigureType.PRISON_YEARS:
        return Said()
    theirs = [one for one in named if before[0] <= one.span[0] <= before[1]]
    alone = len({one.name for one in theirs}) == 1
    return Said(
        organisation=_nearest(page, before[1], before, [one for one in theirs if alone or _speaks(page, one, before)])
    )


def _nearest(page: Page, at: int, sentence: Span, named: Sequence[Named]) -> str:
    here = [one for one in named if sentence[0] <= one.span[0] <= sentence[1] and not _is_bracketed(page, one)]

    def distance(one: Named) -> float:
        gap = min(abs(one.span[0] - at), abs(at - one.span[1]))
        cut = page.text[page.words.ends[min(one.span[1], at)] : page.words.starts[max(one.span[0], at)]]
        return gap + (_CLAUSE if "," in cut or ";" in cut else 0) - (2 if _speaks(page, one, sentence) else 0)

    return min(here, key=distance).name if here else ""


def _is_bracketed(page: Page, one: Named) -> bool:
    before = page.text[max(0, page.words.starts[one.span[0]] - 40) : page.words.starts[one.span[0]]]
    opened = before.rfind("(")
    return opened >= 0 and ")" not in before[opened:] and len(before[opened + 1 :].split()) > 0


def _speaks(page: Page, one: Named, sentence: Span) -> bool:
    around = (max(sentence[0], one.span[0] - 6), min(sentence[1], one.span[1] + 6))
    return any(page.has(role, around) for role in ("reports", "according", "told"))


def _speaker(page: Page, sentence: Span, people: Sequence[Person]) -> str:
    for person in people:
        if (
            person.public
            and sentence[0] <= person.span[0] <= sentence[1]
            and page.has("says", (max(sentence[0], person.span[0] - 5), min(sentence[1], person.span[1] + 8)))
        ):
            return canonical(person.name)
    return ""


def period_of(page: Page, each: Counted, periods: Sequence[Period]) -> Period | None:
    """The period of its sentence that stands nearest to the figure; none for a prison term."""
    if each.type is FigureType.PRISON_YEARS:
        return None
    at = each.quantity.core[0]
    sentence = page.sentence(at)
    here = [
        period
        for period in periods
        if sentence[0] <= period.span[0] <= sentence[1] and not _is_of_publication(page, period, at)
    ]
    if not here:
        return None
    best = min(here, key=lambda period: (_is_apart(page, period, at), _distance(page, period, at)))
    return None if _is_cut_off(page, best, at) else best


def _is_apart(page: Page, period: Period, at: int) -> bool:
    """Whether a semicolon stands between a period and a figure."""
    first, last = sorted((period.span[0], at))
    return ";" in page.text[page.words.ends[first] : page.words.starts[last]] if first != last else False


def _distance(page: Page, period: Period, at: int) -> float:
    first, last = sorted((period.span[0], at))
    cut = page.text[page.words.ends[first] : page.words.starts[last]] if first != last else ""
    return abs(period.span[0] - at) + _CLAUSE * (cut.count(",") + cut.count(";"))


def _is_of_publication(page: Page, period: Period, at: int) -> bool:
    """Whether the time is that at which a list or a report came out, not that of its figure."""
    for span in page.hits.get("published", ()):
        if page.sentence(span[0]) != page.sentence(at):
            continue
        near = min(abs(span[0] - period.span[1]), abs(period.span[0] - span[1]))
        first, last = sorted((span, period.span))
        if first[1] < last[0] and "," in page.text[page.words.ends[first[1]] : page.words.starts[last[0]]]:
            continue
        if near <= _PUBLISHED and near < abs(period.span[0] - at):
            return True
    return False


def _is_cut_off(page: Page, period: Period, at: int) -> bool:
    """Whether another stretch of time stands in between: "in 2021 12, in the next 12 months 294"."""
    first, last = sorted((period.span[1], at))
    own = range(period.span[0], period.span[1] + 1)
    return any(first < span[0] < last and span[0] not in own for span in page.hits.get("span", ()))


def carried(figures: Sequence[tuple[Counted, Figure]], page: Page) -> list[Figure]:
    """The figures; what is a part of the one before it, or follows it, takes its time, and a part its speaker too.

    A time that only follows is as good as a guess, and its certainty says so.
    """
    told: list[Figure] = []
    for number, (each, figure) in enumerate(figures):
        before = figures[number - 1][0] if number else None
        if before is None or before.unit == "years" or not _is_close(page, each, before):
            told.append(figure)
        elif _is_part(page, each):
            told.append(_part(figure, told[-1], timed=_is_timed(page, each, before, figure)))
        else:
            told.append(_followed(figure, told[-1]))
    return told


def _is_close(page: Page, each: Counted, before: Counted) -> bool:
    """Whether a figure stands in the sentence of the one before it, or in the next."""
    at = each.quantity.core[0]
    return page.sentence(before.quantity.core[0]) in {page.sentence(at), page.before(at)}


def _is_part(page: Page, each: Counted) -> bool:
    """Whether a figure speaks of the one before it: a share, a ratio, or some of those."""
    if each.unit == "percent" and page.has("sentence", page.sentence(each.quantity.core[0])):
        return False  # a share of somebody's pay
    behind = each.quantity.core[1] + 1
    return each.unit in {"percent", "times"} or any(span[0] == behind for span in page.hits.get("ofthem", ()))


def _is_timed(page: Page, each: Counted, before: Counted, figure: Figure) -> bool:
    """Whether a figure has a time of its own; that beside "more than in" is the one that it is compared with."""
    same = page.sentence(before.quantity.core[0]) == page.sentence(each.quantity.core[0])
    return bool(figure.starts or figure.ends) and not (same and each.unit in {"percent", "times"})


def _part(figure: Figure, model: Figure, *, timed: bool) -> Figure:
    if not timed:
        times = (model.starts, model.ends, model.period_certainty)
        figure = replace(figure, starts=times[0], ends=times[1], period_certainty=times[2])
    if not figure.organisation and not figure.speaker:
        figure = replace(figure, organisation=model.organisation, speaker=model.speaker)
    return figure


def _followed(figure: Figure, model: Figure) -> Figure:
    untold = figure.starts is None and figure.ends is None and figure.type is not FigureType.PRISON_YEARS
    if not untold or (model.starts is None and model.ends is None):
        return figure
    return replace(figure, starts=model.starts, ends=model.ends, period_certainty=_GUESSED)
