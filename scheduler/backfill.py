"""WARC files in, through the same verbs as the live crawl; what triage lets through is read in a worker process."""

import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from crawler import flow, sources
from crawler.analyst import Analyst
from crawler.sources import Publishers
from crawler.urls import is_web, key
from db.archive import captures
from db.errors import ArchiveError
from db.model import Candidate, Capture, Counts, Issue, Level, Rejection
from db.store import Store
from scheduler.config import Config
from scheduler.jobs import RunReport, report, utc_now

Progress = Callable[[Counts], None]


def backfill(config: Config, files: Iterable[Path], progress: Progress = lambda _: None) -> RunReport:
    """Read ``files`` in their order; a damaged one gives what can be read, an issue, and the next one follows.

    Raises:
        HandwrittenError: the topic has a mistake.
        StoreBusyError: another process writes to the database.
    """
    flow.prepare()
    watch_list = sources.load(config.sources)
    with Store(config.db, holder="deserters backfill") as store:
        run = store.begin_run("backfill", utc_now())
        store.know_sources(watch_list.sources)
        with closing(Analyst()) as analyst:
            reader = _Reader(store, analyst, Publishers(watch_list.sources), progress)
            for path in files:
                reader.file(path, config.archive)
        outcome = "done" if reader.counts.balanced else "failed"
        store.finish_run(outcome, reader.counts, utc_now())
    return report(config, run, outcome, reader.counts)


class _Reader:
    """Counts and settles while it reads."""

    def __init__(self, store: Store, analyst: Analyst, publishers: Publishers, progress: Progress) -> None:
        self._store, self._analyst, self._publishers, self._progress = store, analyst, publishers, progress
        self._tally: Counter[str] = Counter()

    @property
    def counts(self) -> Counts:
        return Counts(**self._tally)

    def file(self, path: Path, archive: Path) -> None:
        """Every page of ``path``."""
        self._tally["channels"] += 1
        try:
            for capture in captures(path, archive):
                if capture.status == 200 and is_web(capture.url):
                    self._page(capture)
            self._tally["answered"] += 1
        except ArchiveError as error:
            self._store.note([Issue(what="damaged-archive", level=Level.ERROR, detail=str(error))], utc_now())

    def _page(self, capture: Capture) -> None:
        source = self._publishers.of(capture.url, capture.offer.source)
        self._tally.update(candidates=1, captures=1)
        try:
            outcome = flow.triage(capture) or self._analyst.analyse(capture, source)
        except Exception:  # noqa: BLE001  # the boundary of one page: a bug costs this page, and says so
            self._failed(capture, source.id, traceback.format_exc())
        else:
            self._tally["new_reports"] += flow.settle(outcome, source, self._store)
            self._tally["rejections" if isinstance(outcome, Rejection) else "analyses"] += 1
        self._progress(self.counts)

    def _failed(self, capture: Capture, source: str, trace: str) -> None:
        told = Issue(what="analysis-failed", level=Level.ERROR, detail=trace[-2000:], source=source, url=capture.url)
        url = capture.requested_url or capture.url
        self._store.fail(
            Candidate(url=url, key=key(url), offer=replace(capture.offer, source=source)), told, utc_now(), again=False
        )
        self._tally["candidates_in_issues"] += 1
