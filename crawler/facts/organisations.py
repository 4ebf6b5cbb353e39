"""A read page in, the organisations that it names out, by their canonical names; one list serves all languages."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from crawler.facts.page import Page, Span
from crawler.handwritten import Handwritten, load
from crawler.terms import Matcher
from crawler.topics.grammar import Line, Wording
from crawler.words import is_small

FILE = Path(__file__).with_suffix(".yml")
_QUOTES = frozenset("«„“\"'")
NEWSROOMS = frozenset({"agency", "media", "channel"})


class Entry(Handwritten):
    """One organisation: canonical name, kind, the terms that name it, the country for which it decides.

    ``quoted`` are terms that name it in quotation marks only, being common words.
    """

    name: Line
    kind: Annotated[str, StringConstraints(pattern="^(agency|media|channel|ngo|state|world)$")]
    names: tuple[Wording, ...]
    quoted: tuple[Wording, ...] = ()
    country: Annotated[str, StringConstraints(pattern="^([A-Z]{2}|)$")] = ""


class Directory(Handwritten):
    """The file of all organisations."""

    organisations: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An organisation where a text names it."""

    name: str
    kind: str
    span: Span
    country: str = ""

    @property
    def is_newsroom(self) -> bool:
        """Whether it publishes reports."""
        return self.kind in NEWSROOMS


@cache
def _directory() -> tuple[Matcher, dict[str, Entry]]:
    entries = load(FILE, Directory).organisations
    return (
        Matcher([(entry.name, term, "") for entry in entries for term in (*entry.names, *entry.quoted)]),
        {entry.name: entry for entry in entries},
    )


def newsrooms() -> frozenset[str]:
    """The canonical names of those that publish reports."""
    _, entries = _directory()
    return frozenset(name for name, entry in entries.items() if entry.kind in NEWSROOMS)


def organisations(page: Page) -> list[Named]:
    """All organisations named in ``page``, in order; of names that overlap the longest."""
    matcher, entries = _directory()
    found = [
        (hit.first, hit.last, hit.role)
        for hit in matcher.find(page.text, page.words)
        if _capital(page, hit.first)
        and (hit.term not in entries[hit.role].quoted or _before(page, hit.first)[-1:] in _QUOTES)
    ]
    kept: list[Named] = []
    for first, last, name in sorted(found, key=lambda each: (each[0], -each[1])):
        if not kept or first > kept[-1].span[1]:
            entry = entries[name]
            kept.append(Named(name=name, kind=entry.kind, span=(first, last), country=entry.country.lower()))
    return kept


def _capital(page: Page, at: int) -> bool:
    """Names are written with a capital, but for the few that never are, and where there are no capitals."""
    raw = page.raw(at)
    before = _before(page, at)
    return (
        not is_small(raw)
        or raw in {"taz", "dpa", "inTransit", "the", "ria", "hromadske"}
        or before[-1:] in _QUOTES
        or (page.gap(at) == "." and at + 1 < len(page.words.forms))  # the address of a link
    )


def _before(page: Page, at: int) -> str:
    """The mark before word ``at``, if any."""
    return page.text[max(0, page.words.starts[at] - 2) : page.words.starts[at]].strip()
