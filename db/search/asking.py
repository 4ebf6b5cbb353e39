"""What someone typed in, a question that the index understands out, and in plain words what was not understood.

Words must all stand in a report, in any form; those of ``"a phrase"`` in that order; ``-word`` must not stand in it;
``one OR other``; ``begin*``; ``source:``, ``lang:``, ``country:`` (one that the report names), ``after:``, ``before:``.
A report has one language and one source: of several that are asked for, any will do.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from db.search import keys
from db.search.about import ALL
from db.search.filters import FIELDS, Known, read
from db.search.forms import languages

NOTHING = '""'
_ALIASES = {"language": "lang", "since": "after", "until": "before"}
_TYPED = re.compile(r'(-?)(?:([^\W\d_]+):(?=\S)("[^"]*"?|[^\s"]+)|"([^"]*)"?|([^\s"]+))')
_EMPTY = "Two quotation marks with nothing between them were left out."
_WORDS = "{title text bare}"
_NEVER = '"never"'  # has no language in front, so it is no key of a word
_OPERATORS = {
    "AND": "AND is not needed: all words must stand in a report. It was left out.",
    "NOT": "Write a minus before a word to leave it out, as in -Norway. NOT was left out.",
}
_ONE_EACH = frozenset({"lang", "source"})  # a report has no two of these
_MIXED = "OR stands between words, or between filters of one kind; here it was left out."
_LONGEST = 400  # characters of a question
_MOST = 24  # words of one
_LETTER = re.compile(r"\w")
_APOSTROPHE = re.compile("['’ʼ]")
_ARTICLE = 2  # letters of an article that is written before an apostrophe: l', d', qu'


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word, the beginning of one, or a phrase; ``text`` as typed."""

    text: str
    exact: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: ``wanted`` are terms of which each group needs one, ``unwanted`` must not stand in a report.

    ``filters`` are the filters as typed, ``troubles`` say what was not understood and what to do.
    """

    wanted: tuple[tuple[Term, ...], ...] = ()
    unwanted: tuple[Term, ...] = ()
    about: tuple[str, ...] = ()
    not_about: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked that narrows the reports."""
        return not (self.wanted or self.unwanted or self.about or self.not_about)

    def match(self) -> str:
        """The question in the syntax of FTS5, never empty."""
        groups = [f"{_WORDS} : ({' OR '.join(filter(None, map(_of_term, group))) or _NEVER})" for group in self.wanted]
        positive = [*groups, *(f"about : ({each})" for each in self.about)] or [f'about : "{ALL}"']
        negative = [f"{_WORDS} : ({said})" for term in self.unwanted if (said := _of_term(term))]
        return " NOT ".join([" AND ".join(positive), *negative, *(f"about : ({each})" for each in self.not_about)])

    def finds(self, token: keys.Token, language: str) -> bool:
        """Whether a word of a report in ``language`` is one of those that were asked for."""
        whole, begun = _looked_for(self.wanted, language)
        return any(key in whole or key.startswith(begun) for key in (*token.keys, *token.bare))


def parse(typed: str | None, now: datetime | None = None, known: Known | None = None) -> Question:
    """Read what was typed; whatever it is, there is a question, and what could not be read is told."""
    reader = _Reader(now or datetime.now(UTC), known or Known())
    text = " ".join((typed or "").replace("\0", " ").split())
    if len(text) > _LONGEST:
        reader.troubles.append(f"Only the first {_LONGEST} characters of the search were read.")
    for part in _TYPED.finditer(text[:_LONGEST]):
        reader.take(part)
    return reader.question()


