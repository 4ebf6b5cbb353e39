"""A large file is read from a host that breaks off, stalls in pieces, changes its mind or refuses."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from db.errors import ArchiveError
from scheduler.backfill.remote import Manners, RemoteFile

CONTENT = bytes(range(256)) * 8192  # two megabytes
TAG = '"one"'


class Host:
    """What a host does at each request: how many bytes it sends before it breaks off (-1: all), and its status."""

    def __init__(self, *acts: tuple[int, int], ranges: bool = True) -> None:
        self.acts, self.ranges = list(acts), ranges
        self.asked: list[str] = []
        self.tag = TAG


@contextmanager
def serving(host: Host) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            host.asked.append(asked)
            count, status = host.acts.pop(0) if host.acts else (-1, 200)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and host.ranges else 0
            if self.headers.get("If-Range", host.tag) != host.tag:
                start = 0
            if status >= 400:
                self.send_error(status)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(CONTENT) - start))
            self.send_header("ETag", host.tag)
            self.end_headers()
            self.wfile.write(CONTENT[start:] if count < 0 else CONTENT[start : start + count])
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/file.warc.gz"
    finally:
        server.shutdown()
        server.server_close()


def read(url: str, slept: list[float], rate: int = 0, clock: list[float] | None = None) -> bytes:
    told = clock or [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        told[0] += seconds

    manners = Manners(user_agent="tests", bytes_a_second=rate, sleep=sleep, clock=lambda: told[0])
    with io.BufferedReader(RemoteFile(url, manners)) as stream:
        return stream.read()


def test_a_file_comes_whole_in_one_request() -> None:
    host = Host()
    with serving(host) as url:
        assert hashlib.sha256(read(url, [])).digest() == hashlib.sha256(CONTENT).digest()
    assert host.asked == [""]


def test_a_connection_that_breaks_is_taken_up_where_it_broke() -> None:
    host, slept = Host((700_000, 200), (1, 200), (0, 503), (300_000, 200)), list[float]()
    with serving(host) as url:
        assert read(url, slept) == CONTENT
    assert host.asked[0] == ""
    assert host.asked[1:4] == ["bytes=700000-", "bytes=700001-", "bytes=700001-"]
    assert host.asked[4] == "bytes=1000001-"
    assert slept
    assert max(slept) <= 60


def test_six_tries_without_a_byte_are_enough_and_the_place_is_told() -> None:
    host = Host((5000, 200), *[(0, 500)] * 6)
    with serving(host) as url, pytest.raises(ArchiveError, match="past byte 5000"):
        read(url, [])
    assert len(host.asked) == 6


def test_a_file_that_has_changed_meanwhile_is_not_stitched_together() -> None:
    host = Host((5000, 200))
    with serving(host) as url:
        stream = RemoteFile(url, Manners(user_agent="tests", sleep=lambda _: None))
        assert len(stream.read(5000)) == 5000
        host.tag = '"two"'
        with pytest.raises(ArchiveError, match="has changed"):
            stream.readall()
        stream.close()


def test_a_host_without_ranges_and_one_that_refuses_are_told() -> None:
    with serving(Host((5000, 200), ranges=False)) as url, pytest.raises(ArchiveError, match="knows no ranges"):
        read(url, [])
    with serving(Host((0, 404))) as url, pytest.raises(ArchiveError, match="answers 404"):
        read(url, [])


def test_a_limit_of_bytes_a_second_is_kept() -> None:
    slept: list[float] = []
    with serving(Host()) as url:
        assert read(url, slept, rate=1_000_000) == CONTENT
    assert sum(slept) == pytest.approx(len(CONTENT) / 1_000_000, rel=0.01)
