"""Protected names and places in, texts and addresses without them out: each hidden character becomes a block.

What is hidden: in a report, and in what is told of it, everything that was protected there, in any form of its words,
and single words of a person's name; names of two words or more everywhere, in any script. Offsets stay as they were.
Where a form of a word could be somebody else's, it is hidden too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from db import spelling

BLOCK = "█"
_WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f\u00ad\u200b-\u200d]*)+")
_GAP = re.compile(r"[^\S\n]?[,.\-–'’]?[^\S\n]?")
_JOINED = re.compile("[぀-ヿ㐀-䶿一-鿿豈-﫿]")  # scripts that put no spaces between words
_UNLATIN = re.compile("[^a-z]")
_PERSON = "person"
_JOINED_LEAST = 7  # letters of a whole name that are known again in an address that runs words together
_LEAST = 3  # letters of a sound by which one word alone is known again in another form
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """One row of the table of protected mentions, as far as hiding needs it."""

    report: int
    kind: str
    quote: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name of two words or more, in one order of them."""

    kind: str
    words: tuple[str, ...]


class Hider:
    """Hides what is protected; ``everywhere`` are the names of two words or more, as they were quoted."""

    def __init__(self, rows: Iterable[Protected]) -> None:
        self._own: dict[int, list[Protected]] = {}
        for row in rows:
            self._own.setdefault(row.report, []).append(row)
        known = {text for rows in self._own.values() for row in rows for text in (row.quote, row.name)}
        self.everywhere = tuple(sorted(text for text in known if len(words(text)) > 1))
        self._names: dict[str, list[Name]] = {}
        for row in (row for rows in self._own.values() for row in rows):
            for variant in _variants(row):
                for key in _keys(variant.words[0]):
                    self._names.setdefault(key, []).append(variant)
        self._candidates = lru_cache(maxsize=200_000)(self._begun)
        self._singles = lru_cache(maxsize=4_096)(self._single)

    def hide(self, text: str, owners: Sequence[int] = ()) -> str:
        """``text`` without what is protected everywhere, and in the reports ``owners``."""
        spans = [(start, end) for start, end, _ in self._sequences(text, capitals=True)]
        for owner in owners:
            spans += self._of(text, owner)
        return _blocked(text, spans)

    def hide_address(self, address: str, owners: Sequence[int] = ()) -> str:
        """An address, cut behind its host where the rest holds a protected name, in letters or as it sounds."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return BLOCK
        coded = f"{parts.path} {parts.query} {parts.fragment}"
        rest = unquote(coded) + (f" {unquote(coded, encoding='cp1251')}" if "%" in coded else "")
        held = any(True for _ in self._sequences(rest, capitals=False))
        if held or any(self._is_named(rest, owner) for owner in owners):
            return cut_address(address)
        return address

    def learn(self, report: int, text: str) -> None:
        """Hide in a report also single words of people whose whole names, protected elsewhere, stand in its text."""
        for start, end, name in list(self._sequences(text, capitals=True)):
            if name.kind == _PERSON:
                found = Protected(report=report, kind=_PERSON, quote=text[start:end], name="")
                self._own.setdefault(report, []).append(found)

    def reports_of(self, text: str) -> set[int]:
        """The reports in which ``text`` is protected."""
        return {owner for owner, rows in self._own.items() for row in rows if text in (row.quote, row.name)}

    def _sequences(self, text: str, *, capitals: bool) -> Iterator[tuple[int, int, Name]]:
        """Where names of two words or more stand."""
        found = list(_WORD.finditer(text))
        for at, first in enumerate(found):
            for name in self._candidates(first[0]):
                last = at + len(name.words) - 1
                if last < len(found) and _is_sequence(text, found[at : last + 1], name.words, capitals=capitals):
                    yield first.start(), found[last].end(), name

    def _begun(self, word: str) -> tuple[Name, ...]:
        """The names that may begin with ``word``."""
        found = {name for key in _keys(word) for name in self._names.get(key, ())}
        return tuple(sorted((name for name in found if _is_form(word, name.words[0])), key=lambda name: name.words))

    def _of(self, text: str, owner: int) -> Iterator[Span]:
        """Where single words and exact quotes of one report's protected mentions stand."""
        exact, single = self._singles(owner)
        if exact:
            yield from (found.span() for found in exact.finditer(text))
        if single:
            for found in _WORD.finditer(text):
                if not found[0][0].islower() and any(is_alone(found[0], word) for word in single):
                    yield found.span()

    def _single(self, owner: int) -> tuple[re.Pattern[str] | None, tuple[str, ...]]:
        rows = self._own.get(owner, ())
        texts = sorted({text for row in rows for text in (row.quote, row.name) if text.strip()}, key=len, reverse=True)
        single = {
            word
            for row in rows
            for text in (row.quote, row.name)
            for word in words(text)
            if row.kind == _PERSON or len(words(text)) == 1
        }
        exact = re.compile("|".join(map(_bounded, texts))) if texts else None
        return exact, tuple(sorted(word for word in single if len(word) >= _LEAST))

    def _is_named(self, rest: str, owner: int) -> bool:
        """Whether the letters of an address tell who is protected in a report."""
        heard, told = spelling.sound(rest), words(rest)
        joined = (spelling.sound(text) for row in self._own.get(owner, ()) for text in (row.quote, row.name))
        if any(len(each) > _JOINED_LEAST and each in heard for each in joined):
            return True
        return any(is_alone(word, name) for name in self._singles(owner)[1] for word in told)


