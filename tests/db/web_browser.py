"""Visitors: one asks a site in this process without a network, and a server of its own for those with a browser."""

import asyncio
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from db.web.serve import create_app
from tests.db.web_world import World

ROOT = Path(__file__).parents[2]
_SERVE = (
    "import sys; from pathlib import Path; from db.web.serve import serve; "
    "serve(Path(sys.argv[1]), Path(sys.argv[2]), '127.0.0.1', int(sys.argv[3]))"
)


class Visitor:
    """Asks one site; ``local`` as in ``create_app``."""

    def __init__(self, db: Path, archive: Path, *, local: bool = True) -> None:
        self.site = create_app(db, archive, local=local)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.close()

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The answer to ``path``, redirects not followed."""
        answer: httpx.Response = self._runner.run(self.site.client.get(path, **options))
        return answer

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.text

    def rows(self, path: str) -> list[dict[str, Any]]:
        """The rows of a table or query as JSON."""
        answer = self.get(f"{path}{'&' if '?' in path else '?'}_shape=array")
        assert answer.status_code == 200, (path, answer.text[:500])
        return list(answer.json())


@contextmanager
def serving(world: World) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server over ``world`` in a process of its own, and its address; it is gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", _SERVE, str(world.db), str(world.archive), str(port)]
    address = f"http://127.0.0.1:{port}/"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_for(address)
            yield process, address
        finally:
            process.kill()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  # a loopback address of the test
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{address} never answered")
