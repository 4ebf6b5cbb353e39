"""The bytes of a page in, UTF-8 out: whether they are that, and else as each encoding reads them."""

import codecs
from collections.abc import Iterator
from functools import cache

import hyperscan

from crawler.relevance.compiled import Compiled

# Encodings of the WHATWG standard in which pages come, besides UTF-8; UTF-16 becomes UTF-8 before.
NARROW = (
    "windows-1252", "iso-8859-15", "windows-1250", "iso-8859-2", "iso-8859-16", "iso-8859-3", "windows-1254",
    "windows-1257", "iso-8859-4", "iso-8859-10", "iso-8859-13", "windows-1251", "koi8-r", "koi8-u", "iso-8859-5",
    "kz1048", "windows-1253", "iso-8859-7", "windows-1255", "iso-8859-8", "windows-1256", "iso-8859-6",
)  # fmt: skip
WIDE = ("gb18030", "big5", "shift_jis", "euc_jp")

_ASCII = bytes(range(0x80))
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What begins a letter of several bytes in UTF-8, and how many more it has; and what begins none.
_LEADS = (
    (rb"[\xc2-\xdf]", 1), (rb"\xe0[\xa0-\xbf]", 1), (rb"[\xe1-\xec\xee\xef]", 2), (rb"\xed[\x80-\x9f]", 1),
    (rb"\xf0[\x90-\xbf]", 2), (rb"[\xf1-\xf3]", 3), (rb"\xf4[\x80-\x8f]", 2),
)  # fmt: skip
_NO_LEAD = rb"[\x80-\xc1\xf5-\xff]|\xe0[^\xa0-\xbf]|\xed[^\x80-\x9f]|\xf0[^\x90-\xbf]|\xf4[^\x80-\x8f]"


def as_utf8(body: bytes) -> bytes:
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
    """``text``, which is no valid UTF-8, in UTF-8: as each encoding reads it that reads it differently."""
    high = sorted(set(text.translate(None, _ASCII)))
    seen = set[str]()
    for encoding in NARROW:
        table = _table(encoding)
        letters = "".join(table[byte] for byte in high)
        if letters not in seen:
            seen.add(letters)
            yield codecs.charmap_decode(text, "strict", table)[0].encode("utf-8", "ignore")
    for encoding in ("utf-8", *WIDE):
        yield text.decode(encoding, "replace").encode("utf-8", "ignore")


@cache
def _table(encoding: str) -> str:
    """The letter that ``encoding`` has for each byte; U+FFFD where it has none, so that decoding needs no handler."""
    return bytes(range(256)).decode(encoding, "replace")


@cache
def _no_utf8() -> Compiled:
    more, other = rb"[\x80-\xbf]", rb"[^\x80-\xbf]"
    whole = b"|".join(lead + more * rest for lead, rest in _LEADS)
    broken = b"|".join(lead + more * at + other for lead, rest in _LEADS for at in range(rest))
    expression = rb"^(?:[\x00-\x7f]|" + whole + b")*(?:" + _NO_LEAD + b"|" + broken + b")"
    return Compiled([expression], [hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH])
