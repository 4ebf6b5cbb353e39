"""Stories: a report and those near it in, what it goes back to out; ten reprints are one source.

A report goes back to at most one earlier report: the same text (copy), the same original told again (version), or
another original about the same event. Earlier is what was published earlier, so that the order of arrival does not
matter: a report that comes late takes over those later ones that it fits better.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from crawler.stories.fingerprinting import fingerprint
from crawler.stories.indexing import keys
from crawler.stories.leads import lead
from db.model import Article, Facts, Fingerprint, Likeness, Link, Neighbour, Placing, Relation

if TYPE_CHECKING:  # numpy takes 9 MB, and no reader of pages compares
    from crawler.stories.traits import Traits

__all__ = ["DAYS", "chains", "keys", "place", "placing"]

SAME_ORIGINAL = 0.87  # likeness from which two reports go back to one original
SAME_EVENT = 0.9
DAYS = 30  # reports further apart are never compared


def placing(article: Article, facts: Facts, publisher: str, day: int) -> Placing:
    """What ``article`` is placed by; ``day`` is that of its capture, for one that tells no date of its own."""
    found = fingerprint(article, facts, publisher, day)
    return Placing(fingerprint=found, keys=keys(found), lead=lead(article.text))


class _Placer:
    """Finds what reports go back to; called as :data:`place`."""

    def read(self, fingerprint: Fingerprint) -> "Traits":
        """What a report is compared by, which is told of it once."""
        from crawler.stories.traits import traits  # noqa: PLC0415  # as above

        return traits(fingerprint)

    def __call__(self, report: Neighbour, near: Sequence[Neighbour]) -> list[Link]:
        """What ``report`` goes back to among those ``near``, and which of those later than it go back to it."""
        from crawler.stories.comparing import likenesses  # noqa: PLC0415  # as above

        best = Link(report=report.report)
        taken: list[Link] = []
        near = sorted((each for each in near if abs(each.day - report.day) <= DAYS), key=lambda each: each.order)
        for other, found in zip(near, likenesses(report.traits, [each.traits for each in near]), strict=True):
            link = _link(report, other, found)
            if link is None:
                continue
            if link.report == report.report:
                best = link if link.likeness > best.likeness else best
            elif not other.fixed and _is_better(link, other, report):
                taken.append(link)
        return [*([] if report.fixed else [best]), *taken]


place = _Placer()


def _link(one: Neighbour, other: Neighbour, found: Likeness) -> Link | None:
    """The later of two reports going back to the earlier; ``None`` where they do not belong together."""
    relation, score = _relation(found)
    if relation is None:
        return None
    earlier, later = sorted((one, other), key=lambda each: each.order)
    return Link(report=later.report, parent=earlier.report, relation=relation, likeness=score)


def _relation(found: Likeness) -> tuple[Relation | None, float]:
    """How two reports belong together; one original counts for more than one event, however sure."""
    if found.original >= SAME_ORIGINAL:
        return (Relation.COPY if found.copy else Relation.VERSION), round((1 + found.original) / 2, 4)
    if found.event >= SAME_EVENT:
        return Relation.EVENT, round(found.event / 2, 4)
    return None, 0.0


def _is_better(link: Link, other: Neighbour, report: Neighbour) -> bool:
    """Whether ``report`` is a better parent for ``other`` than the one that it has."""
    if other.parent == report.report:
        return link.likeness != other.likeness
    return link.likeness > other.likeness or (link.likeness == other.likeness and link.parent < other.parent)


def chains(links: Sequence[Link]) -> Iterator[tuple[int, int]]:
    """Each report with the original that it is a copy or a version of, itself where it is one."""
    by_report = {link.report: link for link in links}
    for link in links:
        here = link
        while here.relation in {Relation.COPY, Relation.VERSION} and here.parent in by_report:
            here = by_report[here.parent]
        yield link.report, here.report
