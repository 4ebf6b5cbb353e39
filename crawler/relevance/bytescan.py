"""The raw bytes of a page in, whether a verdict could keep it out: the topic's terms as byte patterns, on hyperscan.

Two looks, the second at what the first has left. Do the bytes name Russia, or where it need not be named say an act, in
some language? And do the terms themselves, in the text that is shown and read as ``judge`` reads it, say an act there?
"""

from collections.abc import Set as AbstractSet

from crawler.relevance.cleaning import ALL, BREAK, cleaned, unaccented, unbroken
from crawler.relevance.decoding import as_utf8, is_utf8, readings
from crawler.relevance.patterns import Hit, Patterns
from crawler.relevance.saying import acts_in, says_an_act, spots
from crawler.relevance.searches import Found, Searches, searches
from crawler.relevance.shown import Page, around, unscripted

_MARKUP = 600  # bytes of tags allowed between two words of a phrase, where tags still stand
_PHRASE = 900  # bytes on either side of a hidden letter in which the other words of its phrase may stand
_MANY_HIDDEN = 200  # places of hidden letters; with more of them the whole page is cleaned
_CROWDED = 20_000  # places; with more of them phrases are taken for granted, so that time grows with the page


def scan(body: bytes | bytearray) -> bool:
    """False only where no verdict could keep the page with this ``body``, as served and in any encoding."""
    search, source = searches(), unscripted(as_utf8(body))
    if not is_utf8(source):
        return any(_reads_an_act(search, text) for text in readings(Page(unbroken(source)).text))
    languages, hiding = _named(search, source)
    return bool(languages) and says_an_act(search, _shown(source, hiding), languages)


def mentions(text: str) -> bool:
    """Whether a few lines, such as a headline with its summary, say an act of the topic; Russia need not be named."""
    search = searches()
    found = spots(search, b" %b " % unaccented(text.encode("utf-8", "replace")), frozenset(search.topic.languages))
    return bool(found) and acts_in(search, text, {clue.key[0] for clue, _ in found})


def _named(search: Searches, source: bytes) -> tuple[set[str], AbstractSet[int]]:
    """The languages in which the page of ``source`` names Russia or need not, and what hides letters, by HIDING.

    A word may have hidden letters only around them, so only what stands there is cleaned, and searched once more.
    """
    places, hidden = search.hints.parted(source, _MANY_HIDDEN)
    if not hidden:
        return search.languages(_standing(search.hints, Page(source), places)), frozenset()
    many = len(hidden) > _MANY_HIDDEN
    hiding = ALL if many else {number for number, _ in hidden}
    near = source if many else around(source, [end for _, end in hidden], _PHRASE)
    found = Found() if near is source else _standing(search.hints, Page(source), places)
    cleared = Page(b" %b " % cleaned(near, hiding))
    return search.languages(found | _standing(search.hints, cleared, search.hints.places(cleared.source))), hiding


def _shown(source: bytes, hiding: AbstractSet[int]) -> bytes:
    """The text of the page of ``source`` with the letters shown that are hidden by what is ``hiding``."""
    text = Page(unbroken(source) if BREAK in hiding else source).text
    return cleaned(text, hiding) if hiding else text


def _reads_an_act(search: Searches, text: bytes) -> bool:
    """Whether ``text``, without tags, says an act in a language in which it names Russia or need not."""
    page = Page(b" %b " % unaccented(cleaned(text)))
    languages = search.languages(_standing(search.hints, page, search.hints.places(page.source)))
    return bool(languages) and says_an_act(search, page.source, languages)


def _standing(patterns: Patterns, page: Page, places: list[Hit]) -> Found:
    """Which clues of ``patterns`` stand in ``page``, outside of its tags; of what is found, all that it may be."""
    found, crowded = Found(), len(places) > _CROWDED
    for number, end in places:
        if patterns.keys[number] <= found or page.tags(end):
            continue
        if crowded or patterns.likely(number, page.source, end, _MARKUP):
            for clue in patterns.clues[number]:
                if clue.key not in found and (crowded or clue.stands(page.source, end, _MARKUP)):
                    found.add(clue.key)
    return found
