"""Captures in, outcomes out, computed in a process of its own: a page that crashes or hangs it costs only itself."""

import asyncio
import multiprocessing
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import UTC, datetime

from pebble import ProcessExpired, ProcessPool

from crawler import flow
from crawler.sources import unlisted
from db.model import Analysis, Capture, Offer, Rejection, Sample, Source, Stage

SECONDS_A_PAGE = 10.0
_SAMPLE, _DAY, _NOBODY = "https://sample.invalid/", datetime(2026, 1, 1, tzinfo=UTC), Offer(source="")
PAGES_A_PROCESS = 2000  # parsers leak; a fresh process now and then keeps memory flat


class Analyst:
    """One worker process that reads pages in the order in which they come."""

    def __init__(self, *, seconds_a_page: float = SECONDS_A_PAGE) -> None:
        self._seconds = seconds_a_page
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPool(max_workers=1, max_tasks=PAGES_A_PROCESS, context=context, initializer=_make_ready)

    def begin(self) -> None:
        """Let the process load what it needs, while the caller does something else."""
        self._pool.schedule(flow.prepare)

    def analyse(self, capture: Capture, source: Source) -> Analysis | Rejection:
        """What ``flow.analyse`` says of ``capture``; a rejection where it crashed the process or took too long.

        Raises:
            Exception: whatever a bug in the analysis raises.
        """
        try:
            return self._begun(capture, source).result()
        except (FutureTimeoutError, TimeoutError, ProcessExpired) as error:
            return self._lost(capture, error)

    async def analysed(self, capture: Capture, source: Source) -> Analysis | Rejection:
        """The same without blocking the caller's loop."""
        try:
            return await asyncio.wrap_future(self._begun(capture, source))
        except (FutureTimeoutError, TimeoutError, ProcessExpired) as error:
            return self._lost(capture, error)

    def sampled(self, capture: Capture, source: Source) -> Sample | None:
        """What ``flow.sample`` says of ``capture``; ``None`` where it is no page of text, or it cannot be read."""
        future: Future[Sample | None] = self._pool.schedule(flow.sample, args=(capture, source), timeout=self._seconds)
        try:
            return future.result()
        except (FutureTimeoutError, TimeoutError, ProcessExpired):
            return None

    def close(self) -> None:
        """End the worker; pages that it still holds are lost to this run."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves its result open
        self._pool.join(timeout=10)

    def _begun(self, capture: Capture, source: Source) -> Future[Analysis | Rejection]:
        future: Future[Analysis | Rejection] = self._pool.schedule(
            flow.analyse, args=(capture, source), timeout=self._seconds
        )
        return future

    def _lost(self, capture: Capture, error: Exception) -> Rejection:
        if isinstance(error, ProcessExpired):
            return Rejection.of(capture, Stage.EXTRACT, "crashed the parser", str(error))
        return Rejection.of(capture, Stage.EXTRACT, "took too long", f"no result after {self._seconds:.0f} seconds")


def _make_ready() -> None:
    """Load what every page needs before the clock of the first page runs."""
    body = b"<html><title>A deserter</title><body><p>" + b"A Russian soldier deserted from his unit. " * 20
    flow.analyse(
        Capture(url=_SAMPLE, fetched_at=_DAY, status=200, headers=(), body=body, offer=_NOBODY), unlisted(_SAMPLE)
    )
