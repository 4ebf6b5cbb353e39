"""The bytes of a page in, those that a reader may see out: no tags, scripts or styles; with its meta elements."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

import hyperscan

from crawler.relevance.compiled import Compiled

_SCRIPT, _STYLE, _STYLE_CLOSE = b"<script", b"<style", b"</style"
_SCRIPT_CLOSE = b"/script"  # found sooner than with its "<", with which every tag begins that closes
_EDGES = frozenset(b" \t\r\n\f>/")  # what may stand behind an element's name
_TAG, _TAG_END, _LAST = ord("<"), ord(">"), b"eE"
_LONGEST_HEAD = 100_000  # bytes; a script with a longer tag is taken for text
# What a tag is followed by until the next; of most tags that is nothing but space, which is passed over.
_TEXT = re.compile(rb">\s*+(?!<[a-zA-Z/!?])([^<]*+(?:<(?![a-zA-Z/!?])[^<]*+)*+)")
_HIDDEN = re.compile(rb"<(?!meta[\s/])[a-zA-Z/!?]", re.IGNORECASE)
_LONGEST_TAG = 600  # bytes; a word further behind a "<" than this is taken for text


class Page:
    """The bytes of a page in UTF-8 without its scripts and styles, and which of them are text."""

    def __init__(self, source: bytes) -> None:
        self.source = source

    @cached_property
    def text(self) -> bytes:
        """What stands between the tags, in order, then what the meta elements say."""
        source, first = self.source, self.source.find(b"<")
        start = source[:first] if first >= 0 else source
        return b" ".join([start, *_TEXT.findall(source), *_told(source)])

    def tags(self, end: int) -> bool:
        """Whether the word that ends at ``end`` stands in a tag, so that it is not shown."""
        opened = self.source.rfind(b"<", max(0, end - _LONGEST_TAG), end - 1)
        return opened >= 0 and self.source.find(b">", opened, end - 1) < 0 and bool(_HIDDEN.match(self.source, opened))


def unscripted(source: bytes) -> bytes:
    """``source`` without scripts and styles; linked data counts as text, and so does what is never closed."""
    opened, styles = _ends(_SCRIPT, source), _ends(_STYLE, source)
    closing = iter(_ends(_SCRIPT_CLOSE, source) if opened else ())
    kept, whole, read_to, closed, styled = list[memoryview](), memoryview(source), 0, 0, True
    for end in sorted(opened + styles) if styles else opened:
        if end < read_to or end == len(source) or source[end] not in _EDGES:
            continue
        start, ahead = end - len(_STYLE), 0
        if source[end - 1] in _LAST:
            ahead = _style_closes(source, end) if styled else 0
            styled = bool(ahead)  # where one never closes, none behind it does
        elif source[end] == _TAG_END or _runs(source, end):
            while closed < end or source[closed - len(_SCRIPT_CLOSE) - 1] != _TAG:
                closed = next(closing, 0)
                if not closed:
                    break
            start, ahead = end - len(_SCRIPT), closed and closed - len(_SCRIPT_CLOSE) - 1
        if ahead:
            kept.append(whole[read_to:start])
            read_to = ahead
    return b"".join([*kept, whole[read_to:]]) if kept else source


def around(source: bytes, places: Iterable[int], reach: int) -> bytes:
    """What stands within ``reach`` bytes of ``places``; ``source`` itself where that is a good part of it."""
    spans = joined((place - reach, place + reach) for place in places)
    near = sum(end - start for start, end in spans)
    return source if 2 * near > len(source) else b" ".join([source[start:end] for start, end in spans])


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """``spans`` in order, those that overlap joined, none of them before the start."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((max(start, 0), end))
    return found


def _runs(source: bytes, end: int) -> bool:
    """Whether the script whose tag goes on at ``end`` is none of linked data."""
    head = source.find(b">", end, end + _LONGEST_HEAD)
    return head >= 0 and (source.find(b"+", end, head) < 0 or b"ld+json" not in source[end:head].lower())


def _style_closes(source: bytes, end: int) -> int:
    """Where the style closes whose tag goes on at ``end``; 0 where it never does."""
    at = source.find(b"<", end)
    while at >= 0 and source[at : at + len(_STYLE_CLOSE)].lower() != _STYLE_CLOSE:
        at = source.find(b"<", at + 1)
    return max(at, 0)


def _told(source: bytes) -> Iterator[bytes]:
    """What the meta elements of ``source`` say."""
    for end in _ends(b"<meta", source):
        yield source[end : source.find(b"<", end)]


def _ends(mark: bytes, source: bytes) -> list[int]:
    """Where ``mark`` ends in ``source``, upper and lower case alike."""
    found: list[int] = []
    add = found.append
    _search(mark).scan(source, lambda _number, _start, end, _flags, _context: add(end))
    return found


@cache
def _search(mark: bytes) -> Compiled:
    """One literal a search: hyperscan leaps to it five times as fast as to any of several."""
    return Compiled([mark], [hyperscan.HS_FLAG_CASELESS])
