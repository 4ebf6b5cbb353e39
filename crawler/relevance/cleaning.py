"""The bytes of a page in, the same page out without what hides its words from a search for bytes."""

import re
import unicodedata
from html.entities import html5

_ENTITY = re.compile(rb"&(?:#0*([0-9]{2,7})|#[xX]0*([0-9a-fA-F]{2,6})|([A-Za-z]{2,8}));?")
_BARE_HYPHEN = re.compile(rb"(?<=[A-Za-z\x80-\xff])\xad(?=[A-Za-z\x80-\xff])")
_NO_WIDTH = re.compile(rb"\xe2(?:\x80[\x8b-\x8d]|\x81\xa0)")
_LOOSE = re.compile(rb"\xcc[\x80-\xa8]")
_KEPT = {" ", "\xad", "\u0300", "\u0301", "\u0306", "\u0308"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

# What, seen in a page, says that cleaning may show more words: letters as entities, soft hyphens, loose accents.
HIDING = (
    rb"&#0{0,4}(?:6[5-9]|[78][0-9]|9[07-9]|1[01][0-9]|12[0-2]|19[2-9]|[2-9][0-9][0-9]|1[0-9][0-9][0-9]|4[23][0-9][0-9]|173)[^0-9]",
    rb"&#x0{0,4}(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]|ad|[c-f][0-9a-f]|[1-9a-f][0-9a-f][0-9a-f]|10[0-9a-f][0-9a-f]|1e[0-9a-f][0-9a-f])[^0-9a-f]",
    rb"&[a-z]{1,2}(?:acute|grave|circ|uml|cedil|ring|tilde|slash|caron|lig|ogon|breve|macr|dot|strok|nodot);",
    rb"&(?:[a-z]{1,4}cy|shy|eth|thorn|alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|omicron|sigma|omega);",
    rb"\xc2\xad",
    rb"\xe2(?:\x80[\x8b-\x8d]|\x81\xa0)",
    rb"[a-z]\xad[a-z]",
    rb"\xcc[\x80-\x8c\xa7\xa8]",
)
# The same where it may as well be part of a letter in UTF-8.
PERHAPS_HIDING = (rb"[\xc0-\xff]\xad[a-z\xc0-\xff]", rb"[a-z]\xad[\xc0-\xff]")


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
    """Whether ``page`` is valid UTF-8."""
    try:
        page.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def cleaned(page: bytes) -> bytes:
    """``page`` with entities as UTF-8 letters, without soft hyphens and zero-width marks, accents joined to letters."""
    bare = _ENTITY.sub(_letter, page).replace(b"\xc2\xad", b"")
    bare = _NO_WIDTH.sub(b"", bare)
    if not is_utf8(page):
        return _BARE_HYPHEN.sub(b"", bare)
    if _LOOSE.search(bare):
        return unicodedata.normalize("NFC", bare.decode("utf-8", "ignore")).encode("utf-8")
    return bare


def _letter(entity: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = entity.groups()
    if name:
        letter = html5.get(f"{name.decode('ascii')};", "")
    else:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        letter = chr(code) if code < 0xD800 or 0xE000 <= code < 0x110000 else ""
    shown = " " if letter == "\xa0" else letter
    return shown.encode("utf-8") if shown.isalpha() or shown in _KEPT else entity[0]
