"""A simulated month on loopback: thirty sources with rhythms of their own, six kinds of trouble and a layout change.

    python -m benchmarks.month [--days 34] [--write]

Every day is a real crawl in a process of its own under a clock that is told; what is noticed, and how late, is read
from the database. Troubles begin on the twentieth day, some end five days later.
"""

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.table import write_rows
from scheduler import jobs
from scheduler.config import Config

DOCUMENT = Path(__file__).parent.parent / "docs" / "quality.md"
START = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
BEGIN, END = 20, 25
PORT = 8770
WEEK = (1.15, 1.2, 1.15, 1.1, 1.1, 0.7, 0.6)
KINDS = ("blocked", "gone", "unreachable", "empty", "wall", "stopped")
LISTED, LEAST_LISTED = timedelta(days=4), 10
WORDS = ("harvest", "bridge", "council", "school", "winter", "market", "river", "library", "garden", "station")


@dataclass
class Site:
    """One publisher: how many articles a day, what befalls it, and what it has published so far."""

    number: int
    rate: float
    trouble: str = ""
    mends: bool = False
    articles: list[tuple[datetime, str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its file in the watch list."""
        return f"site{self.number:02}"

    @property
    def host(self) -> str:
        """Its loopback address."""
        return f"127.9.0.{self.number + 1}"

    def in_trouble(self, day: int) -> bool:
        """Whether its trouble has begun and not ended by ``day``."""
        return bool(self.trouble) and day >= BEGIN and not (self.mends and day >= END)

    def publish(self, day: int, now: datetime, chance: random.Random) -> None:
        """Write the articles of the day before ``now``."""
        if self.trouble == "stopped" and self.in_trouble(day):
            return
        expected = self.rate * WEEK[now.weekday()] / (sum(WEEK) / 7)
        for number in range(_poisson(expected, chance)):
            size = chance.lognormvariate(7.6, 0.4) * (0.55 if self.trouble == "layout" and self.in_trouble(day) else 1)
            topic = chance.random() < 0.04
            at = now - timedelta(minutes=chance.randint(1, 1430))
            self.articles.append((at, f"/{day}-{number}", _page(f"{self.name} {day}-{number}", int(size), at, topic)))


def _poisson(mean: float, chance: random.Random) -> int:
    count, left = 0, chance.expovariate(1)
    while left < mean:
        count, left = count + 1, left + chance.expovariate(1)
    return count


def _page(title: str, size: int, at: datetime, topic: bool) -> str:  # noqa: FBT001  # a row of the world
    subject = "Russian deserter wins asylum in France, the court of his town ruled. " if topic else "News of the day. "
    things = (WORDS[(len(title) + number) % 10] for number in range(size // 55))
    filler = " ".join(f"The {thing} of the town was seen by {len(thing)} people again." for thing in things)
    headline, date = f"{subject[:40]}{title}", f"<meta property='article:published_time' content='{at.isoformat()}'>"
    head = f"<title>{headline}</title>{date}<meta name='author' content='A. Writer'>"
    body = f"<article><h1>{headline}</h1><p>{subject}</p><p>{filler}</p></article>"
    return f"<html lang='en'><head>{head}</head><body>{body}</body></html>"


@dataclass(frozen=True)
class Noticed:
    """One trouble of a source as the watch saw it: its name, and the days on which it was noticed and ended."""

    name: str
    what: str
    day: int
    end: int | None


class World:
    """All sites, served on loopback addresses; ``day`` and ``now`` are told by the month."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self.sites = {site.host: site for site in sites}
        self.day, self.now = 0, START
        self.servers = [ThreadingHTTPServer((host, PORT), self._handler()) for host in self.sites]
        for server in self.servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.2,), daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def answer(self, host: str, path: str) -> tuple[int, str, str]:
        """Status, content type and body of ``path`` on ``host`` today."""
        site = self.sites[host]
        if path == "/robots.txt":
            return 200, "text/plain", "User-agent: *\nAllow: /\n"
        trouble = site.trouble if site.in_trouble(self.day) else ""
        if trouble in {"blocked", "gone"}:
            return (403 if trouble == "blocked" else 404), "text/plain", "no"
        if trouble == "wall":
            return 200, "text/html", "<!doctype html><html><title>Just a moment...</title></html>"
        if path == "/feed.xml":
            return 200, "application/rss+xml", self._feed(site, is_empty=trouble == "empty")
        page = next((page for _, link, page in site.articles if link == path), None)
        return (200, "text/html; charset=utf-8", page) if page else (404, "text/plain", "no")

    def _feed(self, site: Site, *, is_empty: bool) -> str:
        known = [] if is_empty else sorted(site.articles, reverse=True)
        listed = [one for place, one in enumerate(known) if place < LEAST_LISTED or one[0] > self.now - LISTED]
        items = "".join(
            f"<item><title>{link}</title><link>http://{site.host}:{PORT}{link}</link><pubDate>{format_datetime(at)}</pubDate></item>"
            for at, link, _ in listed
        )
        return f"<rss version='2.0'><channel><title>{site.name}</title>{items}</channel></rss>"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = self.headers["Host"].partition(":")[0]
                site = world.sites[host]
                if site.trouble == "unreachable" and site.in_trouble(world.day):
                    self.connection.close()
                    return
                status, kind, body = world.answer(host, self.path)
                self.send_response(status)
                for name, value in (("Content-Type", kind), ("Content-Length", str(len(body.encode())))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
                pass

        return Handler


def sites() -> list[Site]:
    """Thirty sources: busy, daily and weekly ones; two of each kind of trouble, one of which ends; one new layout."""
    rates = [40, 25, *[12] * 8, *[6] * 10, *[2] * 5, *[0.9] * 3, *[0.3] * 2]
    found = [Site(number, rate) for number, rate in enumerate(rates)]
    for place, kind in enumerate(KINDS):
        found[2 + place].trouble, found[2 + place].mends = kind, True
        found[10 + place].trouble = kind
    found[1].trouble = "layout"
    return found


def crawl_once(folder: Path, now: datetime) -> None:
    """One day's crawl, under the clock ``now``; runs in a process of its own."""
    began = time.monotonic()
    config = Config(
        db=folder / "month.db",
        archive=folder / "archive",
        sources=folder / "sources",
        allow_private=True,
        timeout_seconds=5,
    )
    quick = config.model_copy(update={"delay_seconds": 0.0})
    jobs.crawl(quick, now=lambda: now + timedelta(seconds=int(time.monotonic() - began)))


def month(folder: Path, days: int) -> list[Site]:
    """Live through ``days``; the database is left in ``folder``."""
    found, chance = sites(), random.Random(7)
    for site in found:
        path = folder / "sources" / "zz" / f"{site.name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        base = f"http://{site.host}:{PORT}"
        lines = [
            f"name: {site.name}",
            f"homepage: {base}/",
            "languages: [en]",
            "channels:",
            f"  - feed: {base}/feed.xml",
        ]
        path.write_text("\n".join(lines) + "\n")
    world = World(found)
    try:
        for site in found:
            for before in range(-40, 0):
                site.publish(before, START + timedelta(days=before), chance)
        for day in range(days):
            world.day, world.now = day, START + timedelta(days=day)
            for site in found:
                site.publish(day, world.now, chance)
            command = [sys.executable, "-m", "benchmarks.month", "--crawl", str(folder), world.now.isoformat()]
            subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)})
            print(f"day {day}", end=" ", flush=True)
    finally:
        world.close()
    return found


