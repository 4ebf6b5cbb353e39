"""The traits of reports in, the same out while they are remembered: those that were asked for last, so many at most."""

from collections import OrderedDict
from typing import Any

from db.model import Placer

MOST = 4096  # reports, some 10 kB each: of the weeks whose reports are neighbours of those that come now


class Memory:
    """What a placer read of reports that are stored, each with its day; of one placer at a time."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._placer: Placer | None = None
        self._known: OrderedDict[int, tuple[int, Any]] = OrderedDict()

    def forget(self) -> None:
        """Let all go, as what was written may not stand."""
        self._known.clear()

    def get(self, report: int, placer: Placer) -> tuple[int, Any] | None:
        """Day and traits of ``report``; ``None`` where they are not known."""
        if placer is not self._placer:
            self._placer = placer
            self.forget()
        found = self._known.get(report)
        if found:
            self._known.move_to_end(report)
        return found

    def keep(self, report: int, day: int, traits: Any) -> None:
        """Remember what the placer that was asked for last read of ``report``; the oldest goes for it."""
        self._known[report] = (day, traits)
        self._known.move_to_end(report)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
