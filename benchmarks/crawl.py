"""150 loopback sites with 30 pages each, crawled politely: wall time against the ideal, CPU a page, stalls, memory.

    python benchmarks/crawl.py [--sites 150] [--pages 30] [--write]

Figures are ratios taken in one run; ``--write`` puts them into ``docs/performance.md``.
"""

import argparse
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.table import write_rows
from crawler import sources, spiders
from db.archive import ArchiveWriter
from db.store import Store
from scheduler.jobs import utc_now

WORDS = [
    "harbour", "council", "river", "market", "school", "bridge", "winter", "festival", "farmer", "train", "museum",
    "budget", "teacher", "garden", "storm", "library", "concert", "village", "engineer", "hospital", "forest", "mayor",
    "recipe",
]  # fmt: skip
PORT = 8700
SERVER = 0  # the process of the sites, once it runs


def page(site: int, number: int) -> bytes:
    """A page of about 90 kB: navigation, styles, scripts, and an article of ordinary news."""
    dice = random.Random(site * 1000 + number)  # the same page every time
    text = "".join(f"<p>{' '.join(dice.choices(WORDS, k=60)).capitalize()}.</p>" for _ in range(12))
    links = "".join(
        f'<li><a href="/s/{n}" class="nav-link nav-link--{n}">{dice.choice(WORDS)}</a></li>' for n in range(150)
    )
    script = "".join(f"window.q{n}=function(a,b){{return a*{n}+b}};" for n in range(900))
    style = "".join(f".c{n}{{margin:{n}px;padding:0;color:#0{n % 10}0}}" for n in range(700))
    head = f"<head><title>{dice.choice(WORDS)} {number}</title><style>{style}</style><script>{script}</script></head>"
    body = f"<body><nav><ul>{links}</ul></nav><article><h1>News {number}</h1>{text}</article></body>"
    return f"<!doctype html><html>{head}{body}</html>".encode()


def serve(addresses: list[str], pages: int, ready: Any) -> None:
    """All sites in one process, until it is ended."""
    for site, address in enumerate(addresses):
        base = f"http://{address}:{PORT}"
        items = "".join(f"<item><title>{n}</title><link>{base}/{n}.html</link></item>" for n in range(pages))
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>s</title>{items}</channel></rss>'.encode()
        answers = {f"/{n}.html": ("text/html; charset=utf-8", page(site, n)) for n in range(pages)}
        answers |= {
            "/feed.xml": ("application/rss+xml", feed),
            "/robots.txt": ("text/plain", b"User-agent: *\nAllow: /\n"),
        }
        server = ThreadingHTTPServer((address, PORT), handler(answers))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ready.set()
    threading.Event().wait()


def handler(answers: dict[str, tuple[str, bytes]]) -> type[BaseHTTPRequestHandler]:
    """Answers from a table."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = answers.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            pass

    return Handler


class Watch(threading.Thread):
    """Pings the reactor every 50 ms and samples the memory of this process and its children."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stalls: list[float] = []
        self.memory = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        """Watch until ``over``."""
        time.sleep(1.0)
        from twisted.internet import reactor  # noqa: PLC0415  # importing it earlier would install the wrong reactor

        while not self.over.wait(0.05):
            asked = time.monotonic()
            reactor.callFromThread(lambda asked=asked: self.stalls.append(time.monotonic() - asked))
            if len(self.stalls) % 10 == 0:
                self.memory = max(self.memory, sum(map(proportional_set_size, [os.getpid(), *children(os.getpid())])))


def children(parent: int) -> list[int]:
    """Process ids of all descendants of ``parent``, the servers of the sites left out."""
    direct = [
        int(p)
        for task in Path(f"/proc/{parent}/task").glob("*/children")
        for p in task.read_text().split()
        if int(p) != SERVER
    ]
    return direct + [grandchild for child in direct for grandchild in children(child)]


def proportional_set_size(process: int) -> float:
    """Memory of ``process`` in MB, what is shared counted in shares."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def cpu() -> float:
    """CPU seconds of this process and its ended children."""
    told = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in told)


def crawl(folder: Path, addresses: list[str], pages: int) -> dict[str, float]:
    """One crawl of all sites; figures of it."""
    (folder / "sources" / "zz").mkdir(parents=True)
    for number, address in enumerate(addresses):
        base = f"http://{address}:{PORT}"
        entry = f"name: Site {number}\nhomepage: {base}/\nlanguages: [en]\nchannels:\n  - feed: {base}/feed.xml\n"
        (folder / "sources" / "zz" / f"s{number}.yml").write_text(entry)
    listed = sources.load(folder / "sources").sources
    watch = Watch()
    watch.start()
    with (
        Store(folder / "b.db", holder="benchmark") as store,
        ArchiveWriter(folder / "a", software="b", now=utc_now) as archive,
    ):
        store.begin_run("crawl", utc_now())
        store.know_sources(listed)
        before, started = cpu(), time.monotonic()
        plan = spiders.Plan(
            sources=listed,
            oldest=None,
            limit_seconds=600,
            user_agent="deserters/benchmark",
            allow_private=True,
            now=utc_now,
        )
        ending = spiders.run(plan, store, archive)
        wall, spent = time.monotonic() - started, cpu() - before
    watch.over.set()
    ideal = (pages + 1) * plan.delay_seconds  # robots.txt, the feed and the pages are pages + 2 requests
    return {
        "pages": float(ending.counts.captures),
        "wall time / ideal": wall / ideal,
        "CPU ms a page": 1000 * spent / max(1, ending.counts.captures),
        "longest stall of the reactor, ms": 1000 * max(watch.stalls),
        "stalls over 200 ms": float(sum(stall > 0.2 for stall in watch.stalls)),
        "peak memory, MB": watch.memory,
    }


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=150)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    addresses = [f"127.4.{n // 250}.{n % 250 + 1}" for n in range(told.sites)]
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    server = context.Process(target=serve, args=(addresses, told.pages, ready), daemon=True)
    server.start()
    globals()["SERVER"] = server.pid
    ready.wait()
    with tempfile.TemporaryDirectory() as folder:
        figures = crawl(Path(folder), addresses, told.pages)
    server.kill()
    rows = [[name, f"{value:.2f}"] for name, value in figures.items()]
    for name, value in rows:
        print(f"{name:36} {value:>10}")
    if told.write:
        title = f"Crawl: {told.sites} sites x {told.pages} pages, one second a host"
        write_rows(
            title,
            ["figure", "measured"],
            rows,
            f"python -m benchmarks.crawl --sites {told.sites} --pages {told.pages} --write",
        )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
