"""A page's document and its main text in, whether the page is a list of other pages out.

A list is made of cards: a link that stands alone in its line, with what little stands beside it (a teaser, a time). A
page whose text comes from cards is a list, whatever an extractor took for its text; links within sentences, and a
box of further reading beside an article, make no list.
"""

import re
from bisect import bisect_right
from itertools import accumulate

from lxml import html

from crawler.extract.document import Document

_LINES = 400  # of the text are looked at; what a page is shows in them
_EDGE = "|"  # between cards; no letter
_CARDS = 6  # a list draws its text from at least as many
_LINK = 20  # letters; a shorter link is a tag or a name
_BESIDE = 350  # letters that a card holds besides its link
_ALONE = 30  # letters (a time, a section) that may stand in one line with a link that is alone there
_LEVELS = 4  # how far above its link a card may reach
_FROM_CARDS = 0.5  # share of a list's text that comes from cards
_NAMED = 0.25  # the same where the page's address or its JSON-LD calls it a list
_PARAGRAPH, _PROSE = 160, 0.6  # a text of which so much stands in paragraphs of so many letters is no list
_NO_LETTER = re.compile(r"[\W_]+")
_BLOCKS = frozenset({"p", "li", "div", "td", "article", "section", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"})
_KINDS = frozenset({"CollectionPage", "SearchResultsPage", "ItemList"})
_ADDRESS = re.compile(
    r"/(?:tags?|topics?|themen?|tema|temas|teema|categor(?:y|ies)|rubri[ckq]\w*|search|author|autor|page/\d+)(?:/|$)"
)


def is_list(document: Document, text: str) -> bool:
    """Whether ``text`` comes from the cards of a list, or is nothing but links."""
    lines = [_letters(line) for line in text.split("\n\n", _LINES)[:_LINES]]
    if sum(len(line) for line in lines if len(line) >= _PARAGRAPH) > _PROSE * sum(map(len, lines)):
        return False
    cards = _cards(document.tree)
    if len(cards) < _CARDS:
        return False
    ends = list(accumulate(len(card) + 1 for card in cards))
    found = [_EDGE.join(cards).find(line) for line in lines]
    if len({bisect_right(ends, at) for at in found if at >= 0}) < _CARDS:
        return False
    listed = sum(len(line) for line, at in zip(lines, found, strict=True) if at >= 0)
    named = document.kinds & _KINDS or _ADDRESS.search(document.path)
    return listed >= (_NAMED if named else _FROM_CARDS) * sum(map(len, lines))


def _cards(tree: html.HtmlElement) -> list[str]:
    """The letters of each card, each link's words once."""
    links = {_letters(link.text_content()): link for link in tree.iter("a")}
    alone = {words: link for words, link in links.items() if len(words) >= _LINK and _stands_alone(link, len(words))}
    known = set(alone.values())
    return [_card(link, words, known) for words, link in alone.items()]


def _stands_alone(link: html.HtmlElement, size: int) -> bool:
    block = next((one for one in link.iterancestors() if one.tag in _BLOCKS), None)
    return block is not None and len(_letters(block.text_content())) <= size + _ALONE


def _card(link: html.HtmlElement, words: str, alone: set[html.HtmlElement]) -> str:
    """The letters of the widest element around ``link`` that holds little else and no other such link."""
    card = words
    for _, around in zip(range(_LEVELS), link.iterancestors(), strict=False):
        if any(other in alone and other is not link for other in around.iter("a")):
            break
        wider = _letters(around.text_content())
        if len(wider) > len(words) + _BESIDE:
            break
        card = wider
    return card


def _letters(text: str) -> str:
    """The letters and digits of ``text``: what ``str.isalnum`` says of each character, asked in one go."""
    return _NO_LETTER.sub("", text)
