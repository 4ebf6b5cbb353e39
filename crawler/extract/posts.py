"""The page of one Telegram post in, the article that it is out: its words, time, edits, and where it came from."""

from crawler.extract import language
from crawler.extract.document import Document
from crawler.posts import Post, posts
from crawler.urls import canonical_of
from db.model import Article, Capture

_HEADLINE = 200  # characters of a post's first line


def article(capture: Capture, document: Document) -> Article | None:
    """The post that is the page; ``None`` where the page is something else."""
    if not document.tree.find_class("tgme_widget_message"):
        return None
    found = list(posts(document.tree))
    return _article(capture, found[0]) if len(found) == 1 else None


def _article(capture: Capture, post: Post) -> Article:
    return Article(
        url=capture.url,
        canonical_url=canonical_of(capture.url, ""),
        headline=post.text.split("\n")[0][:_HEADLINE],
        text=post.text,
        language=language.of(post.text),
        authors=(post.owner,) if post.owner else (),
        published_at=post.published_at,
        published_on=post.published_at.date() if post.published_at else None,
        published_from="time" if post.published_at else "",
        credit=post.forwarded_from,
        extractor="post",
        marks=("post", "edited") if post.edited else ("post",),
        links=post.links,
    )
