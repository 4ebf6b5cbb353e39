"""GDELT's Global Article List: one gzip file of JSON lines in, entries in the words of their language out.

Files appear at minutes :01 to :03, :16 to :18, :31 to :33 and :46 to :48 of each hour; that one of them is missing is
normal. A row is taken only where its title or description says a word of the topic. Free to use with credit to GDELT
(gdeltproject.org).
"""

import json
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urljoin

from crawler.discovery.listing import MAX_SUMMARY, Ask, Asking, Entry, Listing, parse_time
from crawler.errors import ChannelUnreadableError
from crawler.urls import is_web

MAX_FILES = 2100  # of one visit: a week; what is left waits for the next
FIRST = timedelta(days=1)  # how far back a first visit goes
BEHIND = timedelta(minutes=20)  # younger files may still be on their way
_MINUTES = (1, 2, 3, 16, 17, 18, 31, 32, 33, 46, 47, 48)
_MAX_BYTES = 256 * 1024 * 1024
_STAMP = re.compile(r"(\d{14})\.gal\.json\.gz")


def first(url: str, asking: Asking) -> Ask:
    """The file after the one where the last visit stopped; of a first visit, the one of a day ago.

    Where all files are known the newest is asked again, so that a visit always says how the service is.
    """
    start = _moment(asking.position) or max(asking.since, asking.now - FIRST)
    following = _next(max(start, asking.now - timedelta(days=7)))
    return Ask(url=_address(url, following if following <= asking.now - BEHIND else _moment(asking.position) or start))


def read(body: bytes, url: str, now: datetime | None = None) -> Listing:
    """Entries of one file, and the next file where that should exist by ``now``.

    Raises:
        ChannelUnreadableError: the body is no such list.
    """
    rows = list(_rows(_unzipped(body, url)))
    if not any(rows) and body.strip():
        raise ChannelUnreadableError("not-a-list", f"{url} answered with something that is no list of articles")
    broken = rows.count(None)
    detail = f"{broken} of {len(rows)} lines cannot be read; the others were" if broken else ""
    entries = tuple(row for row in rows if row)
    named = _STAMP.search(url)
    return Listing(
        entries=entries, flaw="damaged-list" if broken > len(rows) // 100 else "", flaw_detail=detail,
        more=after(url, now), position=named[1] if named else "",
    )  # fmt: skip


def missing(url: str, now: datetime) -> Listing:
    """What a file that does not exist means: nothing, and the next one."""
    named = _STAMP.search(url)
    return Listing(more=after(url, now), position=named[1] if named else "")


def after(url: str, now: datetime | None) -> tuple[str, ...]:
    """The address of the file after the one at ``url``, where that should exist by ``now``."""
    named = _STAMP.search(url)
    if not named or now is None:
        return ()
    following = _next(_moment(named[1]) or now)
    return (_address(url, following),) if following <= now - BEHIND else ()


def _rows(lines: Iterator[bytes]) -> Iterator[Entry | None]:
    for line in lines:
        if line.strip() and not line.lstrip().startswith(b"#"):
            yield _row(line)


def _row(line: bytes) -> Entry | None:
    try:
        row = json.loads(line)
        url, title, summary = row["url"], row.get("title") or "", row.get("desc") or ""
        moment = _seen(str(row.get("date") or ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not is_web(url):
        return None
    return Entry(
        url=url, title=title, summary=summary[:MAX_SUMMARY], modified_at=moment, language=str(row.get("lang") or ""),
        elsewhere=True, screened=True,
    )  # fmt: skip


def _unzipped(body: bytes, url: str) -> Iterator[bytes]:
    """The lines of ``body``, unpacked piece by piece to cost little memory; a cut file gives what it has."""
    if not body.startswith(b"\x1f\x8b"):
        yield from body.splitlines()
        return
    unpacker, rest, total = zlib.decompressobj(wbits=31), b"", 0
    for start in range(0, len(body), 65_536):
        try:
            piece = unpacker.decompress(body[start : start + 65_536])
        except zlib.error as error:
            raise ChannelUnreadableError("not-a-list", f"{url} is gzip that cannot be read: {error}") from error
        total += len(piece)
        if total > _MAX_BYTES:
            raise ChannelUnreadableError("too-large", f"{url} unpacks to more than {_MAX_BYTES} bytes")
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
    if rest:
        yield rest


@lru_cache(maxsize=256)
def _seen(text: str) -> datetime | None:
    """``date`` comes as 14 digits or in ISO 8601."""
    return _moment(text) or parse_time(text)


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _next(moment: datetime) -> datetime:
    """The first minute after ``moment`` at which a file may stand."""
    moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while moment.minute not in _MINUTES:
        moment += timedelta(minutes=1)
    return moment


def _address(url: str, moment: datetime) -> str:
    return urljoin(url, f"{moment:%Y%m%d%H%M}00.gal.json.gz")
