"""A read page in, the quantities in it out: numerals and words, with bounds, ranges, magnitudes, and their place."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from crawler.facts.page import Page, Span

_NUMERAL = re.compile(
    r"(?<![^\W\u3040-\u9fff])(?<![.,/:№§#+€$£])(?<![^\W\d][-‑])"
    r"(?:\d{1,3}(?:[ \u00a0\u2009\u202f.,'’]\d{3})+(?![\d])(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)"
    r"(?![\d:/]|[.,]\d)"
)
_DASH = re.compile(r"\s?[-–—]\s?")
_REACH = 2  # words between a bound and its number
_LARGE = 100
_WIDEST = 3  # how many times the lower end of a range the higher one is, where no word opens the range


class Form(StrEnum):
    """How a quantity is told."""

    NUMBER = "number"
    PERCENT = "percent"
    TIMES = "times"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number in a text: its bounds (``None``: open), the words that tell it, and the number's own words in them."""

    low: float | None
    high: float | None
    span: Span
    core: Span
    form: Form = Form.NUMBER
    spelled: bool = False
    bracketed: bool = False
    certain: bool = True

    @property
    def told(self) -> float:
        """The number that the text names."""
        return self.low if self.low is not None else self.high if self.high is not None else 0.0


def quantities(page: Page) -> list[Quantity]:
    """Every quantity of ``page`` in order; which of them are figures of ours is not decided here."""
    plain = _ranges(page, [*_numerals(page), *_spelled(page)])
    bounded = [_bounded(page, each) for each in plain]
    shares = [*_valued(page, "fractions", Form.PERCENT), *_valued(page, "multiples", Form.TIMES), *_parts(page, plain)]
    taken = {at for each in shares for at in range(each.span[0], each.span[1] + 1)}
    rest = [each for each in bounded if each.core[0] not in taken]
    return sorted([*rest, *shares], key=lambda each: each.core)


def _numerals(page: Page) -> list[Quantity]:
    found = []
    starts = {start: at for at, start in enumerate(page.words.starts)}
    for numeral in _NUMERAL.finditer(page.text):
        first = starts.get(numeral.start())
        if first is None:
            continue
        last = first
        while page.words.ends[last] < numeral.end():
            last += 1
        if page.words.ends[last] != numeral.end():
            continue  # a word of letters and digits
        value = _value(numeral[0], page.language.decimal)
        bracketed = page.text[numeral.start() - 1 : numeral.start()] == "("
        found.append(_scaled(page, value, (first, last), bracketed=bracketed))
    return found


def _value(numeral: str, decimal: str) -> float:
    bare = re.sub(r"[\s'’]", "", numeral)
    grouping = "." if decimal == "," else ","
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+|[1-9]\d{0,2}(,\d{3})+", bare):
        return float(re.sub(r"[.,]", "", bare))  # three digits behind a mark are thousands, whatever the language
    head, mark, tail = bare.rpartition(decimal)
    if mark and len(tail) < 3:
        return float(re.sub(r"[.,]", "", head) + "." + tail)
    whole, _, part = bare.replace(grouping, "").rpartition(decimal)
    return float(re.sub(r"[.,]", "", whole) + "." + part) if whole else float(re.sub(r"[.,]", "", part))


def _scaled(page: Page, value: float, core: Span, *, bracketed: bool = False, spelled: bool = False) -> Quantity:
    """The quantity with the magnitude and the percent sign that follow it."""
    first, last = core
    following = last + 1
    scale = page.values.get(("magnitudes", following)) if _adjacent(page, last) else None
    if scale and not (spelled and value < 1):
        value, last = value * scale, following
    half = next(iter(_at(page, "andhalf", last + 1)), None)
    if half and value < _LARGE:
        value, last = value + 0.5, half[1]
        scale = page.values.get(("magnitudes", last + 1))
        if scale:
            value, last = value * scale, last + 1
    form = Form.TIMES if any(span[1] == core[0] - 1 for span in page.hits.get("multiplied", ())) else Form.NUMBER
    if re.match(r"\s?[%٪％]", page.text[page.words.ends[last] :]):
        form = Form.PERCENT
    elif _adjacent(page, last) and (span := next(iter(_at(page, "percent", last + 1)), None)):
        form, last = Form.PERCENT, span[1]
    elif _adjacent(page, last) and (span := min(_at(page, "times", last + 1), default=None)):
        form, last = Form.TIMES, span[1]
    return Quantity(
        low=value, high=value, span=(first, last), core=(first, last), form=form, spelled=spelled, bracketed=bracketed
    )


