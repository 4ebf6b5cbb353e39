"""The one thread that writes: archive and database are touched nowhere else, so the reactor never waits for a disk."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import ParamSpec, TypeVar

from crawler import flow, rechecking
from crawler.spiders.channels import finished, learn
from crawler.spiders.visit import Answer, Learned, Look, Visit
from db.archive import ArchiveWriter
from db.model import Analysis, Candidate, Capture, ChannelState, Issue, Recheck, Rejection, Source
from db.store import Store

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """Takes work from the reactor, does it in order on one thread, and gives back what the reactor must know.

    ``known`` is the state of every channel as the crawl begins, ``waiting`` the links that earlier runs left.
    """

    def __init__(self, store: Store, archive: ArchiveWriter, look: Look) -> None:
        self._store, self._archive, self._look = store, archive, look
        self.known, self.waiting = store.channel_states(), store.waiting()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")

    async def channel(self, visit: Visit, answer: Answer, now: datetime) -> tuple[Learned, list[Candidate]]:
        """Read a channel's answer, remember what it taught, and say which of its links are new."""

        def work() -> tuple[Learned, list[Candidate]]:
            learned = learn(visit, answer, self._look, now)
            learned = finished(learned, self._store.unknown(one.key for one in learned.candidates))
            return learned, self._keep(learned, now)

        return await self._do(work)

    async def remember(self, learned: Learned, now: datetime) -> None:
        """Keep what a failed request taught of a channel."""
        await self._do(self._keep, learned, now)

    async def file(self, capture: Capture, source: Source) -> Capture | Rejection:
        """Archive ``capture`` and look at it; a rejection is settled at once, a capture must still be analysed."""

        def work() -> Capture | Rejection:
            filed = replace(capture, place=self._archive.append(capture))
            rejection = flow.triage(filed)
            if rejection is None:
                return filed
            flow.settle(rejection, source, self._store)
            return rejection

        return await self._do(work)

    async def settle(self, outcome: Analysis | Rejection, source: Source) -> bool:
        """Give an outcome its place; True where a report is new."""
        return await self._do(flow.settle, outcome, source, self._store)

    async def due(self, now: datetime, sources: Iterable[str]) -> list[Recheck]:
        """The kept reports of ``sources`` whose time has come to be fetched again."""
        return await self._do(self._store.due, now, sources)

    async def rechecked(self, recheck: Recheck, status: int, now: datetime) -> None:
        """Note an answer that brought no page."""
        await self._do(self._store.rechecked, recheck, status, ("", ""), now)

    async def refile(self, capture: Capture) -> Capture:
        """Archive a page that was fetched again."""
        return await self._do(lambda: replace(capture, place=self._archive.append(capture)))

    async def reconsider(self, recheck: Recheck, outcome: Analysis | Rejection, source: Source, now: datetime) -> int:
        """Compare a page that was fetched again with what it said before; how many facts have changed."""
        return await self._do(rechecking.reconsider, recheck, outcome, source, self._store, now)

    async def fail(self, candidate: Candidate, issue: Issue, now: datetime, *, again: bool) -> None:
        """Note that a link could not be fetched."""
        await self._do(lambda: self._store.fail(candidate, issue, now, again=again))

    async def note(self, issues: list[Issue], now: datetime) -> None:
        """Write issues down."""
        await self._do(self._store.note, issues, now)

    def close(self) -> None:
        """Finish what was taken on."""
        self._thread.shutdown(wait=True)

    def _keep(self, learned: Learned, now: datetime) -> list[Candidate]:
        named = [
            ChannelState(url=one.url, source=one.source, kind=one.kind, parent=learned.state.url)
            for one in learned.children
        ]
        self._store.know_channels(named)
        return self._store.settle_channel(learned.haul, now)

    async def _do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))
