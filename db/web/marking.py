"""A text and the spans found in it in, pieces of plain text with the role of each out; never any HTML."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from db.search import Question, tokens
from db.sentences import bounds
from db.spelling import spelled

_BLOCK = re.compile(r"\S(?:.|\n)*?(?=\s*(?:\n[^\S\n]*\n|\Z))")
_LETTERS = r"\w[\w\u0300-\u036f\u00ad\u200b-\u200d]*"
_WORD = re.compile(rf"{_LETTERS}(?:(?<=[\u0400-\u04ff])['’ʼ](?=[\u0400-\u04ff]){_LETTERS})*")
_HEARD = 2  # letters of a word by which it is known at a glance
_SENTENCE = 240  # characters of a sentence that are shown before and behind what stands in it
_EXCERPT = 320
_BEFORE = 90
_READ = 30_000  # characters of a text in which words are looked for
_FACT = "fact"
_QUOTED = "quoted; the full text is at the publisher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One found term as ``reasons`` stores it."""

    role: str
    term: str
    zone: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text: ``role`` is empty where nothing was found in it, ``told`` says what a fact in it is.

    ``anchors`` are the offsets of facts that begin where it begins; links lead to them. ``notes`` say what whole
    sentences tell that begin there.
    """

    text: str
    role: str = ""
    told: str = ""
    anchors: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact in a text: where it stands, what it is in words, and whether its words are marked or have a note."""

    start: int
    end: int
    quote: str
    told: str
    marked: bool = True


def read_reasons(stored: str | None) -> tuple[Found, ...]:
    """The found terms in the JSON of ``reasons``; those that cannot be read are left out."""
    try:
        items = json.loads(stored or "[]")
    except ValueError:
        return ()
    return tuple(found for item in items if (found := _found(item))) if isinstance(items, list) else ()


def headline(title: str, reasons: Iterable[Found]) -> list[Piece]:
    """The headline in pieces."""
    return _pieces(title, 0, len(title), _valid(title, [found for found in reasons if found.zone == "title"]))


def paragraphs(text: str, reasons: Iterable[Found], facts: Iterable[Fact] = ()) -> list[list[Piece]]:
    """The text's paragraphs, each in pieces; a span whose quote does not stand where it says is not marked.

    Where a fact and a term meet, the fact is marked. A fact that is not marked is told where it begins.
    """
    known = [fact for fact in facts if text[fact.start : fact.end] == fact.quote]
    marked = [
        Found(role=_FACT, term=fact.told, zone="body", start=fact.start, end=fact.end, quote=fact.quote)
        for fact in known
        if fact.marked
    ]
    spans = _valid(text, marked)
    taken = {at for start, end, _ in spans for at in range(start, end)}
    terms = [found for found in reasons if found.zone != "title" and taken.isdisjoint(range(found.start, found.end))]
    spans = sorted([*spans, *_valid(text, terms)])
    told = {fact.start: fact.told for fact in reversed(known) if fact.marked}
    anchors: dict[int, tuple[str, ...]] = {fact.start: () for fact in known}
    for fact in known:
        if not fact.marked and fact.told not in anchors[fact.start]:
            anchors[fact.start] += (fact.told,)
    return [_anchored(text, block, spans, told, anchors) for block in _BLOCK.finditer(text)]


def _anchored(
    text: str,
    block: re.Match[str],
    spans: list[tuple[int, int, str]],
    told: dict[int, str],
    anchors: Mapping[int, tuple[str, ...]],
) -> list[Piece]:
    """The pieces of a paragraph, cut once more where a fact begins, with what the facts say."""
    pieces: list[Piece] = []
    at = block.start()
    for piece in _pieces(text, block.start(), block.end(), spans):
        cuts = sorted({at, *(each for each in anchors if at < each < at + len(piece.text))})
        for start, end in zip(cuts, [*cuts[1:], at + len(piece.text)], strict=True):
            pieces.append(
                Piece(
                    text=text[start:end], role=piece.role, told=told.get(start, "") if piece.role == _FACT else "",
                    anchors=(start,) if start in anchors else (), notes=anchors.get(start, ()),
                )
            )  # fmt: skip
        at += len(piece.text)
    return pieces


def sentence(text: str, start: int, end: int) -> list[Piece]:
    """The sentence of ``text`` in which ``start`` to ``end`` stands, that stretch marked; cut where it is very long."""
    before, after = bounds(text, start, end)
    first, last = max(before, start - _SENTENCE), min(after, end + _SENTENCE)
    pieces = _pieces(text, first, last, [(start, end, "asked")])
    head = [Piece(text="… ")] if first > before else []
    return [*head, *pieces, *([Piece(text=" …")] if last < after else [])]


