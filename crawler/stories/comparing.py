"""Two fingerprints in, how alike they are out: measures of what they share, weighed by what was learnt from pairs.

What two reports share counts by how rare it is, in news of every kind and in reports on the subject (``rarity``), and
against what chance gives to texts of their size: two long reports on asylum in France share a lot, whatever they tell.
"""

import json
import math
from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from crawler.stories.network import Network
from db.model import Fingerprint, Likeness

WEIGHTS = Path(__file__).with_name("weights.json")
BACKGROUND = Path(__file__).with_name("background.json")
COPIED = 0.55  # share of the shorter text's shingles in the other from which it is the same text, if its figures are
_CLOSE = 0.02  # two figures that differ by so little may be one, rounded
_DAYS = 6.0
_FORTNIGHT, _ANOTHER = 14, 0.6
_SURE, _DOUBT = 0.9, 0.8
_FEW_SHARED = 0.5  # share of the numbers of one in the other below which they are others
_FORMULA, _PHRASED = 0.3, 0.6  # share of shingles, or likeness of words, from which two texts are of one form
_USUAL = 22  # marks and concepts of a report of usual length
_SHORT = 10
_COMMON = 0.6  # rarity up to which what is shared says nothing by itself
_TELLING = 0.45  # the same for names and numbers taken together
_LEAST = 0.03
_PHRASES = 5  # shingles that both have, as of a quotation, from which no more is asked
_MANY = 24  # things in a set from which they are weighed as one array
# What is compared by what both have of it, each with how much is asked before that counts in full: two sets of one
# thing each, and the same, are not yet two alike reports.
_ASKED = {
    "names": 0.7,
    "speakers": 0.7,
    "marks": 1.5,
    "concepts": 1.0,
    "cities": 0.7,
    "countries": 0.3,
    "sources": 0.7,
    "decisions": 0.5,
    "numbers": 1.0,
}
_RARE = ("names", "speakers", "marks", "numbers", "cities", "sources", "concepts", "decisions")
_DIFFER = ("names", "cities", "countries")


def likeness(one: Fingerprint, other: Fingerprint) -> Likeness:
    """How alike two reports are; the same whichever comes first."""
    found = measures(one, other)
    values = list(found.values())
    known = networks()
    original = known["original"].chance(values)
    event = max(original, known["event"].chance(values))
    copy = one.language == other.language and found["shingles"] >= COPIED and not _is_another(one, other, found)
    if _is_another(one, other, found):
        original, event = original * _ANOTHER, event * _ANOTHER
    elif found["figures_differ"] and abs(one.day - other.day) > _FORTNIGHT:
        event *= _ANOTHER  # the same words with other figures some weeks later: a series, not one event
    elif _differ(one, other, found) and original < _SURE:
        event *= _DOUBT
    return Likeness(original=max(original, 0.99 * copy), event=max(event, 0.99 * copy), copy=copy)


def _is_another(one: Fingerprint, other: Fingerprint, found: dict[str, float]) -> bool:
    """Whether two reports of one form tell of different things: all that is particular in them differs."""
    if not found["near"] or max(found["shingles"] / _FORMULA, found["words"] / _PHRASED) < 1:
        return False
    differ = found["figures_differ"] + found["names_differ"] + found["cities_differ"]
    numbers = bool(one.numbers) and bool(other.numbers) and found["numbers_share"] < _FEW_SHARED
    return _differ(one, other, found) or (numbers and differ >= 1) or (numbers and found["shingles"] >= _FORMULA)


def _differ(one: Fingerprint, other: Fingerprint, found: dict[str, float]) -> bool:
    """Whether figures, names or cities differ, and none of them is shared."""
    differ = found["figures_differ"] + found["names_differ"] + found["cities_differ"]
    return differ >= 1 and not found["figures"] and not one.names & other.names and not one.cities & other.cities


def measures(one: Fingerprint, other: Fingerprint) -> dict[str, float]:
    """The measures of likeness, each about 0 to 1, in a fixed order."""
    near = one.language == other.language
    chance = math.log10(math.sqrt(_size(one) * _size(other)) / _USUAL) / 3
    figures = _figures(one.figures, other.figures)
    found = {
        "near": float(near),
        "days": _nearness(one, other),
        "soon": _soon(one, other),
        "undated": float(not one.day or not other.day),
        "short": 1 / (1 + min(_size(one), _size(other)) / _SHORT),
        "figures": figures,
        "figures_share": _overlap(_telling(one.figures), _telling(other.figures)),
        "numbers_share": _overlap(one.numbers, other.numbers),
        "figures_differ": float(bool(one.figures) and bool(other.figures) and figures == 0),
    }
    for kind, asked in _ASKED.items():
        found[kind] = _weighed(getattr(one, kind), getattr(other, kind), kind, chance, asked)
    for kind in _RARE:
        found[f"rare_{kind}"] = _rare(getattr(one, kind) & getattr(other, kind), kind, chance)
    for kind in _DIFFER:
        found[f"{kind}_differ"] = _apart(getattr(one, kind), getattr(other, kind))
    found["origin"] = float(bool(one.origin) and one.origin == other.origin)
    found["published"] = float(_is_published(one, other) or _is_published(other, one))
    found["origins_differ"] = float(bool(one.origin) and bool(other.origin) and one.origin != other.origin)
    found["words"] = _weighed(one.stems, other.stems, "stems", chance, 0) if near else 0.0
    found["shingles"] = _overlap(one.shingles, other.shingles) if near else 0.0
    found["phrases"] = min(1.0, len(one.shingles & other.shingles) / _PHRASES) if near else 0.0
    shared = figures + sum(_told(getattr(one, kind) & getattr(other, kind), kind, chance) for kind in _PROPER)
    found["specific"] = shared / (1 + min(_properties(one, chance), _properties(other, chance)))
    told = min(1.0, (shared + found["rare_names"] + found["rare_cities"]) / 2)
    found["told"] = told
    found["soon_told"] = found["soon"] * told
    found["concepts_told"] = found["concepts"] * told
    found["source_told"] = told * max(found["origin"], found["published"])
    found["words_told"] = found["words"] * told
    return found


