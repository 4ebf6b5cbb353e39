"""A word and its language in, the one form that all forms of the word share out."""

import threading
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import Stemmer
import yaml
from pydantic import BaseModel
from pymorphy3 import MorphAnalyzer

_LATIN = "latin"
_LIKELY = 0.15  # a reading of a word by the dictionary that is at least so probable counts in a question
_lock = threading.Lock()  # neither stemmers nor the dictionary may be used by two threads at once


class Languages(BaseModel):
    """The content of ``languages.yml``."""

    dictionaries: dict[str, str]
    stemmers: dict[str, str]
    beginnings: frozenset[str]
    scripts: dict[str, frozenset[str]]

    @property
    def known(self) -> tuple[str, ...]:
        """Every language that is searched in a way of its own."""
        return tuple(sorted({*self.dictionaries, *self.stemmers, *self.beginnings}))


@cache
def languages() -> Languages:
    """The languages that ship with the search."""
    path = Path(__file__).parent / "languages.yml"
    return Languages.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@cache
def script_of(language: str) -> str:
    """The script that ``language`` is written in, as ``script`` names it."""
    return next((name for name, those in languages().scripts.items() if language in those), _LATIN)


@lru_cache(maxsize=50_000)
def script(word: str) -> str:
    """The script of a word by its first letter: ``cyrillic``, ``latin`` and so on, in lower case."""
    letter = next((char for char in word if char.isalpha()), "a")
    return unicodedata.name(letter, "LATIN").split()[0].lower()


@lru_cache(maxsize=200_000)
def form(word: str, language: str) -> str:
    """The lemma or stem of a word in lower case: what all its forms share; the word where nothing is known."""
    return forms(word, language)[0]


@lru_cache(maxsize=50_000)
def forms(word: str, language: str) -> tuple[str, ...]:
    """Every form that a word may belong to, the likeliest first: one where no dictionary is asked."""
    known = languages()
    with _lock:
        if language in known.dictionaries:
            return _read(word, known.dictionaries[language])
        if language in known.stemmers:
            return (_stemmer(known.stemmers[language]).stemWord(word) or word,)
    return (word,)


def _read(word: str, dictionary: str) -> tuple[str, ...]:
    scores: dict[str, float] = {}
    for reading in _dictionary(dictionary).parse(word):
        scores[reading.normal_form] = scores.get(reading.normal_form, 0.0) + reading.score
    ranked = sorted(scores, key=lambda each: (-round(scores[each], 6), each))
    return (*ranked[:1], *(each for each in ranked[1:] if scores[each] >= _LIKELY)) or (word,)


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


@cache
def _dictionary(name: str) -> MorphAnalyzer:
    return MorphAnalyzer(lang=name)
