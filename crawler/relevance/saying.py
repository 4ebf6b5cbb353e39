"""A text in UTF-8 in, whether it says an act out: first by words near one another, then by the terms themselves."""

import html
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from crawler.relevance.cleaning import unaccented
from crawler.relevance.clues import Clue, Key
from crawler.relevance.features import acts, survey
from crawler.relevance.reading import lexicon
from crawler.relevance.searches import Searches
from crawler.relevance.shown import joined
from crawler.words import split

_COMPANY = 300  # bytes, times a letter's width: an act in everyday words has its company nearer than this
_AROUND = 150  # bytes, times a letter's width: read before and behind each place where an act may stand
_CROWDED = 20_000  # places; with more of them phrases are taken for granted, so that time grows with the text
_ENOUGH = 300_000  # bytes of text read of one page; a page with more such places is let through unread
_NOTHING = split("")

Spot = tuple[Clue, int]
Company = Mapping[Key, Sequence[Spot]]  # where what keeps an act in everyday words company ends


def says_an_act(search: Searches, text: bytes, languages: Iterable[str]) -> bool:
    """Whether ``text`` says an act in one of ``languages``, as ``judge`` would read it around each likely place."""
    bare = b" %b " % unaccented(text)
    found = spots(search, bare, frozenset(languages))
    spans = joined((end - _radius(search, clue), end + _radius(search, clue)) for clue, end in found)
    if sum(end - start for start, end in spans) > _ENOUGH:
        return True
    return any(
        acts_in(
            search,
            html.unescape(bare[start:end].decode("utf-8", "ignore")),
            {clue.key[0] for clue, at in found if start <= at < end},
        )
        for start, end in spans
    )


def spots(search: Searches, text: bytes, languages: frozenset[str]) -> list[Spot]:
    """Where in ``text`` an act may stand in one of ``languages``; in everyday words only near its company."""
    found, low = list[Spot](), text.lower()
    said, company, crowded = _said(search, text, languages)
    for act, end in said:
        alone = not search.company[act.key[1]]
        near = [] if alone else _near(search, act, end, company)
        if (alone or near) and (
            crowded or (act.stands(low, end) and (alone or any(each.stands(low, at) for each, at in near)))
        ):
            found.append((act, end))
    return found


def _said(search: Searches, text: bytes, languages: frozenset[str]) -> tuple[list[Spot], Company, bool]:
    """What may stand in ``text`` in ``languages``: the acts, what may be their company, and whether that is much."""
    said, company, many = list[Spot](), defaultdict[Key, list[Spot]](list), 0
    for some, patterns in search.acts.items():
        places = [] if some.isdisjoint(languages) else patterns.places(text)
        many += len(places)
        for number, end in places:
            for clue in patterns.clues[number]:
                if clue.key[0] in languages:
                    (said if clue.key[1] in search.company else company[clue.key]).append((clue, end))
    return said, company, many > _CROWDED


def acts_in(search: Searches, text: str, languages: Iterable[str]) -> bool:
    """Whether ``text`` says an act in one of ``languages``, by the terms themselves."""
    line = " ".join(text.split())
    words = split(line)
    return any(
        acts(
            survey((_NOTHING, []), (words, lexicon(language).find(line, words))),
            search.topic,
            home=search.topic.languages[language].home,
        )
        for language in languages
    )


def _near(search: Searches, act: Clue, end: int, company: Company) -> list[Spot]:
    """What of the ``company`` that ``act`` needs stands near where it ends."""
    language, role = act.key
    near, reach = list[Spot](), _COMPANY * search.width[language] + act.reach
    for need in search.company[role]:
        places = company.get((language, need), ())
        first = bisect_left(places, end - reach, key=itemgetter(1))
        near += places[first : bisect_right(places, end + reach, first, key=itemgetter(1))]
    return near


def _radius(search: Searches, clue: Clue) -> int:
    language, role = clue.key
    company = _COMPANY if search.company[role] else 0
    return (_AROUND + company) * search.width[language] + clue.reach
