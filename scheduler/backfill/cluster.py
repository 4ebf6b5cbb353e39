"""A Dask cluster in, the crew of its workers out: one that runs somewhere, or processes of this machine.

Dask starts processes, carries errands and answers, and tells who is there; which worker gets which errand is decided in
``dispatch``, so that no setting of a cluster changes what becomes of a run. Only this module imports Dask.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import dask
from dask.system import CPU_COUNT
from distributed import Client, Future, LocalCluster

from scheduler.backfill.dispatch import Answer, ClusterError
from scheduler.backfill.errand import Errand, perform, rest

_PATIENCE = 60.0  # seconds for an answer to come over, and for a scheduler to be found
_LOCAL = {"distributed.worker.profile.enabled": False}  # it stops a worker a hundred times a second to look at it
_LOUD = ("distributed", "distributed.client", "tornado.application")
cores: int = CPU_COUNT


class DaskCrew:
    """Workers of a Dask cluster, by their addresses."""

    def __init__(self, client: Client) -> None:
        self._client, self._given = client, dict[str, Future[bytes]]()
        self._keys = (f"deserters-{uuid.uuid4().hex}-{number}" for number in count())

    def present(self) -> frozenset[str]:
        """Who is there now.

        Raises:
            ClusterError: the scheduler does not answer.
        """
        if self._client.status != "running":  # it is trying to connect anew; what was given is lost in any case
            raise ClusterError(_gone("the connection broke"))
        try:
            return frozenset(self._client.nthreads())
        except (OSError, TimeoutError) as error:
            raise ClusterError(_gone(str(error))) from error

    def give(self, worker: str, errand: Errand, answered: Callable[[Answer], None]) -> None:
        """Let ``worker`` do ``errand``, no other; tell ``answered`` what came of it."""
        future = self._client.submit(
            perform, errand, key=next(self._keys), workers=[worker], allow_other_workers=False, pure=False
        )
        self._given[worker] = future
        future.add_done_callback(lambda done: answered(_answer(done)))

    def drop(self, worker: str) -> None:
        """Take back what ``worker`` was given."""
        given = self._given.pop(worker, None)
        if given:
            given.release()


@contextmanager
def joined(address: str) -> Iterator[DaskCrew]:
    """The crew of the cluster whose scheduler is at ``address``.

    Raises:
        ClusterError: no scheduler answers there.
    """
    _hush()
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"--scheduler {address}: no Dask scheduler answers there ({error}); name it as tcp://HOST:8786 or "
            "tls://HOST:8786, as `dask scheduler` shows it"
        ) from error
    try:
        yield DaskCrew(client)
    finally:
        _dismiss(client)
        client.close(timeout=5)


@contextmanager
def hired(processes: int) -> Iterator[DaskCrew]:
    """A crew of ``processes`` of this machine; they speak TLS among themselves, so that nobody else can use them."""
    _hush()
    with (
        dask.config.set(_LOCAL),
        LocalCluster(
            n_workers=processes, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit=0,
            security=True, silence_logs="CRITICAL",
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        try:
            yield DaskCrew(client)
        finally:
            _dismiss(client)  # else Dask waits four seconds for the processes that read pages


def _dismiss(client: Client) -> None:
    """Have the workers end what they started."""
    if client.status == "running":
        with suppress(Exception):  # it may break now; the run is over
            client.run(rest)


def _answer(future: "Future[bytes]") -> Answer:
    """What came of an errand, fetched; runs in a thread of Dask's."""
    try:
        return future.result(timeout=_PATIENCE)
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  # whatever it is, the errand is tried again
        return error
    finally:
        future.release()


def _hush() -> None:
    """Keep Dask's own logs from the terminal: what matters of them becomes an issue or an error of ours."""
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _gone(why: str) -> str:
    return (
        f"the scheduler of the cluster does not answer any more ({why}); what was settled stays, and the same command "
        "goes on from there"
    )
