"""A parsed page in, its main text out: paragraphs with blank lines between. The only home of both extractors."""

import re
from functools import cache
from pathlib import Path

from resiliparse.extract.html2text import extract_plain_text
from trafilatura import bare_extraction

from crawler.extract.document import Document
from crawler.handwritten import Handwritten, load

_SOFT_HYPHEN = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_SPACES = re.compile(r"[^\S\n]+")
_MIN_LINE = 2
_HEADLINE = 140  # characters; a longer line says more than a pointer to another page
_LINK = 12  # characters; a shorter line in a link may be a name or a heading
_TOP, _KICKER = 4, 60  # a headline stands among the first lines; what stands above it is this short


def main_text(document: Document) -> str:
    """Trafilatura's main text, without comments; empty where it finds none."""
    links = document.link_texts
    found = bare_extraction(document.tree, include_comments=False)
    text = getattr(found, "text", None)
    return without_boilerplate(without_links(paragraphs(text), links)) if isinstance(text, str) else ""


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
    return without_boilerplate(
        paragraphs(extract_plain_text(document.source, main_content=True, alt_texts=False, list_bullets=False))
    )


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