def said(row: Mapping[str, Any]) -> list[Piece]:
    """The sentence around a quote: ``around`` is a part of the text, in which the quote stands ``at``.

    Where the text at hand does not hold it, as in a public edition, the quote alone.
    """
    around, at, quote = row["around"] or "", row["at"], row["quote"]
    if around[at : at + len(quote)] != quote:
        return [Piece(text=quote, role="asked", told=_QUOTED)]
    return sentence(around, at, at + len(quote))


def excerpt(text: str | None, question: Question | None = None, language: str = "") -> list[Piece]:
    """The beginning of ``text``, or where most of what was asked for stands, those words marked as ``asked``."""
    flat = " ".join((text or "").split())
    spans = _glanced(flat[:_READ], question, language) or asked(flat[:_READ], question, language)
    start = _densest(flat, [left for left, _, _ in spans])
    end = min(len(flat), start + _EXCERPT)
    before = [Piece(text="… ")] if start else []
    after = [Piece(text="…")] if end < len(flat) else []
    return [*before, *_pieces(flat, start, end, spans), *after]


def asked(text: str, question: Question | None, language: str) -> list[tuple[int, int, str]]:
    """The words of ``text`` that ``question`` asks for: where each starts and ends, and the role ``asked``."""
    if question is None or not question.wanted:
        return []
    return [(each.start, each.end, "asked") for each in tokens(text, language) if question.finds(each, language)]


def _glanced(text: str, question: Question | None, language: str) -> list[tuple[int, int, str]]:
    """The same of words that begin with the sounds of one that was typed: nearly all, and many times sooner.

    Words of other beginnings (*went* for *go*) are left out; where there are no others, ``asked`` finds them.
    """
    if question is None:
        return []
    first = {_begins(word) for group in question.wanted for term in group for word in _WORD.findall(term.text)}
    return [
        (found.start() + left, found.start() + right, role)
        for found in _WORD.finditer(text)
        if _begins(found[0]) in first
        for left, right, role in asked(found[0], question, language)
    ]


def _begins(word: str) -> str:
    return spelled(word)[:_HEARD] or word[:_HEARD]


def highlighted(text: str, question: Question | None, language: str) -> list[Piece]:
    """All of ``text``, the words that were asked for marked."""
    return _pieces(text, 0, len(text), asked(text, question, language))


def _densest(flat: str, hits: list[int]) -> int:
    """Where an excerpt begins that shows as many of the ``hits`` as one can, the earliest of such places."""
    width = _EXCERPT - _BEFORE
    counts = [bisect_left(hits, hit + width) - at for at, hit in enumerate(hits)]
    first = hits[counts.index(max(counts))] if hits else 0
    return flat.rfind(" ", 0, max(0, first - _BEFORE)) + 1 if first > _BEFORE else 0


def by_role(reasons: Iterable[Found]) -> dict[str, list[str]]:
    """Each role with the words found for it, each word once, in the order in which they stand."""
    roles: dict[str, list[str]] = {}
    for found in reasons:
        quotes = roles.setdefault(found.role, [])
        if found.quote.casefold() not in (quote.casefold() for quote in quotes):
            quotes.append(found.quote)
    return roles


def _found(item: object) -> Found | None:
    try:
        return Found(
            role=str(item["role"]),  # type: ignore[index]  # whatever is no such object raises, and is left out
            term=str(item["term"]),  # type: ignore[index]  # as above
            zone=str(item["zone"]),  # type: ignore[index]  # as above
            start=int(item["start"]),  # type: ignore[index]  # as above
            end=int(item["end"]),  # type: ignore[index]  # as above
            quote=str(item["quote"]),  # type: ignore[index]  # as above
        )
    except (KeyError, TypeError, ValueError):
        return None


def _valid(text: str, found: Iterable[Found]) -> list[tuple[int, int, str]]:
    """Spans whose quote stands where it says, in order, none over another."""
    spans: list[tuple[int, int, str]] = []
    for item in sorted(found, key=lambda item: (item.start, -item.end)):
        stands = 0 <= item.start < item.end and text[item.start : item.end] == item.quote
        if stands and (not spans or item.start >= spans[-1][1]):
            spans.append((item.start, item.end, item.role))
    return spans


def _pieces(text: str, start: int, end: int, spans: Iterable[tuple[int, int, str]]) -> list[Piece]:
    return [piece for piece in _walk(text, start, end, spans) if piece.text]


def _walk(text: str, start: int, end: int, spans: Iterable[tuple[int, int, str]]) -> Iterator[Piece]:
    at = start
    for left, right, role in spans:
        if right <= at or left >= end:
            continue
        yield Piece(text=text[at : max(at, left)])
        yield Piece(text=text[max(at, left) : min(right, end)], role=role)
        at = min(right, end)
    yield Piece(text=text[at:end])
