"""A page's text and document in, the agency or newsroom that it credits out."""

import re
from functools import cache
from pathlib import Path

from crawler.extract.document import Document
from crawler.handwritten import Handwritten, load

_EDGE = 220  # characters at either end of a text in which a credit line may stand


class Agencies(Handwritten):
    """The grammar of ``credit.yml``: how each agency's name is written in credit lines."""

    agencies: dict[str, tuple[str, ...]]


def of(text: str, document: Document) -> str:
    """The agency that the text is credited to; empty where it credits none."""
    told = " ".join((document.linked_names, ", ".join(document.authors)))
    start, end = text[:_EDGE], text[-_EDGE:]
    for pattern, where in ((_whole(), told), (_dateline(), start), (_closing(), end)):
        found = pattern.search(where)
        if found:
            return _names()[next(name for name in found.groups() if name).lower()]
    return ""


@cache
def _names() -> dict[str, str]:
    known = load(Path(__file__).with_name("credit.yml"), Agencies).agencies
    return {written.lower(): name for name, forms in known.items() for written in forms}


@cache
def _any() -> str:
    return "|".join(re.escape(name) for name in sorted(_written(), key=len, reverse=True))


def _written() -> list[str]:
    return [
        form for forms in load(Path(__file__).with_name("credit.yml"), Agencies).agencies.values() for form in forms
    ]


@cache
def _whole() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s,;(/])({_any()})(?=$|[\s,;)/])")


@cache
def _dateline() -> re.Pattern[str]:
    """“PARIS (AP) —”, “(Reuters) -”, “AFP – ”, at the head of a text."""
    return re.compile(rf"\(({_any()})(?:/[\w ]+)?\)\s*[-–—:.]?|^({_any()})\s*[-–—:]")


@cache
def _closing() -> re.Pattern[str]:
    """“(dpa)”, “via Meduza”, “Source: TASS”, alone in the last lines."""
    return re.compile(rf"(?:\bvia |[Ss]ources?: |[Qq]uelle: |[Ии]сточник: |©\s?|\()({_any()})\b|\n({_any()})\s*$")
