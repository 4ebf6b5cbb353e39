"""A small newspaper on loopback addresses: several publishers in many languages, all of whose reports are invented.

    python tests/newspaper/server.py --port 8765 --sources-out DIR --bad-manners

In tests: ``with Newspaper() as paper: paper.write_sources(folder)``. Every address of 127.0.0.0/8 must be this
machine's, as it is on Linux; elsewhere the addresses in ``sites.yml`` must be given to the loopback interface first.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import SHUT_RDWR, socket
from socketserver import ThreadingTCPServer
from threading import Event, Lock, Thread
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import yaml

if __package__ in (None, ""):  # run as a program: the folder above tests is where imports start
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from tests.newspaper import answers, manners, press
from tests.newspaper.answers import ENDLESS, Answer
from tests.newspaper.press import Site

CHUNK = 64 * 1024
IDLE = 10.0  # seconds after which a client that neither reads nor asks is sent away
PACE = 0.002  # seconds between chunks, so that a client without a limit has time to notice
_TRIES = 20


class Request(NamedTuple):
    """One request as it was answered: the address asked, path with query, status, the headers it came with."""

    host: str
    path: str
    status: int
    headers: dict[str, str]


class Newspaper:
    """All publishers at work between ``start`` and ``close``; with ``manners`` only those that mind them.

    ``born`` is the moment that the ages of the pages count back from, as a rule now. ``sites`` holds the base address
    of each publisher by its id; it is empty before ``start``.
    """

    def __init__(self, port: int = 0, born: datetime | None = None, *, manners: bool = True) -> None:
        self.port = port
        self.born = (born or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
        self.manners = manners
        self.sites: dict[str, str] = {}
        self.closing = Event()
        self._stock: tuple[Site, ...] = ()
        self._tables: dict[str, dict[str, Answer]] = {}
        self._missing: dict[str, Answer] = {}
        self._doors: list[_Door] = []
        self._threads: list[Thread] = []
        self._log: list[Request] = []
        self._asked: set[tuple[str, str]] = set()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order of their answers; a copy."""
        with self._lock:
            return list(self._log)

    def start(self) -> Self:
        """Open every door on one port; ``port`` and ``sites`` are known from here on. Once is enough."""
        if self._doors:
            return self
        self.closing.clear()
        self._doors = self._open()
        self.port = self._doors[0].server_address[1]
        self._stock = press.load(self.port, self.born, manners=self.manners)
        for site in self._stock:
            self._tables[site.host] = answers.table(site) | (manners.spoil(site) if site.bad else {})
            self._missing[site.host] = answers.missing(site)
        self.sites = {site.id: site.base for site in self._stock}
        self._threads = [Thread(target=door.serve_forever, args=(0.02,), daemon=True) for door in self._doors]
        for thread in self._threads:
            thread.start()
        return self

    def close(self) -> None:
        """Send every client away and free the port."""
        self.closing.set()
        for door, thread in zip(self._doors, self._threads, strict=False):
            door.shutdown()
            thread.join()
        for door in self._doors:
            door.server_close()
        self._doors, self._threads = [], []

    def write_sources(self, folder: Path | str) -> list[Path]:
        """Write the watch list of the publishers into ``folder/zz``, one file per source; the files written."""
        target = Path(folder) / "zz"
        target.mkdir(parents=True, exist_ok=True)
        written = []
        for name, entry in self._sources():
            path = target / f"{name}.yml"
            path.write_text(yaml.safe_dump(entry, allow_unicode=True, sort_keys=False), encoding="utf-8")
            written.append(path)
        return written

    def answer(self, host: str, path: str) -> Answer:
        """What ``host`` has to say at ``path`` this time."""
        found = self._tables[host].get(path, self._missing[host])
        with self._lock:
            again = (host, path) in self._asked
            self._asked.add((host, path))
        return found.first if found.first and not again else found

    def note(self, request: Request) -> None:
        """Add ``request`` to the log."""
        with self._lock:
            self._log.append(request)

    def _open(self) -> "list[_Door]":
        """One door per publisher, all on one port; where that is free to choose, look for one that all have."""
        hosts = list(press.hosts(manners=self.manners).values())
        for last in reversed(range(_TRIES if self.port == 0 else 1)):
            doors: list[_Door] = []
            try:
                for host in hosts:
                    port = doors[0].server_address[1] if doors else self.port
                    doors.append(_Door((host, port), partial(_Desk, self)))
            except OSError:
                for door in doors:
                    door.server_close()
                if not last:
                    raise
            else:
                return doors
        raise AssertionError("not reached")

    def _sources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for site in self._stock:
            for name, channels in site.sources.items():
                suffix = f" ({name})" if len(site.sources) > 1 else ""
                yield (
                    name,
                    {
                        "name": site.name + suffix,
                        "homepage": f"{site.base}/",
                        "country": "zz",
                        "languages": list(site.languages),
                        "kind": site.kind,
                        "enabled": True,
                        "channels": [{kind: site.base + path} for kind, path in channels.items()],
                    },
                )


