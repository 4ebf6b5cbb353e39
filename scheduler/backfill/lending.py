"""Files of the driver's disk in, addresses out at which workers of other machines fetch them, as long as the run lasts.

The addresses hold a secret that only this run's errands know; nothing else of the disk can be asked for.
"""

import secrets
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from crawler.errors import ConfigurationError

_ANY_PORT = 9  # to look where packets to a host would leave; nothing is sent
_CHUNK = 1 << 20


class Lender:
    """Gives out addresses below ``base``; ``files`` says of each address which file it leads to."""

    def __init__(self, base: str, files: dict[str, Path]) -> None:
        self._base, self._files = base, files

    def lend(self, path: Path) -> str:
        """The address of ``path``."""
        place = f"/{secrets.token_urlsafe(24)}/{quote(path.name)}"
        self._files[place] = path
        return self._base + place


@contextmanager
def lending(address: str) -> Iterator[Lender]:
    """A server at ``address`` (HOST or HOST:PORT) that lends files.

    Raises:
        ConfigurationError: it cannot listen there.
    """
    host, _, port = address.partition(":")
    files: dict[str, Path] = {}
    try:
        server = ThreadingHTTPServer((host, int(port or 0)), _handler(files.get))
    except (OSError, ValueError, OverflowError) as error:
        raise ConfigurationError(
            f"--lend-at {address}: cannot listen there ({error}); name an address of this machine that workers reach, "
            "as HOST or HOST:PORT"
        ) from error
    server.daemon_threads = True
    lender = Lender(f"http://{host}:{server.server_address[1]}", files)
    Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    try:
        yield lender
    finally:
        server.shutdown()
        server.server_close()


def facing(host: str) -> str:
    """The address of this machine from which ``host`` would be reached; that of loopback where none is."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.connect((host, _ANY_PORT))
            return str(asked.getsockname()[0])
    except OSError:
        return "127.0.0.1"


def _handler(find: Callable[[str], Path | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = find(self.path)
            if path is None:
                self.send_error(404)
                return
            with path.open("rb") as file:
                size, start = path.stat().st_size, _start(self.headers.get("Range", ""))
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(max(0, size - start)))
                self.send_header("ETag", f'"{size}"')
                self.end_headers()
                file.seek(start)
                shutil.copyfileobj(file, self.wfile, _CHUNK)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Nothing is logged: addresses hold the secret."""

    return Handler


def _start(asked: str) -> int:
    """The first byte that a request wants; the whole file where it asks in another way than ours do."""
    first = asked.removeprefix("bytes=").removesuffix("-")
    return int(first) if first.isdigit() else 0
