"""Recall is estimated from what independent ways find in common, and its interval covers the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from scheduler.health import recall
from scheduler.health.recall import Counts, Estimate, estimate

OWN, GDELT, POSTS = "own", "gdelt", "telegram"
SEED = 20260301


@dataclass(frozen=True)
class World:
    """One simulated month: how many reports there are, and by which ways they were sighted."""

    truth: int
    counts: Counts
    depends: bool
    ways: int


def counts_of(**told: int) -> Counts:
    return {frozenset(names.split("_")): count for names, count in told.items()}


def world(random: np.random.Generator, ways: Sequence[str], *, depends: bool, lowest: float = 0.25) -> World:
    truth = int(random.integers(40, 601))
    chances = random.uniform(lowest, 0.8, size=len(ways))
    caught = random.random((truth, len(ways))) < chances
    if depends:
        first, second = random.choice(len(ways), 2, replace=False)
        factor = random.uniform(2, 5) if random.random() < 0.5 else random.uniform(0.2, 0.5)
        odds = chances[second] / (1 - chances[second])
        more, less = odds * np.sqrt(factor), odds / np.sqrt(factor)
        caught[:, second] = random.random(truth) < np.where(caught[:, first], more / (1 + more), less / (1 + less))
    counts: dict[frozenset[str], int] = {}
    for row in caught:
        seen = frozenset(way for way, one in zip(ways, row, strict=True) if one)
        counts[seen] = counts.get(seen, 0) + 1
    counts.pop(frozenset(), None)
    return World(truth, counts, depends, len(ways))


@pytest.fixture(scope="module")
def worlds() -> list[tuple[World, Estimate]]:
    """200 worlds: half of them with dependence between two of three ways, some with two ways only."""
    random = np.random.default_rng(SEED)
    kinds = [
        ((OWN, GDELT, POSTS), True),
        ((OWN, GDELT, POSTS), False),
        ((OWN, GDELT, POSTS), True),
        ((OWN, GDELT), False),
    ]
    made = [world(random, ways, depends=depends) for ways, depends in kinds * 50]
    return [(one, estimate(one.counts)) for one in made]


def covered(worlds: Sequence[tuple[World, Estimate]]) -> float:
    told = [
        found.low <= one.truth <= found.high
        for one, found in worlds
        if found.low is not None and found.high is not None
    ]
    return sum(told) / len(told)


def test_the_interval_covers_the_truth_in_nine_of_ten_of_two_hundred_worlds(
    worlds: list[tuple[World, Estimate]],
) -> None:
    assert len(worlds) == 200
    assert covered(worlds) >= 0.9
    assert covered([each for each in worlds if each[0].depends]) >= 0.9
    assert covered([each for each in worlds if each[0].ways == 2]) >= 0.9
    assert sum(found.total is None for _, found in worlds) <= 30


def test_the_intervals_say_something(worlds: list[tuple[World, Estimate]]) -> None:
    widths = [found.high / found.total for _, found in worlds if found.high and found.total]
    assert float(np.median(widths)) < 1.5


def test_chaos_bound_is_never_above_the_interval(worlds: list[tuple[World, Estimate]]) -> None:
    told = [found for _, found in worlds if found.at_least is not None]
    assert len(told) > 150
    assert all(found.high is not None and found.at_least is not None and found.at_least <= found.high for found in told)


def test_what_bounds_nothing_is_not_enough_data() -> None:
    assert estimate(counts_of(own=200, gdelt=200, telegram=200, own_gdelt=3)).method == "not enough data"


def test_ways_that_find_little_are_covered_too() -> None:
    random = np.random.default_rng(SEED + 1)
    made = [world(random, (OWN, GDELT, POSTS), depends=number % 2 == 0, lowest=0.05) for number in range(120)]
    assert covered([(one, estimate(one.counts)) for one in made]) >= 0.9


def test_chapmans_estimate_is_the_one_in_the_book() -> None:
    found = estimate(counts_of(own=30, gdelt=20, own_gdelt=10))
    assert found.total == pytest.approx(41 * 31 / 11 - 1)
    assert (found.held, found.method) == (60, "chapman")
    assert "independently" in found.assumption
    assert found.at_least == pytest.approx(60 + 30 * 20 / 11)
    assert found.low is not None
    assert found.high is not None
    assert found.total is not None
    assert 60 <= found.low <= found.total <= found.high


def test_two_ways_that_find_the_same_leave_nothing_unseen() -> None:
    found = estimate(counts_of(own_gdelt=50))
    assert (found.total, found.low) == (50, 50)
    assert found.high is not None
    assert found.high < 56


@pytest.mark.parametrize(
    "counts",
    [
        {},
        counts_of(own=500),
        counts_of(own=40, gdelt=30),
        counts_of(own=3, own_gdelt=3),
        counts_of(own=40, gdelt=30, own_gdelt=2),
    ],
)
def test_not_enough_data_is_an_answer(counts: Counts) -> None:
    found = estimate(counts)
    assert (found.method, found.total, found.low, found.high, found.at_least) == (
        "not enough data",
        None,
        None,
        None,
        None,
    )
    assert found.held == sum(counts.values())


def test_the_names_of_the_ways_change_nothing() -> None:
    counts = counts_of(
        own=30, gdelt=20, telegram=9, own_gdelt=10, own_telegram=4, gdelt_telegram=3, own_gdelt_telegram=5
    )
    swap = {"own": "telegram", "telegram": "gdelt", "gdelt": "own"}
    other = {frozenset(swap[way] for way in ways): count for ways, count in counts.items()}
    one, two = estimate(counts), estimate(other)
    assert (one.total, one.low, one.high) == (two.total, two.low, two.high)
    assert one.method == "log-linear"


def test_dependence_that_is_plain_is_believed_over_independence() -> None:
    truth = 400
    random = np.random.default_rng(5)
    shared = random.random(truth) < 0.5
    caught = np.stack(
        [shared & (random.random(truth) < 0.95), shared & (random.random(truth) < 0.95), random.random(truth) < 0.5]
    )
    counts: dict[frozenset[str], int] = {}
    for row in caught.T:
        seen = frozenset(way for way, one in zip((OWN, GDELT, POSTS), row, strict=True) if one)
        if seen:
            counts[seen] = counts.get(seen, 0) + 1
    found = recall.log_linear(counts, sorted((OWN, GDELT, POSTS)))
    alone = recall.chapman({ways: count for ways, count in counts.items() if POSTS not in ways}, (GDELT, OWN))
    assert alone.total is not None
    assert found.total is not None
    assert abs(found.total - truth) < abs(alone.total - truth)
