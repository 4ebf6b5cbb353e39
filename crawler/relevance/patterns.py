"""Clues in, their words as byte patterns out, which tell where in a page they stand."""

from collections.abc import Sequence
from contextlib import suppress

import hyperscan

from crawler.relevance.bytepatterns import Written
from crawler.relevance.clues import Beside, Clue, Clues, together
from crawler.relevance.compiled import Compiled

Hit = tuple[int, int]  # the number of a pattern, and where it ends
_SHORTEST = rb"\x01\x02"  # stands in no page; beside so short a pattern hyperscan looks at every byte, twice as fast
_MANY = 3  # clues of one pattern


class Patterns:
    """Byte patterns, each with the ``clues`` that it is for; ``others`` are for none.

    Raises:
        hyperscan.HyperscanError: one of them cannot be compiled.
    """

    def __init__(self, clues: Clues, others: Sequence[bytes] = ()) -> None:
        chosen: list[Written] = sorted(clues)
        self._first = len(chosen)  # number of the first of ``others``
        self.clues: list[Sequence[Clue]] = [*(clues[each] for each in chosen), *(() for _ in others), ()]
        self.keys = [frozenset(clue.key for clue in each) for each in self.clues]
        self._likely = [_any_of(each) for each in self.clues]
        self._compiled = Compiled(
            [*(expression for expression, _ in chosen), *others, _SHORTEST],
            [_flags(exact=exact) for exact in (*(exact for _, exact in chosen), *(False for _ in others), True)],
        )

    def likely(self, number: int, page: bytes, end: int, markup: int) -> bool:
        """Whether one of the clues of pattern ``number`` may stand where it ends in ``page``: one question for many."""
        likely = self._likely[number]
        return likely is None or likely.stands(page, end, markup)

    def places(self, page: bytes) -> list[Hit]:
        """The numbers of the patterns found in ``page``, each with where it ends, in order."""
        found: list[Hit] = []
        add = found.append
        self._compiled.scan(page, lambda number, _start, end, _flags, _context: add((number, end)))
        return found

    def parted(self, page: bytes, most: int) -> tuple[list[Hit], list[Hit]]:
        """The same places, and apart from them those of ``others``, by number among these.

        The search ends where there are more than ``most`` of the latter.
        """
        found, beside, first, last = list[Hit](), list[Hit](), self._first, len(self.clues) - 1

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            if number < first:
                found.append((number, end))
                return False
            if number < last:  # that is _SHORTEST
                beside.append((number - first, end))
            return len(beside) > most

        with suppress(hyperscan.ScanTerminated):
            self._compiled.scan(page, note)
        return found, beside


def _any_of(clues: Sequence[Clue]) -> Clue | None:
    """What must stand on one side for any of ``clues``; nothing where they are few, or not so alike."""
    first = [clue.beside[0] for clue in clues if clue.beside]
    sides, reach = {each.behind for each in first}, max((each.reach for each in first), default=0)
    if len(first) < max(_MANY, len(clues)) or len(sides) > 1 or not all(run for each in first for run, _ in each.forms):
        return None
    runs = sorted({run for each in first for run, _ in each.forms})
    plain = all(each.plain for each in first)
    beside = Beside(tuple((run, b"") for run in runs), together(runs), plain, sides.pop(), reach)
    return Clue(("", ""), (beside,), reach)


def _flags(*, exact: bool) -> int:
    flags: int = hyperscan.HS_FLAG_DOTALL
    return flags if exact else flags | hyperscan.HS_FLAG_CASELESS
