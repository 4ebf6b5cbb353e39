"""WARC files in, through the same verbs as the live crawl, read by one process, by several or by a cluster.

Readers need no database: what they read comes back as frozen values, and this process alone settles it.

A file is settled as one piece when it has been read to its end, its reports in order of publication, and then noted in
``backfills`` by name and digest: a kill loses the file that was being read, which is begun again without doubling.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TypeVar

from crawler import flow, sources, topics
from crawler.urls import key
from db.archive import ArchiveWriter
from db.model import Analysis, Counts, Issue, Level, Rejection, Source
from db.rows import Row
from db.store import Store
from scheduler.backfill.dispatch import ClusterError
from scheduler.backfill.files import WarcFile, local
from scheduler.backfill.progress import Standing, Watch
from scheduler.backfill.reading import Kept, Piece
from scheduler.backfill.workers import Reading, Workers, read_all
from scheduler.config import Config
from scheduler.jobs import RunReport, report, ruled, software, utc_now

__all__ = ["Progress", "WarcFile", "backfill", "local"]

Progress = Callable[[Standing], None]
T = TypeVar("T")
_ONE_HERE = Workers(processes=1)
_AT_ONCE = 32  # pages that are written in one piece, so that nobody waits long for the database


def backfill(
    config: Config,
    files: Sequence[WarcFile],
    progress: Progress = lambda _: None,
    *,
    again: bool = False,
    workers: Workers = _ONE_HERE,
) -> RunReport:
    """Read ``files`` by ``workers`` and settle them in their order; a damaged one gives what can be read, and an issue.

    Files that are known by name and digest are passed over, unless they are read ``again``.

    Raises:
        ConfigurationError: the workers cannot be had as they are asked for.
        ClusterError: a cluster does not answer, or none of its workers can be used.
        HandwrittenError: the topic has a mistake.
        StoreBusyError: another process writes to the database, or to the archive.
    """
    flow.prepare()
    watch_list = sources.load(config.sources)
    with Store(config.db, holder="deserters backfill") as store, ExitStack() as opened:
        run = store.begin_run("backfill", utc_now(), topics.load().version)
        store.know_sources(watch_list.sources)
        store.note(ruled(store, config, utc_now()), utc_now())
        desk = _Desk(store, lambda: opened.enter_context(_archive(config)))
        desk.tally["channels"], watch = len(files), Watch(files, progress)
        reading = Reading(
            files=files, watched=watch_list.sources, known={} if again else store.backfilled(),
            seen=desk.seen(again=again), step=watch.read,
        )  # fmt: skip
        try:
            with closing(read_all(reading, workers)) as outcomes:
                for piece in outcomes:
                    desk.settle(piece)
                    watch.settled(piece)
        except ClusterError:
            store.finish_run("interrupted", desk.counts, utc_now())
            raise
        outcome = "done" if desk.counts.balanced else "failed"
        store.finish_run(outcome, desk.counts, utc_now())
    return report(config, run, outcome, desk.counts)


def _archive(config: Config) -> ArchiveWriter:
    return ArchiveWriter(config.archive, software=software(), now=utc_now)


class _Desk:
    """Counts, and settles what was read of each file; ``archive`` opens our own, when something must go there."""

    def __init__(self, store: Store, archive: Callable[[], ArchiveWriter]) -> None:
        self._store, self._open = store, archive
        self._archive: ArchiveWriter | None = None
        self.tally: Counter[str] = Counter()

    @property
    def counts(self) -> Counts:
        """What the run has done."""
        return Counts(**self.tally)

    def seen(self, *, again: bool) -> Callable[[str, str], bool]:
        """Whether a file (name, digest) was read to its end by an earlier run; never where all is read ``again``."""
        return lambda name, digest: not again and self._store.is_backfilled(name, digest)

    def settle(self, piece: Piece | Issue) -> None:
        """Write what was read of one file, and then that it was read; or the issue that it was not."""
        if isinstance(piece, Issue):
            self._store.note([piece], utc_now())
            return
        if piece.known:
            self.tally["answered"] += 1
            detail = f"{piece.name}: was read by an earlier run; --again reads it once more"
            self._store.note([Issue(what="read-before", level=Level.INFO, detail=detail)], utc_now())
            return
        new = 0
        for pages in _some(piece.kept):
            with self._store.together():
                new += sum(self._keep(kept) for kept in pages)
        for rejected in _some(piece.rejections):
            with self._store.together():
                self._reject(rejected)
        for candidate, issue in piece.failures:
            self._store.fail(candidate, issue, utc_now(), again=False)
        if piece.trouble:
            trouble = Issue(what="damaged-archive", level=Level.ERROR, detail=piece.trouble)
            self._store.note([trouble], utc_now())
        self.tally.update(
            answered=not piece.trouble, candidates=piece.pages, captures=piece.pages, analyses=len(piece.kept),
            new_reports=new, rejections=sum((piece.reasons or {}).values()), candidates_in_issues=len(piece.failures),
        )  # fmt: skip
        if piece.digest:
            self._store.note_backfill(_row(piece, new), piece.reasons or {}, utc_now())

    def _reject(self, rejected: Sequence[tuple[Rejection, Source]]) -> None:
        for rejection, source in rejected:
            flow.settle(rejection, source, self._store)
            self.tally["doubted"] += bool(self._store.standing(rejection.place))

    def _keep(self, kept: Kept) -> bool:
        return flow.settle(self._archived(kept), kept.source, self._store)

    def _archived(self, kept: Kept) -> Analysis:
        """The analysis, after the page has gone to our own archive where it came from another and is not there yet."""
        if kept.record is None:
            return kept.analysis
        held = self._store.held(key(kept.analysis.article.canonical_url), kept.analysis.sha256)
        if held:
            return replace(kept.analysis, capture=replace(kept.analysis.capture, place=held))
        if self._archive is None:
            self._archive = self._open()
        capture = kept.analysis.capture
        offer = replace(capture.offer, source=kept.source.id)
        return replace(kept.analysis, capture=replace(capture, place=self._archive.add(kept.record), offer=offer))


def _some(pages: Sequence[T]) -> Iterator[Sequence[T]]:
    """``pages`` in their order, as many at once as are written in one piece."""
    return (pages[at : at + _AT_ONCE] for at in range(0, len(pages), _AT_ONCE))


def _row(piece: Piece, new: int) -> Row:
    return {
        "name": piece.name, "digest": piece.digest, "bytes": piece.size, "pages": piece.pages,
        "reports": len(piece.kept), "new_reports": new, "trouble": piece.trouble,
    }  # fmt: skip
