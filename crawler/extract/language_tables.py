"""The model that py3langid ships in, small tables that say the same out; made once a machine, since it takes seconds.

The package reads a text by an automaton (Aho and Corasick 1975) over bytes and weighs each piece that it finds for each
language. It writes the automaton out in full, a row of 256 for each state, and a weight for each piece and language:
50 MB. Here the automaton stands as a double array (Aoe 1989), and of the weights only those that say something.
"""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from crawler.extract.language_model import ROOT, Model

_BYTES = 256
_NOBODY = 2**32 - 1
Integers = npt.NDArray[np.int64]


class _Trie(NamedTuple):
    """The automaton as a tree: each state's parent, the byte that leads to it, and where to go on when no child fits.

    The root is state 0. ``inner`` has the states with children.
    """

    parent: Integers
    byte: Integers
    fail: Integers
    inner: Mapping[int, list[int]]


def whole(languages: Sequence[str]) -> LanguageIdentifier:
    """The package's own reader, for those of ``languages`` that it knows."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([code for code in languages if code in identifier.labels])
    return identifier


def made(identifier: LanguageIdentifier) -> Model:
    """The tables of ``identifier``.

    Raises:
        ValueError: its automaton is no such one as this was written for.
    """
    rows = np.asarray(identifier.tk_nextmove).reshape(-1, _BYTES)
    row, output = np.asarray(identifier.tk_row), np.asarray(identifier.tk_output)
    trie = _trie(rows, row)
    if not _says_the_same(trie, rows, row):
        raise ValueError(
            "the automaton of py3langid is not as expected: install the version that constraints.txt names"
        )
    base, place = _placed(trie)
    size = int(place.max()) + _BYTES + 1
    bases, owner, fail, piece = (np.full(size, each) for each in (0, _NOBODY, ROOT, 0))
    bases[place[list(base)]] = list(base.values())
    owner[1 : 1 + _BYTES] = ROOT
    owner[place[1:]] = place[trie.parent[1:]]
    fail[place] = place[trie.fail]
    piece[place] = output + 1
    usual, levels, starts, values, columns = _weights(np.asarray(identifier.nb_ptc, dtype=np.float64))
    return Model(
        usual=_array("d", usual), levels=_array("d", levels), prior=_array("d", np.asarray(identifier.nb_pc)),
        base=_array("I", bases), owner=_array("I", owner), fail=_array("I", fail), piece=_array("I", piece),
        starts=_array("I", starts), values=_array("H", values), columns=_array("B", columns),
        names=array("B", " ".join(identifier.nb_classes).encode()),
    )  # fmt: skip


def _trie(rows: Integers, row: Integers) -> _Trie:
    """The tree that the automaton was made of, found from the root by the shortest way."""
    parent, byte, fail, met = (np.zeros(len(row), dtype=np.int64) for _ in range(4))
    inner, front = defaultdict[int, list[int]](list), np.array([0])
    met[0] = 1
    while len(front):
        led = rows[row[front]].ravel()
        fresh = np.flatnonzero(met[led] == 0)
        children, first = np.unique(led[fresh], return_index=True)
        from_, by = front[fresh[first] // _BYTES], fresh[first] % _BYTES
        parent[children], byte[children], met[children] = from_, by, 1
        fail[children] = np.where(from_ == 0, 0, rows[row[fail[from_]], by])
        for one, other in zip(from_.tolist(), children.tolist(), strict=True):
            inner[one].append(other)
        front = children
    return _Trie(parent=parent, byte=byte, fail=fail, inner=inner)


def _says_the_same(trie: _Trie, rows: Integers, row: Integers) -> bool:
    """Whether each state leads where its children lead, and else where the state leads that it fails to."""
    for state, children in trie.inner.items():
        told = np.zeros(_BYTES, dtype=np.int64) if state == 0 else rows[row[trie.fail[state]]].astype(np.int64)
        told[trie.byte[children]] = children
        if not np.array_equal(told, rows[row[state]]):
            return False
    leaves = np.setdiff1d(np.arange(len(row)), np.fromiter(trie.inner, dtype=np.int64))
    return bool(np.array_equal(row[leaves], row[trie.fail[leaves]]))


def _placed(trie: _Trie) -> tuple[dict[int, int], Integers]:
    """The base of each state with children, and the place of each state: those with many children choose first."""
    place = np.zeros(len(trie.parent), dtype=np.int64)
    place[trie.inner[0]] = 1 + trie.byte[trie.inner[0]]
    base, taken, start, many = {0: 1}, bytearray(b"\1" * (1 + _BYTES) + bytes(len(place) * 2)), 0, 0
    for state in sorted(trie.inner.keys() - {0}, key=lambda each: -len(trie.inner[each])):
        ways = sorted(trie.byte[trie.inner[state]].tolist())
        if len(ways) != many:  # fewer fit where more did not
            start, many = 0, len(ways)
        at = start = _free(taken, ways, start)
        for way in ways:
            taken[at - ways[0] + way] = 1
        base[state] = at - ways[0]
        place[trie.inner[state]] = base[state] + trie.byte[trie.inner[state]]
    return base, place


def _free(taken: bytearray, ways: Sequence[int], start: int) -> int:
    """A place from ``start`` on for the first of ``ways`` where none of them is taken."""
    at, others = taken.index(0, start), [way - ways[0] for way in ways[1:]]
    while any(taken[at + other] for other in others):
        at = taken.index(0, at + 1)
    return at


def _weights(told: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.generic], ...]:
    """The tables ``usual``, ``levels``, ``starts``, ``values`` and ``columns`` of the weights (pieces by languages)."""
    usual = np.array([_commonest(column) for column in told.T])
    piece, columns = np.nonzero(told != usual)
    levels, values = np.unique(told[piece, columns], return_inverse=True)
    starts = np.searchsorted(piece, np.arange(len(told) + 1))
    return usual, levels, starts, values, columns


def _commonest(values: npt.NDArray[np.float64]) -> float:
    each, times = np.unique(values, return_counts=True)
    return float(each[times.argmax()])


def _array(kind: str, values: npt.NDArray[np.generic]) -> "array[int]":
    return array(kind, np.ascontiguousarray(values, dtype=np.dtype(kind)).tobytes())