def cut_address(address: str) -> str:
    """An address up to its host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return BLOCK
    return f"{parts.scheme}://{parts.netloc}/{BLOCK}"


def words(text: str) -> list[str]:
    """The words of a name."""
    return _WORD.findall(text)


def slugs(name: str) -> set[str]:
    """How addresses write a name of two words or more: in small Latin letters, joined by hyphens or underscores."""
    spelt = {spelling_of for spelling_of in _latin(words(name)) if len(spelling_of) > 1}
    return {joint.join(parts) for parts in spelt for joint in "-_"}


def _latin(parts: Sequence[str]) -> set[tuple[str, ...]]:
    """The words in small Latin letters: as anyone transliterates them, and as they sound."""
    plain = tuple(_UNLATIN.sub("", spelling.latin(part).lower()) for part in parts)
    return {found for found in (plain, tuple(map(spelling.letters, parts))) if all(found)}


def _variants(row: Protected) -> set[Name]:
    """How a name of two words or more may stand: as it is; of a person also without middle names, and turned round."""
    found: set[tuple[str, ...]] = set()
    for text in (row.quote, row.name):
        parts = tuple(words(text))
        if len(parts) < 2:
            continue
        found.add(parts)
        if row.kind == _PERSON:
            found |= {(parts[0], parts[-1]), (parts[-1], parts[0])}
    found |= {spelt for parts in found for spelt in _latin(parts)}
    return {Name(kind=row.kind, words=variant) for variant in found}


def _keys(word: str) -> list[str]:
    """Beginnings of a word's stem, of which two forms of one word share at least one."""
    stem = spelling.stem(word)
    if not stem:
        return [f"={word.casefold()}"]
    return [stem, *(stem[:-cut] for cut in (1, 2) if len(stem) - cut >= _LEAST)]


def _is_form(word: str, name: str) -> bool:
    """Whether ``word`` may be a form of ``name``."""
    if word.casefold() == name.casefold():
        return True
    return bool(spelling.stem(word)) and bool(spelling.stem(name)) and spelling.same(word, name)


def is_alone(word: str, name: str) -> bool:
    """The same where nothing else stands beside it: short words must be the same."""
    if word.casefold() == name.casefold():
        return True
    return len(spelling.stem(name)) >= _LEAST and len(spelling.stem(word)) >= _LEAST and spelling.same(word, name)


def _is_sequence(text: str, found: Sequence[re.Match[str]], name: Sequence[str], *, capitals: bool) -> bool:
    gaps = [text[one.end() : other.start()] for one, other in pairwise(found)]
    joined = set(gaps) in ({"-"}, {"_"})  # as addresses write it, which may stand in any text
    if capitals and not joined and any(one[0][0].islower() for one in found):
        return False
    if capitals and not joined and not all(map(_GAP.fullmatch, gaps)):
        return False
    return all(_is_form(one[0], part) for one, part in zip(found, name, strict=True))


def _bounded(text: str) -> str:
    """The pattern of a text as whole words; of scripts without spaces, wherever it stands."""
    pattern = re.escape(text)
    return pattern if _JOINED.search(text) else rf"(?<!\w){pattern}(?!\w)"


def _blocked(text: str, spans: Iterable[Span]) -> str:
    for start, end in spans:
        text = text[:start] + BLOCK * (end - start) + text[end:]
    return text
