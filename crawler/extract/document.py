"""The bytes of a page in, its tree and what its head says of itself out: JSON-LD, meta elements, headings."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from lxml import html

from crawler.extract import headlines
from crawler.extract.encoding import text_of
from crawler.extract.lean import load_html
from db.model import Capture

_ARTICLE = re.compile(r"(?:^|/)(?:\w*Article|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting)$")
_MAX_TITLE, _MAX_STANDFIRST = 400, 600
JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """A parsed page; every property is plain text, empty where the page does not say."""

    url: str
    source: str
    tree: html.HtmlElement = field(repr=False)

    @property
    def path(self) -> str:
        """The path of the page's address, in lower case."""
        return urlsplit(self.url).path.lower()

    @cached_property
    def meta(self) -> dict[str, str]:
        """Content of meta elements by lower-case property, name or itemprop; the first of each counts."""
        found: dict[str, str] = {}
        for element in self.tree.iter("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop")
            value = (element.get("content") or "").strip()
            if name and value:
                found.setdefault(name.strip().lower(), value)
        return found

    @cached_property
    def linked(self) -> JsonObject:
        """The page's JSON-LD object of an article type (schema.org); empty where it has none."""
        objects = list(_linked_objects(self.tree))
        return next((one for one in objects if any(_ARTICLE.search(kind) for kind in _kinds(one))), {})

    @cached_property
    def headline(self) -> str:
        """The likeliest of what the page says of its headline."""
        return headlines.best(self.told)[:_MAX_TITLE]

    @cached_property
    def told(self) -> headlines.Told:
        """What the places of the page say of its headline."""
        places = {
            "linked": _text(self.linked.get("headline")),
            "og": self.meta.get("og:title", ""),
            "twitter": self.meta.get("twitter:title", ""),
            "title": self.tree.findtext(".//title") or "",
        }
        headings = [" ".join(heading.text_content().split()) for heading in self.tree.iter("h1")]
        return headlines.Told(places=places, headings=headings, site=self.meta.get("og:site_name", ""), url=self.url)

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """Names of authors from JSON-LD, else from meta elements; addresses and the publisher's accounts left out."""
        names = [_text(one) for one in _as_list(self.linked.get("author"))]
        names = names or [
            self.meta.get(key, "") for key in ("author", "article:author", "parsely-author", "dc.creator")
        ]
        plain = (" ".join(name.split()) for name in names)
        return tuple(
            dict.fromkeys(name for name in plain if 1 < len(name) <= 80 and not re.search(r"https?:|[@/]", name))
        )

    @cached_property
    def canonical(self) -> str:
        """What the page declares as its canonical address; may be relative or wrong."""
        for element in self.tree.iter("link"):
            if "canonical" in (element.get("rel") or "").lower().split():
                return (element.get("href") or "").strip()
        return ""

    @cached_property
    def paid(self) -> bool:
        """Whether the page says that it is not free to read."""
        told = str(self.linked.get("isAccessibleForFree", "")).lower()
        return told in {"false", "http://schema.org/false"} or self.meta.get("article:content_tier", "") in {
            "locked",
            "metered",
        }

    @cached_property
    def standfirst(self) -> str:
        """The lines below the headline, as the page's description gives them."""
        told = (
            _text(self.linked.get("description")) or self.meta.get("og:description") or self.meta.get("description", "")
        )
        return " ".join(told.split())[:_MAX_STANDFIRST]

    @cached_property
    def section(self) -> str:
        """The part of the paper."""
        told = next(iter(_as_list(self.linked.get("articleSection"))), None) or self.meta.get("article:section", "")
        return " ".join(_text(told).split())[:80]

    @cached_property
    def image(self) -> str:
        """The address of the leading picture; empty where it is no web address."""
        told = next(iter(_as_list(self.linked.get("image"))), None)
        address = told.get("url") if isinstance(told, dict) else told
        return str(address or self.meta.get("og:image", "")).strip()

    @cached_property
    def linked_names(self) -> str:
        """Credit text and source organisation of the page's JSON-LD."""
        told = (self.linked.get("creditText"), self.linked.get("sourceOrganization"))
        return " ".join(_text(one) for one in told if one)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The types of all objects of the page's JSON-LD, without their vocabulary's address."""
        return frozenset(kind.rpartition("/")[2] for one in _linked_objects(self.tree) for kind in _kinds(one))

    @cached_property
    def link_texts(self) -> frozenset[str]:
        """The words of paragraphs that are one link and nothing else, white space folded."""
        told = ((" ".join(p.text_content().split()), p.findall(".//a")) for p in self.tree.iter("p"))
        return frozenset(
            text for text, links in told if len(links) == 1 and text == " ".join(links[0].text_content().split())
        )


def parse(capture: Capture) -> Document | None:
    """The page of ``capture`` as a tree; ``None`` where its bytes are no HTML at all."""
    source = text_of(bytes(capture.body), capture.header("content-type"))
    tree = load_html(source) if source.strip() else None
    return Document(url=capture.url, source=source, tree=tree) if tree is not None else None


def _linked_objects(tree: html.HtmlElement) -> Iterator[JsonObject]:
    for script in tree.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() == "application/ld+json" and script.text:
            try:
                yield from _flat(json.loads(script.text, strict=False))
            except (ValueError, RecursionError):
                continue


def _flat(value: object) -> Iterator[JsonObject]:
    for one in _as_list(value):
        if isinstance(one, dict):
            yield one
            yield from _flat(one.get("@graph"))


def _kinds(one: JsonObject) -> list[str]:
    return [str(kind) for kind in _as_list(one.get("@type"))]


def _as_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("headline") or ""
    text = str(value or "")
    return str(html.fromstring(f"<p>{text}</p>").text_content()) if re.search(r"&#?\w+;|<\w", text) else text
