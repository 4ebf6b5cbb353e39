"""A report without its words in, the tokens that filters look for out: source, language, countries, day."""

import calendar
import re
from collections.abc import Iterable
from datetime import date

ALL = "all"  # stands in every report
_OTHER = re.compile(r"[^a-z0-9]")


def language_token(code: str) -> str:
    """The token of a language."""
    return f"l{code}"


def country_token(code: str) -> str:
    """The token of a country that a report names."""
    return f"c{code}"


def source_token(name: str) -> str:
    """The token of a source, by its whole id or by the last part of it."""
    return f"s{_OTHER.sub('', name.lower())}"


def tokens(source: str, language: str, countries: Iterable[str], day: str) -> str:
    """All tokens of one report with spaces between; ``day`` begins with an ISO date, or is empty."""
    parts = [ALL, language_token(language), source_token(source), source_token(source.rpartition("/")[2])]
    parts += [country_token(each) for each in sorted(set(countries))]
    if day:
        year, month, rest = day[:4], day[5:7], day[8:10]
        parts += [f"y{year}", f"m{year}{month}", f"d{year}{month}{rest}"]
    return " ".join(parts)


def days(first: date, last: date, *, up_to_end: bool) -> list[str]:
    """Tokens that cover the days from ``first`` up to ``last``, which counts only where ``up_to_end``.

    Whole years and months are one token each, so that no span needs more than some seventy.
    """
    end = last.toordinal() + (1 if up_to_end else 0)
    found, at = [], first.toordinal()
    while at < end:
        day = date.fromordinal(at)
        year = date(day.year, 12, 31).toordinal() + 1
        month = at + calendar.monthrange(day.year, day.month)[1]
        if day.month == day.day == 1 and year <= end:
            found.append(f"y{day.year}")
            at = year
        elif day.day == 1 and month <= end:
            found.append(f"m{day:%Y%m}")
            at = month
        else:
            found.append(f"d{day:%Y%m%d}")
            at += 1
    return found
