"""A page's document and its main text in, the reason why it is no article out, where there is one."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from crawler.extract.document import Document
from crawler.handwritten import Handwritten, load

MIN_TEXT = 120  # characters; below, a page says nothing that could be read
WALL_TEXT = 1500  # a wall or an error page has less of its own to say than this
STUB_TEXT = 400
_INDEX_LINES = 12
_SENTENCE = re.compile(r"[.!?…։。؟።]['\"»”’)]*$")


class Phrases(Handwritten):
    """The grammar of ``refusals.yml``: lower-case phrases by what they give away."""

    walls: tuple[str, ...]
    missing: tuple[str, ...]
    paywall: tuple[str, ...]


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
    if (said := _said(short, phrases().missing)) and len(text) < STUB_TEXT:
        return Refusal(reason="not an article", detail=f"an error page: “{said}”")
    if said := _said(short, phrases().walls):
        return Refusal(reason="consent or bot wall", detail=f"“{said}”")
    if len(text) < STUB_TEXT and (document.paid or _said(_whole(document), phrases().paywall)):
        return Refusal(reason="paywall stub", detail=f"{len(text)} characters of text")
    if len(text) < MIN_TEXT:
        return _without_text(document, text)
    return Refusal(reason="not an article", detail="a list of links") if _is_index(text) else None


def _whole(document: Document) -> str:
    return " ".join(document.tree.text_content().lower().split())


def _without_text(document: Document, text: str) -> Refusal:
    whole = _whole(document)
    if len(whole) < 20 * WALL_TEXT and (said := _said(whole, phrases().walls)):
        return Refusal(reason="consent or bot wall", detail=f"“{said}”")
    return Refusal(reason="empty", detail=f"{len(text)} characters of text")


def _said(text: str, known: tuple[str, ...]) -> str:
    return next((phrase for phrase in known if phrase in text), "") if text else ""


def _is_index(text: str) -> bool:
    """Whether ``text`` is a run of headlines: many short lines, hardly one of them a sentence."""
    lines = text.split("\n\n")
    closed = sum(1 for line in lines if _SENTENCE.search(line))
    return len(lines) >= _INDEX_LINES and median(map(len, lines)) < 80 and closed < 0.15 * len(lines)
