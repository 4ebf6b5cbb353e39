"""One report and many others in, how alike it is to each out: measures of what both have, weighed by what was learnt.

What two reports share counts by how rare it is, in news of every kind and in reports on the subject (``rarity``), and
against what chance gives to texts of their size: two long reports on asylum in France share a lot, whatever they tell.

All others are compared at once, each measure an array with a number for each of them: settling a report is mostly this.
"""

import json
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from crawler.stories.network import Network
from crawler.stories.sharing import Sharing, Wanted
from crawler.stories.traits import KINDS, Floats, Traits
from db.model import Likeness

WEIGHTS = Path(__file__).with_name("weights.json")
COPIED = 0.55  # share of the shorter text's shingles in the other from which it is the same text, if its figures are
_CLOSE = 0.02  # two figures that differ by so little may be one, rounded
_DAYS = 6.0
_FORTNIGHT, _ANOTHER = 14, 0.6
_SURE, _DOUBT = 0.9, 0.8
_FEW_SHARED = 0.5  # share of the numbers of one in the other below which they are others
_FORMULA, _PHRASED = 0.3, 0.6  # share of shingles, or likeness of words, from which two texts are of one form
_USUAL = 22  # marks and concepts of a report of usual length
_SHORT = 10
_FAR = 100  # days; more is as far
_COMMON = 0.6  # rarity up to which what is shared says nothing by itself
_TELLING = 0.45  # the same for names and numbers taken together
_PHRASES = 5  # shingles that both have, as of a quotation, from which no more is asked
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
_PROPER = [KINDS.index(kind) for kind in ("marks", "numbers")]
_NUMBERS = KINDS.index("numbers")
Bools = npt.NDArray[np.bool_]
Measures = dict[str, Floats]


def likenesses(one: Traits, others: Sequence[Traits]) -> list[Likeness]:
    """How alike ``one`` is to each of ``others``; the same whichever of two comes first."""
    if not others:
        return []
    found = measures(one, others)
    values = np.column_stack(list(found.values()))
    known = networks()
    original = known["original"].chances(values)
    event = np.maximum(original, known["event"].chances(values))
    another, differ = _is_another(one, others, found), _differ(found)
    far = np.abs(np.array([other.day for other in others]) - one.day) > _FORTNIGHT
    series = (found["figures_differ"] > 0) & far  # the same words with other figures some weeks later: not one event
    doubted = differ & (original < _SURE)
    event = event * np.where(another | series, _ANOTHER, np.where(doubted, _DOUBT, 1.0))
    original = original * np.where(another, _ANOTHER, 1.0)
    copy = (found["near"] > 0) & (found["shingles"] >= COPIED) & ~another
    original, event = np.maximum(original, 0.99 * copy), np.maximum(event, 0.99 * copy)
    rows = zip(original.tolist(), event.tolist(), copy.tolist(), strict=True)
    return [Likeness(original=first, event=second, copy=third) for first, second, third in rows]


def _is_another(one: Traits, others: Sequence[Traits], found: Measures) -> Bools:
    """Whether two reports of one form tell of different things: all that is particular in them differs."""
    formed = (found["shingles"] / _FORMULA >= 1) | (found["words"] / _PHRASED >= 1)
    counted = np.array([bool(one.things.counts[_NUMBERS] and other.things.counts[_NUMBERS]) for other in others])
    numbers = counted & (found["numbers_share"] < _FEW_SHARED)
    by_numbers = numbers & ((_apart(found) >= 1) | (found["shingles"] >= _FORMULA))
    told: Bools = (found["near"] > 0) & formed & (_differ(found) | by_numbers)
    return told


def _differ(found: Measures) -> Bools:
    """Whether figures, names or cities differ, and none of them is shared."""
    shared = (found["figures"] > 0) | (found["names"] > 0) | (found["cities"] > 0)
    told: Bools = (_apart(found) >= 1) & ~shared
    return told


def _apart(found: Measures) -> Floats:
    return found["figures_differ"] + found["names_differ"] + found["cities_differ"]