def figures(folder: Path, found: Sequence[Site], days: int) -> list[list[str]]:
    """What was noticed and how late, what was wrongly called trouble, and what came back."""
    with sqlite3.connect(folder / "month.db") as db:
        told = db.execute("SELECT name, what, noticed_at, mended_at FROM troubles WHERE scope='source'").fetchall()
        gaps = db.execute("SELECT source, recovered FROM gaps").fetchall()
    ill = {f"zz/{site.name}": site for site in found if site.trouble}
    troubles = [Noticed(name, what, _day(at), _day(end) if end else None) for name, what, at, end in told]
    rows = []
    for kind in (*KINDS, "layout"):
        names = [name for name, site in ill.items() if site.trouble == kind]
        mine = [one for one in troubles if one.name in names and one.day >= BEGIN]
        first = {one.name: one.day - BEGIN + 1 for one in reversed(mine)}
        ends = [one.end - END + 1 for one in mine if one.end is not None and ill[one.name].mends]
        back = sum(count for name, count in gaps if name in names)
        delays = ", ".join(str(first.get(name, "never")) for name in names)
        seen_as = ", ".join(sorted({one.what for one in mine}))
        rows.append([kind, str(len(names)), seen_as, delays, ", ".join(map(str, ends)) or "-", str(back)])
    wrong = [one for one in troubles if one.name not in ill or one.day < BEGIN]
    print(wrong)
    words = f"{len(wrong)} false alarms in {len(found) * days} source-days"
    return [*rows, ["none", str(len(found) - len(ill)), words, "-", "-", "-"]]


def _day(stamp: str) -> int:
    return (datetime.fromisoformat(stamp) - START).days


def main() -> None:
    """Live through the month, show what was noticed, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=34)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--crawl", nargs=2, metavar=("FOLDER", "NOW"))
    told = parser.parse_args()
    if told.crawl:
        crawl_once(Path(told.crawl[0]), datetime.fromisoformat(told.crawl[1]))
        return
    with TemporaryDirectory() as temporary:
        folder = told.keep or Path(temporary)
        found = month(folder, told.days)
        rows = figures(folder, found, told.days)
    heads = ["trouble", "sources", "noticed as", "after days", "mended noticed after days", "links had again"]
    print("\n" + "\n".join(" | ".join(row) for row in [heads, *rows]))
    if told.write:
        write_rows("A simulated month", heads, rows, "python -m benchmarks.month --write", DOCUMENT)


if __name__ == "__main__":
    main()
