"""A capture in, how its page reads at a glance out: cheap enough for pages of which nothing is kept.

What is told of a page by a few patterns on its source and the second extractor's main text is no article, but shows
from one day to the next whether a site's layout has changed.
"""

import re
from dataclasses import dataclass

from resiliparse.extract.html2text import extract_plain_text

from crawler.extract.encoding import text_of
from db.model import Capture

_LARGEST = 2_000_000  # bytes; a larger page is not worth a glance
_DATED = re.compile(
    r"datePublished[\"']?\s*[:=]|(?:article:|og:)published_time|<time\b[^>]*\bdatetime\s*=|itemprop=[\"']datePublished"
    r"|name=[\"'](?:pubdate|publish-?_?date|dc\.date[\w.]*|dcterms\.created|date)[\"']",
    re.IGNORECASE,
)
_AUTHORED = re.compile(
    r"[\"']author[\"']\s*:|name=[\"'](?:author|byl|parsely-author)[\"']|article:author|rel=[\"']author[\"']"
    r"|class=[\"'][^\"']*\b(?:byline|author)\b|itemprop=[\"']author",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """Length of the main text in characters, and whether the source seems to tell a date and an author."""

    characters: int
    dated: bool
    authored: bool


def glimpse(capture: Capture) -> Glimpse | None:
    """How the page of ``capture`` reads; ``None`` where it is no HTML, or too large."""
    if len(capture.body) > _LARGEST or b"<" not in capture.body:
        return None
    source = text_of(bytes(capture.body), capture.header("content-type"))
    text = str(extract_plain_text(source, main_content=True, alt_texts=False, list_bullets=False))
    return Glimpse(
        characters=len(text.strip()), dated=bool(_DATED.search(source)), authored=bool(_AUTHORED.search(source))
    )
