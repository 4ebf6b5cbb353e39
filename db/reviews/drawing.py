"""Judged pages and a seed in, a draw for review out: uncertain pages mixed with random ones, each with its probability.

Each page has a permanent random number, made of the seed and its identity. Of each stratum those with the smallest
numbers are in: a simple random sample without replacement, which grows with the pages and with each further draw, and
of which nothing answered before is lost (Ohlsson 1995, Coordination of samples using permanent random numbers, in
Business Survey Methods, Wiley, chapter 9). What a page is about plays no part in it but for its stratum.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import heappush, heappushpop

from db.model.reviews import Draw, Item, Judged, Stratum

NEAR = 0.7  # a kept page that scores less is near the threshold
SIZES: Mapping[Stratum, int] = {
    Stratum.KEPT: 10, Stratum.KEPT_NEAR: 8, Stratum.UNCERTAIN: 14, Stratum.UNLIKELY: 10, Stratum.WORDLESS: 14,
    Stratum.UNREAD: 6,
}  # fmt: skip
_BITS = 63  # of a random number, so that SQLite keeps it as it is


def stratum(page: Judged) -> Stratum:
    """The group to which a page belongs."""
    if page.kept:
        return Stratum.KEPT_NEAR if page.score < NEAR else Stratum.KEPT
    if page.stage != "relevance":
        return Stratum.UNREAD
    if page.answer == "review":
        return Stratum.UNCERTAIN
    return Stratum.UNLIKELY if page.score > 0 else Stratum.WORDLESS


def random_number(seed: str, page: str) -> int:
    """The permanent random number of a page, evenly spread over 63 bits."""
    digest = blake2b(page.encode(), key=seed.encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - _BITS)


@dataclass(slots=True)
class _Group:
    """One stratum while pages pass by: those that were in before, and the ``more`` smallest numbers after them."""

    up_to: int
    more: int
    within: list[tuple[int, Judged]] = field(default_factory=list)
    after: list[tuple[int, str, Judged]] = field(default_factory=list)  # a heap, the greatest number first

    def take(self, number: int, page: Judged) -> None:
        if number <= self.up_to:
            self.within.append((number, page))
        elif len(self.after) < self.more:
            heappush(self.after, (-number, page.key, page))
        elif self.after and -number > self.after[0][0]:
            heappushpop(self.after, (-number, page.key, page))

    def drawn(self) -> list[tuple[int, Judged]]:
        """The sample, in the order of its numbers."""
        return sorted([*self.within, *((-number, page) for number, _, page in self.after)], key=lambda each: each[0])


def draw(
    seed: str, pages: Iterable[Judged], before: Mapping[Stratum, int], sizes: Mapping[Stratum, int] = SIZES
) -> Draw:
    """A draw from ``pages``: all up to the numbers ``before``, which a draw reached before, and ``sizes`` more."""
    groups = {each: _Group(before.get(each, -1), sizes[each]) for each in Stratum}
    frame: Counter[tuple[Stratum, str]] = Counter()
    for page in pages:
        where = stratum(page)
        frame[where, page.language] += 1
        groups[where].take(random_number(seed, page.key), page)
    totals: Counter[Stratum] = Counter()
    for (where, _), count in frame.items():
        totals[where] += count
    drawn = {where: group.drawn() for where, group in groups.items()}
    up_to = {where: max(groups[where].up_to, found[-1][0]) for where, found in drawn.items() if found}
    return Draw(frame=dict(frame), up_to=up_to, items=tuple(_items(drawn, totals)))


def _items(drawn: Mapping[Stratum, list[tuple[int, Judged]]], totals: Mapping[Stratum, int]) -> Iterable[Item]:
    """The items of all strata, mixed evenly, so that whoever stops early has answered a random part of each."""
    order = list(Stratum)
    mixed = (
        ((rank + 0.5) / len(found), order.index(where), number, where, page)
        for where, found in drawn.items()
        for rank, (number, page) in enumerate(found)
    )
    queue = sorted(mixed, key=lambda each: each[:3])
    for position, (_, _, number, where, page) in enumerate(queue, 1):
        yield Item(
            page=page.key, stratum=where, language=page.language, score=page.score, random=number, position=position,
            probability=len(drawn[where]) / totals[where],
        )  # fmt: skip
