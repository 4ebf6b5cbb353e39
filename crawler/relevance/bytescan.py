"""The raw bytes of a page in, whether a verdict could keep it out: the topic's terms as byte patterns, on hyperscan.

Four looks, each on what the one before has left. Do the bytes name Russia, or where it need not be named say an act, in
some language? If that is a language whose acts are rare in general text, do the bytes say one of these too? Do words of
an act stand near one another in the text that is shown? And do the terms themselves, read as ``judge`` reads them?
"""

from crawler.relevance.cleaning import cleaned, unaccented
from crawler.relevance.clues import Clue
from crawler.relevance.decoding import as_utf8, is_utf8, readings
from crawler.relevance.patterns import Patterns
from crawler.relevance.saying import acts_in, says_an_act, spots
from crawler.relevance.searches import Found, Searches, searches
from crawler.relevance.shown import Page

_MARKUP = 600  # bytes of tags allowed between two words of a phrase, where tags still stand
_PHRASE = 900  # bytes on either side of a word in which letters are hidden that may be one of a phrase
_CROWDED = 20_000  # places; with more of them phrases are taken for granted, so that time grows with the page
_FEW = 6  # languages; a page that names Russia in more is not looked at in each


def scan(body: bytes) -> bool:
    """False only where no verdict could keep the page with this ``body``, as served and in any encoding."""
    search, page = searches(), Page(as_utf8(body))
    if not is_utf8(page.source):
        return any(_reads_an_act(search, cleaned(text)) for text in readings(page.text))
    shown = _hints(search, page)
    hidden = _hidden_hints(search, page) if page.hiding else Found()
    languages = search.languages(shown | hidden)
    if not languages or not _may_act(search, page, languages):
        return False
    if not hidden and not any(page.shows(end) for ends in shown.values() for end in ends):
        return False
    return _reads_an_act(search, cleaned(page.text) if page.hiding else page.text)


def mentions(text: str) -> bool:
    """Whether a few lines, such as a headline with its summary, say an act of the topic; Russia need not be named."""
    search = searches()
    found = spots(search, b" %b " % unaccented(text.encode("utf-8", "replace")), frozenset(search.topic.languages))
    return bool(found) and acts_in(search, text, {clue.language for clue, _ in found})


def _reads_an_act(search: Searches, text: bytes) -> bool:
    """Whether ``text``, without tags, says an act in a language in which it names Russia or need not."""
    languages = search.languages(_hints(search, Page(b" %b " % text)))
    return bool(languages) and says_an_act(search, text, languages)


def _hints(search: Searches, page: Page) -> Found:
    """What in ``page`` names Russia, or says an act where it need not; the page learns where it hides letters."""
    places, clues = search.hints.places(page.source), search.hints.clues
    page.hiding = [end for number, end in places if not clues[number]]
    return _standing(search.hints, page, places)


def _hidden_hints(search: Searches, page: Page) -> Found:
    """The same of the words in which letters are hidden; where one is of a phrase, with all that stands around it."""
    words, clues = page.hidden_words(), search.hints.clues
    places = search.hints.places(words.source)
    if any(clue.beside for number, _ in places for clue in clues[number]):
        words = page.hidden_words(_PHRASE)
        places = search.hints.places(words.source)
    return _standing(search.hints, words, places)


def _standing(patterns: Patterns, page: Page, places: list[tuple[int, int]]) -> Found:
    """Where clues of ``patterns`` stand in ``page``, outside of its tags; of what is found, all that it may be."""
    found, crowded = Found(), len(places) > _CROWDED
    for number, end in places:
        clues = patterns.clues[number]
        if clues and not page.tags(end) and (page.hiding or patterns.likely(number, page.source, end, _MARKUP)):
            for clue in clues:
                key = clue.language, clue.role
                if not clue.beside or crowded or key in found or _stands(clue, page, end):
                    found.setdefault(key, []).append(end)
    return found


def _stands(clue: Clue, page: Page, end: int) -> bool:
    """Whether all words of a phrase stand near one another, with their letters hidden or not."""
    if clue.stands(page.source, end, _MARKUP):
        return True
    near = clue.reach + _MARKUP
    return page.hides(end, near) and clue.stands_around(cleaned(page.source[max(end - near, 0) : end + near]))


def _may_act(search: Searches, page: Page, languages: set[str]) -> bool:
    """Whether ``page`` may say an act in one of ``languages``; not asked where that would cost more than it saves."""
    if len(languages) > _FEW or not languages.isdisjoint(search.common):
        return True
    pages = [page, page.hidden_words(_PHRASE)] if page.hiding else [page]
    for language in languages:
        acts, found = search.acts[language], Found()
        for each in pages:
            found |= _standing(acts, each, acts.places(each.source))
        if search.languages(found):
            return True
    return False
