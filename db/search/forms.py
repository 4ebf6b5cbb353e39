"""A word and its language in, the one form that all forms of the word share out."""

import re
import threading
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import Stemmer
import yaml
from pydantic import BaseModel
from pymorphy3 import MorphAnalyzer

from db.spelling import latin

_LATIN = "latin"
_LIKELY = 0.1  # a reading of a word by the dictionary that is at least so probable counts
_TELLING = 4  # letters of a stem that tells a family by itself
_NAMES = {"Name", "Surn", "Patr", "Geox", "Orgn", "Trad", "Abbr", "UNKN"}  # grammemes of OpenCorpora
_lock = threading.Lock()  # neither stemmers nor the dictionary may be used by two threads at once
Rules = list[tuple[re.Pattern[str], str]]


class Languages(BaseModel):
    """The content of ``languages.yml``."""

    dictionaries: dict[str, str]
    stemmers: dict[str, str]
    beginnings: frozenset[str]
    scripts: dict[str, frozenset[str]]
    spellings: dict[str, Rules]
    leavings: dict[str, Rules]

    @property
    def known(self) -> tuple[str, ...]:
        """Every language that is searched in a way of its own."""
        return tuple(sorted({*self.dictionaries, *self.stemmers, *self.beginnings}))


@cache
def languages() -> Languages:
    """The languages that ship with the search."""
    return Languages.model_validate(_shipped("languages.yml"))


@cache
def script_of(language: str) -> str:
    """The script that ``language`` is written in, as ``script`` names it."""
    return next((name for name, those in languages().scripts.items() if language in those), _LATIN)


@lru_cache(maxsize=50_000)
def script(word: str) -> str:
    """The script of a word by its first letter: ``cyrillic``, ``latin`` and so on, in lower case."""
    letter = next((char for char in word if char.isalpha()), "a")
    return unicodedata.name(letter, "LATIN").split()[0].lower()


@lru_cache(maxsize=100_000)
def forms(word: str, language: str) -> tuple[str, ...]:
    """The lemmas or the stem of a word in lower case, which all its forms share; the likeliest first, never none."""
    with _lock:
        if language in languages().dictionaries:
            return _lemmas(word, languages().dictionaries[language])
        stem = _stem(word, language)
    known = _families(language)
    family = known.get(word) or known.get(stem)
    return (family[0] if family else stem,)


def relatives(word: str, language: str) -> tuple[str, ...]:
    """All forms of an irregular word's family; none where it has none."""
    return _families(language).get(word, ())


@lru_cache(maxsize=20_000)
def is_a_name(word: str, language: str) -> bool:
    """Whether a word may be a name: not where a dictionary knows it as another word."""
    if language not in languages().dictionaries:
        return True
    with _lock:
        readings = _dictionary(languages().dictionaries[language]).parse(word)
    return any(not each.is_known or _NAMES & set(each.tag.grammemes) for each in readings)


@lru_cache(maxsize=50_000)
def is_known(word: str, language: str) -> bool:
    """Whether the dictionary of ``language`` has the word."""
    with _lock:
        return bool(_dictionary(languages().dictionaries[language]).word_is_known(word))


def _lemmas(word: str, dictionary: str) -> tuple[str, ...]:
    scores: dict[str, float] = {}
    for reading in _dictionary(dictionary).parse(word):
        scores[reading.normal_form] = scores.get(reading.normal_form, 0.0) + reading.score
    ranked = sorted(scores, key=lambda each: (-round(scores[each], 6), each))
    return (*ranked[:1], *(each for each in ranked[1:] if scores[each] >= _LIKELY)) or (word,)


def _stem(word: str, language: str) -> str:
    known = languages()
    if language not in known.stemmers:
        return word
    spelled = _rewritten(word, known.spellings.get(language, ()))
    stem = _stemmer(known.stemmers[language]).stemWord(spelled) or word
    return _rewritten(stem, known.leavings.get(language, ()))


def _rewritten(word: str, rules: Rules | tuple[()]) -> str:
    for pattern, replacement in rules:
        word = pattern.sub(replacement, word)
    return word


@cache
def _families(language: str) -> dict[str, tuple[str, ...]]:
    """The families of irregular words by each form, with and without diacritics, and by their longer stems."""
    found: dict[str, tuple[str, ...]] = {}
    families = [tuple(family.split()) for family in _shipped("irregular.yml").get(language, ())]
    for family in families:
        for form in family:
            found.setdefault(form, family)
            found.setdefault(latin(form).lower(), family)
    with _lock:
        for family in families:
            for form in {*family, *(latin(each).lower() for each in family)}:
                stem = _stem(form, language)
                if len(stem) >= _TELLING:
                    found.setdefault(stem, family)
    return found


def _shipped(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return found


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


@cache
def _dictionary(name: str) -> MorphAnalyzer:
    return MorphAnalyzer(lang=name)
