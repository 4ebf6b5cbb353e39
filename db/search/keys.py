"""Text and its language in, the keys it is found by out: the language and the sound of each word's lemma or stem.

A key is the language's code and, in Latin letters, how the lemma or stem sounds, so that spelling, diacritics and
script do not matter: ``Медиазоны`` in a Russian text is ``rumedazona``, and whoever types ``Mediazona`` asks for that
key among those of other languages. Numbers have no language; Chinese and Japanese are cut into pairs of characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from db.search.cyrillic import spelled_by
from db.search.forms import forms, is_a_name, languages, relatives, script, script_of
from db.spelling import latin, letters, spelled

VERSION = "6"  # of the keys; another one has the index made anew
_JOINED = "぀-ヿ㐀-䶿一-鿿豈-﫿"
_WORD = rf"(?:(?![{_JOINED}])\w[\u0300-\u036f\u00ad\u200b-\u200d]*)+"
_TOKEN = re.compile(rf"([{_JOINED}]+)|({_WORD}(?:(?<=[\u0400-\u04ff])['’ʼ](?=[\u0400-\u04ff]){_WORD})*)")
_SHORT = "\u0306"  # makes another letter of и, which is no diacritic to leave out
_SEPARATOR = re.compile(r"\D")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f.,’'](?=\d{3}(?!\d))\d{3})+(?!\d)")
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x301])
OTHER = "xx"  # the code of languages that are not known
_KEPT = 4  # letters of a beginning that are always kept; a word with fewer is looked for as it is
_ENDING = 2  # letters of a word that inflection may change
_ELSEWHERE = 5  # letters of a word in lower case that is looked for in other scripts too; with a capital, three
_STEM = 3  # letters of a stem; shorter ones are articles and endings in some language
_SOUNDING = 5  # letters, in Latin, of a word that is compared by its sound
_MARKS = str.maketrans({"’": "'", "ʼ": "'"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: where it stands, and its keys (one, or one for each pair of joined characters).

    ``bare`` are the other keys that it may be asked by: those of its other readings, and those that it has without its
    diacritics, since endings are told by diacritics too.
    """

    start: int
    end: int
    keys: tuple[str, ...]
    bare: tuple[str, ...] = ()


def tokens(text: str, language: str) -> Iterator[Token]:
    """Every word of ``text`` in order, with the keys under which a report of ``language`` is found by it."""
    for found in _TOKEN.finditer(text):
        keys, bare = _found((found[1], found[2]), language)
        if keys:
            yield Token(found.start(), found.end(), keys, bare)


