"""The bytes of a page in, UTF-8 out: whether they are that, and else as each encoding reads them."""

import codecs
import re
from collections.abc import Iterator
from functools import cache

import hyperscan

from crawler.relevance.cleaning import lettered
from crawler.relevance.compiled import Compiled
from crawler.words import fold

# Encodings of the WHATWG standard in which pages come, besides UTF-8; UTF-16 becomes UTF-8 before.
LATIN = (
    "windows-1252", "iso-8859-15", "windows-1250", "iso-8859-2", "iso-8859-16", "iso-8859-3", "windows-1254",
    "windows-1257", "iso-8859-4", "iso-8859-10", "iso-8859-13",
)  # fmt: skip
OTHER = (
    "windows-1251", "koi8-r", "koi8-u", "iso-8859-5", "kz1048", "windows-1253", "iso-8859-7", "windows-1255",
    "iso-8859-8", "windows-1256", "iso-8859-6",
)  # fmt: skip
WIDE = ("gb18030", "big5", "shift_jis", "euc_jp")

# What no text is without that says an act in another script than ours, all letters beyond ASCII written as one: a word
# of two letters, or three in a row; in an East Asian script two in a row, each of two bytes.
_WORD = re.compile(rb"\x80\x80(?:\x80|(?<![\w\x80]\x80\x80)(?!\w))")
_WIDE_WORD = re.compile(rb"\x80[\x30-\x80]\x80[\x30-\x80]")
_AS_ONE = bytes(range(0x80)) + b"\x80" * 0x80
_TELLING = frozenset("\xad.!?…։。؟;")  # signs that matter: what hides letters, and what ends a sentence

_ASCII = bytes(range(0x80))
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What begins a letter of several bytes in UTF-8, and how many more it has; and what begins none.
_LEADS = (
    (rb"[\xc2-\xdf]", 1), (rb"\xe0[\xa0-\xbf]", 1), (rb"[\xe1-\xec\xee\xef]", 2), (rb"\xed[\x80-\x9f]", 1),
    (rb"\xf0[\x90-\xbf]", 2), (rb"[\xf1-\xf3]", 3), (rb"\xf4[\x80-\x8f]", 2),
)  # fmt: skip
_NO_LEAD = rb"[\x80-\xc1\xf5-\xff]|\xe0[^\xa0-\xbf]|\xed[^\x80-\x9f]|\xf0[^\x90-\xbf]|\xf4[^\x80-\x8f]"


def as_utf8(body: bytes | bytearray) -> bytes | bytearray:
    """``body`` itself, or in UTF-8 where it is UTF-16 (by its mark, or by its many zeros)."""
    if body[:2] in _UTF16:
        return body.decode("utf-16", "ignore").encode("utf-8", "ignore")
    start = body[:512]
    if start.count(0) * 4 < len(start) or not start:
        return body
    little = start[1::2].count(0) >= start[::2].count(0)
    return body.decode("utf-16-le" if little else "utf-16-be", "ignore").encode("utf-8", "ignore")


def is_utf8(page: bytes) -> bool:
    """Whether ``page`` is valid UTF-8, as far as its letters are whole; takes a third of the time of decoding it."""
    found: list[int] = []
    _no_utf8().scan(page, lambda number, *_: found.append(number))
    return not found


def readings(text: bytes) -> Iterator[bytes]:
    """``text``, which is no valid UTF-8, in UTF-8: as each encoding reads it in which it may say an act of its own."""
    high, seen, letters = sorted(set(text.translate(None, _ASCII))), set[str](), lettered(text).translate(_AS_ONE)
    for encoding in (*LATIN, *OTHER) if _WORD.search(letters) else LATIN:
        table, heard = _table(encoding), _heard(encoding)
        said = "|".join(heard[byte] for byte in high)
        if said not in seen:
            seen.add(said)
            yield codecs.charmap_decode(text, "strict", table)[0].encode("utf-8", "ignore")
    for encoding in ("utf-8", *WIDE) if _WIDE_WORD.search(letters) else ("utf-8",):
        yield text.decode(encoding, "replace").encode("utf-8", "ignore")


@cache
def _table(encoding: str) -> str:
    """The letter that ``encoding`` has for each byte; U+FFFD where it has none, so that decoding needs no handler."""
    return bytes(range(256)).decode(encoding, "replace")


@cache
def _heard(encoding: str) -> list[str]:
    """What the letter that ``encoding`` has for each byte is to a term, which knows no accents and few signs."""
    return [_bare(letter) if letter.isalnum() or letter in _TELLING else " " for letter in _table(encoding)]


def _bare(letter: str) -> str:
    bare = fold(letter)
    return bare if bare.isascii() else letter


@cache
def _no_utf8() -> Compiled:
    more, other = rb"[\x80-\xbf]", rb"[^\x80-\xbf]"
    whole = b"|".join(lead + more * rest for lead, rest in _LEADS)
    broken = b"|".join(lead + more * at + other for lead, rest in _LEADS for at in range(rest))
    expression = rb"^(?:[\x00-\x7f]|" + whole + b")*(?:" + _NO_LEAD + b"|" + broken + b")"
    return Compiled([expression], [hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH])
