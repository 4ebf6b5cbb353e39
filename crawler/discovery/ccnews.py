"""Common Crawl's news archive: a month's list of WARC files in, the addresses of those of a period out.

The list is ``crawl-data/CC-NEWS/YYYY/MM/warc.paths.gz``, one path a line; a file's name tells when it was begun, and it
holds pages of the day that follows. Reading the files is the backfill's.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urljoin

from crawler.errors import ChannelUnreadableError

ENDPOINT = "https://data.commoncrawl.org/"
LONGEST_FILE = timedelta(minutes=1440)  # a file is closed after a day at the latest
_NAME = re.compile(r"^\S+/CC-NEWS-(\d{14})-\d+\.warc\.gz$")


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcFile:
    """One WARC file of the archive: its address, and the moment at which it was begun."""

    url: str
    begun_at: datetime


def months(since: date, until: date, endpoint: str = ENDPOINT) -> Iterator[str]:
    """The addresses of the lists that hold the files of a period, first and last day included, at ``endpoint``."""
    day = (since - LONGEST_FILE).replace(day=1)
    while day <= until:
        yield f"{endpoint}crawl-data/CC-NEWS/{day:%Y/%m}/warc.paths.gz"
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def read(body: bytes, url: str, since: datetime, until: datetime) -> list[WarcFile]:
    """The files in ``body`` which may hold pages fetched from ``since`` to ``until``, in order of time.

    Raises:
        ChannelUnreadableError: the body is no such list, or is cut off.
    """
    lines = _unzipped(body, url).split()
    found = [_NAME.match(line) for line in lines]
    if not lines or not all(found):
        strange = next((line for line, name in zip(lines, found, strict=True) if not name), "nothing")
        raise ChannelUnreadableError("not-a-list", f"{url}: is no list of WARC files; it has {strange[:80]!r}")
    files = [
        WarcFile(
            url=urljoin(url, f"/{name[0]}"), begun_at=datetime.strptime(name[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        )
        for name in found
        if name
    ]
    near = (file for file in files if since - LONGEST_FILE <= file.begun_at <= until)
    return sorted(near, key=lambda file: file.url)


def _unzipped(body: bytes, url: str) -> str:
    if not body.startswith(b"\x1f\x8b"):
        return body.decode("ascii", errors="replace")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body)
    except zlib.error as error:
        raise ChannelUnreadableError("not-a-list", f"{url}: is gzip that cannot be read: {error}") from error
    if not unpacker.eof:
        raise ChannelUnreadableError("cut-off", f"{url}: ended too early; ask again")
    return plain.decode("ascii", errors="replace")
