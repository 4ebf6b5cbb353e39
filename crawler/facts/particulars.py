"""A sentence that tells of a decision in, what it tells of it out: how many people, which court, which articles."""

import re
from collections.abc import Sequence

from crawler.facts.nouns import BREAKS, broken
from crawler.facts.otherwise import is_no_figure
from crawler.facts.page import Page, Span
from crawler.facts.periods import Period
from crawler.facts.quantities import Form, Quantity
from crawler.words import is_small
from db.model import DecisionKind, Figure, FigureType

KINDS = {
    "grant": DecisionKind.GRANTED,
    "refuse": DecisionKind.REFUSED,
    "claim": DecisionKind.CLAIMED,
    "appeal": DecisionKind.APPEALED,
    "visa": DecisionKind.VISA,
    "detain": DecisionKind.DETAINED,
    "extradite": DecisionKind.EXTRADITED,
    "deport": DecisionKind.DEPORTED,
    "abduct": DecisionKind.ABDUCTED,
    "return": DecisionKind.RETURNED,
    "charge": DecisionKind.CHARGED,
    "sentence": DecisionKind.SENTENCED,
    "kill": DecisionKind.KILLED,
    "exchange": DecisionKind.EXCHANGED,
}
ARTICLE = 3  # letters of an article at the head of a sentence: "The court"
Told = tuple[Sequence[Quantity], Sequence[Period], Sequence[Figure]]
_ARTICLE = re.compile(r"\b(275\.1|33[24789]|275)\b")
_PART_WORD = r"(?:part|part\.|ч\.?|част\w*|teil|absatz|abs\.|partie|część|części|ust\.|parte|osa)"
_PART_AHEAD = re.compile(rf"[,\s]*{_PART_WORD}\s*(\d(?:\.\d)?)", re.IGNORECASE)
_PART_BEHIND = re.compile(rf"{_PART_WORD}\s*(\d(?:\.\d)?)\D{{0,20}}$", re.IGNORECASE)
_COURTLY = (
    "гарнизон",
    "военн",
    "областн",
    "районн",
    "гарнізон",
    "военен",
    "military",
    "garrison",
    "district",
    "militaire",
)
_MOST = 100_000
_LONGEST = 50  # years of a prison term
_AUXILIARIES = 2  # words between a number and its verb: "five have been"
_REACH = 12
_PAPERS = {
    FigureType.GRANTS: (DecisionKind.GRANTED, DecisionKind.VISA),
    FigureType.REFUSALS: (DecisionKind.REFUSED,),
    FigureType.ASYLUM_CLAIMS: (DecisionKind.CLAIMED, DecisionKind.REFUSED),
}


def people(page: Page, span: Span, sentence: Span, quantities: Sequence[Quantity]) -> int | None:
    """How many it is about: the exact number of people that stands nearest to the deed."""
    counted = [
        each
        for each in quantities
        if sentence[0] <= each.core[0] <= sentence[1]
        and each.form is Form.NUMBER
        and each.low == each.high
        and 1 < each.told < _MOST
        and not _is_time(page, each, sentence)
        and not is_apart(page, span, each.core)
        and not _is_whole(page, each, quantities)
        and (_is_of_people(page, each, sentence) or _is_subject(page, each, span))
    ]
    nearest = min(counted, key=lambda each: between(span, each.core), default=None)
    return int(nearest.told) if nearest and between(span, nearest.core) < _REACH else None


def _is_whole(page: Page, each: Quantity, quantities: Sequence[Quantity]) -> bool:
    """Whether the deed was done to a part of the number: "1,123 of 1,906 applications"."""
    ends = {other.core[1] for other in quantities}
    return any(span[1] == each.core[0] - 1 and span[0] - 1 in ends for span in page.hits.get("among", ()))


def papers(page: Page, kind: DecisionKind, span: Span, sentence: Span, figures: Sequence[Figure]) -> int | None:
    """How many papers were given, where no people are counted: "eleven visas were issued"."""
    start, end, _ = page.quote(*sentence)
    counts = [
        each.low
        for each in figures
        if kind in _PAPERS.get(each.type, ())
        and start <= each.evidence.start < end
        and each.low == each.high
        and not is_apart(page, span, (page.at(each.evidence.start),) * 2)
    ]
    return int(counts[0]) if len(counts) == 1 and counts[0] else None


def _is_time(page: Page, each: Quantity, sentence: Span) -> bool:
    """Whether years or months are counted: "of 38 years, mobilised"."""
    at = min(sentence[1], each.core[1] + 1)
    return any(page.within(role, at, at) for role in ("years", "year", "span", "months", "month", "age"))