_PROPER = ("marks", "numbers")


def _size(one: Fingerprint) -> int:
    return 1 + len(one.marks) + len(one.concepts)


def _apart(one: Collection[str], other: Collection[str]) -> float:
    return float(bool(one) and bool(other) and not set(one) & set(other))


def _nearness(one: Fingerprint, other: Fingerprint) -> float:
    if not one.day or not other.day:
        return 1.0
    return math.exp(-abs(one.day - other.day) / _DAYS)


def _soon(one: Fingerprint, other: Fingerprint) -> float:
    """Whether both came out within days, as reprints do; what follows up on an event comes later."""
    if not one.day or not other.day:
        return 0.74
    return 1 / (1 + math.exp(2 * (abs(one.day - other.day) - 3.5)))


def _telling(figures: Collection[float]) -> set[float]:
    return {value for value in figures if value >= 10}


def _figures(one: Collection[float], other: Collection[float]) -> float:
    """The weight of the figures that both have: one of many digits says more than a round one."""
    total = 0.0
    for value in one:
        if value in other:
            total += _weight(value)
        elif value >= 100 and any(abs(value - each) <= _CLOSE * value for each in other):
            total += 0.5 * max(_weight(value), _weight(min(other, key=lambda each: abs(each - value))))
    return min(1.0, total)


def _weight(value: float) -> float:
    digits = f"{value:g}".replace(".", "").strip("0") or "0"
    return min(1.0, 0.15 + 0.28 * (len(digits) - 1) + 0.05 * (value >= 100))


def _overlap(one: Collection[object], other: Collection[object]) -> float:
    """The share of the smaller set that the larger one has too."""
    smaller = min(len(one), len(other))
    return len(set(one) & set(other)) / smaller if smaller else 0.0


def _weighed(one: Collection[str], other: Collection[str], kind: str, chance: float, asked: float) -> float:
    """Cosine of two sets, what is rare in them weighing more; ``asked`` is added to the size of either."""
    both = _power(set(one) & set(other), kind, chance)
    if not both:
        return 0.0
    return both / math.sqrt((_power(one, kind, chance) + asked) * (_power(other, kind, chance) + asked))


def _power(things: Collection[str], kind: str, chance: float) -> float:
    if len(things) > _MANY and isinstance(things, frozenset):
        weights = np.clip(_rarities(things, kind) - chance, _LEAST, 1.0)
        return float(weights @ weights)
    return float(sum(_weight_of(thing, kind, chance) ** 2 for thing in things))


@lru_cache(maxsize=4096)
def _rarities(things: frozenset[str], kind: str) -> npt.NDArray[np.float64]:
    """The rarity of each of a report's words, kept, since a report is compared with many."""
    return np.array([rarity(thing, kind) for thing in things])


def _weight_of(thing: str, kind: str, chance: float) -> float:
    return max(_LEAST, min(1.0, rarity(thing, kind) - chance))


def _rare(things: Collection[str], kind: str, chance: float) -> float:
    """What is rare among what both have, 1 for two things that hardly any other report has."""
    return min(1.0, _beyond(_COMMON, things, kind, chance) / (1 - _COMMON) / 2)


def _told(things: Collection[str], kind: str, chance: float) -> float:
    return _beyond(_TELLING, things, kind, chance)


def _beyond(least: float, things: Collection[str], kind: str, chance: float) -> float:
    """By how much the weights of ``things`` exceed ``least``, together; asked often, so written out."""
    known, total = _background()[kind], 0.0
    for thing in things:
        weight = min(1.0, known.get(thing, 1.0) - chance)
        if weight > least:
            total += weight - least
    return total


def _properties(one: Fingerprint, chance: float) -> float:
    return sum(_told(getattr(one, kind), kind, chance) for kind in _PROPER)


def _is_published(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether one cites the publisher of the other."""
    theirs = _plain(other.publisher)
    return bool(theirs) and any(_plain(name) == theirs for name in {*one.sources, one.origin})


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum()).removeprefix("the")


def rarity(thing: str, kind: str) -> float:
    """How rare a word, name, place or concept is in news: from 0 to 1, and 1 for what is not known."""
    return _background()[kind].get(thing, 1.0)


@cache
def _background() -> dict[str, dict[str, float]]:
    """How rare things are in news of every kind and in reports on the subject, whichever has more of them."""
    return dict(json.loads(BACKGROUND.read_text(encoding="utf-8")))


@cache
def networks() -> dict[str, Network]:
    """What was learnt, by what it tells: ``original`` and ``event``."""
    return {name: Network.read(each) for name, each in json.loads(WEIGHTS.read_text(encoding="utf-8")).items()}
