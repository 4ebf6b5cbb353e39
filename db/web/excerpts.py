"""A captured page in, the beginning of what it says out as plain text; fast, and unharmed by whatever it holds.

This is no extraction, which is the crawl's: a person who reviews a page that was not kept gets enough to know it by.
"""

import html
import re

from w3lib.encoding import html_to_unicode

_READ = 600_000  # bytes of the page
_PIECES = 20_000  # tags of it
_UNREAD = frozenset(
    {"script", "style", "noscript", "template", "svg", "head", "nav", "footer", "form", "aside", "button"}
)
_BLOCKS = frozenset(
    {"p", "h1", "h2", "h3", "li", "div", "td", "blockquote", "article", "section", "br", "pre", "figcaption"}
)
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]*)")
_SHORT = 60  # characters below which a block is a label or a link of the page


def excerpt(body: bytes, content_type: str, length: int = 900) -> tuple[str, ...]:
    """The first paragraphs of a page of HTML, ``length`` characters of them; none where there is nothing to read."""
    _, text = html_to_unicode(content_type, body[:_READ])
    found: list[str] = []
    for block in _blocks(text):
        if len(block) >= _SHORT and block not in found:
            room = length - sum(map(len, found))
            found.append(block if len(block) <= room else f"{block[:room].rsplit(' ', 1)[0]} …")
            if len(block) >= room:
                break
    return tuple(found)


def _blocks(text: str) -> list[str]:
    """The text of each block, tags taken out; from one ``<`` to the next, so that no page makes it slow."""
    blocks: list[list[str]] = [[]]
    unread = ""
    for piece in text.split("<", _PIECES)[1:_PIECES]:
        tag, _, words = piece.partition(">")
        named = _NAME.match(tag)
        name, closes = (named[1].lower(), tag.startswith("/")) if named else ("", False)
        if unread:
            unread = "" if closes and name == unread else unread
        elif name in _UNREAD and not closes and not tag.endswith("/"):
            unread = name
        if name in _BLOCKS:
            blocks.append([])
        if not unread:
            blocks[-1].append(words)
    return [" ".join(html.unescape("".join(block)).split()) for block in blocks]
