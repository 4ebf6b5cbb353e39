"""One word of a term in, expressions over bytes out: for each form of it, as UTF-8 writes it.

To be matched with dots for all bytes and ASCII in any case, in a page with a space on either side. Pages in other
encodings are decoded before they are searched, so UTF-8 is all that patterns need to know.
"""

import re
from functools import cache

from crawler.relevance.cleaning import unaccented
from crawler.terms import Form, Step
from crawler.topics import Language
from crawler.words import fold

_LONG = {True: 11, False: 7}  # letters; so many of a longer word, Latin or not, are searched for
_SHORT = 6  # letters; a shorter word in another script than ours needs its left edge too
_NO_LETTER = rb"[^a-zA-Z0-9]"
_SHORTEST_RUN = 2  # letters; a shorter run stands nearly everywhere
BEFORE = rb"(?:[\x00-\x7f]|\xc2[\x80-\xbf]|[\xe2\xe3\xef][\x80-\xbf]{2}|\xf0[\x80-\xbf]{3})"
_AFTER = rb"[^\xc3-\xdf]"

Written = tuple[bytes, bool]  # an expression, and whether upper and lower case matter in it


def written(step: Step, language: Language) -> frozenset[Written]:
    """Expressions of which one matches wherever the word ``step`` stands in a page in UTF-8."""
    return frozenset((_form(form, language), bool(form.exact)) for form in uncovered(step.forms))


def runs(step: Step, language: Language) -> dict[bytes, bytes]:
    """The expressions of ``written`` in small letters, each with a run of letters that is in all that it finds.

    The run is as ``clues.folded`` leaves it; it is empty where no two letters in a row are always the same.
    """
    return {_form(form, language).lower(): _run(form, language).encode() for form in uncovered(step.forms)}


def uncovered(forms: tuple[Form, ...]) -> list[Form]:
    """Those of ``forms`` that no other of them covers."""
    kept: list[Form] = []
    for form in sorted(forms, key=lambda each: len(each.spelled)):
        if not any(covers(wide, form) for wide in kept):
            kept.append(form)
    return kept


def covers(wide: Form, form: Form) -> bool:
    """Whether what finds ``wide`` in a page finds each word of ``form``: with all its accents, where it has any."""
    if wide.exact or form.before > wide.before:
        return False
    size = len(wide.spelled)
    last = len(form.spelled) - size if wide.before else 0
    return any(
        (wide.behind or (not form.behind and start + size == len(form.spelled)))
        and all(map(_includes, wide.spelled, form.spelled[start : start + size]))
        for start in range(last + 1)
        if start + size <= len(form.spelled)
    )


def _includes(wide: str, letter: str) -> bool:
    return letter == wide or (not wide.isascii() and letter in _looks(wide))


def spelling(form: Form) -> str:
    """``form`` as a topic's file writes it."""
    return "*" * form.before + form.spelled + "*" * form.behind


def _form(form: Form, language: Language) -> bytes:
    capitals = tuple(language.capitals.items())
    spelled, long = form.exact or form.spelled, _LONG[form.letters.isascii()]
    letters = [_letter(letter, capitals, exact=bool(form.exact)) for letter in spelled]
    before = b"" if form.before or language.prefixes else _left(form, language)
    after = b"" if form.behind or len(spelled) > long else _right(form)
    return before + b"".join(letters[:long]) + after


def _left(form: Form, language: Language) -> bytes:
    if form.spelled[0].isascii() and form.spelled[0] not in language.capitals:
        return rb"\b"
    if form.letters.isascii():
        return _NO_LETTER
    return b"" if len(form.letters) >= _SHORT else BEFORE


def _right(form: Form) -> bytes:
    if form.spelled[-1].isascii():
        return rb"\b"
    return b"" if form.letters.isascii() else _AFTER


def _run(form: Form, language: Language) -> str:
    longest = run = ""
    for letter in (form.exact or form.spelled)[: _LONG[form.letters.isascii()]]:
        ways = {
            unaccented(way.encode()).decode().casefold()
            for way in _ways(letter, tuple(language.capitals.items()), exact=bool(form.exact))
        }
        run = run + ways.pop() if len(ways) == 1 and letter.isalnum() else ""
        longest = max(longest, run, key=len)
    return longest if len(longest) >= _SHORTEST_RUN else ""


@cache
def _letter(letter: str, capitals: tuple[tuple[str, str], ...], *, exact: bool) -> bytes:
    """``letter`` in upper and lower case, with and without its accent."""
    return _either({way.encode("utf-8") for way in _ways(letter, capitals, exact=exact)})


def _ways(letter: str, capitals: tuple[tuple[str, str], ...], *, exact: bool) -> set[str]:
    if exact or (letter.isascii() and letter not in dict(capitals)):
        return {letter}
    return _looks(letter) | {capital for low, capital in capitals if low == letter}


def _looks(letter: str) -> set[str]:
    looks = {letter, letter.upper()}
    bare = fold(letter)
    if bare.isascii() or letter == "ё" or not "а" <= bare <= "ӿ":
        looks |= {bare, bare.upper()}
    if letter == "е":
        looks |= {"ё", "Ё"}
    return looks


def _either(codes: set[bytes]) -> bytes:
    """An expression for any of ``codes``, as a class of last bytes where all else is the same."""
    groups: dict[bytes, list[bytes]] = {}
    for code in sorted(codes):
        groups.setdefault(code[:-1], []).append(code[-1:])
    parts = [_escaped(lead) + _class(b"".join(last)) for lead, last in groups.items()]
    return b"(?:" + b"|".join(parts) + b")" if len(parts) > 1 else parts[0]


def _class(last: bytes) -> bytes:
    return _escaped(last) if len(last) == 1 else b"[" + _escaped(last) + b"]"


def _escaped(code: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte if byte > 0x7F else re.escape(bytes([byte])) for byte in code)
