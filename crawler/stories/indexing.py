"""A fingerprint in, the keys out under which reports that may belong with it are found, the most telling first."""

from collections.abc import Iterator
from itertools import combinations

from crawler.stories.rarity import rarity
from db.model import Fingerprint

MOST = 48  # keys of one report, so that looking its neighbours up costs the same whatever is stored
_RARE = 0.55
_SHINGLES, _STEMS, _MARKS, _CONCEPTS = 8, 10, 10, 8


def keys(fingerprint: Fingerprint) -> tuple[str, ...]:
    """At most ``MOST`` keys; reports that share none are not compared."""
    return tuple(dict.fromkeys(_keys(fingerprint)))[:MOST]


def _keys(one: Fingerprint) -> Iterator[str]:
    yield from (f"shingle {number}" for number in sorted(one.shingles)[:_SHINGLES])
    yield from (f"figure {_rounded(value)}" for value in sorted(one.figures, reverse=True) if value >= 10)
    yield from (f"name {name}" for name in (*sorted(one.names), *sorted(one.speakers)))
    yield from (f"{each}" for each in sorted(one.decisions) if not each.endswith(":"))
    yield from (f"mark {mark}" for mark in _rarest(one.marks, "marks")[:_MARKS])
    yield from (f"{source} {country}" for source in sorted(one.sources) for country in sorted(one.countries))
    yield from (f"source {source}" for source in sorted(one.sources))
    yield from (f"word {word}" for word in _rarest(one.stems, "stems")[:_STEMS])
    yield from (f"{first} {second}" for first, second in combinations(_rarest(one.concepts, "concepts")[:5], 2))
    yield from (f"city {city}" for city in sorted(one.cities))
    yield from (f"country {country}" for country in sorted(one.countries))


def _rounded(value: float) -> str:
    """The figure to two digits, so that it meets its rounded self."""
    return f"{float(f'{value:.1e}'):g}"


def _rarest(words: frozenset[str], kind: str) -> list[str]:
    rare = [word for word in words if rarity(word, kind) >= _RARE]
    return sorted(rare, key=lambda word: (-rarity(word, kind), -len(word), word))
