"""A term in, regular expressions over bytes out: one for each way in which a page's source may encode it."""

import re
from collections.abc import Sequence
from functools import cache

from crawler.terms import Form, Step
from crawler.topics import Language
from crawler.words import fold

# Encodings of the WHATWG standard in which pages come, by script (ISO 15924); UTF-16 becomes UTF-8 before. Other
# scripts come in UTF-8 only.
_LATIN = (
    "windows-1252", "iso-8859-15", "windows-1250", "iso-8859-2", "iso-8859-16", "iso-8859-3", "windows-1254",
    "windows-1257", "iso-8859-4", "iso-8859-10", "iso-8859-13",
)  # fmt: skip
ENCODINGS = {
    "Latn": ("utf-8", *_LATIN),
    "Cyrl": ("utf-8", "windows-1251", "koi8-r", "koi8-u", "iso-8859-5", "kz1048"),
    "Grek": ("utf-8", "windows-1253", "iso-8859-7"),
    "Hebr": ("utf-8", "windows-1255", "iso-8859-8"),
    "Arab": ("utf-8", "windows-1256", "iso-8859-6"),
}
_SHORTEST = 3  # letters; shorter words are no good start for a search
_LONG = {True: 11, False: 7}  # letters; so many of a longer word, Latin or not, are searched for
_SHORT = 6  # letters; a shorter word in another script than ours needs its left edge too
_MARKUP, _WORD = 100, 20  # bytes allowed between two words of a phrase: for markup, and for each word in between
_BEFORE = {
    True: rb"(?:[\x00-\x7f]|\xc2[\x80-\xbf]|[\xe2\xe3\xef][\x80-\xbf]{2}|\xf0[\x80-\xbf]{3})",
    False: rb"[^\xc0-\xff]",
}
_AFTER = {True: rb"[^\xc3-\xdf]", False: rb"[^\xc0-\xff]"}


def encodings(script: str) -> tuple[str, ...]:
    """The encodings in which pages in ``script`` come."""
    return ENCODINGS.get(script, ("utf-8",))


def expressions(steps: Sequence[Step], language: Language, common: frozenset[str]) -> frozenset[bytes]:
    """Expressions of which one matches wherever the words of ``steps`` stand in a page, in any encoding of its script.

    A phrase is searched for by its rarest word; as a whole where all its words are common, and in plain ASCII. To be
    matched with dots for all bytes and ASCII in any case, in a page with a space on either side.
    """
    rarest = max(steps, key=lambda step: _rarity(step, common))
    plain = all(form.spelled.isascii() for step in steps for form in step.forms)
    if plain and len(steps) > 1 and not language.prefixes and not _rarity(rarest, common)[0]:
        return frozenset([b"".join(_step(step, language) for step in steps)])
    return frozenset(
        written
        for form in _uncovered(rarest.forms)
        for encoding in encodings(language.script)
        if (written := _form(form, encoding, language))
    )


def _rarity(step: Step, common: frozenset[str]) -> tuple[bool, int]:
    """Orders the words of a phrase: common and very short ones last, then by length."""
    size = min(len(form.letters) for form in step.forms)
    return size >= _SHORTEST and not any(form.spelled in common for form in step.forms), size


def _step(step: Step, language: Language) -> bytes:
    """One word of a phrase in ASCII, and whatever may stand before it."""
    between = b"" if step.gap < 0 else b".{1,%d}" % (_MARKUP + _WORD * (step.gap + 1))
    return between + b"(?:" + b"|".join(_form(form, "ascii", language) for form in _uncovered(step.forms)) + b")"


def _uncovered(forms: tuple[Form, ...]) -> list[Form]:
    """Those of ``forms`` that no shorter one of them covers."""
    stems = {form.letters for form in forms if form.behind and not form.exact}
    return [form for form in forms if not any(form.letters[:size] in stems for size in range(1, len(form.letters)))]


def _form(form: Form, encoding: str, language: Language) -> bytes:
    """The bytes of ``form``; empty where ``encoding`` cannot write it."""
    capitals, utf8 = tuple(language.capitals.items()), encoding == "utf-8"
    spelled, long = form.exact or form.spelled, _LONG[form.letters.isascii()]
    letters = [_letter(letter, encoding, capitals, exact=bool(form.exact)) for letter in spelled]
    if not all(letters):
        return b""
    before = b"" if form.before or language.prefixes else _left(form, utf8=utf8)
    after = b"" if form.behind or len(spelled) > long else _right(form, utf8=utf8)
    return before + b"".join(letters[:long]) + after


def _left(form: Form, *, utf8: bool) -> bytes:
    if form.spelled[0].isascii():
        return rb"\b"
    return b"" if form.letters.isascii() or len(form.letters) >= _SHORT else _BEFORE[utf8]


def _right(form: Form, *, utf8: bool) -> bytes:
    if form.spelled[-1].isascii():
        return rb"\b"
    return b"" if form.letters.isascii() else _AFTER[utf8]


@cache
def _letter(letter: str, encoding: str, capitals: tuple[tuple[str, str], ...], *, exact: bool) -> bytes:
    """``letter`` in upper and lower case, with and without its accent, in ``encoding``; empty where that lacks it."""
    if letter.isascii() and (exact or letter not in dict(capitals)):
        return re.escape(letter.encode("ascii"))
    if not _encoded(letter, encoding):
        return b""
    looks = {letter} if exact else _looks(letter) | {capital for low, capital in capitals if low == letter}
    return _either({code for look in looks if (code := _encoded(look, encoding))})


def _looks(letter: str) -> set[str]:
    looks = {letter, letter.upper()}
    bare = fold(letter)
    if bare.isascii() or letter == "ё" or not "а" <= bare <= "ӿ":
        looks |= {bare, bare.upper()}
    if letter == "е":
        looks |= {"ё", "Ё"}
    return looks


def _either(written: set[bytes]) -> bytes:
    """An expression for any of ``written``, as a class of last bytes where all else is the same."""
    groups: dict[bytes, list[bytes]] = {}
    for code in sorted(written):
        groups.setdefault(code[:-1], []).append(code[-1:])
    parts = [_escaped(lead) + _class(b"".join(last)) for lead, last in groups.items()]
    return b"(?:" + b"|".join(parts) + b")" if len(parts) > 1 else parts[0]


def _class(last: bytes) -> bytes:
    return _escaped(last) if len(last) == 1 else b"[" + _escaped(last) + b"]"


def _escaped(code: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte if byte > 0x7F else re.escape(bytes([byte])) for byte in code)


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return b""
