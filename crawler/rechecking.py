"""A kept report and its page as fetched again in, what it says otherwise now out, written down."""

from dataclasses import replace
from datetime import datetime

from crawler import facts, stories, urls
from db.model import Analysis, Article, Change, Recheck, Rejection, Source
from db.store import Store


def reconsider(recheck: Recheck, outcome: Analysis | Rejection, source: Source, store: Store, now: datetime) -> int:
    """Compare a kept report with its page as fetched again; how many facts have changed.

    A page that is read as no report any more changes nothing: it may be a wall, or a page that only looks otherwise.
    Nor does one to which the report's address leads now that the report itself is gone, such as the front page.
    """
    if isinstance(outcome, Rejection) or _is_another(recheck, outcome):
        store.rechecked(recheck, 200, ("", ""), now)
        return 0
    article, capture = outcome.article, outcome.capture
    before = replace(
        article, text=recheck.text, headline=recheck.title, language=recheck.language, published_on=recheck.published_on
    )
    found = facts.changes(facts.find(before, source.country), outcome.facts)
    if _is_redated(recheck, article):
        found.append(Change(what="date", old=str(recheck.published_on), new=str(article.published_on)))
    if found:
        store.revise(recheck, outcome, found, now, stories.place)
    else:
        store.rechecked(recheck, 200, (capture.header("etag"), capture.header("last-modified")), now)
    return len(found)


def _is_redated(recheck: Recheck, article: Article) -> bool:
    """Whether the page tells another date; one that a feed told may differ by a day from the page's own."""
    old, new = recheck.published_on, article.published_on
    if old is None or new is None or old == new:
        return False
    return article.published_from == recheck.published_from or abs((new - old).days) > 1


def _is_another(recheck: Recheck, outcome: Analysis) -> bool:
    """Whether the report's address leads to another page now: one that says something else in title and text."""
    article, led_away = outcome.article, urls.key(outcome.capture.url) != urls.key(recheck.url)
    return led_away and article.headline != recheck.title and article.text != recheck.text
