"""A Dask cluster whose workers only wait as long as a file takes, and answer with a reading that lies ready.

    python -m benchmarks.waiters WORKERS SECONDS

Prints its address; when its input ends, prints how long its workers worked and waited, as JSON. Scheduler, connections
and queues are Dask's own; what is simulated is the work, by a function in the place of the one that reads a file.
"""

import json
import random
import sys
import threading
import time
from pathlib import Path
from unittest.mock import patch

import dask
from distributed import LocalCluster, get_worker

from scheduler.backfill import errand
from scheduler.backfill.errand import Errand

_FREE_SINCE: dict[str, float] = {}
_SPENT = {"busy": 0.0, "idle": 0.0, "files": 0.0}
_LOCK = threading.Lock()
_RANDOM = random.Random(7)


def wait(given: Errand) -> bytes:
    """Answer after the time of a file; the first one of a worker is half done, so that not all end at once."""
    began, worker = time.monotonic(), get_worker().address
    with _LOCK:
        share = _RANDOM.uniform(0.9, 1.1) if worker in _FREE_SINCE else _RANDOM.uniform(0.0, 1.0)
        _SPENT["idle"] += began - _FREE_SINCE.get(worker, began)
    time.sleep(share * float(sys.argv[2]))
    answer = Path(given.path).read_bytes()
    with _LOCK:
        _FREE_SINCE[worker] = time.monotonic()
        _SPENT["busy"] += _FREE_SINCE[worker] - began
        _SPENT["files"] += 1
    return answer


def main() -> None:
    """Serve until the input ends."""
    wait.__module__, wait.__qualname__ = "scheduler.backfill.errand", "perform"
    with (
        patch.object(errand, "perform", wait),
        dask.config.set({"distributed.worker.profile.enabled": False}),
        LocalCluster(
            n_workers=int(sys.argv[1]), threads_per_worker=1, processes=False, protocol="tcp://", host="127.0.0.1",
            dashboard_address=None, memory_limit=0, silence_logs="CRITICAL",
        ) as cluster,
    ):  # fmt: skip
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
        print(json.dumps(_SPENT), flush=True)


if __name__ == "__main__":
    main()
