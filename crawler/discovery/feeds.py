"""Feeds: RSS 0.9x to 2.0, RDF, Atom and JSON Feed bytes in, entries out."""

import calendar
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import feedparser
from lxml import html
from lxml.etree import ParserError
from resiliparse.parse.encoding import detect_encoding

from crawler.discovery.listing import MAX_SUMMARY, Entry, Listing, parse_time
from crawler.discovery.walls import is_wall
from crawler.errors import ChannelUnreadableError
from crawler.urls import absolute, is_web

_HTML_PAGE = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_NAMES_ENCODING = re.compile(rb"\xff\xfe|\xfe\xff|\x00?<\x00?\?\x00x|\s*<\?xml[^>]*encoding\s*=", re.IGNORECASE)
_MARKUP = re.compile(r"[<&]")
_SKIP_HOURS = re.compile(rb"<skipHours>(.*?)</skipHours>", re.DOTALL | re.IGNORECASE)
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 7 * 86400.0, "monthly": 30 * 86400.0}


def read(body: bytes, url: str, content_type: str = "") -> Listing:
    """Entries of the feed ``body``; see ``crawler.discovery.read``."""
    if body.lstrip()[:1] == b"{":
        return _json_feed(body, url)
    headers = {"content-location": url, **({"content-type": content_type} if content_type else {})}
    parsed = feedparser.parse(io.BytesIO(_declared(body, content_type)), response_headers=headers, sanitize_html=False)
    if not parsed.version and not parsed.entries:
        _refuse(body, url)
    entries = tuple(entry for item in parsed.entries if (entry := _entry(item, url)))
    detail = _flaw(parsed)
    return Listing(
        entries=entries, flaw="damaged-feed" if detail else "", flaw_detail=detail, more=_older(parsed.feed, url),
        ttl_seconds=_ttl(parsed.feed), closed_hours=_closed_hours(body),
    )  # fmt: skip


def _older(feed: feedparser.FeedParserDict, url: str) -> tuple[str, ...]:
    """The page of older entries: the one that the feed names (RFC 5005), or by WordPress's own numbering of pages."""
    named = (link.get("href") or "" for link in feed.get("links", []) if link.get("rel") in ("next", "prev-archive"))
    told = next((found for link in named if (found := absolute(url, link)) and found != url), "")
    if told or "wordpress" not in str(feed.get("generator", "")).lower():
        return (told,) if told else ()
    numbered = re.search(r"([?&]paged=)(\d+)", url)
    if numbered:
        return (f"{url[: numbered.start()]}{numbered[1]}{int(numbered[2]) + 1}{url[numbered.end() :]}",)
    return (f"{url}{'&' if '?' in url else '?'}paged=2",)


def _ttl(feed: feedparser.FeedParserDict) -> float:
    """Seconds for which the feed asks to be left alone: RSS 2.0's ``ttl`` (minutes), or the syndication module's."""
    minutes = str(feed.get("ttl") or "").strip()
    if minutes.isdigit():
        return int(minutes) * 60.0
    often = str(feed.get("sy_updatefrequency") or "1").strip()
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower(), 0.0)
    return period / max(int(often), 1) if often.isdigit() else period


def _closed_hours(body: bytes) -> frozenset[int]:
    """The hours of the day (UTC) that RSS 2.0's ``skipHours`` names; all 24 of them are a mistake, and mean nothing."""
    named = _SKIP_HOURS.search(body)
    hours = {int(hour) % 24 for hour in re.findall(rb"<hour>\s*(\d{1,2})\s*</hour>", named[1])} if named else set()
    return frozenset(hours) if len(hours) < 24 else frozenset()


def _declared(body: bytes, content_type: str) -> bytes:
    """``body`` as it is where it says its encoding or is UTF-8, else rewritten in UTF-8 from the likeliest encoding."""
    head = body[:200]
    if _NAMES_ENCODING.match(head) or "charset" in content_type.lower():
        return body
    for mark, encoding in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if head.startswith(mark):
            return body.decode(encoding, errors="replace").encode()
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(detect_encoding(body) or "windows-1252", errors="replace").encode()
    return body


