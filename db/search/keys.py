"""Text and its language in, the keys it is found by out: the language and the sound of each word's lemma or stem.

A key is the language's code and, in Latin letters, how the lemma or stem sounds, so that spelling, diacritics and
script do not matter: ``Медиазоны`` in a Russian text is ``rumedazona``, and whoever types ``Mediazona`` asks for that
key among those of other languages. Numbers have no language; Chinese and Japanese are cut into pairs of characters.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from db.search.forms import form, forms, languages, script, script_of
from db.spelling import latin, sound

VERSION = "1"  # of the keys; another one has the index made anew
_JOINED = "぀-ヿ㐀-䶿一-鿿豈-﫿"
_TOKEN = re.compile(rf"([{_JOINED}]+)|((?:(?![{_JOINED}])\w[\u0300-\u036f\u00ad\u200b-\u200d]*)+)")
_SHORT = "\u0306"  # makes another letter of и, which is no diacritic to leave out
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x301])
OTHER = "xx"  # the code of languages that are not known
_KEPT = 4  # letters of a beginning that are always kept
_ENDING = 2  # letters of a word that inflection may change


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: where it stands, and its keys (one, or one for each pair of joined characters).

    ``bare`` are the keys that it has without its diacritics, where they are others: endings are told by diacritics too.
    """

    start: int
    end: int
    keys: tuple[str, ...]
    bare: tuple[str, ...] = ()


def tokens(text: str, language: str) -> Iterator[Token]:
    """Every word of ``text`` in order, with the keys under which a report of ``language`` is found by it."""
    for found in _TOKEN.finditer(text):
        keys, bare = (pairs(found[1]), ()) if found[1] else _keys(found[2], language)
        if keys:
            yield Token(found.start(), found.end(), keys, bare)


def document(text: str, language: str) -> str:
    """The keys of ``text`` with spaces between them, as the index takes them."""
    return " ".join(key for token in tokens(text, language) for key in token.keys)


def bare_document(text: str, language: str) -> str:
    """The keys that words of ``text`` have only without their diacritics, each once, in alphabetical order."""
    return " ".join(sorted({key for token in tokens(text, language) for key in token.bare}))


def words(text: str) -> list[tuple[str, bool]]:
    """The words of what was typed, each with whether its characters are joined (Chinese, Japanese)."""
    return [(found[0], bool(found[1])) for found in _TOKEN.finditer(text)]


def plain(text: str) -> str:
    """The words of ``text`` in lower case and without diacritics, with one space between."""
    bare = unicodedata.normalize("NFD", text.translate(_INVISIBLE).lower())
    kept = "".join(char for char in bare if not unicodedata.combining(char) or char == _SHORT)
    return " ".join(found[0] for found in _TOKEN.finditer(unicodedata.normalize("NFC", kept)))


def pairs(run: str) -> tuple[str, ...]:
    """A run of joined characters as overlapping pairs; a single one is its own."""
    return tuple(run[at : at + 2] for at in range(len(run) - 1)) or (run,)


@lru_cache(maxsize=20_000)
def asked(word: str) -> dict[str, tuple[str, ...]]:
    """The keys that a typed word asks for, by language: each may end in ``*`` for all keys that begin so."""
    bare = bared(word)
    if _is_number(bare):
        return {"": (bare,)}
    read = {
        each for language in languages().known if script_of(language) == script(bare) for each in forms(bare, language)
    }
    wanted = {language: _asked_in(bare, read, language) for language in languages().known}
    return {**wanted, OTHER: tuple({OTHER + sound(bare)} if sound(bare) else ())}


def begun(word: str) -> dict[str, tuple[str, ...]]:
    """The same for the beginning of a word, typed with a star."""
    bare = bared(word)
    if _is_number(bare):
        return {"": (f"{bare}*",)}
    return {language: (f"{language}{sound(bare)}*",) for language in (*languages().known, OTHER)}


@lru_cache(maxsize=50_000)
def bared(word: str) -> str:
    """A word in lower case, composed, without marks of stress and invisible characters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).translate(_INVISIBLE)).lower()


@lru_cache(maxsize=200_000)
def _keys(word: str, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    bare = bared(word)
    if _is_number(bare):
        return (bare,), ()
    known = language if language in languages().known else OTHER
    native = script(bare) == script_of(known)
    heard = known + sound(form(bare, known) if native else bare)
    plainly = known + sound(form(plain(bare), known)) if native and not bare.isascii() else heard
    keys = tuple(each for each in (heard,) if each != known)
    return keys, tuple(each for each in (plainly,) if each not in {heard, known})


def _asked_in(bare: str, read: set[str], language: str) -> tuple[str, ...]:
    """Keys in one language: by its own forms where the word is in its script, else by the sound of its forms there."""
    if language in languages().beginnings:
        heard = sound(bare)
        return (f"{language}{heard[: max(_KEPT, len(heard) - _ENDING)]}*",) if heard else ()
    if script(bare) == script_of(language):
        found = {sound(each) for each in forms(bare, language)}
    elif script_of(language) == "latin":
        found = {sound(form(latin(each).lower(), language)) for each in {bare, *read}} | {sound(bare)}
    else:
        found = {sound(bare)}
    return tuple(sorted(language + each for each in found if each))


def _is_number(bare: str) -> bool:
    return any(char.isnumeric() for char in bare)
