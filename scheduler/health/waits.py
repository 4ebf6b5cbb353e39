"""Waits between things that come now and then in, the longest wait that is no cause for worry out. Pure."""

from collections.abc import Sequence
from math import sqrt
from statistics import mean, pstdev

from scipy import stats

_RARE = 1e-3  # chance of a wait, below which it is too long
_STEADIEST, _LEAST = 0.25, 0.3  # spread that a rhythm has at least: a share of its mean, and in days


def longest(waits: Sequence[float]) -> float:
    """The wait in days that is exceeded once in a thousand times, by ``waits`` in days.

    They are taken for a gamma renewal process (Cox, Renewal Theory, 1962), so that a source that comes like clockwork
    is missed sooner than one that comes as it likes; few waits tell its spread badly, which is allowed for.
    """
    usual = mean(waits)
    spread = max(pstdev(waits) * (1 + 2 / sqrt(len(waits))), _STEADIEST * usual, _LEAST)
    shape = (usual / spread) ** 2
    return float(stats.gamma(shape, scale=usual / shape).isf(_RARE))
