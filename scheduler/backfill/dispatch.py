"""Errands out to workers that come and go, what they read back in the order of the errands.

A worker has one errand at a time, so that one that dies takes nothing with it but what it read, and the errand that
kills its workers is known for certain. It is done again by another worker; after three times it is set aside.
"""

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from itertools import count
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Protocol

from db.errors import DesertersError
from db.model import Issue, Level
from scheduler.backfill.errand import Errand, UnfitError, unpack
from scheduler.backfill.order import Order
from scheduler.backfill.reading import Piece

TRIES = 3
SET_ASIDE = "set-aside"  # the issue in the place of a file that three workers failed on
AHEAD = 3  # errands a worker that may have begun and are not settled
_LOOK = 0.5  # seconds between two looks at who is there
_ALONE = 600.0  # seconds without any worker after which nobody is waited for

Answer = bytes | BaseException


class ClusterError(DesertersError):
    """A run cannot go on for want of its cluster; the text says why and what to do."""


class Crew(Protocol):
    """Workers, by their names."""

    def present(self) -> frozenset[str]:
        """Who is there now.

        Raises:
            ClusterError: nobody can be asked.
        """
        ...

    def give(self, worker: str, errand: Errand, answered: Callable[[Answer], None]) -> None:
        """Let ``worker`` do ``errand`` and tell ``answered``, from any thread, what came of it."""
        ...

    def drop(self, worker: str) -> None:
        """Forget what ``worker`` was given: it has gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    number: int
    errand: Errand
    failures: tuple[str, ...] = ()
    tried: frozenset[str] = frozenset()


class Dispatch:
    """Has ``crew`` do ``errands``; :meth:`outcomes` gives what came of them, in their order."""

    def __init__(self, crew: Crew, errands: Iterable[Errand], *, order: Order | None = None) -> None:
        self._crew, self._order = crew, order or Order()
        self._todo = zip(count(), errands, strict=False)
        self._fresh: _Task | None = None
        self._again: list[_Task] = []
        self._running: dict[str, _Task] = {}
        self._unfit: dict[str, str] = {}
        self._present: frozenset[str] = frozenset()
        self._looked, self._accompanied = float("-inf"), time.monotonic()
        self._events: SimpleQueue[tuple[str, _Task, Answer] | None] = SimpleQueue()
        self._stopped = Event()

    def outcomes(self) -> Generator[Piece | Issue, None, None]:
        """What was read of each file in their order, or the issue that it was set aside; issues of workers between.

        Raises:
            ClusterError: the cluster is gone, or none of its workers is fit.
        """
        thread = Thread(target=self._work, daemon=True)
        thread.start()
        try:
            for answer in self._order:
                yield unpack(answer) if isinstance(answer, bytes) else answer
                self._events.put(None)  # room for one more
        finally:
            self._stopped.set()
            self._events.put(None)
            thread.join()

    def _work(self) -> None:
        try:
            self._fresh = self._next()
            while (self._fresh or self._again or self._running) and not self._stopped.is_set():
                self._look()
                self._hand_out()
                self._listen()
        except BaseException as error:  # noqa: BLE001  # it is raised again where the outcomes are taken
            self._order.end(error)
        else:
            self._order.end()

    def _next(self) -> _Task | None:
        number, errand = next(self._todo, (0, None))
        return _Task(number=number, errand=errand) if errand else None

    def _look(self) -> None:
        """See who is there; an errand whose worker has gone must be done again."""
        if time.monotonic() - self._looked < _LOOK:
            return
        self._present, self._looked = self._crew.present(), time.monotonic()
        for worker in self._running.keys() - self._present:
            self._crew.drop(worker)
            self._failed(worker, self._running.pop(worker), "went away")
        self._demand_somebody()

    def _demand_somebody(self) -> None:
        """Raise where nobody has come for long, or nobody who is there can do anything."""
        if self._present:
            self._accompanied = self._looked
        elif self._looked - self._accompanied > _ALONE:
            raise ClusterError(
                f"the cluster has had no worker for {_ALONE:.0f} seconds; start some, and give the same command again"
            )
        if self._present and self._present <= self._unfit.keys():
            worker = min(self._present)
            raise ClusterError(f"no worker of the cluster can be used; {worker}: {self._unfit[worker]}")

    def _hand_out(self) -> None:
        able = self._present - self._unfit.keys()
        for worker in sorted(able - self._running.keys()):
            task = self._choose(worker, able)
            if task:
                self._running[worker] = task
                self._crew.give(worker, task.errand, self._teller(worker, task))

    def _choose(self, worker: str, able: frozenset[str]) -> _Task | None:
        """What ``worker`` should do: first what failed elsewhere; what failed with it, only where nobody else is."""
        failed = [task for task in self._again if worker not in task.tried or able <= task.tried]
        if failed:
            first = min(failed, key=lambda task: task.number)
            self._again.remove(first)
            return first
        ahead = AHEAD * len(able)
        if self._fresh is None or not self._order.may_begin(self._fresh.number, ahead):
            return None
        chosen, self._fresh = self._fresh, self._next()
        return chosen

    def _teller(self, worker: str, task: _Task) -> Callable[[Answer], None]:
        return lambda answer: self._events.put((worker, task, answer))

    def _listen(self) -> None:
        """Wait for something to happen, at most until the next look."""
        try:
            event = self._events.get(timeout=_LOOK)
        except Empty:
            return
        if event is None:
            return
        worker, task, answer = event
        if self._running.get(worker) is not task:  # the worker was given up, and answers nevertheless
            return
        del self._running[worker]
        if isinstance(answer, bytes):
            self._order.put(task.number, answer)
        elif isinstance(answer, UnfitError | ImportError):
            self._unfit[worker] = str(answer)
            self._again.append(task)
            self._order.say(Issue(what="unfit-worker", level=Level.WARNING, detail=f"{worker}: {answer}"))
        else:
            self._failed(worker, task, f"{type(answer).__name__}: {answer}"[:500])

    def _failed(self, worker: str, task: _Task, why: str) -> None:
        task = replace(task, failures=(*task.failures, f"{worker}: {why}"), tried=task.tried | {worker})
        if len(task.failures) < TRIES:
            self._again.append(task)
            return
        detail = (
            f"{task.errand.file.place}: was set aside after {TRIES} tries ({'; '.join(task.failures)}); the others "
            "were read; the same command tries it once more"
        )
        self._order.put(task.number, Issue(what=SET_ASIDE, level=Level.ERROR, detail=detail))