def _is_subject(page: Page, each: Quantity, span: Span) -> bool:
    """Whether a number in words stands right before the deed: "five were turned down"."""
    between = range(each.core[1] + 1, span[0])
    small = len(between) <= _AUXILIARIES and all(is_small(page.raw(at)) for at in between)
    return each.spelled and each.core[1] < span[0] and small and not broken(page, each.core[1], span[0], BREAKS)


def _is_of_people(page: Page, each: Quantity, sentence: Span) -> bool:
    after = (each.core[1] + 1, min(sentence[1], each.core[1] + 3))
    named = any(page.within(role, *after) for role in ("people", "deserters", "fugitive"))
    bare = any(
        page.within(role, *after) for role in ("years", "span", "months", "cases", "claims", "money", "distance")
    )
    if is_no_figure(page, each, set()):
        return False
    return named or (not bare and each.told >= 10 and not each.bracketed and len(page.raw(each.core[0])) != 4)


def between(one: Span, other: Span) -> int:
    """How many words lie between two spans; where one holds the other, how deep it lies."""
    if one[0] <= other[0] and other[1] <= one[1]:
        return min(other[0] - one[0], one[1] - other[1])
    return max(other[0] - one[1], one[0] - other[1], 0)


def court(page: Page, sentence: Span, houses: Sequence[Span]) -> str:
    """The court that is named: by its name, else its words in a row, capitals before it."""
    span = next(iter(page.within("court", *sentence)), None)
    if span is None:
        return ""
    house = next((each for each in houses if each[0] <= span[0] and span[1] <= each[1]), None)
    if house:
        return page.quote(*house)[2]
    first, last = span
    while first > sentence[0] and span[0] - first < 4 and _belongs(page, first - 1):
        first -= 1
    if first == sentence[0] and first < span[0] and (_is_deed(page, first) or len(page.raw(first)) <= ARTICLE):
        first += 1
    while last < sentence[1] and last - span[1] < 4 and _belongs(page, last + 1, behind=True):
        last += 1
    return page.quote(first, _without_person(page, span[1], last, houses))[2]


def _is_deed(page: Page, at: int) -> bool:
    return any(span[0] == at for role in KINDS for span in page.hits.get(role, ()))


def _without_person(page: Page, court: int, last: int, places: Sequence[Span]) -> int:
    """The last word of a court's name that seems to end in word ``last``; two unknown names in a row are a person."""
    known = {at for span in places for at in range(span[0], span[1] + 1)}
    for at in range(court + 1, last):
        if not any(n in known or page.words.forms[n].startswith(_COURTLY) for n in (at, at + 1)):
            return at - 1
    return last


def _belongs(page: Page, at: int, *, behind: bool = False) -> bool:
    if not page.joins(at - 1 if behind else at):
        return False
    return page.raw(at)[:1].isupper() or page.words.forms[at].startswith(_COURTLY)


def articles(page: Page, sentence: Span) -> tuple[str, ...]:
    """The articles of the code that the sentence names, with their parts."""
    text = page.quote(*sentence)[2]
    found = []
    for article in _ARTICLE.finditer(text):
        ahead = _PART_AHEAD.match(text, article.end())
        behind = _PART_BEHIND.search(text, max(0, article.start() - 40), article.start())
        part = ahead or behind
        found.append(f"{article[1]} part {part[1]}" if part else article[1])
    return tuple(dict.fromkeys(found))


def term(page: Page, sentence: Span, told: Told) -> str:
    """The prison term in the sentence, in the text's own words: "7 years and 6 months"; no age and no year."""
    quantities, _, figures = told
    starts = {each.evidence.start for each in figures if each.type is FigureType.PRISON_YEARS}
    terms = [
        (page.words.starts[each.span[0]] not in starts, each.span[0], _with_months(page, years[0][1], sentence))
        for each in quantities
        if sentence[0] <= each.core[0] <= sentence[1] and not _is_age_or_year(page, each)
        for years in [page.within("years", each.core[1] + 1, min(sentence[1], each.core[1] + 2))]
        if years
    ]
    return page.quote(*min(terms)[1:])[2] if terms else ""


def _is_age_or_year(page: Page, each: Quantity) -> bool:
    return each.told > _LONGEST or (each.told > 1 and is_no_figure(page, each, set()))


def _with_months(page: Page, last: int, sentence: Span) -> int:
    """The last word of a term that ends in word ``last``, or in the months behind it."""
    for first, end in page.within("month", last + 2, min(sentence[1], last + 4)):
        number = page.words.forms[first - 1].isdigit() or ("numbers", first - 1) in page.values
        if number and not broken(page, last, first, BREAKS):
            return end
    return last


def is_apart(page: Page, one: Span, other: Span) -> bool:
    """Whether a semicolon stands between."""
    first, last = sorted((one, other))
    return ";" in page.text[page.words.ends[first[1]] : page.words.starts[last[0]]]
