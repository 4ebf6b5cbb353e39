"""The things of one report and of many others in, what it has in common with each out, weighed by rarity.

The others' things stand in one array behind one another, cell by cell: a cell holds those of one kind of one report.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from crawler.stories.traits import Floats, Ids, Things, Traits

_LEAST = 0.03  # weight of what everybody has
_BITS = (1 << 16) - 1  # of a number, by which most of what is not shared is known at once
Ints = npt.NDArray[np.intp]


class Wanted:
    """What ``one`` report has, ready to be found among what others have."""

    def __init__(self, one: Traits) -> None:
        self.one = one
        self._things, self._words, self._shingles = (
            _Finder(ids) for ids in (one.things.ids, one.words.ids, one.shingles)
        )

    def shared(self, others: Sequence[Things], chance: Floats) -> "Sharing":
        """What it has in common with ``others`` of all kinds; ``chance`` is taken off the rarity of each thing."""
        return Sharing(self.one.things, others, self._things, chance)

    def words(self, others: Sequence[Things], chance: Floats) -> "Sharing":
        """The same for the words of texts in its language."""
        return Sharing(self.one.words, others, self._words, chance)

    def shingles(self, others: Sequence[Ids]) -> Ints:
        """How many runs of words it shares with each of ``others``."""
        ends = np.cumsum([len(each) for each in others])
        found = self._shingles.find(np.concatenate(others))
        counts: Ints = np.bincount(np.searchsorted(ends, found, "right"), minlength=len(others))
        return counts


class _Finder:
    """Tells quickly which of many numbers are among some hundred."""

    def __init__(self, ids: Ids) -> None:
        self._sorted = np.sort(ids)
        self._maybe = np.zeros(_BITS + 1, bool)
        self._maybe[ids & _BITS] = True

    def find(self, ids: Ids) -> Ints:
        """Where in ``ids`` those stand that are among them."""
        if not len(self._sorted):
            return np.zeros(0, np.intp)
        maybe = np.flatnonzero(self._maybe[ids & _BITS])
        wanted = ids[maybe]
        at = np.searchsorted(self._sorted, wanted)
        at[at == len(self._sorted)] = 0
        found: Ints = maybe[self._sorted[at] == wanted]
        return found


class Sharing:
    """What one report, which has ``mine``, has in common with each of ``others``; a row for each, a column a kind."""

    def __init__(self, mine: Things, others: Sequence[Things], finder: _Finder, chance: Floats) -> None:
        self._mine, self._chance = mine, chance
        self._counts = np.array([each.counts for each in others])
        self._ends = np.cumsum(self._counts)
        ids = np.concatenate([each.ids for each in others])
        self._rarities = np.concatenate([each.rarities for each in others])
        self._rarities -= np.repeat(chance, self._counts.sum(1))
        found = finder.find(ids)
        self._cells = np.searchsorted(self._ends, found, "right")
        self._found = self._rarities[found]
        self._both = self._summed(_powers(self._found))
        self._power = self._of_cells(_powers(self._rarities))
        self._my_rarities = mine.rarities - chance[:, None]
        self._my_power = self._of_mine(_powers(self._my_rarities))

    def cosine(self, kind: int, asked: float) -> Floats:
        """Cosine of two sets, what is rare in them weighing more; ``asked`` is added to the size of either."""
        both = self._both[:, kind]
        sizes = np.sqrt((self._my_power[:, kind] + asked) * (self._power[:, kind] + asked))
        return _divided(both, sizes)

    def overlap(self, kind: int) -> Floats:
        """The share of the smaller set that the larger one has too."""
        smaller = np.minimum(self._mine.counts[kind], self._counts[:, kind])
        count = self._summed(np.ones(len(self._found)))[:, kind]
        return _divided(count, smaller.astype(float))

    def apart(self, kind: int) -> Floats:
        """1 where both have some of the kind, and none of it in common."""
        some = (self._counts[:, kind] > 0) & (self._mine.counts[kind] > 0)
        told: Floats = (some & (self._both[:, kind] == 0)).astype(float)
        return told

    def beyond(self, least: float) -> Floats:
        """By how much the weights of what is shared exceed ``least``, together."""
        return self._summed(_beyond(self._found, least))

    def properties(self, least: float) -> tuple[Floats, Floats]:
        """By how much the weights of all that it has, and of all that each other has, exceed ``least``."""
        return self._of_mine(_beyond(self._my_rarities, least)), self._of_cells(_beyond(self._rarities, least))

    def _summed(self, values: Floats) -> Floats:
        """``values`` of what is shared, summed by cell."""
        sums = np.bincount(self._cells, weights=values, minlength=self._counts.size)
        table: Floats = sums.astype(float).reshape(self._counts.shape)
        return table

    def _of_cells(self, values: Floats) -> Floats:
        """``values`` of all that others have, summed by cell."""
        counts = self._counts.ravel()
        sums = np.zeros(len(counts))
        filled = np.flatnonzero(counts)
        if len(filled):
            sums[filled] = np.add.reduceat(values, (self._ends - counts)[filled])
        return sums.reshape(self._counts.shape)

    def _of_mine(self, values: Floats) -> Floats:
        """``values`` of all that the one report has, a row for each other, summed by kind."""
        counts = np.array(self._mine.counts)
        sums = np.zeros(self._counts.shape)
        filled = np.flatnonzero(counts)
        if len(filled):
            sums[:, filled] = np.add.reduceat(values, (np.cumsum(counts) - counts)[filled], axis=1)
        return sums


def _divided(some: Floats, whole: Floats) -> Floats:
    """The quotients, 0 where there is none of ``some``."""
    found = np.zeros(len(some))
    np.divide(some, whole, out=found, where=some > 0)
    return found


def _powers(rarities: Floats) -> Floats:
    weights = np.minimum(np.maximum(rarities, _LEAST), 1.0)
    return weights * weights


def _beyond(rarities: Floats, least: float) -> Floats:
    return np.maximum(np.minimum(rarities, 1.0) - least, 0.0)
