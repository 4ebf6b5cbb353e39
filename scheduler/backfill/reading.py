"""One WARC file in, all that a run keeps of it out, as small frozen values; nothing is written here."""

import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from crawler import flow
from crawler.sources import Publishers
from crawler.urls import is_web, key
from db.archive import Packed, packed
from db.errors import ArchiveError
from db.model import Analysis, Answer, Candidate, Capture, Issue, Level, Rejection, Source
from scheduler.backfill.files import Opened, WarcFile

Analyse = Callable[[Capture, Source], Analysis | Rejection]
Seen = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A page that became a report, and the record of its capture where it must be archived still.

    The record is packed by who reads the page, since one process alone settles what many have read.
    """

    analysis: Analysis
    source: Source
    record: Packed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What was read of one file.

    ``rejections`` are those that are worth a row: all of our own archive; of others those that a person should review.
    ``reasons`` counts all of them by stage and reason. ``trouble`` says why the file could not be read to its end.
    """

    name: str
    digest: str = ""
    size: int = 0
    pages: int = 0
    kept: tuple[Kept, ...] = ()
    rejections: tuple[tuple[Rejection, Source], ...] = ()
    failures: tuple[tuple[Candidate, Issue], ...] = ()
    reasons: Mapping[str, int] | None = None
    trouble: str = ""
    known: bool = False


def read(file: WarcFile, publishers: Publishers, analyse: Analyse, seen: Seen, step: Callable[[], None]) -> Piece:
    """Read ``file`` to its end, or as far as it can be read; one that was ``seen`` (name, digest) is not read.

    ``step`` is called after each page.
    """
    reader = _Reader(publishers, analyse)
    try:
        with file.open() as opened:
            reader.opened = opened
            if seen(file.name, opened.digest):
                return Piece(name=file.name, digest=opened.digest, size=opened.size, known=True)
            for capture in opened.captures:
                if capture.status == 200 and is_web(capture.url):
                    reader.page(capture)
                    step()
    except ArchiveError as error:
        return reader.piece(file.name, str(error))
    return reader.piece(file.name)


class _Reader:
    """Sorts the pages of one file."""

    def __init__(self, publishers: Publishers, analyse: Analyse) -> None:
        self._publishers, self._analyse = publishers, analyse
        self.opened: Opened | None = None
        self._pages = 0
        self._kept: list[Kept] = []
        self._rejections: list[tuple[Rejection, Source]] = []
        self._failures: list[tuple[Candidate, Issue]] = []
        self._reasons: Counter[str] = Counter()

    def page(self, capture: Capture) -> None:
        """Judge one page; a bug costs this page, and says so."""
        self._pages += 1
        source = self._publishers.of(capture.url, capture.offer.source)
        try:
            outcome = flow.triage(capture) or self._analyse(capture, source)
        except Exception:  # noqa: BLE001  # the boundary of one page
            self._failures.append(_failure(capture, source.id, traceback.format_exc()))
            return
        own = self.opened is not None and self.opened.own
        if isinstance(outcome, Analysis):
            record = None if own else packed(replace(capture, offer=replace(capture.offer, source=source.id)))
            self._kept.append(Kept(analysis=outcome, source=source, record=record))
            return
        self._reasons[f"{outcome.stage}: {outcome.reason}"] += 1
        if own or outcome.answer is Answer.REVIEW:
            self._rejections.append((outcome, source))

    def piece(self, name: str, trouble: str = "") -> Piece:
        """All that was found, reports in order of publication."""
        return Piece(
            name=name, digest=self.opened.digest if self.opened else "", size=self.opened.size if self.opened else 0,
            pages=self._pages, kept=tuple(sorted(self._kept, key=_order)), rejections=tuple(self._rejections),
            failures=tuple(self._failures), reasons=dict(self._reasons), trouble=trouble,
        )  # fmt: skip


def _order(kept: Kept) -> tuple[str, str]:
    article = kept.analysis.article
    day = article.published_at or kept.analysis.capture.fetched_at
    return day.isoformat(), kept.analysis.capture.url


def _failure(capture: Capture, source: str, trace: str) -> tuple[Candidate, Issue]:
    told = Issue(what="analysis-failed", level=Level.ERROR, detail=trace[-2000:], source=source, url=capture.url)
    url = capture.requested_url or capture.url
    return Candidate(url=url, key=key(url), offer=replace(capture.offer, source=source)), told
