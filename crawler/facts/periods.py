"""A read page and its day of publication in, the periods that its sentences name out: when to when, how certain."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from crawler.facts.nouns import NOUNS
from crawler.facts.page import Page, Span

WAR = date(2022, 2, 24)  # the invasion of Ukraine
MOBILISATION = date(2022, 9, 21)  # the decree on partial mobilisation in Russia
_SURE, _LIKELY, _VAGUE = 0.9, 0.7, 0.45
_NEAR = 2
_QUARTER, _HALF = 3, 6  # months


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period named by the words of ``span``; ``None``: open, or reaching to a day that is not known."""

    span: Span
    starts: date | None
    ends: date | None
    certainty: float = _SURE
    monthly: bool = False
    open: bool = False


def periods(page: Page, published: date | None) -> list[Period]:
    """Every period of ``page``, in order."""
    found: list[Period] = []
    for sentence in page.sentences:
        atoms = _atoms(page, sentence, published)
        joined = _joined(page, _with_years(atoms, published), published)
        events = _since_events(page, sentence, published)
        joined = [replace(each, starts=events[0].starts) if events and each.starts is None else each for each in joined]
        joined = joined or events
        found.extend(_repeated(page, joined, found))
    return found


# -- atoms: a day, a month, a quarter, a half, a year


@dataclass(frozen=True, slots=True, kw_only=True)
class _Atom:
    span: Span
    year: int | None
    month: int | None = None
    months: int = 12
    day: int | None = None
    certainty: float = _SURE
    fixed: tuple[date, date] | None = None


def _atoms(page: Page, sentence: Span, published: date | None) -> list[_Atom]:
    found = [*_relative(page, sentence, published), *_parts(page, sentence, published), *_months(page, sentence)]
    found += _seasons(page, sentence, published)
    taken = {at for atom in found for at in range(atom.span[0], atom.span[1] + 1)}
    for at in range(sentence[0], sentence[1] + 1):
        year = _year(page, at)
        if year and at not in taken and _is_told_as_year(page, at):
            found.append(_Atom(span=(at, at), year=year))
    return sorted(found, key=lambda atom: atom.span)


def _year(page: Page, at: int) -> int | None:
    raw = page.words.forms[at] if 0 <= at < len(page.words.forms) else ""
    return int(raw) if len(raw) == 4 and raw.isdigit() and 1990 <= int(raw) <= 2100 else None


def _is_told_as_year(page: Page, at: int) -> bool:
    """Whether the number is named as a year: beside the word, or behind a word of time."""
    spans = [
        span for role in ("year", "during", "since", "until", "from", "in", "endof") for span in page.hits.get(role, ())
    ]
    if _opens_clause(page, at) or _leads_number(page, at):
        return True
    return any(span[1] == at - 1 or span[0] == at + 1 for span in spans) or page.words.sentences[at] != (
        page.words.sentences[at - 1] if at else -1
    )


def _opens_clause(page: Page, at: int) -> bool:
    """Whether the number is the first word of a clause and counts nothing: "; 2024 waren es 10.308"."""
    counts = any(at < span[0] <= at + _NEAR for role in NOUNS for span in page.hits.get(role, ()))
    return at > 0 and page.gap(at - 1).strip() in {";", ",", "–", "—"} and not counts


def _leads_number(page: Page, at: int) -> bool:
    """Whether another number stands right behind it: "lehnte 2024 1.123 Anträge ab"."""
    following = page.words.forms[at + 1] if at + 1 < len(page.words.forms) else ""
    return following.isdigit() and page.gap(at).isspace()


def _months(page: Page, sentence: Span) -> list[_Atom]:
    found = []
    for first, last in page.within("months", *sentence):
        month = int(page.values.get(("months", first), 0))
        year, end = _year_behind(page, last, sentence)
        day, start = _day_before(page, first, sentence)
        ahead = last < sentence[1] and _is_day(page, last + 1) and not page.gap(last).strip()
        if day is None and ahead and (year is None or end > last + 1):
            day, end = int(page.words.forms[last + 1]), last + 1
            year, end = _year_behind(page, end, sentence, end)
        if month:
            found.append(_Atom(span=(start, end), year=year, month=month, months=1, day=day))
    return found


def _seasons(page: Page, sentence: Span, published: date | None) -> list[_Atom]:
    found = []
    for first, last in page.within("seasons", *sentence):
        month = int(page.values.get(("seasons", first), 0))
        year, end = _year_behind(page, last, sentence)
        if year is None and published:
            year = published.year - (month > published.month)
        if year and month:
            found.append(_Atom(span=(first, end), year=year, month=min(month, 10), months=3, certainty=_LIKELY))
    return found


def _is_day(page: Page, at: int) -> bool:
    raw = page.words.forms[at]
    return raw.isdigit() and 1 <= int(raw) <= 31 and len(raw) <= 2


