"""How many workers one driver can serve: its real code against workers that only wait, and answer with real readings.

    python -m benchmarks.driver FILE.warc.gz FOLDER [--workers 10 50 100 200] [--seconds 60] [--reports 9] [--write]
    python -m benchmarks.driver FILE.warc.gz --pace 12 [...]

FILE holds pages on the subject; what a worker makes of it is settled over and over, under new addresses and days, so
many reports a file as CC-NEWS has. The pace of a worker is measured on the WARC files of FOLDER, or given. The driver
is a real ``deserters backfill`` with a real Dask scheduler; only its workers wait instead of reading
(``benchmarks/waiters.py``).
"""

import argparse
import json
import os
import pickle
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks.table import write_rows
from scheduler.backfill.errand import Errand, Ground, perform, rest, unpack
from scheduler.backfill.files import WarcFile, digest
from scheduler.backfill.reading import Kept, Piece

TITLE = "One driver and many workers, simulated"
PAGES = 35_000  # of a file of CC-NEWS, which has 30,000 to 40,000
A_FILE = timedelta(hours=2)  # between two files: some hundreds a month
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


_SETTLED = "SELECT count(*) - 1, (julianday(max(finished_at)) - julianday(min(finished_at))) * 86400 FROM backfills"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What came of a run.

    ``files`` were settled in ``wall`` seconds; ``idle`` is the share of their time in which workers waited; ``cpu``
    seconds and ``memory`` in MB are the driver's.
    """

    workers: int
    files: int
    wall: float
    idle: float
    cpu: float
    memory: float


def errand_of(path: Path) -> Errand:
    """The errand of a file of this disk, by a driver that watches nobody."""
    file = WarcFile(place=str(path), archive=path.parent / "archive")
    return Errand(file=file, ground=Ground.of(()), path=str(path), digest=digest(path))


def pace(folder: Path) -> float:
    """CPU seconds a page of one worker on the files of ``folder``, with the process that reads for it."""
    paths = sorted(folder.glob("*.warc*"))
    perform(errand_of(paths[0]))
    started, pages = _cpu(), 0
    for path in paths:
        pages += unpack(perform(errand_of(path))).pages
    return (_cpu() - started) / pages


def _cpu() -> float:
    """CPU seconds of this process and those it has started."""
    mine = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (mine, *mine.children(recursive=True)))


def lay(folder: Path, pool: list[Kept], files: int, reports: int) -> None:
    """Write the packed readings of so many ``files`` of so many ``reports`` each into ``folder``."""
    for number in range(files):
        numbers = range(number * reports, (number + 1) * reports)
        kept = tuple(_copy(pool[n % len(pool)], n, FIRST_DAY + number * A_FILE) for n in numbers)
        name = f"{number:06}.warc.gz"
        piece = Piece(
            name=name, digest=name, size=10**9, pages=PAGES, kept=kept,
            reasons={"relevance: no word of the topic": PAGES - reports},
        )  # fmt: skip
        (folder / name).write_bytes(zlib.compress(pickle.dumps(piece), 1))


def _copy(kept: Kept, number: int, moment: datetime) -> Kept:
    """The report under an address and at a time of its own; its record in the archive stays as it is."""
    day = moment + timedelta(minutes=number % 97)
    analysis, address = kept.analysis, f"{kept.analysis.article.url}?copy={number}"
    article = replace(analysis.article, url=address, canonical_url=address, published_at=day, published_on=day.date())
    placing = analysis.placing
    if placing:
        placing = replace(placing, fingerprint=replace(placing.fingerprint, day=day.toordinal()))
    capture = replace(analysis.capture, url=address, requested_url="", fetched_at=day)
    return replace(kept, analysis=replace(analysis, article=article, capture=capture, placing=placing))


def simulate(count: int, seconds: float, answers: Path) -> Simulated:
    """A run of ``deserters backfill`` over ``answers``, with ``count`` workers that only wait."""
    waiting = [sys.executable, "-m", "benchmarks.waiters", str(count), str(seconds)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cluster,
    ):
        assert cluster.stdout
        address, db = cluster.stdout.readline().strip(), Path(folder) / "x.db"
        command = ["backfill", str(answers), "--scheduler", address, "--db", str(db), "--archive", f"{folder}/archive"]
        driver = subprocess.Popen([sys.executable, "-m", "scheduler.cli", *command], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(driver.pid, 0)
        assert status == 0
        spent = json.loads(cluster.communicate()[0])
        with closing(sqlite3.connect(db)) as connection:
            files, wall = connection.execute(_SETTLED).fetchone()
    return Simulated(
        workers=count, files=files, wall=wall, idle=spent["idle"] / (spent["idle"] + spent["busy"]),
        cpu=used.ru_utime + used.ru_stime, memory=used.ru_maxrss / 1024,
    )  # fmt: skip


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", help="WARC files on which the pace of a worker is measured")
    parser.add_argument("--pace", type=float, help="seconds a file of a worker, where they are not to be measured")
    parser.add_argument("--workers", type=int, nargs="+", default=[10, 50, 100, 200])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each simulation lasts")
    parser.add_argument("--reports", type=int, default=9, help="reports a file: one page in four thousand")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not (options.folder or options.pace):
        parser.error("name a FOLDER to measure the pace on, or give it by --pace")
    seconds = options.pace or PAGES * pace(options.folder)
    pool = list(unpack(perform(errand_of(options.warc))).kept)
    rest()
    print(f"a worker takes {seconds:.1f} s a file; {len(pool)} reports to copy", flush=True)
    rows = []
    for count in options.workers:
        with tempfile.TemporaryDirectory() as answers:
            lay(Path(answers), pool, round(count * (1 + options.seconds / seconds)), options.reports)
            found = simulate(count, seconds, Path(answers))
        rows.append(row(found, seconds))
        print(*rows[-1], sep=" | ", flush=True)
    if options.write:
        heads = [
            "workers", f"files an hour at {seconds:.1f} s a file", "settled an hour", "workers waited",
            "driver's CPU s a file", "of one core", "driver's memory, MB",
        ]  # fmt: skip
        given = f"--pace {options.pace:g}" if options.pace else "FOLDER"
        write_rows(TITLE, heads, rows, f"python -m benchmarks.driver FILE {given} --reports {options.reports} --write")


def row(found: Simulated, seconds: float) -> list[str]:
    """A line of the table; the start of the driver, some seconds of CPU, counts as its work."""
    demand = found.workers / seconds
    cpu = found.cpu / found.files
    return [
        f"{found.workers}", f"{3600 * demand:,.0f}", f"{3600 * found.files / found.wall:,.0f}", f"{found.idle:.1%}",
        f"{cpu:.3f}", f"{cpu * demand:.0%}", f"{found.memory:.0f}",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
