"""Reports in, an Atom feed (RFC 4287) or a JSON Feed (version 1.1, jsonfeed.org) of them out."""

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET  # only writes

from db.web import links, marking, names
from db.web.pages import listed

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = "1970-01-01T00:00:00+00:00"
ENTRIES = 50
ATOM_TYPE = "application/atom+xml; charset=utf-8"
JSON_TYPE = "application/feed+json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed is called, the addresses of itself and of the page that it follows, and of a report by its number."""

    title: str
    self_url: str
    page_url: str
    report_url: str


def atom(feed: Feed, reports: Sequence[Mapping[str, Any]]) -> bytes:
    """The feed as Atom; excerpts only, since texts belong to their publishers."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "id", identity(feed.self_url))
    _add(root, "title", feed.title)
    _add(root, "updated", max((row["first_seen"] for row in reports), default=_NEVER))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.self_url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page_url)
    _add(root, "generator", "deserters")
    for row in reports:
        _entry(root, feed, row)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def json_feed(feed: Feed, reports: Sequence[Mapping[str, Any]]) -> bytes:
    """The feed as JSON Feed 1.1."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        "items": [_item(feed, row) for row in reports],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def identity(address: str) -> str:
    """A name for what stands at ``address`` that stays the same wherever this site is served."""
    return uuid.uuid5(uuid.NAMESPACE_URL, address).urn


def _entry(root: ET.Element, feed: Feed, row: Mapping[str, Any]) -> None:
    entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
    _add(entry, "id", identity(row["canonical_url"]))
    _add(entry, "title", row["title"] or "Without a headline")
    _add(entry, "updated", row["first_seen"])
    if names.day(row["published_at"]) != (row["published_at"] or ""):
        _add(entry, "published", row["published_at"])
    author = ET.SubElement(entry, f"{{{_ATOM}}}author")
    _add(author, "name", row["source_name"])
    _add(entry, "link", rel="alternate", type="text/html", href=f"{feed.report_url}{row['id']}", hreflang=_code(row))
    if links.web_address(row["canonical_url"]):
        _add(entry, "link", rel="via", href=row["canonical_url"])
    _add(entry, "summary", _excerpt(row))


def _item(feed: Feed, row: Mapping[str, Any]) -> dict[str, Any]:
    item = {
        "id": identity(row["canonical_url"]),
        "url": f"{feed.report_url}{row['id']}",
        "external_url": links.web_address(row["canonical_url"]),
        "title": row["title"] or "Without a headline",
        "content_text": _excerpt(row),
        "date_published": row["published_at"] or row["first_seen"],
        "date_modified": row["first_seen"],
        "authors": [{"name": name} for name in (row["source_name"], *listed(row["authors"]))],
        "language": _code(row),
        "tags": [name for name in (names.language(row["language"]),) if name],
    }
    return {name: value for name, value in item.items() if value}


def _code(row: Mapping[str, Any]) -> str:
    return row["language"] or "und"


def _excerpt(row: Mapping[str, Any]) -> str:
    return "".join(piece.text for piece in marking.excerpt(row["text"]))


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> None:
    told = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    ET.SubElement(parent, f"{{{_ATOM}}}{name}", told).text = _NOT_XML.sub("", text) or None
