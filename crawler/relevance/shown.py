"""The bytes of a page in, those that a reader may see out: no tags, scripts or styles; with its meta elements."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product

from ahocorasick_rs import BytesAhoCorasick, MatchKind

_SCRIPT, _STYLE, _SCRIPT_CLOSE, _LINKED = range(4)
_NAMES, _STYLE_CLOSE, _META = (b"<script", b"<style", b"</script", b"ld+json"), b"</style", b"<meta"
_LONGEST_MARK = 8  # bytes
Mark = tuple[int, int, int]  # its number, its start and its end
_EDGES = frozenset(b" \t\r\n\f>/")  # what may stand behind an element's name
# Beside three marks with other first bytes, which hardly a page has, the library looks for the first bytes of all marks
# at once; without them it goes from "<" to "<", which takes twice the time.
NEVER = (b"\x01\x02\x03\x04", b"\x05\x06\x07\x08", b"\x0e\x0f\x10\x11")
# What a tag is followed by until the next; of most tags that is nothing but space, which is passed over.
_TEXT = re.compile(rb">\s*+(?!<[a-zA-Z/!?])([^<]*+(?:<(?![a-zA-Z/!?])[^<]*+)*+)")
_HEAD = 1000  # bytes of a script; it is linked data where that is told within them, or else within its tag
_PIECE = 1_000_000  # bytes, of which all marks are held at once; a page may consist of nothing else
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


def unscripted(source: bytes | bytearray) -> bytes:
    """``source`` without scripts and styles; linked data counts as text, and so does what is never closed."""
    kept, whole, read_to, opened, head, styled = list[memoryview](), memoryview(source), 0, -1, -1, True
    for mark, start, end in _marks(source):
        if opened >= 0:
            if mark == _SCRIPT_CLOSE:
                kept.append(whole[read_to:opened])
                read_to, opened = start, -1
            elif mark == _LINKED:
                head = _tag_ends(source, opened) if head < opened else head
                opened = -1 if start < max(head, opened + _HEAD) else opened
        elif mark < _SCRIPT_CLOSE and start >= read_to and end < len(source) and source[end] in _EDGES:
            if mark == _SCRIPT:
                opened = start
            elif styled:
                closed = _style_closes(source, end)
                styled = bool(closed)  # where one never closes, none behind it does
                kept += [whole[read_to:start]] if closed else []
                read_to = closed or read_to
    return b"".join([*kept, whole[read_to:]]) if kept else bytes(source)


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


def _tag_ends(source: bytes | bytearray, opened: int) -> int:
    """Where the tag ends that begins at ``opened``; the end of ``source`` where it does not."""
    found = source.find(b">", opened)
    return found if found >= 0 else len(source)


def _style_closes(source: bytes | bytearray, end: int) -> int:
    """Where the style closes whose tag goes on at ``end``; 0 where it never does."""
    at = source.find(b"<", end)
    while at >= 0 and source[at : at + len(_STYLE_CLOSE)].lower() != _STYLE_CLOSE:
        at = source.find(b"<", at + 1)
    return max(at, 0)


def _told(source: bytes) -> Iterator[bytes]:
    """What the meta elements of ``source`` say."""
    for _, start, _ in _found(_METAS, source):
        if source[start : start + len(_META)].lower() == _META:
            end = source.find(b"<", start + 1)
            yield source[start + len(_META) : end if end >= 0 else None]


def _marks(source: bytes | bytearray) -> Iterable[Mark]:
    """Where the marks of _NAMES stand in ``source``, in any letters."""
    found = _found(_MARKS, source)
    if isinstance(found, list) and (not found or max(found)[0] < len(_NAMES)):
        return found
    return (known for each in found for known in ([each] if each[0] < len(_NAMES) else _spelt(source, each[1])))


def _found(search: BytesAhoCorasick, source: bytes | bytearray) -> Iterable[Mark]:
    """All marks of ``search`` in ``source``: a list, or of a large page one piece after the other."""
    return search.find_matches_as_indexes(source) if len(source) <= _PIECE else _in_pieces(search, source)


def _in_pieces(search: BytesAhoCorasick, source: bytes | bytearray) -> Iterator[Mark]:
    for at in range(0, len(source), _PIECE):
        found = search.find_matches_as_indexes(source[at : at + _PIECE + _LONGEST_MARK])
        yield from ((mark, at + start, at + end) for mark, start, end in found if start < _PIECE)


def _spelt(source: bytes | bytearray, start: int) -> list[Mark]:
    """The mark at ``start`` in whatever letters, if there is one."""
    tag = source[start : start + _LONGEST_MARK].lower()
    return [(mark, start, start + len(name)) for mark, name in enumerate(_NAMES) if tag.startswith(name)]


def _search(*marks: bytes) -> BytesAhoCorasick:
    """A search for ``marks``, of those that begin alike the first."""
    return BytesAhoCorasick([*marks, *NEVER], matchkind=MatchKind.LeftmostFirst)


def _spelled(mark: bytes) -> Sequence[bytes]:
    """``mark`` in small letters and capitals, mixed in all ways."""
    return [bytes(each) for each in product(*({letter, *bytes([letter]).upper()} for letter in mark))]


# Whole names in small letters, and so much of them in all letters that little else begins alike.
_MARKS = _search(*_NAMES, *(each for name in (b"<sc", b"<sty", b"</sc", b"ld+j") for each in _spelled(name)))
_METAS = _search(*_spelled(b"<me"))
