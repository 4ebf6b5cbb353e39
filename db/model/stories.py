"""Which reports tell of the same thing: what a report is compared by, and how two of them belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from db.model.evidence import Evidence


class Relation(StrEnum):
    """What a report is to an earlier one: the same text, the same original told again, or the same event."""

    COPY = "copy"
    VERSION = "version"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What a report is compared by, small and free of its language as far as may be.

    ``day`` is the number of the day of publication (``date.toordinal``; 0: unknown). ``figures`` are quantities,
    ``numbers`` all numerals as written, ``names`` (of whom it tells), ``speakers`` (who speak in public) and ``marks``
    (other words with capitals) as they are heard, ``concepts`` what it speaks of, ``sources`` whom it cites,
    ``origin`` whom it goes back to, ``publisher`` who published it, by canonical names. ``stems`` are beginnings of
    words and ``shingles`` hashes of runs of words, of use within one language.
    """

    language: str
    day: int
    publisher: str = ""
    origin: str = ""
    figures: frozenset[float] = frozenset()
    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    shingles: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How surely two reports tell of the same event and go back to the same original, and whether the text is one."""

    original: float
    event: float
    copy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A report that may belong with another: its number, place in the order of publication, and traits.

    ``order`` is made of what the report says of itself, its day first, so that it is the same whenever it arrives.
    ``traits`` are what the placer read in its fingerprint.
    ``parent`` is the earlier report that it goes back to (0: none) and ``likeness`` how surely; ``fixed``: a person
    decided that. ``story`` is the story that it is in, 0 before it is in one.
    """

    report: int
    order: tuple[int, str]
    traits: Any
    parent: int = 0
    likeness: float = 0.0
    fixed: bool = False
    story: int = 0

    @property
    def day(self) -> int:
        """The number of its day of publication; 0: unknown."""
        return self.order[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A report and the earlier one that it goes back to (0: none), how, and how surely (from 0 to 1)."""

    report: int
    parent: int = 0
    relation: Relation | None = None
    likeness: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What a report is placed by: its fingerprint, the keys under which its neighbours are looked up, and its lead."""

    fingerprint: Fingerprint
    keys: tuple[str, ...]
    lead: Evidence


class Placer(Protocol):
    """Finds what a report goes back to among others."""

    def read(self, fingerprint: Fingerprint) -> Any:
        """The traits of a report, from its fingerprint alone; they are kept, since it is compared with many."""

    def __call__(self, report: Neighbour, near: Sequence[Neighbour]) -> Sequence[Link]:
        """What ``report`` goes back to among those ``near``, and which of them go back to it."""