def measures(one: Traits, others: Sequence[Traits]) -> Measures:
    """The measures of likeness, each about 0 to 1, in a fixed order; each with a number for each of ``others``."""
    near = np.array([other.language == one.language for other in others])
    sizes = np.array([other.size for other in others])
    chance = np.log10(np.sqrt(one.size * sizes) / _USUAL) / 3
    wanted = Wanted(one)
    things = wanted.shared([other.things for other in others], chance)
    found: Measures = {"near": near.astype(float), **_of_days(one, others)}
    found["short"] = 1 / (1 + np.minimum(one.size, sizes) / _SHORT)
    found |= _of_figures(one, others, things)
    for kind, asked in _ASKED.items():
        found[kind] = things.cosine(KINDS.index(kind), asked)
    rare = np.minimum(1.0, things.beyond(_COMMON) / (1 - _COMMON) / 2)
    for kind in _RARE:
        found[f"rare_{kind}"] = rare[:, KINDS.index(kind)]
    for kind in _DIFFER:
        found[f"{kind}_differ"] = things.apart(KINDS.index(kind))
    found |= _of_publishers(one, others)
    found |= _of_texts(wanted, others, near, chance)
    shared = found["figures"] + things.beyond(_TELLING)[:, _PROPER].sum(1)
    least = np.minimum(*(each[:, _PROPER].sum(1) for each in things.properties(_TELLING)))
    found["specific"] = shared / (1 + least)
    told = np.minimum(1.0, (shared + found["rare_names"] + found["rare_cities"]) / 2)
    found["told"] = told
    found["soon_told"] = found["soon"] * told
    found["concepts_told"] = found["concepts"] * told
    found["source_told"] = told * np.maximum(found["origin"], found["published"])
    found["words_told"] = found["words"] * told
    return found


def _of_days(one: Traits, others: Sequence[Traits]) -> Measures:
    """How near in time; ``soon``: whether both came out within days, as reprints do, while what follows comes later."""
    days = np.array([other.day for other in others])
    dated = (days != 0) & (one.day != 0)
    between = np.minimum(np.abs(days - one.day), _FAR)
    return {
        "days": np.where(dated, np.exp(-between / _DAYS), 1.0),
        "soon": np.where(dated, 1 / (1 + np.exp(2 * (between - 3.5))), 0.74),
        "undated": (~dated).astype(float),
    }


def _of_figures(one: Traits, others: Sequence[Traits], things: Sharing) -> Measures:
    figures = np.array([_figures(one.figures, other.figures) for other in others])
    both = np.array([bool(one.figures and other.figures) for other in others])
    return {
        "figures": figures,
        "figures_share": np.array([_overlap(one.telling, other.telling) for other in others]),
        "numbers_share": things.overlap(_NUMBERS),
        "figures_differ": (both & (figures == 0)).astype(float),
    }


def _of_publishers(one: Traits, others: Sequence[Traits]) -> Measures:
    """Whether both go back to one origin, whether one cites who published the other, whether their origins differ."""
    origins = [(one.origin, other.origin) for other in others]
    return {
        "origin": np.array([float(bool(mine) and mine == theirs) for mine, theirs in origins]),
        "published": np.array([float(_is_published(one, other) or _is_published(other, one)) for other in others]),
        "origins_differ": np.array([float(bool(mine and theirs) and mine != theirs) for mine, theirs in origins]),
    }


def _of_texts(wanted: Wanted, others: Sequence[Traits], near: Bools, chance: Floats) -> Measures:
    """What texts of one language have in common; words and runs of words of two languages are not compared."""
    found = {name: np.zeros(len(others)) for name in ("words", "shingles", "phrases")}
    where = np.flatnonzero(near)
    same = [other for other, is_near in zip(others, near, strict=True) if is_near]
    if same:
        found["words"][where] = wanted.words([other.words for other in same], chance[where]).cosine(0, 0)
        count = wanted.shingles([other.shingles for other in same])
        smaller = np.minimum(len(wanted.one.shingles), np.array([len(other.shingles) for other in same]))
        found["shingles"][where] = count / np.maximum(smaller, 1)
        found["phrases"][where] = np.minimum(1.0, count / _PHRASES)
    return found


def _figures(one: Collection[float], other: Collection[float]) -> float:
    """The weight of the figures that both have: one of many digits says more than a round one."""
    if not other:
        return 0.0
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


def _overlap(one: frozenset[float], other: frozenset[float]) -> float:
    """The share of the smaller set that the larger one has too."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _is_published(one: Traits, other: Traits) -> bool:
    """Whether one cites the publisher of the other."""
    return bool(other.publisher) and other.publisher in one.cited


@cache
def networks() -> dict[str, Network]:
    """What was learnt, by what it tells: ``original`` and ``event``."""
    return {name: Network.read(each) for name, each in json.loads(WEIGHTS.read_text(encoding="utf-8")).items()}
