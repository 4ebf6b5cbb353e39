"""A fingerprint in, what is quick to compare out: numbers in arrays, a few kilobytes a report.

A report is compared with dozens of others, and many of those are compared again with the next one. So all that can be
told of one report alone is told once: how rare each thing is that it has, and a number for each to meet its like by.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crawler.stories.rarity import background
from db.model import Fingerprint

KINDS = ("names", "speakers", "marks", "concepts", "cities", "countries", "sources", "decisions", "numbers")
_WORDS = "stems"
_SALT = 0x1E3779B97F4A7C15  # so that one word of two kinds is two things
Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Things:
    """Things of some kinds, one kind after the other: a number for each, how rare each is, how many of each kind.

    The numbers are of 64 bits and mean nothing outside of this process.
    """

    ids: Ids
    rarities: Floats
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traits:
    """What a report is compared by; ``things`` are of ``KINDS``, ``shingles`` numbers as those of things.

    ``size`` is the number of its marks and concepts, and one; ``telling`` are the figures that are worth a look.
    ``publisher`` and ``cited``, which are whom it cites and goes back to, are names in plain letters.
    """

    language: str
    day: int
    size: int
    figures: frozenset[float]
    telling: frozenset[float]
    origin: str
    publisher: str
    cited: frozenset[str]
    things: Things
    words: Things
    shingles: Ids


def traits(one: Fingerprint) -> Traits:
    """What ``one`` is compared by."""
    return Traits(
        language=one.language,
        day=one.day,
        size=1 + len(one.marks) + len(one.concepts),
        figures=one.figures,
        telling=frozenset(value for value in one.figures if value >= 10),
        origin=one.origin,
        publisher=_plain(one.publisher),
        cited=frozenset(_plain(name) for name in (*one.sources, one.origin)),
        things=_things({kind: getattr(one, kind) for kind in KINDS}),
        words=_things({_WORDS: one.stems}),
        shingles=np.fromiter(one.shingles, np.int64, len(one.shingles)),
    )


def _things(sets: dict[str, Collection[str]]) -> Things:
    ids: list[int] = []
    rarities: list[float] = []
    for number, (kind, things) in enumerate(sets.items()):
        salt, known = number * _SALT % (1 << 63), background()[kind]
        ids += [hash(thing) ^ salt for thing in things]
        rarities += [known.get(thing, 1.0) for thing in things]
    return Things(
        ids=np.array(ids, np.int64), rarities=np.array(rarities, float), counts=tuple(map(len, sets.values()))
    )


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum()).removeprefix("the")
