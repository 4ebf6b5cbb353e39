"""Labelled reports in, how well stories are told apart out: precision, recall and F1 over pairs of reports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from crawler import stories
from crawler.tally import Tally
from db.model import Article, Facts, Fingerprint, Link, Neighbour


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A report with its labels: ``event`` and ``original`` that it is said to belong to (empty: not labelled)."""

    article: Article
    publisher: str
    event: str
    original: str
    fingerprint: Fingerprint
    report: Neighbour


def labelled(rows: Iterable[Mapping[str, Any]], find: Callable[[Article], Facts]) -> list[Labelled]:
    """Rows with the facts that ``find`` finds in them.

    A row has ``text`` and ``lang``, and where known ``date``, ``headline`` or ``title``, ``publisher`` and labels.
    """
    found = []
    for number, row in enumerate(rows, 1):
        day = date.fromisoformat(str(row["date"])[:10]) if row.get("date") else None
        text = str(row.get("text") or row.get("desc") or "")
        article = Article(
            url=str(row.get("url", "")), canonical_url="", headline=str(row.get("headline") or row.get("title") or ""),
            text=text, language=str(row["lang"]), published_on=day,
        )  # fmt: skip
        publisher = str(row.get("publisher", ""))
        placing = stories.placing(article, find(article), publisher, 0)
        order = (placing.fingerprint.day, f"{number:06}")
        found.append(
            Labelled(
                article=article,
                publisher=publisher,
                event=str(row.get("event") or row.get("story_id") or ""),
                original=str(row.get("original") or row.get("orig") or ""),
                fingerprint=placing.fingerprint,
                report=Neighbour(report=number, order=order, traits=stories.place.read(placing.fingerprint)),
            )
        )
    return found


def grouped(rows: Sequence[Labelled]) -> tuple[dict[int, int], dict[int, int]]:
    """The story and the original that each report is put in, each by its first report, as if they came one by one."""
    known: dict[int, Neighbour] = {}
    links: dict[int, Link] = {}
    for row in rows:
        for link in stories.place(row.report, list(known.values())):
            links[link.report] = link
            before = known.get(link.report, row.report)
            known[link.report] = _linked(before, link)
        known.setdefault(row.report.report, row.report)
        links.setdefault(row.report.report, Link(report=row.report.report))
    events = {report: _top(report, links) for report in links}
    return events, dict(stories.chains(list(links.values())))


def _linked(report: Neighbour, link: Link) -> Neighbour:
    return replace(report, parent=link.parent, likeness=link.likeness)


def _top(report: int, links: Mapping[int, Link]) -> int:
    here = report
    while links[here].parent:
        here = links[here].parent
    return here


def pairs(
    rows: Sequence[Labelled],
    groups: Mapping[int, int],
    label: str,
    *,
    across: bool = False,
    among: frozenset[int] | set[int] | None = None,
) -> Tally:
    """Compare ``groups`` with the labels ``event`` or ``original``; only pairs of two languages where ``across``.

    Pairs of reports more than thirty days apart are left out, since they are never compared, and those whose first is
    not ``among`` some, where that is given.
    """
    right = wrong = missed = 0
    for one, other in combinations(rows, 2):
        mine, theirs = getattr(one, label), getattr(other, label)
        days = (one.report.day, other.report.day)
        apart = all(days) and abs(days[0] - days[1]) > stories.DAYS
        apart = apart or (among is not None and one.report.report not in among)
        if not mine or not theirs or apart or (across and one.article.language == other.article.language):
            continue
        together = groups[one.report.report] == groups[other.report.report]
        right += together and mine == theirs
        wrong += together and mine != theirs
        missed += not together and mine == theirs
    return Tally(right, wrong, missed)
