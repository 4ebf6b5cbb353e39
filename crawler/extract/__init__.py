"""Extraction: a capture in, the article that it carries out, or the reason why there is none.

``article`` reads with trafilatura; ``second_reading`` gives what a second extractor takes for the main text, for pages
whose evidence the first has lost. Neither knows the topic. ``glimpse`` only shows whether a layout has changed.
"""

from dataclasses import replace

from crawler.extract import content, credit, dates, language, posts, refusals, site_rules
from crawler.extract.document import Document, parse
from crawler.extract.glimpse import glimpse
from crawler.urls import absolute, canonical_of
from db.model import Article, Capture, Rejection, Rule, Stage

__all__ = ["Document", "article", "completed", "glimpse", "parse", "second_reading"]


def article(capture: Capture, document: Document, rules: tuple[Rule, ...] = ()) -> Article | Rejection:
    """The article of ``capture``, whose bytes were parsed to ``document``; or a rejection with its reason.

    Of its source's dated ``rules`` the one of the page's day is applied. Where only the text tells the date,
    ``completed`` finds it.
    """
    post = posts.article(capture, document)
    if post:
        return post
    text = site_rules.text_of(document, rules, capture) or content.main_text(document)
    refusal = refusals.of(document, text)
    if refusal:
        return Rejection.of(capture, Stage.EXTRACT, refusal.reason, refusal.detail)
    return _article(capture, document, text, "trafilatura")


def completed(found: Article, capture: Capture, document: Document) -> Article | Rejection:
    """``found`` with its date, looked for in the text where nothing else told it; or its rejection as too old."""
    if not found.published_at:
        dated = dates.from_text(document, capture.fetched_at)
        found = replace(found, published_at=dated.moment, published_on=dated.day, published_from=dated.origin)
    oldest = capture.offer.oldest
    if oldest and found.published_at and found.published_at < oldest:
        detail = f"published {found.published_at:%Y-%m-%d}, and this crawl takes nothing before {oldest:%Y-%m-%d}"
        return Rejection.of(capture, Stage.EXTRACT, "too old", detail)
    return found


def second_reading(capture: Capture, document: Document) -> Article | None:
    """The same page as a second extractor reads it; ``None`` where that finds nothing to read either."""
    if posts.article(capture, document):
        return None
    text = content.second_text(document)
    if refusals.of(document, text):
        return None
    read = _article(capture, document, text, "resiliparse")
    return replace(read, marks=("second-reading", *read.marks))


def _article(capture: Capture, document: Document, text: str, extractor: str) -> Article:
    headline = document.headline or capture.offer.title
    text = content.without_headline(text, headline)
    found_language = language.of(f"{headline}\n{text}")
    dated = dates.published(document, capture.offer.published_at, capture.fetched_at, found_language)
    return Article(
        url=capture.url,
        canonical_url=canonical_of(capture.url, document.canonical),
        headline=headline,
        text=text,
        language=found_language,
        authors=document.authors,
        published_at=dated.moment,
        published_on=dated.day,
        published_from=dated.origin,
        standfirst="" if document.standfirst == headline else document.standfirst,
        section=document.section,
        image_url=absolute(capture.url, document.image) if document.image else "",
        credit=credit.of(text, document),
        paid=document.paid,
        extractor=extractor,
        marks=("live",) if refusals.is_live(document, text) else (),
    )