def _refuse(body: bytes, url: str) -> None:
    if _HTML_PAGE.match(body[:2000]) and is_wall(body):
        raise ChannelUnreadableError("bot-wall", f"{url} answered with a wall against robots")
    if _HTML_PAGE.match(body[:2000]):
        raise ChannelUnreadableError(
            "html-instead-of-feed", f"{url} answered with an HTML page; the feed may have moved"
        )
    raise ChannelUnreadableError("not-a-feed", f"{url} answered with something that is no feed: {body[:60]!r}")


def _flaw(parsed: feedparser.FeedParserDict) -> str:
    """What was wrong with a feed that could be read in part; an encoding that had to be guessed is nothing."""
    error = parsed.get("bozo_exception")
    quiet = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
    return f"{type(error).__name__}: {error}" if parsed.get("bozo") and not isinstance(error, quiet) else ""


def _entry(item: feedparser.FeedParserDict, base: str) -> Entry | None:
    url = absolute(base, _link(item))
    if not url:
        return None
    return Entry(
        url=url,
        title=plain(item.get("title") or ""),
        summary=plain(item.get("summary") or "")[:MAX_SUMMARY],
        published_at=_date(item, "published") or _date(item, "updated"),
    )


def _link(item: feedparser.FeedParserDict) -> str:
    links = [item.get("feedburner_origlink"), item.get("link")]
    links += [link.get("href") for link in item.get("links", []) if link.get("rel") in ("alternate", "self")]
    links += [name for name in (item.get("id"),) if is_web(name or "")]  # any other name of an item is no address
    return next((str(link) for link in links if link and absolute("http://base.invalid/", str(link))), "")


def _date(item: feedparser.FeedParserDict, name: str) -> datetime | None:
    parts = item.get(f"{name}_parsed")
    try:
        return datetime.fromtimestamp(calendar.timegm(parts), UTC) if parts else parse_time(item.get(name))
    except (ValueError, OverflowError, TypeError):
        return None


def plain(markup: str) -> str:
    """``markup`` without tags and entities, white space folded."""
    if _MARKUP.search(markup):
        try:
            markup = str(html.fromstring(f"<div>{markup}</div>").text_content())
        except (ParserError, ValueError):
            markup = re.sub(r"<[^>]*>", " ", markup)
    return " ".join(markup.split())


def _json_feed(body: bytes, url: str) -> Listing:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org)."""
    try:
        feed = json.loads(body)
    except ValueError as error:
        raise ChannelUnreadableError("not-a-feed", f"{url} answered with JSON that cannot be read: {error}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ChannelUnreadableError("not-a-feed", f"{url} answered with JSON that is no JSON Feed")
    detail = "" if "jsonfeed.org" in str(feed.get("version", "")) else "the JSON does not name its version of JSON Feed"
    entries = [_json_entry(item, url) for item in feed["items"] if isinstance(item, dict)]
    return Listing(
        entries=tuple(entry for entry in entries if entry), flaw="damaged-feed" if detail else "", flaw_detail=detail
    )


def _json_entry(item: dict[str, Any], base: str) -> Entry | None:
    links = (item.get("url"), item.get("external_url"), *(name for name in (item.get("id"),) if is_web(str(name))))
    url = next((found for link in links if isinstance(link, str) and (found := absolute(base, link))), "")
    text = item.get("summary") or item.get("content_text") or item.get("content_html") or ""
    if not url:
        return None
    return Entry(
        url=url,
        title=plain(str(item.get("title") or "")),
        summary=plain(str(text))[:MAX_SUMMARY],
        published_at=parse_time(str(item.get("date_published") or item.get("date_modified") or "")),
    )
