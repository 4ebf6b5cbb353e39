"""Telegram: the public preview of a channel in; its posts, and the articles that they link to, out.

A post is taken where its own words are on the topic, and is then read from its own page; an article that a post links
to is a candidate wherever it stands. The preview holds twenty posts and names the page before it.
"""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import html

from crawler.discovery.listing import MAX_SUMMARY, Entry, Listing
from crawler.errors import ChannelUnreadableError
from crawler.posts import Post, posts
from crawler.urls import registrable

_TITLE = 200  # characters of a post's first line
_NO_ARTICLE = frozenset({
    "youtube.com", "youtu.be", "instagram.com", "facebook.com", "twitter.com", "x.com", "vk.com", "tiktok.com",
    "patreon.com", "boosty.to", "google.com", "apple.com", "spotify.com", "linktr.ee",
})  # fmt: skip


def read(body: bytes, url: str) -> Listing:
    """Posts of the preview ``body`` and the articles they link to, newest last as on the page.

    Raises:
        ChannelUnreadableError: the channel has no public preview (closed, private, for adults, or renamed).
    """
    tree = html.fromstring(body.decode("utf-8", errors="replace").encode(), parser=html.HTMLParser(encoding="utf-8"))
    found = list(posts(tree))
    if not found and not tree.find_class("tgme_channel_history"):
        words = "Telegram shows no public preview of this channel: it is closed, private or renamed"
        raise ChannelUnreadableError("no-preview", f"{url}: {words}")
    return Listing(entries=tuple(entry for post in found for entry in _entries(post, url)), more=_before(tree, url))


def _entries(post: Post, url: str) -> Iterator[Entry]:
    site = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    yield Entry(
        url=f"{site}/{post.name}?embed=1&mode=tme",
        title=post.text.split("\n")[0][:_TITLE],
        summary=post.text[:MAX_SUMMARY],
        published_at=post.published_at,
        screened=True,
    )
    for link in post.links:
        if registrable(urlsplit(link).hostname or "") not in _NO_ARTICLE:
            yield Entry(url=link, modified_at=post.published_at, elsewhere=True)


def _before(tree: html.HtmlElement, url: str) -> tuple[str, ...]:
    """The page before this one, which the page itself names."""
    for link in tree.iter("link", "a"):
        address = urljoin(url, link.get("href") or "")
        is_back = link.get("rel") == "prev" or "js-messages_more" in (link.get("class") or "").split()
        if is_back and "before=" in address:
            return (address,)
    return ()