def _day_before(page: Page, first: int, sentence: Span) -> tuple[int | None, int]:
    for step in (1, 2):
        at = first - step
        if at < sentence[0] and not (step == 1 and at >= 0 and page.language.nouns and page.gap(at) == ". "):
            break  # "am 3. März" seems to end a sentence
        if _is_day(page, at):
            return int(page.words.forms[at]), at
        if len(page.words.forms[at]) > 2:
            break
    return None, first


def _year_behind(page: Page, last: int, sentence: Span, default: int | None = None) -> tuple[int | None, int]:
    for at in range(last + 1, min(last + 1 + _NEAR, sentence[1] + 1)):
        year = _year(page, at)
        if year:
            return year, at
        if len(page.words.forms[at]) > 3:
            break
    return None, last if default is None else default


def _parts(page: Page, sentence: Span, published: date | None) -> list[_Atom]:
    """Halves and quarters of a year."""
    found = []
    for role, months in (("half", _HALF), ("quarter", _QUARTER)):
        for span in page.within(role, *sentence):
            number, first = _number_of(page, span, sentence)
            if number is None or number * months > 12:
                continue
            year, last = _year_after(page, span[1], sentence, published)
            if year:
                start = (int(number) - 1) * months + 1
                found.append(_Atom(span=(first, last), year=year, month=start, months=months))
    return [*found, *_first_months(page, sentence, published)]


def _first_months(page: Page, sentence: Span, published: date | None) -> list[_Atom]:
    """The first three months of a year."""
    found = []
    for span in page.within("month", *sentence):
        count = next((n for n in (_count(page, span[0] - step) for step in (1, 2)) if n), None)
        led = [at for at in range(max(sentence[0], span[0] - 4), span[0]) if page.values.get(("ordinals", at)) == 1]
        year, last = _year_after(page, span[1], sentence, published)
        if count and led and year and 1 < count <= 12:
            found.append(_Atom(span=(led[0], last), year=year, month=1, months=count))
    return found


def _count(page: Page, at: int) -> int | None:
    if at < 0:
        return None
    raw = page.words.forms[at]
    told = int(raw) if raw.isdigit() and len(raw) < 3 else page.values.get(("numbers", at))
    return int(told) if told else None


def _number_of(page: Page, span: Span, sentence: Span) -> tuple[float | None, int]:
    for at in (span[0] - 1, span[0] - 2, span[1] + 1):
        if sentence[0] <= at <= sentence[1]:
            value = page.values.get(("ordinals", at))
            if value:
                return value, min(at, span[0])
            raw = page.words.forms[at]
            if raw in {"1", "2", "3", "4"}:
                return float(raw), min(at, span[0])
    return None, span[0]


def _year_after(page: Page, last: int, sentence: Span, published: date | None) -> tuple[int | None, int]:
    for at in range(last + 1, min(last + 5, sentence[1] + 1)):
        year = _year(page, at)
        if year:
            return year, at
    if published:
        end = min(last + 3, sentence[1])
        if page.within("last", last + 1, end) and page.within("year", last + 1, end):
            return published.year - 1, end
        return published.year, last
    return None, last


def _relative(page: Page, sentence: Span, published: date | None) -> list[_Atom]:
    """Last year, this month, the last twelve months."""
    if published is None:
        return []
    spans = page.within("lastyear", *sentence)
    found = [_Atom(span=span, year=published.year - 1, certainty=_LIKELY) for span in spans]
    for role, back in (("last", 1), ("this", 0)):
        for span in page.within(role, *sentence):
            atom = _relative_at(page, span, sentence, published, back)
            if atom:
                found.append(atom)
    return found


def _relative_at(page: Page, span: Span, sentence: Span, published: date, back: int) -> _Atom | None:
    reach = (max(sentence[0], span[0] - 2), min(sentence[1], span[1] + 2))
    for role, months in (("month", 1), ("quarter", _QUARTER), ("half", _HALF), ("year", 12)):
        beside = [each for each in page.within(role, *reach) if _adjoins(page, each, span)]
        if not beside:
            continue
        words = (min(span[0], beside[0][0]), max(span[1], beside[0][1]))
        if any(_year(page, at) for at in range(words[0] - 1, words[1] + 2)):
            return None
        start = (published.month - 1) // months * months + 1 - back * months
        year = published.year + (start - 1) // 12
        return _Atom(span=words, year=year, month=(start - 1) % 12 + 1, months=months, certainty=_LIKELY)
    return None


def _adjoins(page: Page, one: Span, other: Span) -> bool:
    gap = max(one[0] - other[1], other[0] - one[1])
    between = page.text[page.words.ends[min(one[1], other[1])] : page.words.starts[max(one[0], other[0])]]
    return gap == 1 and not between.strip()


# -- atoms to periods


def _with_years(atoms: list[_Atom], published: date | None) -> list[_Atom]:
    """Months without a year take that of the next atom, else the last such month before publication."""
    known: list[_Atom] = []
    for number, atom in enumerate(atoms):
        if atom.year is not None:
            known.append(atom)
            continue
        following = next((each for each in atoms[number + 1 : number + 2] if each.year), None)
        if following and following.span[0] - atom.span[1] <= 3 and following.month:
            known.append(replace(atom, year=following.year))
        elif published and atom.month:
            year = published.year - (atom.month > published.month)
            known.append(replace(atom, year=year, certainty=_LIKELY))
    return known


