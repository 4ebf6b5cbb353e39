"""How much sooner two processes read than one, against two bare spinning processes, in the same run.

    python -m benchmarks.cluster FOLDER [--copies 4] [--rounds 3] [--write]

FOLDER holds WARC files of about the same size; ``benchmarks/ccnews_file.py`` makes such. Each round times, one after
the other, a fixed sum by one process, the same by each of two at once, and ``deserters backfill`` of all files by one
and by two processes, with their start and their end, into a new database. Each file is read ``copies`` times, under
other names, so that the start of some seconds weighs as little as in life.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import write_rows

TITLE = "Two processes against one"
SPIN = "n = 0\nfor i in range(300_000_000): n += i & 3"  # a quarter of a minute
BACKFILL = [sys.executable, "-m", "scheduler.cli", "backfill"]


def spun(processes: int) -> float:
    """Wall seconds in which so many processes at once each do the same sum."""
    started = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(processes)]
    for one in running:
        assert one.wait() == 0
    return time.perf_counter() - started


def read(files: Path, processes: int) -> float:
    """Wall seconds in which so many processes read ``files`` into a new database."""
    with tempfile.TemporaryDirectory() as folder:
        places = ["--db", f"{folder}/x.db", "--archive", f"{folder}/archive"]
        started = time.perf_counter()
        subprocess.run(
            [*BACKFILL, str(files), "--processes", str(processes), *places], check=True, stdout=subprocess.DEVNULL
        )
        return time.perf_counter() - started


def linked(files: list[Path], copies: int, target: Path) -> None:
    """Links to ``files`` under so many names each."""
    for copy in range(copies):
        for file in files:
            (target / f"{copy:02}-{file.name}").symlink_to(file.resolve())


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    files = sorted(options.folder.glob("*.warc.gz"))
    spins, reads = list[tuple[float, float]](), list[tuple[float, float]]()
    with tempfile.TemporaryDirectory() as folder:
        linked(files, options.copies, Path(folder))
        for _ in range(options.rounds):
            spins.append((spun(1), spun(2)))
            reads.append((read(Path(folder), 1), read(Path(folder), 2)))
            print(f"spinning {spins[-1]}, reading {reads[-1]}", flush=True)
    spinning = statistics.median(2 * one / two for one, two in spins)
    reading = statistics.median(one / two for one, two in reads)
    rows = [
        [
            "files; MB",
            f"{len(files) * options.copies}; {sum(file.stat().st_size for file in files) * options.copies // 10**6:,}",
        ],
        ["one process, s", f"{statistics.median(one for one, _ in reads):.1f}"],
        ["two processes, s", f"{statistics.median(two for _, two in reads):.1f}"],
        ["speed-up of reading, start and end counted", f"{reading:.2f}"],
        ["speed-up of two bare spinning processes", f"{spinning:.2f}"],
        ["the first of the second; must be at least 0.95", f"{reading / spinning:.2f}"],
    ]
    for row in rows:
        print(f"{row[0]:50} {row[1]:>12}")
    if options.write:
        command = f"python -m benchmarks.cluster FOLDER --copies {options.copies} --rounds {options.rounds} --write"
        write_rows(TITLE, ["figure, medians of the rounds", "measured"], rows, command)


if __name__ == "__main__":
    main()
