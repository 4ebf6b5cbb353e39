"""Small tables of a language model in, the language of a text out: a naive Bayes of pieces of up to six bytes.

The tables say what py3langid's model says, in a tenth of its memory (``language_tables`` makes them).
"""

import math
import mmap
import struct
import unicodedata
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import accumulate, pairwise
from pathlib import Path

ROOT = 0  # the state in which nothing of a piece was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The automaton as a double array, and what each piece says of each language.

    In a state, byte b leads to state ``base[state] + b`` if that one's ``owner`` is the state; else it is tried again
    in the state ``fail[state]``. ``piece`` of a state is the piece that ends there, from 1, or 0. What piece n says of
    the language in ``columns[i]``, for i from ``starts[n - 1]`` to ``starts[n]``, is ``levels[values[i]]``; of all
    others it says ``usual``. ``prior`` is what is said before, ``names`` are the languages' codes, with spaces between.
    """

    usual: Sequence[float]
    levels: Sequence[float]
    prior: Sequence[float]
    base: Sequence[int]
    owner: Sequence[int]
    fail: Sequence[int]
    piece: Sequence[int]
    starts: Sequence[int]
    values: Sequence[int]
    columns: Sequence[int]
    names: Sequence[int]

    def language(self, text: str) -> str:
        """The likeliest language; the first of all where nothing in ``text`` is known."""
        names = bytes(self.names).decode().split()
        found = self._pieces(_bytes(text))
        if not found:
            return names[0]
        scores = self._scores(found)
        return names[scores.index(max(scores))]

    def _pieces(self, text: bytes) -> Counter[int]:
        """How often each piece stands in ``text``; of those that end at one place only the longest."""
        base, owner, fail, piece = self.base, self.owner, self.fail, self.piece
        found, state = list[int](), ROOT
        for byte in text:
            at = base[state] + byte
            while owner[at] != state:  # the root owns all bytes
                state = fail[state]
                at = base[state] + byte
            state = at
            found.append(piece[at])
        counted = Counter(found)
        del counted[0]
        return counted

    def _scores(self, found: Counter[int]) -> list[float]:
        starts, values, columns = self.starts, self.values, self.columns
        levels, usual = list(self.levels), list(self.usual)  # small, and asked far more often than they have numbers
        beyond, whole = [0.0] * len(usual), 0.0
        for piece, times in found.items():
            weight = math.log1p(times)
            whole += weight
            start, end = starts[piece - 1], starts[piece]
            for column, value in zip(columns[start:end], values[start:end], strict=True):
                beyond[column] += weight * (levels[value] - usual[column])
        return [before + each + whole * rest for before, each, rest in zip(self.prior, beyond, usual, strict=True)]


_TABLES = tuple(field.name for field in fields(Model))
_HEAD = struct.Struct(f"<{len(_TABLES)}Q")  # the bytes of each table


def packed(model: Model) -> bytes:
    """The tables of ``model`` behind one another, their lengths before them; :func:`mapped` reverses that."""
    tables = [memoryview(getattr(model, name)).cast("B") for name in _TABLES]
    return _HEAD.pack(*map(len, tables)) + b"".join(tables)


def mapped(path: Path) -> Model | None:
    """The model in the file ``path``, of which only what is asked for is read; nothing where that is no such file."""
    with suppress(OSError, ValueError, struct.error), path.open("rb") as file:
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        ends = list(accumulate(_HEAD.unpack(whole[: _HEAD.size]), initial=_HEAD.size))
        if ends[-1] == len(whole):
            return _model([whole[start:end] for start, end in pairwise(ends)])
    return None


def _model(tables: Sequence[memoryview]) -> Model:
    """``tables`` are bytes, in the order of the model's fields."""
    usual, levels, prior, base, owner, fail, piece, starts, values, columns, names = tables
    return Model(
        usual=usual.cast("d"), levels=levels.cast("d"), prior=prior.cast("d"),
        base=base.cast("I"), owner=owner.cast("I"), fail=fail.cast("I"), piece=piece.cast("I"),
        starts=starts.cast("I"), values=values.cast("H"), columns=columns, names=names,
    )  # fmt: skip


def _bytes(text: str) -> bytes:
    """``text`` as the model was taught to read it."""
    plain = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", plain).encode("utf-8", "surrogatepass")