def _adjacent(page: Page, at: int) -> bool:
    return page.joins(at) or page.gap(at) == ". "


def _at(page: Page, role: str, at: int) -> list[Span]:
    return [span for span in page.hits.get(role, ()) if span[0] == at]


def _spelled(page: Page) -> list[Quantity]:
    """Numbers in words: hundreds multiply, tens and units add up, magnitudes multiply what stands before them."""
    found: list[Quantity] = []
    at, count = 0, len(page.words.forms)
    while at < count:
        value, last = _spelled_at(page, at)
        if last < at:
            at += 1
            continue
        found.append(_with_rest(page, _scaled(page, value, (at, last), spelled=True)))
        at = found[-1].core[1] + 1
    return found


def _with_rest(page: Page, each: Quantity) -> Quantity:
    """The quantity with what is added to its thousands: "two thousand | four hundred"."""
    last = each.core[1]
    if each.form is not Form.NUMBER or each.told < 1000 or each.told % 1000 or not page.joins(last):
        return each
    value, end = _spelled_at(page, last + 1)
    if end <= last or value >= 1000:
        return each
    core = (each.core[0], end)
    return replace(each, low=each.told + value, high=each.told + value, core=core, span=core)


def _spelled_at(page: Page, at: int) -> tuple[float, int]:
    value, last, here = 0.0, at - 1, at
    before = 0.0
    while here < len(page.words.forms):
        part = page.values.get(("numbers", here))
        if part is not None and _is_percent(page, here):
            break
        if part is None or (here > at and not page.joins(here - 1)):
            break
        if value and part == _LARGE and value < 10:
            value *= part
        elif value and before and part >= before:
            break  # two numbers side by side
        else:
            value += part
        before, last = part, here
        here += 1
    return value, last


def _is_percent(page: Page, at: int) -> bool:
    """Whether the word is a piece of the word for percent: "por ciento"."""
    return any(span[0] < at <= span[1] for span in page.hits.get("percent", ()))


def _valued(page: Page, role: str, form: Form) -> list[Quantity]:
    taken = -1
    found = []
    for span in sorted(page.hits.get(role, ()), key=lambda each: (each[0], -each[1])):
        value = page.values.get((role, span[0]))
        if span[0] <= taken or value is None or _is_inside(page, span):
            continue
        taken = span[1]
        part = _part_of_many(page, span, value)
        if part:
            found.append(_bounded(page, part))
            continue
        taken = span[1]
        found.append(_bounded(page, Quantity(low=value, high=value, span=span, core=span, form=form, spelled=True)))
    return found


def _parts(page: Page, plain: list[Quantity]) -> list[Quantity]:
    """Read "nine in ten" and "two of five" as shares."""
    found = []
    for left, right in pairwise(plain):
        joined = any(span == (left.core[1] + 1, right.core[0] - 1) for span in page.hits.get("among", ()))
        whole = right.told in {2, 3, 4, 5, 6, 7, 8, 9, 10, 100}
        if (
            joined
            and whole
            and (left.told > 1 or not left.spelled)
            and left.told < right.told
            and left.low == left.high
        ):
            share = round(100 * left.told / right.told, 1)
            core = (left.core[0], right.core[1])
            part = Quantity(low=share, high=share, span=core, core=core, form=Form.PERCENT, spelled=True)
            found.append(_bounded(page, part))
    return found


