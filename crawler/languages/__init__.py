"""Languages as data: a code in, what its file says of numbers, months, cue words and names out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale

from crawler.handwritten import load as load_file
from crawler.languages.grammar import LanguageData
from crawler.terms import Matcher
from crawler.words import fold

FOLDER = Path(__file__).parent
_VALUED = ("numbers", "magnitudes", "fractions", "multiples", "ordinals")
_NO_COUNTRIES = frozenset({"EU", "UN", "EZ", "QO", "XA", "XB", "XK", "ZZ"})
_COMMON = "en"
_SHORTEST = 4  # letters of a country's name that are left when its ending is cut off


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language, ready for use: the matcher of all its terms, and the values of those that have one.

    The roles that ``matcher`` finds are the cues, and ``numbers``, ``months``, ``country:NO``, ``nation:NO`` and so on;
    ``values`` is by role and term, ``countries`` are their names as they stand, folded. ``lexicon`` holds the words
    of all terms of a language that is written without spaces, by which its text is cut into words.
    """

    code: str
    decimal: str
    joined: bool
    postposed: bool
    nouns: bool
    home: str
    endings: int
    abbreviations: frozenset[str]
    countries: frozenset[str]
    falsefriends: frozenset[str]
    lexicon: frozenset[str]
    matcher: Matcher
    values: dict[tuple[str, str], float]


@cache
def known() -> frozenset[str]:
    """The codes of the languages that have a file."""
    return frozenset(path.stem for path in FOLDER.glob("*.yml"))


@cache
def load(code: str) -> Language:
    """The language ``code``; English where it has no file, since its numerals and many of its names are read alike.

    Raises:
        HandwrittenError: its file breaks the grammar; names file, line and key.
    """
    if code not in known():
        return load(_COMMON)
    data = load_file(FOLDER / f"{code}.yml", LanguageData)
    terms = [(role, term) for role, texts in data.cues.items() for term in texts]
    values: dict[tuple[str, str], float] = {}
    for role in _VALUED:
        for term, value in getattr(data, role).items():
            values[role, term] = value
    for number, term in enumerate(data.months, 1):
        values["months", term] = number
    for number, term in enumerate(data.seasons, 1):
        values["seasons", term] = 3 * number
    terms.extend(values)
    terms.extend(_places(code, data))
    return Language(
        code=code,
        decimal=data.decimal,
        joined=data.joined,
        postposed=data.postposed,
        nouns=data.nouns,
        home=data.home.lower(),
        endings=data.endings,
        abbreviations=frozenset(data.abbreviations),
        countries=frozenset(_countries(code, data)),
        falsefriends=frozenset(data.falsefriends),
        lexicon=frozenset(_bare(term for _, term in terms)) if data.joined else frozenset(),
        matcher=Matcher([(role, term, code) for role, term in terms]),
        values=values,
    )


def _bare(terms: Iterable[str]) -> Iterator[str]:
    """The words of ``terms``, folded, without the signs of their grammar."""
    for term in terms:
        for part in term.split():
            yield from (fold(form.strip("=*")) for form in part.split("|") if not part.startswith("~"))


def _countries(code: str, data: LanguageData) -> Iterator[str]:
    """The names of countries in one word, folded, as they stand and not as stems."""
    for terms in data.countries.values():
        yield from (fold(word) for term in terms for word in term.split("|") if word.isalpha())
    yield from (fold(str(name)) for country, name in Locale.parse(code).territories.items() if _is_country(country))


def _places(code: str, data: LanguageData) -> list[tuple[str, str]]:
    named = [(f"country:{country}", term) for country, terms in data.countries.items() for term in terms]
    named += [(f"nation:{country}", term) for country, terms in data.nations.items() for term in terms]
    named += [(f"city:{country}", term) for country, terms in data.cities.items() for term in terms]
    friends = {fold(name) for name in data.falsefriends}
    for country, name in Locale.parse(code).territories.items():
        words = [fold(word) for word in "".join(c if c.isalnum() else " " for c in str(name)).split()]
        if _is_country(country) and words and fold(str(name)) not in friends:
            named.append((f"country:{country}", " ".join(_inflected(word, data.endings) for word in words)))
    return named


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES


def _inflected(word: str, endings: int) -> str:
    """The name as a term: whole, or cut to a stem where the language inflects it."""
    if not endings:
        return word
    stem = word
    while len(stem) > _SHORTEST and len(word) - len(stem) < 2 and stem[-1] in "aeiouyаеиоуыэюяіїєёйьąęáéíóúäöõåā":
        stem = stem[:-1]
    return f"{stem}*" if len(stem) >= _SHORTEST else word
