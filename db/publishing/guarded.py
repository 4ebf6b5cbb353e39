"""The live database in, who and what of it a public edition hides out; words that name nobody are not among it."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from db import spelling
from db.publishing.names import Protected, is_alone, words

_PROTECTED = "SELECT report, kind, quote, name FROM live.protected_mentions ORDER BY id"
_PERSONS = "SELECT report, kind, quote, name, role FROM live.mentions WHERE kind = 'person' ORDER BY id"
_PLACES = "SELECT DISTINCT quote FROM live.mentions WHERE kind IN ('country', 'city')"
_TEXTS = "SELECT a.id, a.language, t.text FROM live.articles a JOIN live.texts t ON t.id = a.id"
_TEXT = f"{_TEXTS} WHERE a.id = ?"
_CONVICT = "convict"
_INITIAL = re.compile(r"(?:^|[\s.])[^\W\d_]\.?\s*$")  # at the end of a name: "Viktor S.", "Viktor S"
_CONTINENT = re.compile(
    r"europ\w{0,7}|euroop\w{0,4}|evrop\w{0,5}|европ\w{0,6}|європ\w{0,6}|еўроп\w{0,6}"
    r"|asi(?:a|an|ans|e|en)|azj[aiąęo]|ази[яиюей]|азією|азі[яїю]|afri(?:ca|can|cans|ka|que|kas)|африк(?:а|и|е|у|ой)"
    r"|america|americans?|amerika|amérique|америк(?:а|и|е|у|ой)|australia|австрали[яиюей]|antarctica|антарктид[аыеу]"
)
_OF_NAMES = re.compile(r"[aeiouyj]{1,3}m?|[ao]?[vw]i")  # case endings of given names
_FEW = 3  # reports whose texts hold a word in small letters, from which on it is a common word
_BEGINS = re.compile(r"(?:^|[.!?…\n])[\s\"'“”„«»‹›(—–-]*$")
_OPENING, _CLOSING = "\"“„«‹'‘", "\"”“»›'’"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the database: ``places``, names of countries, and ``given``, names that people are given."""

    places: frozenset[str]
    given: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What the database knows of words: places, parts of whole names, and in which reports they stand in small letters.

    ``small`` counts reports by language and word.
    """

    places: frozenset[str]
    named: frozenset[str]
    small: Mapping[tuple[str, str], int]
    given: frozenset[str]


def is_guarded(row: Mapping[str, Any]) -> bool:
    """Whether a mention that was thought public is hidden: of a convict, or of somebody whose name is cut short.

    A man who was sentenced for desertion may have fled since, and whoever wrote an initial meant to tell nobody.
    """
    if row["kind"] != "person":
        return False
    return row["role"] == _CONVICT or any(_INITIAL.search(row[name]) for name in ("quote", "name"))


def guarded(connection: sqlite3.Connection, known: Known) -> Iterator[Protected]:
    """All that is hidden of the database ``live``, without single words that tell nobody apart."""
    rows = [_row(*found) for found in connection.execute(_PROTECTED)]
    public = [
        {"report": report, "kind": kind, "quote": quote, "name": name, "role": role}
        for report, kind, quote, name, role in connection.execute(_PERSONS)
    ]
    own: dict[int, list[Protected]] = defaultdict(list)
    for row in rows:
        own[row.report].append(row)
    whole = [*rows, *(_row(*list(row.values())[:4]) for row in public)]
    told = _words(connection, whole, known)
    for row in rows:
        if not _is_single(row) or not tells_nobody_apart(row, own[row.report], told, connection):
            yield row
    yield from (_row(*list(row.values())[:4]) for row in public if is_guarded(row))


def tells_nobody_apart(row: Protected, beside: list[Protected], told: _Words, connection: sqlite3.Connection) -> bool:
    """Whether the single word of a protected person is no name, so that hiding it would only spoil the text.

    Rules that find people would rather take a word too many. It is shown (a) where it is a country, a continent or a
    city, which nobody is known by, or (b) where it is a common word: one that stands in small letters in at least three
    reports of its language, or in one, if its own report has it in capitals only where a sentence begins.

    It stays hidden, whatever it means, where somebody may be called so: where it is a given name ("Roman" is a novel
    too), where it is part of a whole name, where a city of that report is protected under it, or where the report puts
    it in quotation marks, as call signs are.
    """
    word = row.quote.strip()
    folded = word.casefold()
    if _is_given(word, told.given) or folded in told.named or _is_beside(row, beside):
        return False
    language, text = connection.execute(_TEXT, [row.report]).fetchone()[1:]
    stands = [found.span() for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)]
    if any(_is_quoted(text, start, end) for start, end in stands):
        return False
    if folded in told.places or _CONTINENT.fullmatch(folded):
        return True
    small = told.small.get((language, folded), 0)
    begins = bool(stands) and all(_BEGINS.search(text[max(0, start - 20) : start]) for start, _ in stands)
    return small >= _FEW or (small > 0 and begins)


def _row(report: int, kind: str, quote: str, name: str) -> Protected:
    return Protected(report=report, kind=kind, quote=quote, name=name)


def _is_single(row: Protected) -> bool:
    """Whether a person was found by one bare word: no space, hyphen or full stop; ``'`` in a name is a soft sign."""
    return (
        row.kind == "person" and words(row.quote) == [row.quote.strip()] and len(words(row.name.replace("'", ""))) < 2
    )


def _is_given(word: str, given: frozenset[str]) -> bool:
    """Whether ``word`` is a given name or a form of one; letters count, since by its sound every short word is one."""
    found = spelling.letters(word)
    if not found or found in given:
        return True
    return any(_OF_NAMES.fullmatch(found[at:]) and _bare(found[:at]) in given for at in range(2, len(found)))


def _bare(stem: str) -> str:
    return f"{stem}-"


def _is_beside(row: Protected, beside: list[Protected]) -> bool:
    """Whether the word is part of a longer name, or is a city, that is protected in the same report."""
    others = [other for other in beside if not _is_single(other)]
    return any(
        is_alone(row.quote, part) for other in others for text in (other.quote, other.name) for part in words(text)
    )


def _is_quoted(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 1) : start] in tuple(_OPENING) and text[end : end + 1] in tuple(_CLOSING)


def _words(connection: sqlite3.Connection, people: list[Protected], known: Known) -> _Words:
    """What the database knows of the single words among ``people``."""
    wanted = {row.quote.strip().casefold() for row in people if _is_single(row)}
    named = {
        part.casefold()
        for row in people if row.kind == "person" and not _is_single(row)
        for text in (row.quote, row.name) for part in words(text)
    }  # fmt: skip
    places = {place.casefold() for place in known.places}
    places |= {quote.casefold() for (quote,) in connection.execute(_PLACES)}
    small: dict[tuple[str, str], int] = defaultdict(int)
    for _, language, text in connection.execute(_TEXTS) if wanted else ():
        for word in wanted.intersection(words(text)):  # those in capitals are not in it
            small[language, word] += 1
    letters = {spelling.letters(name) for name in known.given}
    stems = {_bare(name.rstrip("aeiouy")) for name in letters}
    return _Words(
        places=frozenset(places), named=frozenset(named), small=small, given=frozenset(letters | stems)
    )  # fmt: skip