class _Door(ThreadingTCPServer):
    """One listening address; knows its guests, so that none can keep it from closing."""

    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], desk: "partial[_Desk]") -> None:
        self.guests: set[socket] = set()
        super().__init__(address, desk)

    def finish_request(self, request: Any, client_address: Any) -> None:
        self.guests.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self.guests.discard(request)

    def server_close(self) -> None:
        for guest in tuple(self.guests):
            with suppress(OSError):
                guest.shutdown(SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that hangs up is no error
            super().handle_error(request, client_address)


class _Desk(BaseHTTPRequestHandler):
    """Answers one client."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE

    def __init__(self, paper: Newspaper, *rest: Any) -> None:
        self.paper = paper
        super().__init__(*rest)

    def do_GET(self) -> None:
        host = self.connection.getsockname()[0]
        answer = self.paper.answer(host, urlsplit(self.path).path)
        if answer.wait:
            self.paper.closing.wait(answer.wait)
        if answer.unchanged(self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            kept = {name: value for name, value in answer.headers.items() if name in ("ETag", "Last-Modified")}
            answer = Answer(status=304, headers=kept)
        self.paper.note(Request(host, self.path, answer.status, dict(self.headers.items())))
        self._send(answer)

    def do_HEAD(self) -> None:
        self.do_GET()

    def version_string(self) -> str:
        return "Newspaper/1.0"

    def log_message(self, *_: Any) -> None:
        """Keep silent: the log is ``Newspaper.requests``."""

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.length is None:
            self.send_header("Connection", "close")
        elif answer.status != 304:
            self.send_header("Content-Length", str(answer.length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
            self._fill(answer)

    def _fill(self, answer: Answer) -> None:
        """Send filler until there is enough of it, the client hangs up or the newspaper closes."""
        sent = 0
        chunk = answer.filler * (CHUNK // len(answer.filler)) if answer.filler else b""
        while chunk and not self.paper.closing.wait(PACE):
            piece = chunk if answer.filler_bytes == ENDLESS else chunk[: answer.filler_bytes - sent]
            if not piece:
                break
            self.wfile.write(piece)
            sent += len(piece)


def main(arguments: list[str] | None = None) -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(description="A newspaper on loopback addresses, with invented reports.")
    parser.add_argument("--port", type=int, default=8765, help="port of all publishers; 0 looks for a free one")
    parser.add_argument("--sources-out", type=Path, metavar="DIR", help="write the watch list into DIR/zz")
    parser.add_argument(
        "--bad-manners", action=argparse.BooleanOptionalAction, default=False, help="add publishers that misbehave"
    )
    asked = parser.parse_args(arguments)
    paper = Newspaper(asked.port, manners=not asked.bad_manners)
    try:
        paper.start()
    except OSError as error:
        parser.error(f"port {asked.port} cannot be opened: {error}")
    with paper:
        if asked.sources_out:
            written = paper.write_sources(asked.sources_out)
            sys.stdout.write(f"{len(written)} sources written into {asked.sources_out / 'zz'}\n")
        sys.stdout.writelines(f"{base}/  {name}\n" for name, base in paper.sites.items())
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            paper.closing.wait()


if __name__ == "__main__":
    main()
