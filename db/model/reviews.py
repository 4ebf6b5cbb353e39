"""The vocabulary of reviews: what people answer, how pages are drawn for them, and what they ask of stories."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_NAME, LONGEST_TAG, LONGEST_NOTE = 64, 40, 4000
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, marks of direction, and what is no letter


def name_of(text: str) -> str:
    """The name of a person as it may be kept; empty where it cannot: nothing, too long, or with unseen signs."""
    found = text.strip()
    fits = 0 < len(found) <= LONGEST_NAME and not any(unicodedata.category(sign) in UNSEEN for sign in found)
    return found if fits else ""


class Opinion(StrEnum):
    """What a person answers to the question whether a page is about the topic."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not relevant"
    UNSURE = "unsure"


class Stratum(StrEnum):
    """The groups from which pages are drawn apart, by what the judge made of them."""

    KEPT = "kept"
    KEPT_NEAR = "kept, near the threshold"
    UNCERTAIN = "rejected, near the threshold"
    UNLIKELY = "rejected, unlikely"
    WORDLESS = "rejected, no word of the topic"
    UNREAD = "rejected, could not be read"

    @property
    def kept(self) -> bool:
        """Whether pages of this group are reports."""
        return self in {Stratum.KEPT, Stratum.KEPT_NEAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something, and when."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A report or a story: ``key`` is the identity of the report (of a story: of the report that it began with).

    The key outlives a database that is made anew; ``number`` is what the page was called at the time.
    """

    kind: str
    key: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A page that was fetched, and what the judge made of it; of a report found at several addresses, the first."""

    key: str
    kept: bool
    stage: str
    answer: str
    score: float
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A page drawn: its permanent random number, its place in the queue, and with what probability it was included."""

    page: str
    stratum: Stratum
    language: str
    score: float
    random: int
    position: int
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One draw: the pages there were by group and language, the random number up to which each group is in, items."""

    frame: dict[tuple[Stratum, str], int]
    up_to: dict[Stratum, int]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a person asks of stories: ``kind`` is merge, split or pin; ``other`` is set for a merge.

    ``token`` is its name in both databases.
    """

    kind: str
    report: Subject
    other: Subject | None = None
    note: str = ""
    token: str = ""
