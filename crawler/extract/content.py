"""A parsed page in, its main text out: paragraphs with blank lines between. The only home of both extractors."""

import re
from collections import Counter
from copy import deepcopy
from functools import cache
from pathlib import Path

from lxml import etree, html
from resiliparse.extract.html2text import extract_plain_text

from crawler.extract import stopwords
from crawler.extract.document import Document
from crawler.extract.lean import bare_extraction
from crawler.handwritten import Handwritten, load

_SOFT_HYPHEN = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_SPACES = re.compile(r"[^\S\n]+")
_WORD = re.compile(r"\w+")
_UNREAD = ("style", "svg", "iframe", "template", "noscript", etree.Comment, etree.ProcessingInstruction)
_AGREED = 0.5  # Dice coefficient; below it, trafilatura's fallbacks are asked (measured on pages with known texts)
_MIN_LINE = 2
_HEADLINE = 140  # characters; a longer line says more than a pointer to another page
_LINK = 12  # characters; a shorter line in a link may be a name or a heading
_TOP, _KICKER = 4, 60  # a headline stands among the first lines; what stands above it is this short


def main_text(document: Document) -> str:
    """Trafilatura's main text, without comments; empty where it finds none.

    Its fast rules first: where a second extractor agrees with them, trafilatura's own fallbacks (half of its time)
    change little and not for the better; where it does not, they decide.
    """
    tree = _light(document.tree)
    text = _trafilatura(tree, fast=True)
    if _agreement(text, _resiliparse(document)) < _AGREED:
        stopwords.spare()
        text = _trafilatura(tree, fast=False)
    return without_boilerplate(without_links(paragraphs(text), document.link_texts))


def _trafilatura(tree: html.HtmlElement, *, fast: bool) -> str:
    return str(getattr(bare_extraction(tree, include_comments=False, fast=fast), "text", None) or "")


def _light(tree: html.HtmlElement) -> html.HtmlElement:
    """A copy of ``tree`` without what no extractor reads, which it would copy and search several times."""
    copy = deepcopy(tree)
    etree.strip_elements(copy, *_UNREAD, with_tail=False)
    for script in [one for one in copy.iter("script") if "ld+json" not in (one.get("type") or "")]:
        script.drop_tree()
    return copy


def _agreement(one: str, other: str) -> float:
    """Dice coefficient of the words of two texts."""
    a, b = Counter(_WORD.findall(one)), Counter(_WORD.findall(other))
    return 2 * (a & b).total() / ((a.total() + b.total()) or 1)


class Boilerplate(Handwritten):
    """The grammar of ``boilerplate.yml``."""

    whole: frozenset[str]
    starts: tuple[str, ...]


@cache
def boilerplate() -> Boilerplate:
    """The shipped lines."""
    return load(Path(__file__).with_name("boilerplate.yml"), Boilerplate)


def without_boilerplate(text: str) -> str:
    """``text`` less the lines by which sites ask to share, to subscribe or to read something else."""
    known = boilerplate()
    lines = text.split("\n\n")
    kept = [line for line in lines if not _is_boilerplate(line.lower().strip(" •-–—*>|:"), known)]
    return "\n\n".join(kept)


def _is_boilerplate(line: str, known: Boilerplate) -> bool:
    return line in known.whole or (len(line) < _HEADLINE and line.startswith(known.starts))


def without_links(text: str, links: frozenset[str]) -> str:
    """``text`` less the paragraphs that are nothing but a link, such as “read also”; unless little else would stay."""
    lines = text.split("\n\n")
    kept = [line for line in lines if len(line) < _LINK or line.lstrip("•-–—*> ") not in links]
    return "\n\n".join(kept) if sum(map(len, kept)) > 0.5 * len(text) else text


def second_text(document: Document) -> str:
    """Resiliparse's main text; empty where it finds none."""
    return without_boilerplate(paragraphs(_resiliparse(document)))


def _resiliparse(document: Document) -> str:
    return str(extract_plain_text(document.source, main_content=True, alt_texts=False, list_bullets=False))


def without_headline(text: str, headline: str) -> str:
    """``text`` less a first line that repeats ``headline``, and less the short kicker lines above it."""
    lines = text.split("\n\n")
    for place, line in enumerate(lines[:_TOP]):
        if _bare(line) == _bare(headline) and all(len(above) <= _KICKER for above in lines[:place]):
            return "\n\n".join(lines[place + 1 :])
    return text


def _bare(line: str) -> str:
    return "".join(char for char in line.casefold() if char.isalnum())


def paragraphs(text: str) -> str:
    """``text`` with one paragraph between blank lines, white space folded, invisible characters gone."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.translate(_SOFT_HYPHEN).splitlines())
    return "\n\n".join(line for line in lines if len(line) >= _MIN_LINE)
