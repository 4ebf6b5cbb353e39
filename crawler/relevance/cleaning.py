"""The bytes of a page in UTF-8 in, the same out without what hides its words from a search for bytes."""

import re
import unicodedata
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from html.entities import html5

from crawler.words import fold

_ENTITY = re.compile(rb"(&(?:#0*[0-9]{2,7}|#[xX]0*[0-9a-fA-F]{2,6}|(?!quot|amp;|apos)[A-Za-z]{2,8});?)")
BREAK = 6  # number in HIDING of places at which words may be broken
# By number in HIDING, each with a first byte of its own: for that a search leaps through a text, ten times as fast as
# for any of several.
_INVISIBLE = {
    3: re.compile(rb"\xc2\xad"),
    4: re.compile(rb"\xe2(?:\x80[\x8b-\x8d]|\x81\xa0)"),
    BREAK: re.compile(rb"<[wW][bB][rR][^<>]{0,20}>"),
}
_LOOSE = re.compile(rb"\xcc[\x80-\xa8]")
_UNSEEN = frozenset("\xad\u200b\u200c\u200d\u2060")
_KEPT = frozenset(" ").union(map(chr, range(0x300, 0x370)))
_PARTS = _KEPT | _UNSEEN
# Latin letters beyond ASCII by first byte, each with a pattern of its own: one byte is found ten times faster than any.
_ACCENTED = [(lead, re.compile(rb"(\x%02x[\x80-\xbf])" % lead)) for lead in range(0xC3, 0xC9)]

_NAMES = sorted(
    name.removesuffix(";").lower()
    for name, letter in html5.items()
    if name.endswith(";") and len(name) <= 9 and (letter.isalpha() or letter in _PARTS) and "\x7f" < letter < "\u0530"
)

# What, seen in a page, says that cleaning may show more words: letters as entities, soft hyphens, loose accents.
HIDING = (
    rb"&#0{0,4}(?:4[89]|5[0-7]|6[5-9]|[78][0-9]|9[07-9]|1[01][0-9]|12[0-2]|19[2-9]|[2-9][0-9][0-9]|1[0-9][0-9][0-9]|4[23][0-9][0-9]|(?:1[2-9]|[23][0-9]|40)[0-9]{3}|173|820[3-5]|8288)[^0-9]",
    rb"&#x0{0,4}(?:3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]|ad|[c-f][0-9a-f]|[1-9a-f][0-9a-f][0-9a-f]|1[0ce][0-9a-f][0-9a-f]|[3-9][0-9a-f]{3}|200[b-d]|2060)[^0-9a-f]",
    b"&(?:%b);" % "|".join([*dict.fromkeys(_NAMES), "zwj", "zwnj"]).encode(),
    rb"\xc2\xad",
    rb"\xe2(?:\x80[\x8b-\x8d]|\x81\xa0)",
    b"|".join(rb"\xcc\x%02x" % accent for accent in range(0x80, 0xA9)),  # hyperscan finds these sooner than a class
    rb"<wbr",
)


_ENTITIES = {0, 1, 2}  # numbers in HIDING
ALL = frozenset(range(len(HIDING)))


def cleaned(text: bytes, seen: AbstractSet[int] = ALL) -> bytes:
    """``text`` with entities as letters, without soft hyphens and zero-width marks, accents joined to letters.

    ``seen``: the numbers of those of HIDING that stand in it; others are not looked for.
    """
    bare = text if seen.isdisjoint(_ENTITIES) else lettered(text)
    for number, mark in _INVISIBLE.items():
        if number in seen:
            bare = mark.sub(b"", bare)
    if 0xCC in bare and _LOOSE.search(bare):
        return unicodedata.normalize("NFC", bare.decode("utf-8", "ignore")).encode("utf-8")
    return bare


def lettered(text: bytes) -> bytes:
    """``text``, in any encoding, with entities as the letters for which they stand, in UTF-8."""
    return _replaced(_ENTITY, _letter, text)


def unbroken(text: bytes) -> bytes:
    """``text``, in any encoding, without the places at which words may be broken."""
    return _INVISIBLE[BREAK].sub(b"", text)


def unaccented(text: bytes) -> bytes:
    """``text`` with those Latin letters in ASCII that ``words.fold`` makes ASCII: terms know no accents."""
    if not text.isascii():
        for lead, pattern in _ACCENTED:
            if lead in text:
                text = _replaced(pattern, _bare, text)
    return text


@lru_cache(maxsize=1_000)
def _bare(letter: bytes) -> bytes:
    bare = fold(letter.decode("utf-8", "ignore"))
    return bare.encode() if bare.isascii() else letter


def _replaced(pattern: re.Pattern[bytes], change: Callable[[bytes], bytes], text: bytes) -> bytes:
    """``text`` with what the one group of ``pattern`` finds changed; faster than ``sub``."""
    parts = pattern.split(text)
    parts[1::2] = map(change, parts[1::2])
    return b"".join(parts)


@lru_cache(maxsize=10_000)
def _letter(entity: bytes) -> bytes:
    """What ``entity`` stands for, where that is a letter or may be part of one; else itself."""
    name = entity.decode("ascii").strip("&;")
    if name.startswith("#"):
        letter = _of_code(int(name.strip("#xX"), 10 if name[1:].isdecimal() else 16))
    else:
        letter = html5.get(f"{name};", "")
    if letter in _UNSEEN:
        return b""
    shown = " " if letter == "\xa0" else letter
    return shown.encode("utf-8") if shown.isalnum() or shown in _KEPT else entity


def _of_code(code: int) -> str:
    return chr(code) if code < 0xD800 or 0xE000 <= code < 0x110000 else ""
