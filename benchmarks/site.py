"""How fast the site answers while a crawl writes: ``python -m benchmarks.site FOLDER N ... [--write]``.

FOLDER holds the databases that ``benchmarks.site_databases`` made. A real ``deserters serve`` is asked over HTTP for
every page with many different questions, one after the other, while another process saves a report every 200 ms. Each
round begins with a new server and the file out of the system's cache. Of three rounds the one with the lowest p95 is
told, page by page: other programs on a machine make an answer later, never sooner.
"""

import argparse
import http.client
import multiprocessing
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.site_addresses import Asked
from benchmarks.site_databases import analysis
from benchmarks.site_plan import Plan
from benchmarks.site_texts import Writer
from benchmarks.table import write_rows
from crawler import sources, stories
from db.store import Store

TITLE = "The site while a crawl writes"
PAUSE = 0.2  # seconds between two reports that are saved
FLOORS = {  # ms, by the first word of a page's name and the number of reports
    name: {10_000: 200, 100_000: 200, 1_000_000: 900 if name == "search" else 500}
    for name in ("home", "story", "table", "search", "figures")
}
MEMORY = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How long the answers of a page took in one round, in ms; ``first`` is the one that found nothing in any cache.

    ``work`` is how long the server's processor was at work for each, which other programs on the machine change little.
    """

    first: float
    times: tuple[float, ...]
    work: tuple[float, ...]

    @property
    def middle(self) -> float:
        """Half of the answers came sooner."""
        return statistics.median(self.times)

    @property
    def late(self) -> float:
        """Nineteen of twenty answers came sooner."""
        return _late(self.times)


def _late(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def measure(path: Path, count: int, seed: int) -> tuple[dict[str, Measured], float]:
    """Ask every page ``count`` times in a mixed order; the times, and the most memory that the server took, in MB."""
    _forget(path)
    asked = Asked(path, seed).pages()
    order = [name for name in asked for _ in range(count)]
    random.Random(seed).shuffle(order)
    with _writing(path), _serving(path) as (process, port):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        first = {name: _ask(client, address()) for name, address in asked.items()}
        times: dict[str, list[float]] = {name: [] for name in asked}
        work: dict[str, list[float]] = {name: [] for name in asked}
        for name in order:
            before = _work(process.pid)
            times[name].append(_ask(client, asked[name]()))
            work[name].append(_work(process.pid) - before)
        memory = _peak(process.pid)
    found = {name: Measured(first=first[name], times=tuple(times[name]), work=tuple(work[name])) for name in asked}
    return found, memory


def _ask(client: http.client.HTTPConnection, address: str) -> float:
    """Milliseconds until the whole answer is there."""
    began = time.perf_counter()
    client.request("GET", address)
    answer = client.getresponse()
    body = answer.read()
    took = 1000 * (time.perf_counter() - began)
    if answer.status not in {200, 302} or (answer.status == 200 and b"</html>" not in body):
        raise SystemExit(f"{address}: answered {answer.status}")
    if b"took longer" in body or b"too long" in body:
        print(f"  {address}: not all of it was counted in time", flush=True)
    return took


def _forget(path: Path) -> None:
    """Have the system forget what it has read of the database, as if the machine had just been started."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _work(process: int) -> float:
    """Milliseconds that all threads of a process have spent on a processor so far."""
    told = (path.read_text(encoding="ascii") for path in Path(f"/proc/{process}/task").glob("*/schedstat"))
    return sum(int(each.split()[0]) for each in told) / 1e6


def _peak(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmHWM"))


@contextmanager
def _serving(path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A site of its own process, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(sys.executable).parent / "deserters"
    command = [str(program), "serve", "--db", str(path), "--archive", str(path.parent / "archive"), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        yield process, port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """A crawl's store at work in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=_write, args=(path, ready, stop))
    process.start()
    while not ready.wait(1):
        if not process.is_alive():
            raise SystemExit(f"{path}: cannot be written; somebody else may be writing it")
    try:
        yield
    finally:
        stop.set()
        process.join()


def _write(path: Path, ready: Event, stop: Event) -> None:
    """Save a report of this moment, and another, until told to stop."""
    watched = {source.id: source for source in sources.load().sources}
    writer, begun = Writer(), int(time.time())
    planned = Plan(list(watched.values()), begun).reports(1_000_000, datetime.now(UTC))
    with Store(path, holder="benchmark") as store:
        ready.set()
        while not stop.is_set():
            now = datetime.now(UTC)
            each = next(planned)
            each = replace(each, id=begun * 1000 + each.id, seed=begun + each.id, first_seen=now, published_at=now)
            made = analysis(writer, each, watched[each.source])
            key = made.article.url.removeprefix("https://")
            store.save(made, page=key, report=key, placer=stories.place)
            stop.wait(PAUSE)


def told(size: int, rounds: Sequence[tuple[dict[str, Measured], float]]) -> list[list[str]]:
    """The lines of the table for one size."""
    lines = []
    for name in rounds[0][0]:
        best = min((found[name] for found, _ in rounds), key=lambda each: each.late)
        floor = FLOORS.get(name.replace(",", "").split()[0], {}).get(size, "")
        figures = [f"{each:,.0f}" for each in (best.middle, best.late, max(best.times), _late(best.work), best.first)]
        lines.append([f"{size:,}", name, *figures, f"{floor}"])
    memory = max(each for _, each in rounds)
    lines.append([f"{size:,}", "most memory of the server, MB", "", f"{memory:,.0f}", "", "", "", f"{MEMORY}"])
    return lines


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sizes", type=int, nargs="+", help="numbers of reports")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=60, help="times that each page is asked for in a round")
    parser.add_argument("--write", action="store_true", help="put the times into docs/performance.md")
    asked = parser.parse_args()
    table = []
    for size in asked.sizes:
        path = asked.folder / f"{size}.db"
        rounds = [measure(path, asked.count, seed) for seed in range(asked.rounds)]
        lines = told(size, rounds)
        for line in lines:
            print("{:>10} {:36} {:>7} {:>7} {:>7} {:>7} {:>7}   floor {:>5}".format(*line), flush=True)
        table += lines
    if asked.write:
        heads = [
            "reports", "page", "p50 ms", "p95 ms, best of three rounds", "longest", "p95 of the server's processor, ms",
            "first, nothing cached", "p95 must be under",
        ]  # fmt: skip
        sizes = " ".join(map(str, asked.sizes))
        write_rows(TITLE, heads, table, f"python -m benchmarks.site FOLDER {sizes} --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
