"""The markup of a page in, the little of it out in which htmldate can find a date: the same dates, far sooner.

Where the page's elements tell no date, htmldate searches its whole markup for nine expressions one after another, and
tries each at every character. What they match has a figure in it, and a page is mostly something else.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

from htmldate import core, extractors
from htmldate.extractors import regex_parse
from htmldate.utils import Extractor
from htmldate.validators import plausible_year_filter

KNOWN = "1.11.0"  # the htmldate whose expressions were looked at; another one searches as it is used to
_FIGURES = re.compile(r"[0-9][0-9./-]{3,}")  # each date in figures that is looked for stands in one such run
_BEFORE, _AFTER = 7, 1  # characters beside it that are looked at: what is no digit, and “w3.org” before that
_YEAR = re.compile(r" (?:199[0-9]|20[0-3][0-9])")  # ends each date with the month in words
_OUTSIDE = ">"  # stands in no such date
_CORE = re.compile(r"[0-9][0-9]{0,3}[./][0-9]{1,2}[./][0-9]{2,4}")  # htmldate's, but that it says what it begins with
_search_page = core.search_page


@dataclass(frozen=True)
class Markup:
    """The markup of a page, and what of it the searches need."""

    whole: str

    @cached_property
    def figures(self) -> str:
        """Runs of figures with what stands beside them: a date in figures is found here just as in the whole."""
        runs = _FIGURES.finditer(self.whole)
        return _pieces(self.whole, ((run.start() - _BEFORE, run.end() + _AFTER) for run in runs))

    @property
    def years(self) -> str:
        """Years with what stands before them in their element: a date in words is found here just as in the whole."""
        places, end = list[tuple[int, int]](), 0
        for year in _YEAR.finditer(self.whole):
            places.append((self.whole.rfind(_OUTSIDE, end, year.start()), year.end()))
            end = year.end()
        return _pieces(self.whole, places)


@cache
def spare() -> None:
    """Let htmldate search but what may be a date, if it is the one that is known."""
    if version("htmldate") == KNOWN:
        theirs: Any = core
        theirs.search_page = _searched
        theirs.plausible_year_filter = _filtered
        theirs.regex_parse = _parsed
        extractors.DATE_CORE_PATTERN = _CORE


def _searched(htmlstring: str, options: Extractor) -> str | None:
    markup: Any = Markup(htmlstring)
    return _search_page(markup, options)  # which hands it on to the next two, and does nothing else with it


def _filtered(markup: Markup, *, pattern: re.Pattern[str], **more: Any) -> Counter[str]:
    text = markup.whole if pattern is core.COPYRIGHT_PATTERN else markup.figures
    return plausible_year_filter(text, pattern=pattern, **more)


def _parsed(markup: Markup) -> datetime | None:
    return regex_parse(markup.years)


def _pieces(text: str, places: Iterable[tuple[int, int]]) -> str:
    """What of ``text`` stands in ``places``, which come in the order of their ends; those that overlap make one."""
    pieces, start, end = list[str](), 0, 0
    for first, last in places:
        if first > end:
            pieces.append(text[start:end])
            start = first
        end = last
    return "".join((*pieces, text[start:end]))
