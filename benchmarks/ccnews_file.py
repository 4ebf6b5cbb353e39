"""Pages at hand in, a WARC file of the form of Common Crawl's CC-NEWS out: as large as asked, 0.1 % on the subject.

The pages that are not planted and that the scan sends home are repeated in order under new addresses; every thousandth
page is a planted one. Each record is a gzip member of its own; a request stands before each response, as in CC-NEWS.
"""

import hashlib
import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler import flow
from db.archive import captures
from db.model import Capture

PLANTED = "planted.example"
EVERY = 1000  # pages, of which one is on the subject
_DATE = "2024-05-17T06:00:00Z"
_CODED = {"content-encoding", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages at hand: planted ones, those that the scan sends home, and real ones that it lets through."""

    planted: list[Capture]
    ordinary: list[Capture]
    likely: list[Capture]


def pages_of(corpus: Path) -> Pages:
    """The pages of ``corpus``, sorted by what becomes of them."""
    pages = list(captures(corpus))
    real = [page for page in pages if PLANTED not in page.url]
    return Pages(
        planted=[page for page in pages if PLANTED in page.url],
        ordinary=[page for page in real if flow.triage(page)],
        likely=[page for page in real if not flow.triage(page)],
    )


def make(pages: Pages, target: Path, megabytes: int) -> int:
    """Write the file, and say how many pages are in it; one that was made of the same pages before is kept."""
    told = target.with_suffix(".pages")
    mark = f"{_digest(pages)} {megabytes}"
    if target.exists() and told.exists() and told.read_text().startswith(mark):
        return int(told.read_text().rpartition(" ")[2])
    size = number = 0
    with target.open("wb") as file:
        size += file.write(_record("warcinfo", "", b"software: deserters benchmark\r\n"))
        for number, page in enumerate(_endless(pages), 1):
            address = f"{page.url}{'&' if '?' in page.url else '?'}copy={number}"
            request = f"GET / HTTP/1.1\r\nHost: {address.split('/')[2]}\r\nUser-Agent: CCBot/2.0\r\n\r\n".encode()
            size += file.write(_record("request", address, request))
            size += file.write(_record("response", address, _response(page)))
            if size >= megabytes * 1_000_000:
                break
    told.write_text(f"{mark} {number}")
    return number


def used(pages: Pages, number: int) -> list[str]:
    """The addresses at home of the pages of which the first ``number`` of the file are copies."""
    return [page.url for page in itertools.islice(_endless(pages), number)]


def original(url: str) -> str:
    """The address of the page of which ``url`` is a copy."""
    return url.rpartition("copy=")[0][:-1]


def _endless(pages: Pages) -> Iterator[Capture]:
    planted, ordinary = itertools.cycle(pages.planted), itertools.cycle(pages.ordinary)
    for number in itertools.count(EVERY // 2):
        yield next(planted if number % EVERY == 0 else ordinary)


def _digest(pages: Pages) -> str:
    digest = hashlib.sha256()
    for page in (*pages.planted, *pages.ordinary):
        digest.update(f"{page.url} {len(page.body)}\n".encode())
    return digest.hexdigest()[:16]


def _response(page: Capture) -> bytes:
    heads = "".join(f"{name}: {value}\r\n" for name, value in page.headers if name.lower() not in _CODED)
    return f"HTTP/1.1 200 OK\r\n{heads}Content-Length: {len(page.body)}\r\n\r\n".encode("utf-8", "replace") + page.body


def _record(kind: str, address: str, block: bytes) -> bytes:
    """A WARC 1.0 record as a gzip member."""
    media = "application/warc-fields" if kind == "warcinfo" else f"application/http; msgtype={kind}"
    number = hashlib.sha256(f"{kind} {address}".encode()).hexdigest()
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: {_DATE}\r\nContent-Type: {media}\r\n"
        f"WARC-Record-ID: <urn:uuid:{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:32]}>\r\n"
        + (f"WARC-Target-URI: {address}\r\n" if address else "")
        + f"Content-Length: {len(block)}\r\n\r\n"
    )
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(head.encode() + block + b"\r\n\r\n") + packer.flush()
