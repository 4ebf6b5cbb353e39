"""A topic's terms in, clues out: the word by which each is searched for, and what must stand near it to be the term."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from crawler.relevance.bytepatterns import BEFORE, Written, covers, runs, spelling, written
from crawler.relevance.cleaning import unaccented
from crawler.relevance.features import ACTS
from crawler.relevance.shown import NEVER
from crawler.terms import Form, Step, parse
from crawler.topics import RUSSIA, Language, Term, Topic

FREQUENCIES = Path(__file__).with_name("frequencies.json")
WIDTH = {"Latn": 1, "Geor": 3, "Hani": 3, "Jpan": 3}  # bytes a letter; two in other scripts
_SPACE, _WORD = 120, 20  # bytes, times a letter's width: between two words of a phrase, and for each word in between
_LONGEST_WORD = 60  # bytes
_COMMON = 0.1  # times a page; what is assumed of a word on a language's list of common ones
_APART = b"\x00"
_LED = re.compile(rb"^\\b([a-z0-9])")

Key = tuple[str, str]  # a language and a role, which is empty where it does not matter


class Beside(NamedTuple):
    """A word that must stand within ``reach`` bytes before or behind another.

    ``forms``: expressions for it, each with a run of letters that is in all that it finds, once that is ``folded``. The
    run is looked for first, which is faster; it is empty where the word has none. ``runs``: all of them as ``together``
    joins them. ``plain``: all runs are ASCII.
    """

    forms: tuple[tuple[bytes, bytes], ...]
    runs: bytes
    plain: bool
    behind: bool
    reach: int


class Clue(NamedTuple):
    """A term, told by its language and role, which is found where all of ``beside`` stand near the word searched for.

    ``reach``: the bytes on either side of that word in which the whole term stands.
    """

    key: Key
    beside: tuple[Beside, ...]
    reach: int

    def stands(self, low: bytes, end: int, markup: int = 0) -> bool:
        """Whether the term may stand where its word ends in ``low``, a text in small letters without accents.

        Or in a page as it is, where so many bytes of ``markup`` may stand between two words.
        """
        for each in self.beside:
            if each.behind:
                near = low[end - 1 : end + each.reach + markup]
            else:
                near = low[max(end - each.reach - markup - _LONGEST_WORD, 0) : end]
            if markup:
                near = small(near)
            bare = near if each.plain else folded(near)
            if each.runs and not _run_search(each.runs).find_matches_as_indexes(bare):
                return False
            for run, expression in each.forms:
                if bare.find(run) >= 0 and _compiled(expression).search(near):  # "in" takes twice the time
                    break
            else:
                return False
        return True


def together(runs: Iterable[bytes]) -> bytes:
    """Several ``runs`` as one name; empty where there is one, or an empty one."""
    chosen = list(runs)
    return _APART.join(chosen) if len(chosen) > 1 and all(chosen) else b""


def small(source: bytes) -> bytes:
    """``source`` in small letters without accents."""
    low = source.lower()
    return low if low.isascii() else unaccented(low)


def folded(low: bytes) -> bytes:
    """``low``, in which ASCII is in small letters without accents, with all other letters in one case too."""
    return low if low.isascii() else low.decode("utf-8", "ignore").casefold().encode()


Clues = Mapping[Written, Sequence[Clue]]


@lru_cache(maxsize=500)  # each holds 7 KB and is made in 0.02 ms; there are more than a thousand
def _run_search(runs: bytes) -> BytesAhoCorasick:
    """A search for the runs that are joined in ``runs``: one question for all of them, in a fifth of the time."""
    small = Implementation.ContiguousNFA
    return BytesAhoCorasick([*runs.split(_APART), *NEVER], matchkind=MatchKind.LeftmostFirst, implementation=small)


@cache
def _compiled(expression: bytes) -> re.Pattern[bytes]:
    return re.compile(expression, re.DOTALL)


@cache
def frequencies() -> Mapping[str, float]:
    """How often words of terms stand on a page of general news; those that it does not tell are rare."""
    return {str(word): float(times) for word, times in json.loads(FREQUENCIES.read_text(encoding="utf-8")).items()}


def hinting(topic: Topic) -> Clues:
    """What must stand somewhere in a page before it is worth reading: Russia's name, as a clue without role.

    In a language that need not name it: an act, and its company where it is in everyday words.
    """
    homes = {name for name, language in topic.languages.items() if language.home}
    russia = topic.meeting(RUSSIA) | {name for name, role in topic.roles.items() if role.side == "russia"}
    named = _clues(topic, lambda term: term.role in russia and term.language not in homes, apart=False)
    done = doing(topic, homes)
    return {expression: (*named.get(expression, ()), *done.get(expression, ())) for expression in {*named, *done}}


def doing(topic: Topic, languages: Iterable[str]) -> Clues:
    """The acts in ``languages``, and the company of those in everyday words."""
    roles, chosen = frozenset(ACTS).union(*map(topic.company, ACTS)), frozenset(languages)
    return _clues(topic, lambda term: term.role in roles and term.language in chosen, apart=True)


def _clues(topic: Topic, wanted: Callable[[Term], bool], *, apart: bool) -> Clues:
    """The clues of the terms ``wanted``; their roles are told ``apart``, or it is enough that one of them stands."""
    found: dict[Written, list[Clue]] = defaultdict(list)
    for language in topic.languages.values():
        terms = [(term.role if apart else "", parse(term.text)) for term in language.terms if wanted(term)]
        alone = _alone(terms)
        for role, steps in terms:
            if len(steps) > 1 and any(_implies(step, alone[role]) for step in steps):
                continue  # where it stands, one of its words is a term of the same role already
            anchor = _anchor(topic, steps)
            others = sorted(range(len(steps)), key=lambda at: _frequency(topic, steps[at]))  # the likely "no" first
            beside = tuple(_beside(language, steps, at, anchor) for at in others if at != anchor)
            for expression in written(steps[anchor], language):
                found[expression].append(
                    Clue((language.code, role), beside, max((each.reach for each in beside), default=0))
                )
    return {expression: tuple(dict.fromkeys(clues)) for expression, clues in found.items()}


def _alone(terms: Iterable[tuple[str, Sequence[Step]]]) -> Mapping[str, list[Form]]:
    """The forms of terms of one word, by role."""
    alone: dict[str, list[Form]] = defaultdict(list)
    for role, steps in terms:
        if len(steps) == 1:
            alone[role].extend(steps[0].forms)
    return alone


def _implies(step: Step, known: Sequence[Form]) -> bool:
    return all(any(covers(wide, form) for wide in known) for form in step.forms)


def _anchor(topic: Topic, steps: Sequence[Step]) -> int:
    """The number of the word by which a phrase is searched for: the rarest, of equally rare ones the longest."""
    return min(range(len(steps)), key=lambda at: _frequency(topic, steps[at]))


def _frequency(topic: Topic, step: Step) -> tuple[float, int]:
    known, common = frequencies(), topic.common
    told = (known.get(spelling(form), _COMMON if form.spelled in common else 0.0) for form in step.forms)
    return sum(told), -min(len(form.letters) for form in step.forms)


def _beside(language: Language, steps: Sequence[Step], at: int, anchor: int) -> Beside:
    """Step ``at`` as what must stand near step ``anchor``; its expression begins with a letter where it can: faster."""
    between = sum(step.gap + 1 for step in steps[min(at, anchor) + 1 : max(at, anchor) + 1])
    forms, found = defaultdict[bytes, list[bytes]](list), runs(steps[at], language)
    known = sorted(filter(None, found.values()), key=len)
    for expression, run in found.items():
        shared = next((shorter for shorter in known if shorter in run), run)
        forms[shared].append(_LED.sub(rb"\1(?<!\\w\1)", expression.removeprefix(BEFORE)))
    return Beside(
        forms=tuple((run, b"|".join(each)) for run, each in forms.items()),
        runs=together(forms),
        plain=all(run.isascii() for run in forms),
        behind=at > anchor,
        reach=(_SPACE + _WORD * between) * WIDTH.get(language.script, 2),
    )
