"""A Dask cluster of real processes for tests, and what tests do to them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.loopback import Asked
from tests.running import ROOT

PATIENCE = 200.0  # seconds; a machine that does much else is slow


class Cluster:
    """A scheduler on loopback from entering to leaving, and the workers that were added."""

    def __init__(self, folder: Path) -> None:
        self._file, self._folder = folder / "scheduler.json", folder
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        until(self._file.is_file)
        self.address = str(json.loads(self._file.read_text())["address"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
            process.wait(timeout=PATIENCE)

    def add(self) -> "subprocess.Popen[bytes]":
        """Start one more worker, which nobody starts again when it dies."""
        return self._start("dask_worker", "--no-nanny", "--nthreads", "1", "--memory-limit", "0")

    def _start(self, program: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", str(self._file)]
        process = subprocess.Popen(
            [*command, "--no-dashboard", *words],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process


def until(holds: Callable[[], object]) -> None:
    """Wait until ``holds``, and fail where it never does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "what the test waits for did not come"
        time.sleep(0.02)


def wait(event: threading.Event) -> None:
    """Wait until ``event`` is set, and fail where it never is."""
    assert event.wait(PATIENCE), "what the test waits for did not come"


def asker(asked: Asked) -> int:
    """The process that asks."""
    (found,) = {
        one.pid
        for one in psutil.net_connections("tcp4")
        if one.pid and one.laddr and one.laddr.port == asked.port and one.pid != os.getpid()
    }
    return int(found)


def kill(process: int) -> None:
    """End a process as if its machine had failed."""
    os.kill(process, signal.SIGKILL)
