"""Comparing one report with many at once gives what each pair gives, and what sets and their rarities say."""

import json
import math
from collections.abc import Collection
from itertools import combinations
from pathlib import Path

import pytest

from crawler import facts
from crawler.stories.comparing import likenesses, measures
from crawler.stories.evaluate import Labelled, labelled
from crawler.stories.rarity import rarity
from crawler.stories.traits import KINDS, traits
from db.model import Fingerprint

USUAL, LEAST, COMMON = 22, 0.03, 0.6


@pytest.fixture(scope="module")
def some(root: Path) -> list[Labelled]:
    lines = [
        line
        for path in sorted((root / "tests/eval/stories").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()[:14]
    ]
    return labelled(map(json.loads, lines), facts.find)


def chance(one: Fingerprint, other: Fingerprint) -> float:
    sizes = [1 + len(each.marks) + len(each.concepts) for each in (one, other)]
    return math.log10(math.sqrt(sizes[0] * sizes[1]) / USUAL) / 3


def test_many_at_once_are_told_as_each_alone_is(some: list[Labelled]) -> None:
    for row in some[:20]:
        others = [other for other in some if other is not row]
        together = likenesses(row.report.traits, [other.report.traits for other in others])
        for other, found in zip(others, together, strict=True):
            (alone,) = likenesses(other.report.traits, [row.report.traits])
            assert (alone.original, alone.event) == pytest.approx((found.original, found.event), abs=1e-9)
            assert alone.copy == found.copy


def test_what_is_shared_is_what_the_sets_have_in_common(some: list[Labelled]) -> None:
    for one in some[:20]:
        compare(one, [other for other in some if other is not one])


def compare(one: Labelled, others: list[Labelled]) -> None:
    found = measures(one.report.traits, [other.report.traits for other in others])
    assert any(found["concepts"] > 0)
    for at, other in enumerate(others):
        a, b = one.fingerprint, other.fingerprint
        for kind in KINDS:
            mine, theirs = getattr(a, kind), getattr(b, kind)
            assert (found[kind][at] > 0) == bool(mine & theirs), kind
            told = [min(1.0, rarity(thing, kind) - chance(a, b)) - COMMON for thing in mine & theirs]
            if f"rare_{kind}" in found:
                rare = min(1.0, sum(each for each in told if each > 0) / (1 - COMMON) / 2)
                assert found[f"rare_{kind}"][at] == pytest.approx(rare, abs=1e-12), kind
        near = a.language == b.language
        common = len(a.shingles & b.shingles) if near else 0
        assert found["shingles"][at] == pytest.approx(common / max(1, min(len(a.shingles), len(b.shingles))))
        assert found["phrases"][at] == pytest.approx(min(1.0, common / 5))


def test_the_likeness_of_words_is_a_cosine_of_their_rarities(some: list[Labelled]) -> None:
    compared = 0
    for first, second in combinations(some[:30], 2):
        a, b = first.fingerprint, second.fingerprint
        off = chance(a, b)

        def power(words: Collection[str], off: float = off) -> float:
            return sum(max(LEAST, min(1.0, rarity(word, "stems") - off)) ** 2 for word in words)

        same = a.language == b.language
        both = power(a.stems & b.stems) if same else 0.0
        expected = both / math.sqrt(power(a.stems) * power(b.stems)) if both else 0.0
        found = measures(first.report.traits, [second.report.traits])
        assert found["words"][0] == pytest.approx(expected, abs=1e-12)
        compared += expected > 0
    assert compared


def test_reports_that_say_nothing_are_not_alike() -> None:
    nothing = traits(Fingerprint(language="ru", day=0))
    assert likenesses(nothing, []) == []
    found = likenesses(nothing, [nothing, traits(Fingerprint(language="uk", day=739_000))])
    assert [each.copy for each in found] == [False, False]
    assert all(each.event < 0.9 and each.original < 0.87 for each in found)
