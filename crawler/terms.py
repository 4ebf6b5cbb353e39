"""Terms in, a matcher out that finds them in a text: one look-up a word, whatever the number of terms.

How a term is written stands in ``crawler/topics/grammar.py``.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from crawler.words import Words, fold

_GAP = re.compile(r"~(\d)")
_CACHED_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found: its role and text, the languages it is a term of, and the numbers of its first and last word."""

    role: str
    term: str
    languages: frozenset[str]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write one word of a term: folded letters, and whether more may stand before or behind them.

    ``spelled`` is the word as the topic's file spells it; ``exact`` too, where upper and lower case matter.
    """

    letters: str
    spelled: str
    before: bool
    behind: bool
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a term: the forms it may take, and how many others may stand before it (-1: it is the first)."""

    forms: tuple[Form, ...]
    gap: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A term that begins with some word: what it is, and the numbers and gaps of the words that must follow."""

    role: str
    text: str
    languages: frozenset[str]
    rest: tuple[tuple[int, int], ...]


def parse(text: str) -> tuple[Step, ...]:
    """Read the term ``text`` (its grammar stands in ``crawler/topics/grammar.py``) as steps."""
    steps: list[Step] = []
    gap = -1
    for part in text.split(" "):
        if found := _GAP.fullmatch(part):
            gap = int(found[1])
            continue
        steps.append(Step(tuple(_form(form) for form in part.split("|")), gap))
        gap = 0
    return tuple(steps)


def _form(text: str) -> Form:
    exact = text.removeprefix("=") if text.startswith("=") else ""
    bare = text.removeprefix("=").strip("*")
    return Form(fold(bare), bare.lower(), text.startswith("*"), text.endswith("*"), exact)


class Matcher:
    """Terms, ready to be found: each is a role, its text, and the language that it is a term of."""

    def __init__(self, terms: Iterable[tuple[str, str, str]], prefixes: Iterable[str] = ()) -> None:
        self._atoms: dict[tuple[Form, ...], int] = {}
        self._whole: dict[str, list[int]] = defaultdict(list)
        self._stems: dict[str, list[int]] = defaultdict(list)
        self._inner: list[tuple[str, bool, int]] = []
        self._exact: dict[int, set[str]] = defaultdict(set)
        self._starts: dict[int, list[Entry]] = defaultdict(list)
        spoken: dict[tuple[str, str], set[str]] = defaultdict(set)
        for role, text, language in terms:
            spoken[role, text].add(language)
        for (role, text), languages in spoken.items():
            self._add(role, text, frozenset(languages))
        self._prefixes = tuple(sorted({fold(prefix) for prefix in prefixes}))
        self._lookup = lru_cache(maxsize=_CACHED_WORDS)(self._atoms_of)

    def find(self, text: str, words: Words) -> list[Hit]:
        """All terms in ``words`` of ``text``, whether or not they overlap, in order of their first word."""
        known = map(self._lookup, words.forms)
        atoms = [some and self._spelled(some, text, words, at) for at, some in enumerate(known)]
        return [
            Hit(entry.role, entry.text, entry.languages, first, last)
            for first, here in enumerate(atoms)
            if here
            for atom in here
            for entry in self._starts.get(atom, ())
            if (last := _follow(first, entry.rest, atoms, words.sentences)) >= 0
        ]

    def _spelled(self, atoms: frozenset[int], text: str, words: Words, at: int) -> frozenset[int]:
        """Those of ``atoms`` whose upper and lower case, where it matters, is that of the word."""
        if self._exact.keys().isdisjoint(atoms):
            return atoms
        word = text[words.starts[at] : words.ends[at]]
        return frozenset(atom for atom in atoms if word in self._exact.get(atom, (word,)))

    def _add(self, role: str, text: str, languages: frozenset[str]) -> None:
        steps = [(self._atom(step.forms), step.gap) for step in parse(text)]
        self._starts[steps[0][0]].append(Entry(role, text, languages, tuple(steps[1:])))

    def _atom(self, forms: tuple[Form, ...]) -> int:
        if forms in self._atoms:
            return self._atoms[forms]
        atom = self._atoms[forms] = len(self._atoms)
        for form in forms:
            if form.before:
                self._inner.append((form.letters, form.behind, atom))
            else:
                (self._stems if form.behind else self._whole)[form.letters].append(atom)
            if form.exact:
                self._exact[atom].add(form.exact)
        return atom

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(letters) for letters, _, _ in self._inner) or r"(?!)")

    def _atoms_of(self, form: str) -> frozenset[int]:
        found = self._direct(form)
        for prefix in self._prefixes:
            if form.startswith(prefix) and len(form) > len(prefix) + 1:
                found |= self._direct(form[len(prefix) :])
        return frozenset(found)

    def _direct(self, form: str) -> set[int]:
        found = set(self._whole.get(form, ()))
        for length in range(1, len(form) + 1):
            found.update(self._stems.get(form[:length], ()))
        if self._anywhere.search(form):
            found.update(atom for letters, behind, atom in self._inner if _inside(letters, form, behind=behind))
        return found


def _inside(letters: str, form: str, *, behind: bool) -> bool:
    return letters in form if behind else form.endswith(letters)


def _follow(first: int, rest: tuple[tuple[int, int], ...], atoms: list[frozenset[int]], sentences: list[int]) -> int:
    """Number of the term's last word where the words after ``first`` carry ``rest`` in one sentence; else -1."""
    at = first
    for atom, gap in rest:
        reach = range(at + 1, min(at + gap + 2, len(atoms)))
        at = next((here for here in reach if atom in atoms[here] and sentences[here] == sentences[first]), -1)
        if at < 0:
            return -1
    return at
