"""How many reports were sighted by exactly which ways in, how many exist and what share is held out, with intervals.

Capture-recapture: what two independent ways find in common says how much neither has found. With three ways, models in
which ways depend on each other are averaged; with two, independence must be assumed and is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Counts = Mapping[frozenset[str], int]
_LEAST_HELD, _LEAST_SHARED = 10, 3
_Z = 1.959964  # 95 % of a normal distribution
_OPEN_END = 0.01  # a posterior still this high at the end of its grid, against its mean, bounds nothing
_PRIOR = 0.5  # weight of each cell of the table before anything is seen (Jeffreys)
_INDEPENDENT = "the two ways find reports independently of each other"
_DEPENDENT = "some two of the three ways may depend on each other, all three together not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """``held`` reports are known, about ``total`` exist, ``low`` to ``high`` with a confidence of 95 %.

    ``at_least`` is Chao's lower bound. All are ``None`` where the method is ``not enough data``.
    """

    held: int
    total: float | None = None
    low: float | None = None
    high: float | None = None
    method: str = "not enough data"
    assumption: str = ""
    at_least: float | None = None


def estimate(counts: Counts) -> Estimate:
    """The estimate that ``counts`` allow: reports by the exact set of ways that sighted them, three ways at most."""
    seen = {ways: count for ways, count in counts.items() if ways and count > 0}
    ways = sorted({way for each in seen for way in each})
    held = sum(seen.values())
    shared = sum(count for each, count in seen.items() if len(each) > 1)
    if len(ways) < 2 or held < _LEAST_HELD or shared < _LEAST_SHARED:
        return Estimate(held=held)
    return chapman(seen, ways) if len(ways) == 2 else log_linear(seen, ways)


def chapman(counts: Counts, ways: Sequence[str]) -> Estimate:
    """Chapman's nearly unbiased form of the Lincoln-Petersen estimate from two ways.

    Chapman 1951 (University of California Publications in Statistics 1:131-160), its variance by Seber 1970 (Biometrics
    26:13-22), the interval by the logarithm of the unseen number, as Burnham et al. 1987 do.
    """
    held = sum(counts.values())
    one, other = (sum(count for each, count in counts.items() if way in each) for way in ways)
    both = counts.get(frozenset(ways), 0)
    total = (one + 1) * (other + 1) / (both + 1) - 1
    variance = (one + 1) * (other + 1) * (one - both) * (other - both) / ((both + 1) ** 2 * (both + 2))
    unseen = max(total - held, 0.5)
    factor = exp(_Z * sqrt(log(1 + max(variance, 0.25) / unseen**2)))
    high = held + unseen * factor
    return Estimate(
        held=held, total=max(total, float(held)), low=held + (unseen / factor if total > held else 0.0), high=high,
        method="chapman", assumption=_INDEPENDENT, at_least=chao(counts, high),
    )  # fmt: skip


def chao(counts: Counts, high: float) -> float | None:
    """Chao's lower bound from what was sighted once and twice; ``None`` where the interval contradicts it.

    Chao 1987 (Biometrics 43:783-791), in the form for occasions that differ in how much they find, as our ways do
    (Chao 1989, Biometrics 45:427-438), bias-corrected. It is a bound only where ways do not avoid each other's reports.
    """
    alone = [count for each, count in counts.items() if len(each) == 1]
    twice = sum(count for each, count in counts.items() if len(each) == 2)
    bound = sum(counts.values()) + sum(one * other for one, other in combinations(alone, 2)) / (twice + 1)
    return bound if bound <= high else None


def log_linear(counts: Counts, ways: Sequence[str]) -> Estimate:
    """Log-linear models of three ways in which none, one or two pairs depend, averaged by their posterior weight.

    Madigan and York 1997 (Biometrika 84:19-31): decomposable models with hyper-Dirichlet priors have a closed marginal
    likelihood for every number of unseen reports; the number in all has Jeffreys' prior 1/N. The estimate is the
    posterior's median, the interval its middle 95 %. The model in which all three depend cannot be told from data.
    """
    held = sum(counts.values())
    unseen = np.arange(0, 40 * held + 400, dtype=float)
    weights = np.stack([_posterior(counts, ways, pairs, unseen) for pairs in _models(ways)])
    chance = np.exp(weights - weights.max()).sum(axis=0)
    if chance[-1] * len(unseen) > _OPEN_END * chance.sum():
        return Estimate(held=held)
    spread = np.cumsum(chance / chance.sum())
    low, middle, high = (float(unseen[int(np.searchsorted(spread, part))]) for part in (0.025, 0.5, 0.975))
    return Estimate(
        held=held, total=held + middle, low=held + low, high=held + high, method="log-linear", assumption=_DEPENDENT,
        at_least=chao(counts, held + high),
    )  # fmt: skip


def _models(ways: Sequence[str]) -> list[tuple[tuple[str, str], ...]]:
    """The pairs that depend, in each model: none, any one, any two."""
    pairs = list(combinations(ways, 2))
    return [(), *((pair,) for pair in pairs), *combinations(pairs, 2)]


def _posterior(
    counts: Counts, ways: Sequence[str], pairs: Sequence[tuple[str, str]], unseen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Logarithm of the weight of each number of ``unseen`` reports under the model in which ``pairs`` depend."""
    total = sum(counts.values()) + unseen
    result: NDArray[np.float64] = gammaln(total + 1) - gammaln(unseen + 1) - np.log(total)
    paired = {way for pair in pairs for way in pair}
    for clique in [*pairs, *((way,) for way in ways if way not in paired)]:
        result += _marginal(counts, clique, unseen, len(ways))
    for separator in _separators(pairs):
        result -= _marginal(counts, separator, unseen, len(ways))
    return result


def _separators(pairs: Sequence[tuple[str, str]]) -> Iterable[tuple[str, ...]]:
    """Where two pairs share a way, that way separates the others."""
    return [tuple(set(one) & set(other)) for one, other in combinations(pairs, 2)]


def _marginal(counts: Counts, some: Sequence[str], unseen: NDArray[np.float64], ways: int) -> NDArray[np.float64]:
    """Logarithm of the Dirichlet-multinomial likelihood of the table over ``some`` of the ways."""
    cells: dict[frozenset[str], float] = {}
    for each, count in counts.items():
        cell = each & frozenset(some)
        cells[cell] = cells.get(cell, 0.0) + count
    prior = _PRIOR * 2.0 ** (ways - len(some))
    everything = sum(cells.values()) + unseen
    size = 2 ** len(some)
    result: NDArray[np.float64] = gammaln(prior * size) - gammaln(prior * size + everything)
    for number in range(size):
        cell = frozenset(way for place, way in enumerate(some) if number >> place & 1)
        seen = cells.get(cell, 0.0) + (unseen if not cell else 0.0)
        result += gammaln(prior + seen) - gammaln(prior)
    return result
