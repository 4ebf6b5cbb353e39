"""A page's document and its main text in, the reason why it is no article out, where there is one."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawler.extract.document import Document
from crawler.extract.listing import is_list
from crawler.handwritten import Handwritten, load

MIN_TEXT = 120  # characters; below, a page says nothing that could be read
WALL_TEXT = 1500  # a wall or an error page has less of its own to say than this
STUB_TEXT = 400
_GALLERY_KINDS = frozenset({"ImageGallery", "MediaGallery", "VideoGallery"})
_GALLERY_ADDRESS = re.compile(
    r"/(?:galler(?:y|ies|ia|ie)|photo-?galler\w*|photos?|bilder\w*|fotos?\w*|diaporama|galer\w*)(?:/|$)"
)
_LIVE_ADDRESS = re.compile(
    r"(?:^|[/_-])(?:live-?(?:blog|ticker|updates?|news)?|news-?ticker|en-?direct|online?-?trans\w*)(?:[/_.-]|$)"
)
_CLOCK = re.compile(r"^\W{0,3}(?:[01]?\d|2[0-3])[:.h][0-5]\d(?!\d)")
_TICKS = 6  # entries with a time of day at their head


class Phrases(Handwritten):
    """The grammar of ``refusals.yml``: lower-case phrases by what they give away."""

    walls: tuple[str, ...]
    missing: tuple[str, ...]
    paywall: tuple[str, ...]
    login: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a page is no article: a reason from a short list, and what was seen."""

    reason: str
    detail: str = ""


@cache
def phrases() -> Phrases:
    """The shipped phrases."""
    return load(Path(__file__).with_name("refusals.yml"), Phrases)


def of(document: Document, text: str) -> Refusal | None:
    """The reason why the page with main text ``text`` is refused; ``None`` where it reads like an article."""
    short = f"{document.headline}\n{text}".lower() if len(text) < WALL_TEXT else ""
    if len(text) < STUB_TEXT and (said := _said(short, phrases().missing)):
        return Refusal(reason="not an article", detail=f"an error page: “{said}”")
    if said := _said(short, phrases().walls):
        return Refusal(reason="consent or bot wall", detail=f"“{said}”")
    if len(text) < STUB_TEXT and (short_of := _stub(document, text, short)):
        return short_of
    if len(text) < MIN_TEXT:
        return _without_text(document, text)
    return Refusal(reason="not an article", detail="a list of links") if is_list(document, text) else None


def is_live(document: Document, text: str) -> bool:
    """Whether the page is a live ticker: an article that goes on, each entry with its time of day."""
    if "LiveBlogPosting" in document.kinds:
        return True
    ticks = sum(1 for line in text.split("\n\n") if _CLOCK.match(line))
    return ticks >= (_TICKS // 2 if _LIVE_ADDRESS.search(document.path) else _TICKS)


def _stub(document: Document, text: str, short: str) -> Refusal | None:
    """What a page with so little text may be instead of an article."""
    if _asks_for_password(document) and (said := _said(short, phrases().login)):
        return Refusal(reason="not an article", detail=f"a login page: “{said}”")
    if document.kinds & _GALLERY_KINDS or _GALLERY_ADDRESS.search(document.path):
        return Refusal(reason="not an article", detail="a gallery of pictures")
    if _said(_whole(document), phrases().paywall):
        return Refusal(reason="paywall stub", detail=f"{len(text)} characters of text")
    return None


def _asks_for_password(document: Document) -> bool:
    return any((field.get("type") or "").lower() == "password" for field in document.tree.iter("input"))


def _whole(document: Document) -> str:
    return " ".join(document.tree.text_content().lower().split())


def _without_text(document: Document, text: str) -> Refusal:
    whole = _whole(document)
    if len(whole) < 20 * WALL_TEXT and (said := _said(whole, phrases().walls)):
        return Refusal(reason="consent or bot wall", detail=f"“{said}”")
    return Refusal(reason="empty", detail=f"{len(text)} characters of text")


def _said(text: str, known: tuple[str, ...]) -> str:
    return next((phrase for phrase in known if phrase in text), "") if text else ""
