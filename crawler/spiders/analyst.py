"""Captures in, outcomes out, computed in a process of its own: a page that crashes or hangs it costs only itself."""

import asyncio
import multiprocessing
from concurrent.futures import TimeoutError as FutureTimeoutError

from pebble import ProcessExpired, ProcessPool

from crawler import flow
from db.model import Analysis, Capture, Rejection, Source, Stage

SECONDS_A_PAGE = 20.0
PAGES_A_PROCESS = 2000  # parsers leak; a fresh process now and then keeps memory flat


class Analyst:
    """One worker process that reads pages in the order in which they come."""

    def __init__(self, *, seconds_a_page: float = SECONDS_A_PAGE) -> None:
        self._seconds = seconds_a_page
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPool(max_workers=1, max_tasks=PAGES_A_PROCESS, context=context)

    async def analyse(self, capture: Capture, source: Source) -> Analysis | Rejection:
        """What ``flow.analyse`` says of ``capture``; a rejection where it crashed the process or took too long.

        Raises:
            Exception: whatever a bug in the analysis raises.
        """
        future = self._pool.schedule(flow.analyse, args=(capture, source), timeout=self._seconds)
        try:
            return await asyncio.wrap_future(future)
        except (FutureTimeoutError, TimeoutError):
            return Rejection.of(capture, Stage.EXTRACT, "took too long", f"no result after {self._seconds:.0f} seconds")
        except ProcessExpired as error:
            return Rejection.of(capture, Stage.EXTRACT, "crashed the parser", str(error))

    def close(self) -> None:
        """End the worker; pages that it still holds are lost to this run."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves its result open
        self._pool.join(timeout=10)