def _bounds(atom: _Atom) -> tuple[date, date]:
    year, month = atom.year or WAR.year, atom.month or 1
    if atom.day:
        day = date(year, month, min(atom.day, calendar.monthrange(year, month)[1]))
        return day, day
    last = month + (atom.months if atom.month else 12) - 1
    return date(year, month, 1), date(year, last, calendar.monthrange(year, last)[1])


def _joined(page: Page, atoms: list[_Atom], published: date | None) -> list[Period]:
    found, skip = [], False
    for atom, following in pairwise([*atoms, None]):
        if skip:
            skip = False
            continue
        if atom is None:
            break
        starts, ends = _bounds(atom)
        certainty, monthly = atom.certainty, atom.month is not None and not atom.day
        if following and _are_ends(page, atom, following):
            found.append(
                Period(span=(atom.span[0], following.span[1]), starts=starts, ends=_bounds(following)[1], monthly=True)
            )
            skip = True
        elif _is_since(page, atom):
            found.append(Period(span=atom.span, starts=starts, ends=published, certainty=certainty, open=True))
        elif (
            _leads(page, "endof", atom.span[0])
            or any(span[0] == atom.span[1] + 1 for span in page.hits.get("endof", ()) if page.language.endings > 3)
            or (_leads(page, "until", atom.span[0]) and not _leads(page, "during", atom.span[0]))
        ):
            found.append(Period(span=atom.span, starts=None, ends=ends, certainty=certainty))
        else:
            if published and starts <= published < ends:
                ends = published
            found.append(Period(span=atom.span, starts=starts, ends=ends, certainty=certainty, monthly=monthly))
    return found


def _are_ends(page: Page, atom: _Atom, following: _Atom) -> bool:
    between = page.text[page.words.ends[atom.span[1]] : page.words.starts[following.span[0]]]
    gap = following.span[0] - atom.span[1] - 1
    if gap == 0:
        return between.strip() in {"-", "–", "—"}
    joins = page.within("until", atom.span[1] + 1, following.span[0] - 1) or page.within(
        "to", atom.span[1] + 1, following.span[0] - 1
    )
    led = _leads(page, "from", atom.span[0]) or _leads(page, "since", atom.span[0])
    return gap <= 3 and bool(joins) and led and "," not in between


def _leads(page: Page, role: str, first: int) -> bool:
    return any(first - _NEAR <= span[1] < first and _is_clear(page, span[1], first) for span in page.hits.get(role, ()))


def _is_clear(page: Page, last: int, first: int) -> bool:
    """Whether nothing but a short word stands between."""
    return last == first - 1 or (last == first - 2 and len(page.words.forms[first - 1]) <= 5)


def _is_since(page: Page, atom: _Atom) -> bool:
    if _leads(page, "since", atom.span[0]) or any(
        atom.span[1] < span[0] <= atom.span[1] + 1 for span in page.hits.get("since", ()) if page.language.endings > 3
    ):
        return True
    first = page.sentence(atom.span[0])[0]
    for span in [*page.within("since", first, atom.span[0] - 1), *page.within("war", first, atom.span[0] - 1)]:
        opens = span[0] == first or page.gap(span[0] - 1).strip() in {",", "—", "–", ";"}
        between = page.text[page.words.ends[span[1]] : page.words.starts[atom.span[0]]]
        if opens and atom.span[0] - span[1] <= 6 and "," not in between:
            return True
    return False


def _since_events(page: Page, sentence: Span, published: date | None) -> list[Period]:
    """Since the war, the mobilisation or the year began, where the sentence names no other time."""
    begins = {"mobilisation": MOBILISATION, "war": WAR}
    if published:
        begins["newyear"] = date(published.year, 1, 1)
    for role, day in begins.items():
        for span in page.within(role, *sentence)[:1]:
            return [Period(span=span, starts=day, ends=published, certainty=_VAGUE, open=True)]
    return []


def _repeated(page: Page, found: list[Period], before: list[Period]) -> list[Period]:
    """Take up "the same period of 2021": the months of the period before, in another year."""
    result: list[Period] = []
    for period in found:
        model = next(
            (each for each in reversed([*before, *result]) if each.monthly and each.starts and each.ends), None
        )
        same = any(period.span[0] - 4 <= span[1] < period.span[0] for span in page.hits.get("same", ()))
        if same and model and model.starts and model.ends and period.starts:
            shift = period.starts.year - model.starts.year
            ends = _moved(model.ends, shift)
            result.append(replace(period, starts=_moved(model.starts, shift), ends=ends, monthly=True))
        else:
            result.append(period)
    return result


def _moved(day: date, years: int) -> date:
    last = calendar.monthrange(day.year + years, day.month)[1]
    whole = day + timedelta(days=1)
    return date(day.year + years, day.month, last if whole.day == 1 else min(day.day, last))
