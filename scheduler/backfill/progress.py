"""What becomes of the files of a run in, how far it is out: files, pages a second, reports kept, time left."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from db.model import Issue
from scheduler.backfill.dispatch import SET_ASIDE
from scheduler.backfill.files import WarcFile
from scheduler.backfill.reading import Piece

_SHOWN_EVERY = 0.2  # seconds, while pages are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a run is: ``done`` of its ``files``, of which ``known`` were read before; ``left`` in seconds.

    ``left`` is ``None`` until a first file was read.
    """

    files: int
    done: int
    known: int
    pages: int
    kept: int
    seconds: float
    left: float | None

    @property
    def pages_a_second(self) -> float:
        """Pages read a second of wall time, since the run began."""
        return self.pages / self.seconds if self.seconds else 0.0


class Watch:
    """Follows a run over ``files``, and tells how far it is whenever that changes.

    Time left is told by bytes where all files lie on this disk, and else by files; what was read before costs no time.
    """

    def __init__(
        self, files: Sequence[WarcFile], tell: Callable[[Standing], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell, self._clock, self._began = tell, clock, clock()
        sizes = [file.size_here for file in files]
        self._weights = sizes if all(sizes) else [1] * len(sizes)
        self._done = self._known = self._pages = self._kept = 0
        self._read, self._ahead = 0, sum(self._weights)  # weights of what was read in this run, and of what is to come
        self._told = self._began

    def read(self, pages: int) -> None:
        """So many more pages were read."""
        self._pages += pages
        if self._clock() - self._told >= _SHOWN_EVERY:
            self._say()

    def settled(self, outcome: Piece | Issue) -> None:
        """The next file was settled; issues that take no file's place change nothing."""
        if isinstance(outcome, Issue) and outcome.what != SET_ASIDE:
            return
        weight = self._weights[self._done]
        self._done += 1
        self._ahead -= weight
        if isinstance(outcome, Piece) and outcome.known:
            self._known += 1
        else:
            self._read += weight
            self._kept += len(outcome.kept) if isinstance(outcome, Piece) else 0
        self._say()

    def _say(self) -> None:
        self._told = self._clock()
        seconds = self._told - self._began
        self._tell(
            Standing(
                files=len(self._weights), done=self._done, known=self._known, pages=self._pages, kept=self._kept,
                seconds=seconds, left=seconds * self._ahead / self._read if self._read else None,
            )
        )  # fmt: skip
