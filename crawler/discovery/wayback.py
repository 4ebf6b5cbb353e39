"""The Wayback Machine's index of captures (CDX) in, the captures of a page, a site or a period out.

Grammar: ``web.archive.org/cdx/search/cdx``, ``output=json`` is a list of lists whose first row names the columns, and
``showResumeKey`` adds an empty row and a row with the key where the list goes on. Reading captures is the backfill's.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from crawler.errors import ChannelUnreadableError

ENDPOINT = "https://web.archive.org/cdx/search/cdx"
_ROWS = 1000
_COLUMNS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_BLOCKED = ("AdministrativeAccessControlException", "RobotAccessControlException", "Blocked Site Error")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """One capture in the Wayback Machine; ``raw_url`` gives the page as it was served, without the archive's frame."""

    url: str
    captured_at: datetime
    media_type: str
    status: int
    digest: str

    @property
    def raw_url(self) -> str:
        """Where the capture can be read."""
        return f"https://web.archive.org/web/{self.captured_at:%Y%m%d%H%M%S}id_/{self.url}"


def address(url: str, since: date | None = None, until: date | None = None, *, below: bool = False) -> str:
    """The question for the good captures of ``url`` (``below``: of all pages below it) in a period, one of a text."""
    told = {
        "url": url, "output": "json", "filter": "statuscode:200", "collapse": "digest", "limit": str(_ROWS),
        "showResumeKey": "true",
        **({"matchType": "prefix"} if below else {}),
        **({"from": f"{since:%Y%m%d}"} if since else {}),
        **({"to": f"{until:%Y%m%d}"} if until else {}),
    }  # fmt: skip
    return f"{ENDPOINT}?{urlencode(told)}"


def read(body: bytes, url: str) -> tuple[list[ArchivedPage], str]:
    """The captures in the answer ``body``, oldest first, and the address where the list goes on (empty at its end).

    Raises:
        ChannelUnreadableError: the archive refuses the site (``blocked``), or the body is no such list.
    """
    text = body.decode("utf-8", errors="replace").strip()
    if any(mark in text for mark in _BLOCKED):
        raise ChannelUnreadableError("blocked", f"{url}: the archive does not show this site")
    rows = _rows(text, url)
    resume = ""
    if len(rows) >= 2 and not rows[-2] and len(rows[-1]) == 1:
        resume, rows = str(rows[-1][0]), rows[:-2]
    names = [str(name) for name in rows[0]] if rows and "timestamp" in rows[0] else list(_COLUMNS)
    lines = rows[1:] if rows and "timestamp" in rows[0] else rows
    found = [page for row in lines if (page := _page(dict(zip(names, map(str, row), strict=False))))]
    return sorted(found, key=lambda page: page.captured_at), _further(url, resume) if resume else ""


def _rows(text: str, url: str) -> list[Sequence[str]]:
    if not text.startswith("["):  # the plain form, one capture a line
        lines = [line.split(" ") for line in text.splitlines()]
        if any(len(line) not in {0, 1, len(_COLUMNS)} for line in lines):
            raise ChannelUnreadableError("not-a-list", f"{url}: answered with no list of captures: {text[:80]!r}")
        return [[] if line == [""] else line for line in lines]
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ChannelUnreadableError("not-a-list", f"{url}: answered with JSON that cannot be read: {error}") from error
    return [row for row in found if isinstance(row, list)]


def _page(row: dict[str, str]) -> ArchivedPage | None:
    try:
        moment = datetime.strptime(row["timestamp"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        status = int(row["statuscode"]) if row["statuscode"].isdigit() else 0
        return ArchivedPage(
            url=row["original"], captured_at=moment, media_type=row["mimetype"], status=status, digest=row["digest"]
        )
    except (KeyError, ValueError):
        return None


def _further(url: str, resume: str) -> str:
    told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    return f"{url.partition('?')[0]}?{urlencode({**told, 'resumeKey': resume})}"