class _Reader:
    """Collects the parts of a question as they are read."""

    def __init__(self, now: datetime, known: Known) -> None:
        self.now, self.known = now, known
        self.wanted: list[list[Term]] = []
        self.unwanted: list[Term] = []
        self.about: list[str] = []
        self.not_about: list[str] = []
        self.filters: list[str] = []
        self.troubles: list[str] = []
        self._joins = False
        self._slots: dict[str, int] = {}  # where in ``about`` a filter's last value stands
        self._last = ""  # the filter that was read last, empty after a word

    def take(self, part: re.Match[str]) -> None:
        """Read one part: a filter, a phrase, a word, or OR."""
        minus, name, value, phrase, word = part.groups()
        if name is not None:
            self._filter(part[0], name.lower(), value.strip('"'))
        elif word == "OR":
            self._joins = bool(self.wanted or self.about)
        elif word in _OPERATORS:
            self.troubles.append(_OPERATORS[word])
        elif word and word.lower().rstrip(":") in FIELDS and word.endswith(":"):
            self.troubles.append(
                f"Nothing stands behind “{word}”; write it with its value and no space, as in lang:ru."
            )
        else:
            self._term(phrase if phrase is not None else word, exact=phrase is not None, minus=bool(minus))

    def question(self) -> Question:
        """All that was read."""
        if self._joins:
            self.troubles.append("OR stands between two words; nothing follows it here, so it was left out.")
        return Question(
            wanted=tuple(map(tuple, self.wanted)), unwanted=tuple(self.unwanted), about=tuple(self.about),
            not_about=tuple(self.not_about), filters=tuple(self.filters), troubles=tuple(dict.fromkeys(self.troubles)),
        )  # fmt: skip

    def _term(self, text: str, *, exact: bool, minus: bool) -> None:
        if not _LETTER.search(text):
            self.troubles.append(
                f"“{text}” has no letter or digit to look for and was left out." if text.strip() else _EMPTY
            )
            return
        if sum(map(len, self.wanted)) + len(self.unwanted) >= _MOST:
            self.troubles.append(f"Only the first {_MOST} words were looked for.")
            return
        term = Term(text=text, exact=exact, begins=not exact and text.endswith("*") and len(keys.words(text)) == 1)
        pieces = _pieces(text) if not exact else [text]
        if len(pieces) > 1 or len(keys.words(text)) > 1:
            term = Term(text=text, exact=True)
        terms = [term, *(Term(text=piece) for piece in pieces if piece != text)]
        if minus:
            self.unwanted += terms
        elif self._joins and not self._last:
            self.wanted[-1] += terms
        else:
            self.troubles += [_MIXED] * self._joins
            self.wanted.append(terms)
        self._joins, self._last = False, ""

    def _filter(self, typed: str, name: str, value: str) -> None:
        minus = typed.startswith("-")
        name = _ALIASES.get(name, name)
        if name not in FIELDS:
            self.troubles.append(
                f"There is no filter “{name}:”; there are {', '.join(f'{each}:' for each in FIELDS)}. "
                "It was looked for as words."
            )
            self._term(f"{name} {value}", exact=False, minus=minus)
            return
        token, trouble = read(name, value, self.now, self.known)
        if trouble:
            self.troubles.append(trouble)
        if token:
            self._about(name, token, minus=minus)
            self.filters.append(typed)

    def _about(self, name: str, token: str, *, minus: bool) -> None:
        at = self._slots.get(name)
        if minus:
            self.not_about.append(token)
        elif at is not None and (name in _ONE_EACH or (self._joins and self._last == name)):
            self.about[at] += f" OR {token}"
        else:
            self.troubles += [_MIXED] * self._joins
            self._slots[name] = len(self.about)
            self.about.append(token)
        self._joins, self._last = False, name


def _pieces(word: str) -> list[str]:
    """The word, and what is asked for in its place where an apostrophe joins it to an article or an ending."""
    parts = [part for part in _APOSTROPHE.split(word) if _LETTER.search(part)]
    if len(parts) < 2 or len(keys.words(word)) < 2:
        return [word]
    return [word, parts[-1] if len(parts[0]) <= _ARTICLE else parts[0]]


def _of_term(term: Term) -> str:
    """One term in the syntax of FTS5: any of its keys in any language."""
    parts = keys.words(term.text)
    if term.exact or (parts and parts[0][1]):
        runs = dict.fromkeys(
            keys.document(text, language)
            for text in keys.written(term.text)
            for language in (*languages().known, keys.OTHER)
        )
        return " OR ".join(f'"{run}"' for run in runs if run)
    asked = keys.begun(term.text) if term.begins else keys.asked(parts[0][0])
    return " OR ".join(_quoted(key) for found in asked.values() for key in found)


def _quoted(key: str) -> str:
    return f'"{key.removesuffix("*")}"{"*" if key.endswith("*") else ""}'


@lru_cache(maxsize=512)
def _looked_for(wanted: tuple[tuple[Term, ...], ...], language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The keys and beginnings of keys that mark a word in a report of ``language``."""
    known = language if language in languages().known else keys.OTHER
    found: list[str] = []
    for term in (each for group in wanted for each in group):
        for word, joined in keys.words(term.text):
            asked = keys.begun(word) if term.begins else keys.asked(word)
            found += keys.pairs(word) if joined else (*asked.get(known, ()), *asked.get("", ()))
    begun = tuple(each.removesuffix("*") for each in found if each.endswith("*"))
    return frozenset(each for each in found if not each.endswith("*")), begun
