"""Backfill of recorded pages against trafilatura on the same pages: pages a second of CPU time, and peak memory.

    python -m benchmarks.extraction WARC [--write]

Four passes over the pages that triage lets through, CPU time: trafilatura's default and trafilatura with metadata, as
it is shipped, each in a process of its own; our ``extract`` alone (encoding, text, metadata, dates, language) and our
whole ``analyse`` (that, the scan of the bytes, the verdict, a second reading).
Then all pages through ``analyse``, as a backfill does.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import peer_trafilatura
from benchmarks.table import write_rows
from crawler import extract, flow
from crawler.sources import unlisted
from db.archive import captures
from db.model import Analysis, Capture, Rejection


def clock(work: Callable[[Capture], object], pages: list[Capture]) -> float:
    """CPU seconds of ``work`` on ``pages``."""
    started = time.process_time()
    for page in pages:
        work(page)
    return time.process_time() - started


def analyse(page: Capture) -> Analysis | Rejection:
    """Our whole way."""
    return flow.analyse(page, unlisted(page.url))


def read_article(page: Capture) -> object:
    """Our extraction alone."""
    document = extract.parse(page)
    return extract.article(page, document) if document else None


def backfill(warc: Path) -> tuple[float, float]:
    """Wall seconds and peak memory (MB) of the command on ``warc``, into an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        command = [sys.executable, "-m", "scheduler.cli", "backfill", str(warc), "--db", f"{folder}/b.db"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall = time.monotonic() - started
    return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", type=Path)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    flow.prepare()
    pages = list(captures(told.warc))
    read = [page for page in pages if flow.triage(page) is None]
    for page in read[:20]:  # warm every cache
        analyse(page)
    bodies = [bytes(page.body) for page in read]
    plain, rich = peer_trafilatura.seconds(bodies), peer_trafilatura.seconds(bodies, metadata=True)
    extracted = clock(read_article, read)
    ours = clock(analyse, read)
    whole = clock(analyse, pages)
    triage = clock(flow.triage, pages)
    wall, memory = backfill(told.warc)
    rows = [
        ["pages in the file; of these read by an extractor", f"{len(pages)}; {len(read)}"],
        ["trafilatura default, pages a second", f"{len(read) / plain:.1f}"],
        ["trafilatura with metadata, pages a second", f"{len(read) / rich:.1f}"],
        ["analyse on the pages that are read, pages a second", f"{len(read) / ours:.1f}"],
        ["extract / trafilatura default", f"{plain / extracted:.2f}"],
        ["extract / trafilatura with metadata", f"{rich / extracted:.2f}"],
        ["analyse / trafilatura default", f"{plain / ours:.2f}"],
        ["analyse / trafilatura with metadata", f"{rich / ours:.2f}"],
        ["analyse on all pages, pages a second", f"{len(pages) / whole:.1f}"],
        ["triage, ms a page", f"{1000 * triage / len(pages):.2f}"],
        ["`deserters backfill` of the file, pages a second of wall time", f"{len(pages) / wall:.1f}"],
        ["peak memory of `deserters backfill`, MB", f"{memory:.0f}"],
    ]
    for name, value in rows:
        print(f"{name:56} {value:>14}")
    if told.write:
        write_rows(
            "Extraction and backfill", ["figure", "measured"], rows, "python -m benchmarks.extraction WARC --write"
        )


if __name__ == "__main__":
    main()
