"""The raw bytes of a page in, whether a verdict could keep it out: the topic's terms as byte patterns, on hyperscan.

A first search looks for the acts, and for the company of acts that mean little alone; most pages end there. A second
asks for Russia, where that must be named. Around each place of the first the terms read the words, as ``judge`` would.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import hyperscan

from crawler.relevance.bytepatterns import encodings, expressions
from crawler.relevance.cleaning import HIDING, PERHAPS_HIDING, as_utf8, cleaned, is_utf8
from crawler.relevance.compiled import database
from crawler.relevance.features import ACTS, acts, survey
from crawler.relevance.reading import lexicon
from crawler.terms import parse
from crawler.topics import RUSSIA, Term, load
from crawler.words import Words, split

_HIDDEN, _PERHAPS = "hidden", "perhaps"  # stand for a language where what hides words, or may, was found
_AROUND = 1_500  # bytes read before and behind each place
_ENOUGH = 60_000  # bytes read of one page; a page with more such places is let through unread
_INLINE = re.compile(
    rb"</?(?:a|abbr|b|cite|em|font|i|mark|q|s|small|span|strong|sub|sup|u|wbr)\b[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(rb"<[^<>]*>|^[^<>]*>|<[^<>]*$")
_SCRIPT = re.compile(rb"<(script|style)\b[^>]*>", re.IGNORECASE)
_LINKED = re.compile(rb"ld\+json", re.IGNORECASE)
_LONGEST_TAG = 600  # bytes; a word further behind a "<" than this is taken for text
_NOTHING = split("")


def scan(body: bytes) -> bool:
    """False only where no verdict could keep the page with this ``body``, as served and in any encoding."""
    page = as_utf8(body)
    search = _search()
    found = search.acts.places(page)
    if _HIDDEN in found or (_PERHAPS in found and not is_utf8(page)):
        page = cleaned(page)
        found = search.acts.places(page)
    if not found.keys() - {_HIDDEN, _PERHAPS}:
        return False
    likely = found.keys() & (search.homes | search.russia.places(page).keys())
    unread = _unread(page) if likely else []
    shown = {language: [end for end in found[language] if _is_shown(page, end, unread)] for language in likely}
    return _says_an_act(page, {language: ends for language, ends in shown.items() if ends})


def mentions(text: str) -> bool:
    """Whether a few lines, such as a headline with its summary, say an act of the topic; Russia need not be named."""
    found = _search().acts.places(text.encode("utf-8", "replace"))
    languages = [language for language in found if language not in {_HIDDEN, _PERHAPS}]
    if not languages:
        return False
    words, topic = split(text), load()
    return any(
        acts(
            survey((_NOTHING, []), (words, lexicon(language).find(text, words))),
            topic,
            home=topic.languages[language].home,
        )
        for language in languages
    )


def _unread(page: bytes) -> list[tuple[int, int]]:
    """The stretches of ``page`` in scripts and styles, which no reader sees; linked data is read for a headline."""
    stretches = []
    for opening in _SCRIPT.finditer(page):
        end = page.find(b"</" + opening[1], opening.end())
        if not _LINKED.search(opening[0]):
            stretches.append((opening.start(), end if end >= 0 else opening.end()))
    return stretches


def _is_shown(page: bytes, end: int, unread: list[tuple[int, int]]) -> bool:
    """Whether what ends at ``end`` stands in text, or in a meta element, and not in another tag or a script."""
    at = bisect_left(unread, (end, 0)) - 1
    if at >= 0 and unread[at][1] >= end:
        return False
    opened = page.rfind(b"<", max(0, end - _LONGEST_TAG), end)
    if opened < 0 or page.find(b">", opened, end) >= 0:
        return True
    return page[opened : opened + 5].lower() == b"<meta"


class Patterns:
    """Byte patterns of languages, compiled once; raises ``hyperscan.error`` where one cannot be."""

    def __init__(self, rows: Iterable[tuple[str, bytes, bool]], *, once: bool) -> None:
        languages: dict[tuple[bytes, bool], set[str]] = {}
        for language, pattern, exact in rows:
            languages.setdefault((pattern, exact), set()).add(language)
        chosen = sorted(languages)
        self._languages = [sorted(languages[each]) for each in chosen]
        flags = hyperscan.HS_FLAG_DOTALL | (hyperscan.HS_FLAG_SINGLEMATCH if once else 0)
        self._database = database(
            expressions=[pattern for pattern, _ in chosen],
            ids=list(range(len(chosen))),
            flags=[flags if exact else flags | hyperscan.HS_FLAG_CASELESS for _, exact in chosen],
        )

    def places(self, page: bytes) -> dict[str, list[int]]:
        """Where in ``page`` patterns of which languages end, in order."""
        found: dict[str, list[int]] = {}

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            for language in self._languages[number]:
                found.setdefault(language, []).append(end - 1)

        self._database.scan(b" " + page + b" ", match_event_handler=note)
        return found


@dataclass(frozen=True, slots=True)
class Search:
    """The search for acts and their company, that for Russia, and the languages that need not name it."""

    acts: Patterns
    russia: Patterns
    homes: frozenset[str]


@cache
def _search() -> Search:
    topic = load()
    first = {role for act in ACTS for role in topic.company(act) or {act}}
    terms = [term for language in topic.languages.values() for term in language.terms]
    naming = topic.meeting(RUSSIA) | {name for name, role in topic.roles.items() if role.side == "russia"}
    return Search(
        acts=Patterns([*(row for term in terms if term.role in first for row in _rows(term)), *_hiding()], once=False),
        russia=Patterns((row for term in terms if term.role in naming for row in _rows(term)), once=True),
        homes=frozenset(name for name, language in topic.languages.items() if language.home),
    )


def _hiding() -> Iterable[tuple[str, bytes, bool]]:
    yield from ((_HIDDEN, pattern, False) for pattern in HIDING)
    yield from ((_PERHAPS, pattern, False) for pattern in PERHAPS_HIDING)


def _rows(term: Term) -> list[tuple[str, bytes, bool]]:
    topic, steps = load(), parse(term.text)
    exact = any(form.exact for step in steps for form in step.forms)
    return [
        (term.language, pattern, exact) for pattern in expressions(steps, topic.languages[term.language], topic.common)
    ]


def _says_an_act(page: bytes, ends: dict[str, list[int]]) -> bool:
    """Whether the words around one of the ``ends`` of a language say an act in it."""
    spans = _spans(sorted({end for found in ends.values() for end in found}))
    if sum(end - start for start, end in spans) > _ENOUGH:
        return True
    for start, end in spans:
        here = [language for language, found in ends.items() if bisect_left(found, start) < bisect_left(found, end)]
        if _acts_in(page[max(start, 0) : end], here):
            return True
    return False


def _spans(ends: list[int]) -> list[tuple[int, int]]:
    """The stretches around ``ends``, those that overlap joined."""
    spans: list[tuple[int, int]] = []
    for end in ends:
        if spans and end - _AROUND <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end + _AROUND)
        else:
            spans.append((end - _AROUND, end + _AROUND))
    return spans


def _acts_in(source: bytes, languages: list[str]) -> bool:
    """Whether ``source`` says an act in one of ``languages``; each way of decoding it is split into words once."""
    visible = _TAG.sub(b" ", _INLINE.sub(b"", source))
    topic, words = load(), dict[str, Words]()
    for language in languages:
        known = topic.languages[language]
        for text in _decoded(visible, known.script):
            if text not in words:
                words[text] = split(text)
            hits = lexicon(language).find(text, words[text])
            if acts(survey((_NOTHING, []), (words[text], hits)), topic, home=known.home):
                return True
    return False


def _decoded(visible: bytes, script: str) -> Iterable[str]:
    """``visible`` as one line of text: in UTF-8 where it is that, else in each encoding of ``script``."""
    whole = visible.strip(bytes(range(0x80, 0xC0)))
    try:
        yield _line(whole.decode("utf-8"))
    except UnicodeDecodeError as error:
        cut = error.start > len(whole) - 4
        for encoding in encodings(script)[:1] if cut else encodings(script):
            yield _line(visible.decode(encoding, "replace"))


def _line(text: str) -> str:
    return " ".join(html.unescape(text).split())
