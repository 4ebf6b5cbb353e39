"""The grammar of Telegram's public pages: a page in, its posts and what each says out.

``t.me/s/NAME`` shows twenty posts, ``t.me/NAME/ID?embed=1&mode=tme`` one. What a reply quotes stands in an element of
its own and is not the post's text. Addresses in posts are escaped twice.
"""

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lxml import html

from crawler.urls import is_web, registrable

_HOSTS = frozenset({"t.me", "telegram.me", "telegram.org", "telegram.dog"})
_NAME = re.compile(r"^[\w-]+/\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post: ``name`` is ``CHANNEL/ID``, ``text`` its own words, ``links`` where they lead outside Telegram.

    ``forwarded_from`` is the channel that it was taken over from; ``edited`` whether Telegram says so.
    """

    name: str
    text: str
    owner: str = ""
    published_at: datetime | None = None
    edited: bool = False
    forwarded_from: str = ""
    links: tuple[str, ...] = ()


def posts(tree: html.HtmlElement) -> Iterator[Post]:
    """The posts with words on a page, in its order; what Telegram itself says (a channel was created) is none."""
    for element in tree.iter("div"):
        name = element.get("data-post", "")
        if not _NAME.match(name) or "tgme_widget_message" not in _classes(element):
            continue
        words = next((part for part in element.find_class("js-message_text") if not _is_quoted(part)), None)
        if words is not None and "service_message" not in _classes(element):
            yield _post(element, words, name)


def _post(element: html.HtmlElement, words: html.HtmlElement, name: str) -> Post:
    return Post(
        name=name,
        links=tuple(_links(words)),
        text=_plain(words),
        owner=_said(element, "tgme_widget_message_owner_name"),
        published_at=next((moment for time in element.iter("time") if (moment := _moment(time))), None),
        edited="edited" in _said(element, "tgme_widget_message_meta"),
        forwarded_from=_said(element, "tgme_widget_message_forwarded_from_name"),
    )


def _plain(words: html.HtmlElement) -> str:
    """The text, a line for each of its lines."""
    for broken in words.iter("br"):
        broken.tail = "\n" + (broken.tail or "")
    lines = (" ".join(line.split()) for line in str(words.text_content()).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _links(words: html.HtmlElement) -> list[str]:
    """Addresses of pages outside Telegram, each once; a bare home page is no page."""
    found = (entities.unescape(entities.unescape(link.get("href") or "")) for link in words.iter("a"))
    outside = (link for link in found if is_web(link) and registrable(urlsplit(link).hostname or "") not in _HOSTS)
    return list(dict.fromkeys(link for link in outside if urlsplit(link).path.strip("/")))


def _said(element: html.HtmlElement, name: str) -> str:
    return " ".join(" ".join(part.text_content() for part in element.find_class(name)[:1]).split())


def _moment(time: html.HtmlElement) -> datetime | None:
    try:
        moment = datetime.fromisoformat(time.get("datetime") or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_quoted(part: html.HtmlElement) -> bool:
    return "js-message_reply_text" in _classes(part)


def _classes(element: html.HtmlElement) -> list[str]:
    return (element.get("class") or "").split()
