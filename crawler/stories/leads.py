"""A text in, the two sentences that tell best what it is about out, as they stand in it."""

import re

from db.model import Evidence

_END = re.compile(r"[.!?…。！？]+[\"»”’)]*(?=\s+[^\W\d_a-zа-яё]|\s*\n|\s*$)|\n\s*\n")
_SHORTEST = 40  # characters; a dateline or a byline is no sentence
_LONGEST = 600


def lead(text: str) -> Evidence:
    """The first two sentences of ``text`` that are long enough to say something; what there is of a short text."""
    start = len(text) - len(text.lstrip())
    ends: list[int] = []
    for stop in _END.finditer(text, start):
        if not ends and stop.end() - start < _SHORTEST and "\n" in stop[0]:
            start = stop.end()
            continue
        ends.append(stop.end() if "\n" not in stop[0] else stop.start())
        if len(ends) == 2:
            break
    end = ends[-1] if ends else len(text.rstrip())
    end = min(end, start + _LONGEST)
    quote = text[start:end].rstrip()
    return Evidence(start=start, end=start + len(quote), quote=quote)
