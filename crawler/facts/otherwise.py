"""A quantity in, whether it is no figure of ours out: a date, a year, an age, the number of a unit or an article."""

import re

from crawler.facts.nouns import BREAKS, broken, nearest_noun
from crawler.facts.page import Page
from crawler.facts.quantities import Form, Quantity

_LAWS = frozenset({332, 333, 334, 337, 338, 339, 275, 328, 408, 409})  # articles that such reports name
_NUMBERED = re.compile(r"(?:[№#§]|\bn\.?[°º]|\bN[or]s?\.|\bnr\.?|\bnúm\.)\s?$")
_NUMBER_SIGN = 6  # characters before a number in which the sign stands that numbers an order or a unit
_OLDEST = 100
_AGE_WORDS = 4  # words between the word for an age and the last number of a range of ages
_JOINT = 3  # letters of the words that join them
_TENS = 20  # from here on a number in words may be the head of an ordinal: "twenty-first"


def is_no_figure(page: Page, each: Quantity, numbers: set[int]) -> bool:
    """Whether the number counts nothing; ``numbers`` are the words of all quantities."""
    if each.form is not Form.NUMBER:
        return False
    return (
        _is_date(page, each)
        or _is_year(page, each, numbers)
        or _is_named_number(page, each, numbers)
        or _is_numbered(page, each)
        or _is_of_ages(page, each, numbers)
        or _is_measure(page, each)
        or _is_ordinal(page, each)
        or each.told <= 1
        or (each.spelled and any(span[1] == each.core[0] - 1 for span in page.hits.get("vague", ())))
    )


def _is_date(page: Page, each: Quantity) -> bool:
    if each.spelled or each.told > 31:
        return False
    first, last = each.core
    months = page.hits.get("months", ())
    after = any(first <= span[0] <= last + 2 and span[0] > last for span in months) and _near_month(page, last)
    before = any(span[1] == first - 1 for span in months)
    return after or before


def _near_month(page: Page, last: int) -> bool:
    """Whether the month stands right behind the day, or behind "de" and the like."""
    for span in page.hits.get("months", ()):
        if span[0] == last + 1:
            return True
        if span[0] == last + 2 and len(page.words.forms[last + 1]) <= 2:
            return True
    return False


def _is_year(page: Page, each: Quantity, numbers: set[int]) -> bool:
    plain = not each.spelled and each.core[0] == each.core[1] and len(page.raw(each.core[0])) == 4
    if each.low != each.high and each.core[0] != each.core[1]:
        plain = all(1900 <= (value or 0) <= 2100 for value in (each.low, each.high))
    if not plain or not 1900 <= each.told <= 2100:
        return False
    first, last = each.core
    beside = any(
        span[1] == first - 1 or span[0] == last + 1 for role in ("year", "months") for span in page.hits.get(role, ())
    )
    led = any(
        span[1] == first - 1
        for role in ("during", "since", "until", "to", "in", "from", "same", "half", "quarter")
        for span in page.hits.get(role, ())
    )
    noun = nearest_noun(page, last + 1, min(page.sentence(first)[1], last + 4), numbers)
    apart = noun is not None and noun[1][0] > last + 1  # "in all of 2025 the soldiers"
    return beside or led or noun is None or noun[0] == "years" or apart


def _is_named_number(page: Page, each: Quantity, numbers: set[int]) -> bool:
    """The number of an article, of a unit, or an age."""
    first, last = each.core
    at = first - 1
    start, end = page.sentence(first)
    while at >= start and (at in numbers or len(page.words.forms[at]) <= 2 or page.words.forms[at].isdigit()):
        at -= 1
    articles = {n for span in page.hits.get("article", ()) for n in range(span[0], span[1] + 1)}
    ahead = [*page.within("unit", last + 1, min(end, last + 1)), *page.within("age", first, min(end, last + 3))]
    ahead = [span for span in ahead if span[0] <= last + 1 or span[0] == first]
    back = page.within("age", max(start, first - 1), first - 1) + page.within("unit", max(start, first - 1), first - 1)
    if each.told in _LAWS and page.has("article", page.sentence(first)) and not each.spelled:
        return True
    led = not each.bracketed and any(n in articles for n in range(max(start, at), first))
    return led or bool(ahead) or bool(back)


def _is_numbered(page: Page, each: Quantity) -> bool:
    """Whether a sign before the number makes it that of an order or a unit: "№ 1495"."""
    start = page.words.starts[each.core[0]]
    return bool(_NUMBERED.search(page.text[max(0, start - _NUMBER_SIGN) : start]))


def _is_of_ages(page: Page, each: Quantity, numbers: set[int]) -> bool:
    """Whether the number stands behind the word for an age, or is an end of a range behind it: "aged 18 to 45"."""
    if max(each.told, each.high or 0) > _OLDEST:
        return False
    first = each.core[0]
    ages = {span[1] for span in page.hits.get("age", ()) if not _is_number(page, span[0] - 1, numbers)}
    for at in range(first - 1, max(page.sentence(first)[0], first - _AGE_WORDS) - 1, -1):
        if not page.joins(at):
            return False
        if at in ages:
            return True
        if not (_is_lower_end(page, at, each, numbers) or _is_small_word(page, at, numbers)):
            return False
    return False


def _is_number(page: Page, at: int, numbers: set[int]) -> bool:
    return at in numbers or (at >= 0 and page.words.forms[at].isdigit())


def _is_lower_end(page: Page, at: int, each: Quantity, numbers: set[int]) -> bool:
    """Whether word ``at`` is a number, smaller than ``each``, that a word joins to it."""
    told = int(page.words.forms[at]) if page.words.forms[at].isdigit() else page.values.get(("numbers", at), each.told)
    return _is_number(page, at, numbers) and told < each.told and any(s[0] == at + 1 for s in page.hits.get("to", ()))


def _is_small_word(page: Page, at: int, numbers: set[int]) -> bool:
    """Whether word ``at`` may stand between an age and its number: "of", "over", "from"; not "years"."""
    bound = any(span[0] <= at <= span[1] for role in ("above", "below", "from") for span in page.hits.get(role, ()))
    small = len(page.words.forms[at]) <= _JOINT and not page.within("years", at, at)
    return (bound or small) and not _is_number(page, at, numbers)


def _is_measure(page: Page, each: Quantity) -> bool:
    last, end = each.core[1], page.sentence(each.core[0])[1]
    if page.text[page.words.ends[last] :].lstrip()[:1] in {"€", "$", "£", "₽", "₴", "°"}:
        return True
    return any(
        not broken(page, last, span[0], BREAKS)
        for role in ("money", "distance", "span")
        for span in page.within(role, last + 1, min(end, last + 2))
    )


def _is_ordinal(page: Page, each: Quantity) -> bool:
    """Whether the number says which one: "91-е", "ninety-first", "64. Brigade"."""
    last = each.core[1]
    if each.spelled:
        return each.told >= _TENS and page.joins(last) and ("ordinals", last + 1) in page.values
    if page.gap(last) == ". " and any(span[0] == last + 1 for span in page.hits.get("unit", ())):
        return True
    tail = page.text[page.words.ends[last] :][:4]
    return tail[:1] in {"-", "‑", "º", "ª"} and tail[1:2].isalpha()
