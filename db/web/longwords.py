"""A page in, the page with places to break its longest words out: 100,000 letters without a space stop a browser."""

import re

_LONG = 400  # characters without a space that no language writes
_PART = re.compile(r"<(title|textarea)\b.*?</\1>|<[^>]*>|[^<]+", re.DOTALL)  # the first two kinds stay as they are
_STRETCH = re.compile(r"(?:&#?\w+;|[^\s&<>\u2e80-\uffff]){200}")  # East Asian scripts break anywhere by themselves


def soften(page: str) -> str:
    """``page`` with a ``<wbr>`` after every 200 characters of a word that is longer than any; others stay whole."""
    if _longest(page) < _LONG:
        return page
    return _PART.sub(_part, page)


def _part(found: re.Match[str]) -> str:
    part = found[0]
    if part.startswith("<") or _longest(part) < _LONG:
        return part
    return re.sub(rf"\S{{{_LONG},}}", lambda word: _STRETCH.sub(r"\g<0><wbr>", word[0]), part)


def _longest(text: str) -> int:
    return max(map(len, text.split()), default=0)