def _found(run: tuple[str, str], language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys of a run of joined characters, or of a word, as ``_TOKEN`` finds either; and its other keys."""
    joined, word = run
    return (pairs(joined), ()) if joined else _keys(word, language)


def document(text: str, language: str) -> str:
    """The keys of ``text`` with spaces between them, as the index takes them."""
    return " ".join(key for token in tokens(text, language) for key in token.keys)


def documents(title: str, text: str, language: str, besides: str = "") -> tuple[str, str, str]:
    """``document`` of a title and of a text, and ``bare_document`` of both; each word is looked at once."""
    head, body = _TOKEN.findall(title), _TOKEN.findall(text)
    known = {run: _found(run, language) for run in dict.fromkeys((*head, *body))}
    plain = {run: " ".join(keys) for run, (keys, _) in known.items()}
    bare = {key for keys, others in known.values() if keys for key in others}
    titled, told = (" ".join(part for run in runs if (part := plain[run])) for runs in (head, body))
    return titled, told, _listed(bare, f"{title}\n{text}", language, besides)


def bare_document(text: str, language: str, besides: str = "") -> str:
    """The other keys of the words of ``text``, each once, in alphabetical order: what no phrase needs to stand in.

    With them go numbers as they are without separators, and the words of ``besides``, such as the names of authors.
    """
    return _listed({key for token in tokens(text, language) for key in token.bare}, text, language, besides)


def _listed(other: set[str], text: str, language: str, besides: str) -> str:
    numbers = {_SEPARATOR.sub("", found[0]) for found in _THOUSANDS.finditer(text)}
    named = {key for token in tokens(besides, language) for key in (*token.keys, *token.bare)}
    return " ".join(sorted(other | numbers | named))


def words(text: str) -> list[tuple[str, bool]]:
    """The words of what was typed, each with whether its characters are joined (Chinese, Japanese)."""
    return [(found[0], bool(found[1])) for found in _TOKEN.finditer(text)]


def written(phrase: str) -> tuple[str, ...]:
    """A phrase as it was typed, and with the lemmas of its words in Latin letters, as other scripts write it."""
    native = next((each for each in languages().dictionaries if script_of(each) == script(bared(phrase))), None)
    if native is None:
        return (phrase,)
    lemmas = " ".join(forms(bared(word), native)[0] for word, _ in words(phrase))
    return phrase, latin(lemmas)


def pairs(run: str) -> tuple[str, ...]:
    """A run of joined characters as overlapping pairs; a single one is its own."""
    return tuple(run[at : at + 2] for at in range(len(run) - 1)) or (run,)


@lru_cache(maxsize=20_000)
def asked(word: str) -> dict[str, tuple[str, ...]]:
    """The keys that a typed word asks for, by language: each may end in ``*`` for all keys that begin so."""
    bare = bared(word)
    if _is_number(bare):
        return {"": (bare,)}
    known, own = languages().known, script(bare)
    native = [language for language in known if script_of(language) == own]
    found = {language: _asked_in(bare, language) for language in native}
    if len(bare) >= _ELSEWHERE or (len(bare) > 2 and word[0].isupper()):
        read = _read(word, bare, native) if own != "latin" else set()
        found |= {language: _asked_elsewhere(bare, read, language) for language in known if language not in native}
    if own == "latin":
        found |= {
            language: (*found.get(language, ()), *_romanised(bare, language)) for language in languages().dictionaries
        }
    return {**found, OTHER: _keyed(OTHER, {_heard(bare)})}


def begun(word: str) -> dict[str, tuple[str, ...]]:
    """The same for the beginning of a word, typed with a star."""
    bare = bared(word)
    if _is_number(bare):
        return {"": (f"{bare}*",)}
    return {language: (f"{language}{_heard(bare)}*",) for language in (*languages().known, OTHER)}


@lru_cache(maxsize=50_000)
def bared(word: str) -> str:
    """A word in lower case, composed, without marks of stress and invisible characters."""
    composed = unicodedata.normalize("NFC", word).translate(_INVISIBLE).translate(_MARKS)
    return unicodedata.normalize("NFC", composed).lower()


@lru_cache(maxsize=200_000)
def _keys(word: str, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    bare = bared(word)
    if _is_number(bare):
        return (bare,), ()
    known = language if language in languages().known else OTHER
    if known in languages().beginnings or script(bare) != script_of(known):
        return _keyed(known, {_heard(bare)}), ()
    first, *others = forms(bare, known)
    plainly = () if bare.isascii() else forms(_plain(bare), known)
    keys = _keyed(known, {_heard(first)})
    return keys, tuple(key for key in _keyed(known, map(_heard, (*others, *plainly))) if key not in keys)


def _plain(bare: str) -> str:
    """A word without its diacritics: in Latin letters as ASCII, elsewhere й stays a letter of its own."""
    if script(bare) == "latin":
        return latin(bare).lower()
    kept = [char for char in unicodedata.normalize("NFD", bare) if not unicodedata.combining(char) or char == _SHORT]
    return unicodedata.normalize("NFC", "".join(kept))


def _asked_in(bare: str, language: str) -> tuple[str, ...]:
    """Keys of a word in a language of its script."""
    read = {heard for each in forms(bare, language) if len(heard := _heard(each)) >= min(_STEM, len(bare))}
    if language not in languages().beginnings:
        return _keyed(language, read)
    if language not in languages().stemmers:
        read = {each[: max(_KEPT, len(each) - _ENDING)] for each in read}
    begun = {*read, _heard(bare), *map(_heard, relatives(bare, language))}
    return _keyed(language, {f"{each}*" if len(each) >= _KEPT else each for each in begun if each})


def _asked_elsewhere(bare: str, read: set[str], language: str) -> tuple[str, ...]:
    """Keys of a word in a language of another script: by the sound of the word, and of its ``read`` forms there."""
    if script_of(language) != "latin":
        return _keyed(language, {_heard(bare)})
    written = {latin(each).lower() for each in {bare, *read}}
    read_there = {each for word in written for each in forms(word, language)}
    return _keyed(language, {_heard(bare), *map(_heard, written | read_there)})


def _romanised(bare: str, language: str) -> tuple[str, ...]:
    """Keys of the words that one in Latin letters can spell, by their lemmas; a lemma itself is found by its sound."""
    lemmas = {forms(each, language)[0] for each in spelled_by(bare, language)} - set(spelled_by(bare, language))
    return _keyed(language, map(_heard, lemmas))


def _read(word: str, bare: str, native: list[str]) -> set[str]:
    """The forms of a word by which it is looked for in other scripts: of a name, and of no everyday word."""
    if not word[0].isupper() and not all(is_a_name(bare, language) for language in native):
        return set()
    return {each for language in native for each in forms(bare, language)}


def _heard(form: str) -> str:
    """How a form sounds; a short one, which sounds like many others, by its letters."""
    short = letters(form)
    return spelled(form) if len(short) >= _SOUNDING else short


def _keyed(language: str, heard: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(language + each for each in heard if each))


def _is_number(bare: str) -> bool:
    return any(char.isnumeric() for char in bare)
