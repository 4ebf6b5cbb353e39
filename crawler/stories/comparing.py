"""Two fingerprints in, how alike they are out: a few measures, weighed by what was learnt from labelled pairs."""

import json
import math
from collections.abc import Collection
from functools import cache
from pathlib import Path

from db.model import Fingerprint, Likeness

WEIGHTS = Path(__file__).with_name("weights.json")
BACKGROUND = Path(__file__).with_name("background.json")
COPIED = 0.55  # share of the shorter text's shingles in the other from which it is the same text, if its figures are
_CLOSE = 0.02  # two figures that differ by so little may be one, rounded
_DAYS = 6.0
_MANY = 3
_FORTNIGHT, _ANOTHER = 14, 0.6
_SURE, _DOUBT = 0.9, 0.8
_FEW_SHARED = 0.5  # share of the numbers of one in the other below which they are others
_FORMULA, _PHRASED = 0.3, 0.6  # share of shingles, or likeness of words, from which two texts are of one form


def likeness(one: Fingerprint, other: Fingerprint) -> Likeness:
    """How alike two reports are; the same whichever comes first."""
    found = measures(one, other)
    weights = _weights()
    original = _logistic(found, weights["original"])
    event = max(original, _logistic(found, weights["event"]))
    copy = one.language == other.language and found["shingles"] >= COPIED and not _is_another(one, other, found)
    if _is_another(one, other, found):
        original, event = original * _ANOTHER, event * _ANOTHER
    elif found["figures_differ"] and abs(one.day - other.day) > _FORTNIGHT:
        event *= _ANOTHER  # the same words with other figures some weeks later: a series, not one event
    elif _differ(found) and original < _SURE:
        event *= _DOUBT
    return Likeness(original=max(original, 0.99 * copy), event=max(event, 0.99 * copy), copy=copy)


def _is_another(one: Fingerprint, other: Fingerprint, found: dict[str, float]) -> bool:
    """Whether two reports of one form tell of different things: all that is particular in them differs."""
    if not found["near"] or max(found["shingles"] / _FORMULA, found["words"] / _PHRASED) < 1:
        return False
    differ = found["figures_differ"] + found["names_differ"] + found["cities_differ"]
    numbers = bool(one.numbers) and bool(other.numbers) and found["numbers_share"] < _FEW_SHARED
    return _differ(found) or (numbers and differ >= 1) or (numbers and found["shingles"] >= _FORMULA)


def _differ(found: dict[str, float]) -> bool:
    """Whether figures, names or cities differ, and none of them is shared."""
    differ = found["figures_differ"] + found["names_differ"] + found["cities_differ"]
    return differ >= 1 and found["figures"] + found["names"] + found["cities"] == 0


def measures(one: Fingerprint, other: Fingerprint) -> dict[str, float]:
    """The measures of likeness, each about 0 to 1, in a fixed order."""
    near = one.language == other.language
    figures = _figures(one.figures, other.figures)
    names = len(one.names & other.names)
    words = _weighed(one.stems, other.stems, "stems") if near else 0.0
    found = {
        "near": float(near),
        "days": _nearness(one, other),
        "soon": _soon(one, other),
        "figures": figures,
        "figures_share": _overlap(_telling(one.figures), _telling(other.figures)),
        "names_share": _overlap(one.names, other.names),
        "numbers_share": _overlap(one.numbers, other.numbers),
        "figures_differ": float(bool(one.figures) and bool(other.figures) and figures == 0),
        "numbers": _told(one.numbers & other.numbers),
        "names": min(names, _MANY) / _MANY,
        "names_differ": float(bool(one.names) and bool(other.names) and not names),
        "marks": _weighed(one.marks, other.marks, "marks"),
        "rare_marks": _rare(one.marks & other.marks, "marks"),
        "concepts": _weighed(one.concepts, other.concepts, "concepts"),
        "rare_concepts": _rare(one.concepts & other.concepts, "concepts"),
        "cities": min(len(one.cities & other.cities), _MANY) / _MANY,
        "cities_differ": float(bool(one.cities) and bool(other.cities) and not one.cities & other.cities),
        "countries": _cosine(one.countries, other.countries),
        "countries_differ": float(
            bool(one.countries) and bool(other.countries) and not one.countries & other.countries
        ),
        "sources": _cosine(one.sources, other.sources),
        "origin": float(bool(one.origin) and one.origin == other.origin),
        "published": float(_is_published(one, other) or _is_published(other, one)),
        "origins_differ": float(bool(one.origin) and bool(other.origin) and one.origin != other.origin),
        "decisions": _cosine(one.decisions, other.decisions),
        "words": words,
        "shingles": _overlap(one.shingles, other.shingles) if near else 0.0,
    }
    telling = found["figures"] + found["names"] + found["numbers"] + found["cities"]
    found["together"] = min(1.0, telling / 2)
    found["telling_and_source"] = min(1.0, telling) * max(found["origin"], found["published"])
    found["words_and_telling"] = words * min(1.0, telling)
    return found


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


def _told(numbers: Collection[str]) -> float:
    return min(1.0, sum(0.15 if len(number) < 3 else 0.4 for number in numbers))


def _overlap(one: Collection[object], other: Collection[object]) -> float:
    """The share of the smaller set that the larger one has too."""
    smaller = min(len(one), len(other))
    return len(set(one) & set(other)) / smaller if smaller else 0.0


def _cosine(one: Collection[object], other: Collection[object]) -> float:
    return len(set(one) & set(other)) / math.sqrt(len(one) * len(other)) if one and other else 0.0


def _weighed(one: Collection[str], other: Collection[str], kind: str) -> float:
    """Cosine of two sets of words, rare ones weighing more."""
    table = _background()[kind]

    def power(words: Collection[str]) -> float:
        return sum(table.get(word, 1.0) ** 2 for word in words)

    both = power(set(one) & set(other))
    return both / math.sqrt(power(one) * power(other)) if both else 0.0


def _rare(words: Collection[str], kind: str) -> float:
    table = _background()[kind]
    return min(1.0, sum(max(0.0, table.get(word, 1.0) - 0.6) for word in words))


def _is_published(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether one cites the publisher of the other."""
    theirs = _plain(other.publisher)
    return bool(theirs) and any(_plain(name) == theirs for name in {*one.sources, one.origin})


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum()).removeprefix("the")


def _logistic(found: dict[str, float], weights: dict[str, float]) -> float:
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in found.items())
    return 1 / (1 + math.exp(-total))


def rarity(word: str, kind: str) -> float:
    """How rare a word, name or concept is in news of every kind: from 0 to 1, and 1 for what is not known."""
    return _background()[kind].get(word, 1.0)


@cache
def _background() -> dict[str, dict[str, float]]:
    """How rare words are in news of every kind, from 0 to 1; those not listed are rare."""
    return dict(json.loads(BACKGROUND.read_text(encoding="utf-8")))


@cache
def _weights() -> dict[str, dict[str, float]]:
    return dict(json.loads(WEIGHTS.read_text(encoding="utf-8")))
