"""A text and its language in, its words, sentences and cue words out: the ground on which facts are found."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from crawler.languages import Language, load
from crawler.words import Words, fold, is_small, split

Span = tuple[int, int]  # numbers of the first and the last word

_STOP = re.compile(r"[.!?…։。؟！？]+[\"»”’)\]]*(?=\s|$)|[。！？]|\n+")
_BEFORE = re.compile(r"([\w.]+)$")
_RUN = re.compile(r"\d+|[^\W\d_]+")
_JOINT = re.compile(r"[^\S\n]|[-‑'’]")
_LONGEST = 10  # letters of a word that is looked for in a text without spaces
_LETTERS = 2  # a full stop behind so few letters ends no sentence where a number or a small letter follows


@dataclass(frozen=True)
class Page:
    """A text, read: word numbers throughout, and ``hits`` of each role as spans of them in order."""

    text: str
    language: Language
    words: Words
    hits: dict[str, list[Span]]
    values: dict[tuple[str, int], float] = field(default_factory=dict)

    @cached_property
    def sentences(self) -> list[Span]:
        """First and last word of each sentence."""
        bounds: list[list[int]] = []
        for at, number in enumerate(self.words.sentences):
            if not bounds or number != self.words.sentences[at - 1]:
                bounds.append([at, at])
            bounds[-1][1] = at
        return [(first, last) for first, last in bounds]

    @cached_property
    def _sentence_of(self) -> dict[int, Span]:
        return {at: span for span in self.sentences for at in range(span[0], span[1] + 1)}

    def sentence(self, at: int) -> Span:
        """The sentence in which word ``at`` stands."""
        return self._sentence_of[at]

    def before(self, at: int) -> Span | None:
        """The sentence before that of word ``at``."""
        first = self.sentence(at)[0]
        return self.sentence(first - 1) if first else None

    def within(self, role: str, first: int, last: int) -> list[Span]:
        """The hits of ``role`` that lie between two words, both included."""
        return [span for span in self.hits.get(role, ()) if first <= span[0] and span[1] <= last]

    def has(self, role: str, span: Span) -> bool:
        """Whether a hit of ``role`` lies in ``span``."""
        return bool(self.within(role, *span))

    def quote(self, first: int, last: int) -> tuple[int, int, str]:
        """Start, end and wording of the words ``first`` to ``last``."""
        start, end = self.words.starts[first], self.words.ends[last]
        return start, end, self.text[start:end]

    def raw(self, at: int) -> str:
        """Word ``at`` as it stands in the text."""
        return self.text[self.words.starts[at] : self.words.ends[at]]

    def gap(self, at: int) -> str:
        """What stands between word ``at`` and the next."""
        end = self.words.starts[at + 1] if at + 1 < len(self.words.starts) else len(self.text)
        return self.text[self.words.ends[at] : end]

    def joins(self, at: int) -> bool:
        """Whether nothing but spaces, hyphens and apostrophes stands between word ``at`` and the next."""
        return at + 1 < len(self.words.forms) and not _JOINT.sub("", self.gap(at))

    def at(self, offset: int) -> int:
        """Number of the first word that ends behind ``offset``."""
        return next((n for n, end in enumerate(self.words.ends) if end > offset), len(self.words.ends) - 1)


def read(text: str, code: str) -> Page:
    """Read ``text``, which is in the language ``code``."""
    language = load(code)
    words = _pieces(text, language.lexicon) if language.joined else split(text)
    words = Words(words.starts, words.ends, words.forms, _sentences(text, words, language))
    hits: dict[str, list[Span]] = defaultdict(list)
    values: dict[tuple[str, int], float] = {}
    for hit in language.matcher.find(text, words):
        if (hit.first, hit.last) not in hits[hit.role]:
            hits[hit.role].append((hit.first, hit.last))
        value = language.values.get((hit.role, hit.term))
        if value is not None:
            values[hit.role, hit.first] = value
    return Page(text, language, words, dict(hits), values)


def _pieces(text: str, lexicon: frozenset[str]) -> Words:
    """Words of a text without spaces: runs of digits, the longest words of ``lexicon``, and what is left between."""
    bounds = [bound for run in _RUN.finditer(text) for bound in _cut(text, run.start(), run.end(), lexicon)]
    forms = [fold(text[start:end]) for start, end in bounds]
    return Words([start for start, _ in bounds], [end for _, end in bounds], forms, [0] * len(bounds))


def _cut(text: str, start: int, end: int, lexicon: frozenset[str]) -> Iterator[Span]:
    """The words of a run of letters, each time the longest that is known (maximum matching), and the rest between."""
    at = begun = start
    while at < end:
        known = next((last for last in range(min(end, at + _LONGEST), at, -1) if fold(text[at:last]) in lexicon), 0)
        if known:
            if begun < at:
                yield begun, at
            yield at, known
            begun = known
        at = known or at + 1
    if begun < end:
        yield begun, end


def _sentences(text: str, words: Words, language: Language) -> list[int]:
    terms = [term for role, term in language.values if role == "months" and language.nouns]
    months = frozenset(fold(form) for term in terms for form in term.split("|") if form.isalpha())
    stops = [
        stop.start()
        for stop in _STOP.finditer(text)
        if not _is_abbreviation(text, stop, language.abbreviations) and not _is_day_of_month(text, stop, months)
    ]
    numbers, number = [], 0
    for start in words.starts:
        while number < len(stops) and stops[number] < start:
            number += 1
        numbers.append(number)
    return numbers


def _is_day_of_month(text: str, stop: re.Match[str], months: frozenset[str]) -> bool:
    """Whether the full stop belongs to a day before the name of its month: "3. März"."""
    day = text[max(0, stop.start() - _LETTERS) : stop.start()].strip()
    following = _RUN.match(text, stop.end() + 1)
    return stop[0] == "." and day.isdigit() and following is not None and fold(following[0]) in months


def _is_abbreviation(text: str, stop: re.Match[str], abbreviations: frozenset[str]) -> bool:
    if (stop[0] != "." and not stop[0].startswith(".")) or "\n" in stop[0]:
        return False
    found = _BEFORE.search(text, max(0, stop.start() - 20), stop.start())
    word = found[1].lower() if found else ""
    following = text[stop.end() : stop.end() + 2].strip()
    if is_small(following):
        return True
    if word in abbreviations:
        return True
    return (len(word) == 1 and word.isalpha()) or (word.isdigit() and len(word) <= _LETTERS and is_small(following))
