"""A text and a stretch of it in, where the sentence around it begins and ends out."""

import re

_STOP = re.compile(r"[.!?…。！？]+[\"»”’)]*(?=\s+[^\W\d_a-zа-яё]|\s*$)\s*|\n+|[。！？]")


def bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """The beginning and the end of the sentence of ``text`` in which ``start`` to ``end`` stands."""
    before = max((stop.end() for stop in _STOP.finditer(text, 0, start)), default=0)
    after = _STOP.search(text, end)
    return before, after.end() if after else len(text)
