"""One host on a loopback address whose every answer a test decides, and which remembers when it was asked what."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Reply:
    """What the host answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request: when (seconds, monotonic), which path, with which headers (lower-case names), from which port."""

    at: float
    path: str
    headers: Mapping[str, str]
    port: int = 0


Route = Reply | Callable[["Host", Asked], Reply]


class Host:
    """Serves ``routes`` by path between entering and leaving; ``asked`` is the log."""

    def __init__(self, address: str, routes: Mapping[str, Route]) -> None:
        self.routes, self.asked = dict(routes), list[Asked]()
        self.otherwise: Route = Reply(status=404, body=b"not here")
        self._server = ThreadingHTTPServer((address, 0), self._handler())
        self._server.daemon_threads = True
        self.base = f"http://{address}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [one.path for one in self.asked]

    def source(self, folder: Path, name: str = "host", channel: str = "feed", path: str = "/feed.xml") -> Path:
        """Write a watch list of this one host into ``folder`` and return it."""
        target = folder / "zz" / f"{name}.yml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(
            f"name: {name}\nhomepage: {self.base}/\nlanguages: [en]\nchannels:\n  - {channel}: {self.base}{path}\n"
        )
        return folder

    def feed(self, *paths: str, when: str = "") -> Reply:
        """An RSS feed that lists ``paths`` of this host."""
        date = f"<pubDate>{when}</pubDate>" if when else ""
        items = "".join(f"<item><title>{p}</title><link>{self.base}{p}</link>{date}</item>" for p in paths)
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>{items}</channel></rss>'
        )
        return Reply(body=body.encode(), headers={"Content-Type": "application/rss+xml", "ETag": '"1"'})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                asked = Asked(
                    time.monotonic(), self.path, {k.lower(): v for k, v in self.headers.items()}, self.client_address[1]
                )
                host.asked.append(asked)
                route = host.routes.get(self.path, host.otherwise)
                reply = route(host, asked) if callable(route) else route
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
                pass

        return Handler