def _is_inside(page: Page, span: Span) -> bool:
    """Whether the half is that of "one and a half"."""
    return any(other[0] <= span[0] and span[1] <= other[1] for other in page.hits.get("andhalf", ()))


def _part_of_many(page: Page, span: Span, value: float) -> Quantity | None:
    """Read "half a million" as a number."""
    for at in (span[1] + 1, span[1] + 2):
        scale = page.values.get(("magnitudes", at))
        if scale and value == 50 and all(len(page.words.forms[n]) <= 3 for n in range(span[1] + 1, at)):
            core = (span[0], at)
            return Quantity(low=scale / 2, high=scale / 2, span=core, core=core, spelled=True)
    return None


def _ranges(page: Page, found: list[Quantity]) -> list[Quantity]:
    """Join "from X to Y" and "X-Y" into one quantity."""
    found.sort(key=lambda each: each.core)
    joined: list[Quantity] = []
    for each in found:
        before = joined[-1] if joined else None
        if before and before.low is not None and _are_range(page, before, each):
            joined[-1] = _range(page, before, each)
        else:
            joined.append(each)
    return joined


def _are_range(page: Page, left: Quantity, right: Quantity) -> bool:
    between = page.text[page.words.ends[left.core[1]] : page.words.starts[right.core[0]]]
    if left.low != left.high or left.told >= right.told or right.told > left.told * 100_000:
        return False
    if _DASH.fullmatch(between) or _is_open_range(page, left, right):
        return True
    apart = right.core[0] - left.core[1] - 1
    opened = any(span[1] == left.core[0] - 1 for span in page.hits.get("from", ()))
    joins = any(span == (left.core[1] + 1, right.core[0] - 1) for span in page.hits.get("to", ()))
    return 1 <= apart <= _REACH and opened and joins and "," not in between


def _is_open_range(page: Page, left: Quantity, right: Quantity) -> bool:
    """Whether "to" alone joins two numbers of one size: "200 to 250"; it is a word that leads to a place as well."""
    between = (left.core[1] + 1, right.core[0] - 1)
    joins = between[0] == between[1] and page.joins(left.core[1]) and page.joins(between[1])
    leads = any(between in page.hits.get(role, ()) for role in ("in", "below"))
    year = not left.spelled and 1900 <= left.told <= 2100
    return joins and leads and between in page.hits.get("to", ()) and not year and right.told <= _WIDEST * left.told


def _range(page: Page, left: Quantity, right: Quantity) -> Quantity:
    low, high = left.told, right.told
    if right.core[1] > right.core[0] and low < 1000 <= high and low * 1000 <= high * 10 and not left.spelled:
        scale = page.values.get(("magnitudes", right.core[1]))
        low = low * scale if scale else low  # "5-7 thousand"
    opened = next((span[0] for span in page.hits.get("from", ()) if span[1] == left.core[0] - 1), left.core[0])
    return replace(right, low=low, high=high, span=(opened, right.span[1]), core=(left.core[0], right.core[1]))


def _bounded(page: Page, each: Quantity) -> Quantity:
    """The quantity with the words before it that make it a bound or a rough number."""
    if each.low != each.high:
        return each
    first = each.core[0]
    for role in ("above", "below", "about"):
        span = _bound(page, role, first)
        if span:
            low = None if role == "below" else each.low
            high = None if role == "above" else each.high
            return replace(each, low=low, high=high, span=(span[0], each.span[1]))
    behind = next(iter(_at(page, "upward", each.core[1] + 1)), None)
    return replace(each, high=None, span=(each.span[0], behind[1])) if behind else each


def _bound(page: Page, role: str, first: int) -> Span | None:
    spans = [span for span in page.hits.get(role, ()) if first - _REACH <= span[1] < first]
    close = [span for span in spans if span[1] == first - 1 and not page.gap(span[1]).strip()]
    return min(close, default=None)
