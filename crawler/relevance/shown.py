"""The bytes of a page in, those that a reader may see out: no tags, scripts or styles; with its meta elements."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from crawler.relevance.cleaning import cleaned

_OPENING = re.compile(
    rb"<(?:[sS](?:[cC][rR][iI][pP][tT]|[tT][yY][lL][eE])|[mM][eE][tT][aA])(?=[\s>/])"
)  # letter by letter: with the flag that ignores case, the search would not leap from "<" to "<"
_CLOSING = {
    b"c": (b"</script", re.compile(rb"</script", re.IGNORECASE)),
    b"t": (b"</style", re.compile(rb"</style", re.IGNORECASE)),
}
_TEXT = re.compile(rb">([^<]+(?:<(?![a-zA-Z/!?])[^<]*)*)")
_BREAK = re.compile(rb"<wbr[^<>]*>", re.IGNORECASE)  # may stand within a word
_TAG = re.compile(rb"<(?!meta[\s/])[a-zA-Z/!?]", re.IGNORECASE)
_LONGEST_WORD = 150  # bytes of a word in which letters are hidden
_LONGEST_TAG = 600  # bytes; a word further behind a "<" than this is taken for text


@dataclass(slots=True)
class Unread:
    """The stretches of a page in scripts and styles, where they start and end; and what its meta elements say."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    told: list[bytes] = field(default_factory=list)


class Page:
    """The bytes of a page in UTF-8, and which of them are shown; linked data counts as text.

    ``hiding``: where something hides letters, so that words there cannot be told.
    """

    def __init__(self, source: bytes, hiding: Sequence[int] = ()) -> None:
        self.source = source
        self.hiding = hiding

    @cached_property
    def text(self) -> bytes:
        """What stands between the tags, in order, then what the meta elements say."""
        unread = self._unread
        read = zip([0, *unread.ends], [*unread.starts, len(self.source)], strict=True)
        visible = b"".join([b">", *(self.source[start:end] for start, end in read)])
        if b"<wbr" in visible or b"<WBR" in visible:
            visible = _BREAK.sub(b"", visible)
        return b" ".join([*_TEXT.findall(visible), *unread.told])

    def shows(self, end: int) -> bool:
        """Whether the word that ends at ``end`` is part of ``text``; true where that is not certain."""
        unread = self._unread
        at = bisect_right(unread.starts, end) - 1
        return (at < 0 or unread.ends[at] < end) and not self.tags(end)

    def hides(self, end: int, reach: int) -> bool:
        """Whether something hides letters within ``reach`` bytes of the word that ends at ``end``."""
        at = bisect_left(self.hiding, end - reach) if self.hiding else 0
        return at < len(self.hiding) and self.hiding[at] <= end + reach

    def hidden_words(self, around: int = 0) -> Self:
        """The words in which letters are hidden, without what hides them; with so many bytes ``around`` each.

        All of the page where they are a good part of it.
        """
        if len(self.hiding) * _LONGEST_WORD > len(self.source):
            return type(self)(cleaned(self.source))
        spans = [(end - around, end + around) for end in self.hiding] if around else map(self._word_at, self.hiding)
        return type(self)(b" %b " % cleaned(b" | ".join([self.source[start:end] for start, end in joined(spans)])))

    def _word_at(self, end: int) -> tuple[int, int]:
        """Where the word starts and ends in which letters are hidden before ``end``."""
        before = self.source[max(end - _LONGEST_WORD, 0) : end]
        behind = self.source[end : end + _LONGEST_WORD]
        start = max(before.rfind(b" "), before.rfind(b"\n"), before.rfind(b">"))
        stop = min([at for edge in (b" ", b"\n", b"<") if (at := behind.find(edge)) >= 0], default=len(behind))
        return end - len(before) + start + 1, end + stop

    def tags(self, end: int) -> bool:
        """Whether the word that ends at ``end`` stands in a tag, so that it is not shown; the cheaper question."""
        opened = self.source.rfind(b"<", max(0, end - _LONGEST_TAG), end - 1)
        return opened >= 0 and self.source.find(b">", opened, end - 1) < 0 and bool(_TAG.match(self.source, opened))

    @cached_property
    def _unread(self) -> Unread:
        source, unread, ahead, endless = self.source, Unread(), 0, b""
        while opening := _OPENING.search(source, ahead):
            start, ahead = opening.span()
            kind = source[start + 2 : start + 3].lower()
            if kind == b"e":
                unread.told.append(source[ahead : source.find(b"<", ahead)])
            elif kind not in endless and not (kind == b"c" and _is_linked(source, ahead)):
                close = _closing(source, kind, ahead)
                if close < 0:
                    endless += kind
                    continue
                unread.starts.append(start)
                unread.ends.append(close)
                ahead = close
        return unread


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """``spans`` in order, those that overlap joined, none of them before the start."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((max(start, 0), end))
    return found


def _is_linked(source: bytes, ahead: int) -> bool:
    """Whether the script whose tag goes on at ``ahead`` is linked data."""
    return b"ld+json" in source[ahead : max(source.find(b">", ahead), ahead)].lower()


def _closing(source: bytes, kind: bytes, ahead: int) -> int:
    """Where the script or style that opens before ``ahead`` closes; -1 where it does not."""
    usual, any_case = _CLOSING[kind]
    close = source.find(usual, ahead)
    if close >= 0:
        return close
    found = any_case.search(source, ahead)
    return found.start() if found else -1
