"""THE WAY OF ONE PAGE: a capture in, an analysis or a rejection out; then its place in the database.

    capture -> triage -> extract -> judge (-> second reading -> judge) -> facts
        -> fingerprint -> Analysis | Rejection -> settle (with its story) -> database

Live crawl and backfill call the same two verbs, so the same capture gives the same rows either way.
"""

import gc
import hashlib
from dataclasses import replace

from crawler import extract, facts, relevance, stories, topics, urls
from db.model import Analysis, Article, Capture, Rejection, Sample, Source, Stage, Verdict
from db.settling import Keeper

SMALL_PAGE = 4096  # bytes; a page this small is read in any case, since it may be a wall or an empty shell
_READABLE = ("html", "text/plain", "xml")


def prepare() -> None:
    """Read the topic and make ready its searches, so that a mistake or a slow start comes before the first page.

    Raises:
        HandwrittenError: the topic has a mistake.
    """
    relevance.prepare()
    gc.freeze()  # all this stays: garbage need not be looked for in it again and again


def triage(capture: Capture) -> Rejection | None:
    """Cheap look at the bytes: a rejection where no verdict could keep the page, ``None`` where it must be read."""
    kind = capture.header("content-type").lower()
    if kind and not any(word in kind for word in _READABLE):
        return Rejection.of(capture, Stage.EXTRACT, "not an article", f"content type {kind}")
    if not capture.body or capture.body.isspace():
        return Rejection.of(capture, Stage.EXTRACT, "empty", "no bytes")
    if len(capture.body) > SMALL_PAGE and not relevance.scan(capture.body):
        return Rejection.of(capture, Stage.RELEVANCE, "no word of the topic", "read as bytes; not extracted")
    return None


def analyse(capture: Capture, source: Source) -> Analysis | Rejection:
    """Pure: the same capture and source entry give the same answer, anywhere."""
    rejection = triage(capture)
    if rejection:
        return rejection
    document = extract.parse(capture)
    if document is None:
        return Rejection.of(capture, Stage.EXTRACT, "not an article", "the bytes are no HTML")
    article, verdict = _best_reading(capture, document, source)
    if verdict is None or isinstance(article, Rejection):
        return article if isinstance(article, Rejection) else Rejection.of(capture, Stage.EXTRACT, "empty")
    if not verdict.relevant:
        return _irrelevant(capture, article, verdict)
    return _kept(capture, source, extract.completed(article, capture, document), verdict)


def sample(capture: Capture, source: Source) -> Sample | None:
    """How the page reads at a glance, whatever it is about; ``None`` where it is no page of text."""
    found = extract.glimpse(capture)
    if found is None:
        return None
    return Sample(
        source=source.id, page=urls.key(capture.requested_url or capture.url), at=capture.fetched_at,
        characters=found.characters, dated=found.dated, authored=found.authored,
    )  # fmt: skip


def settle(outcome: Analysis | Rejection, source: Source, store: Keeper) -> bool:
    """Give the outcome its place in the database: one transaction, repeatable. True where a report is new."""
    if isinstance(outcome, Rejection):
        store.reject(replace(outcome, source=source.id), page=urls.key(outcome.url), source=source)
        return False
    page = outcome.capture.requested_url or outcome.capture.url
    keys = {"page": urls.key(page), "report": urls.key(outcome.article.canonical_url)}
    return store.save(outcome, **keys, placer=stories.place)


def _best_reading(
    capture: Capture, document: extract.Document, source: Source
) -> tuple[Article | Rejection, Verdict | None]:
    """The page as the first extractor reads it; where that lacks the evidence that the bytes have, as a second does."""
    article = extract.article(capture, document, source.rules)
    verdict = relevance.judge(article) if isinstance(article, Article) else None
    if verdict and verdict.relevant:
        return article, verdict
    again = extract.second_reading(capture, document)
    second = relevance.judge(again) if again else None
    return (again, second) if again and second and second.relevant else (article, verdict)


def _kept(capture: Capture, source: Source, article: Article | Rejection, verdict: Verdict) -> Analysis | Rejection:
    if isinstance(article, Rejection):
        return article
    digest = hashlib.sha256(capture.body).hexdigest()
    found = facts.find(article, source.country)
    return Analysis(
        capture=replace(capture, body=b""),
        sha256=digest,
        source=source,
        article=article,
        verdict=verdict,
        facts=found,
        placing=stories.placing(article, found, source.name, capture.fetched_at.toordinal()),
    )


def _irrelevant(capture: Capture, article: Article, verdict: Verdict) -> Rejection:
    reason = "not about the topic" if verdict.reasons else "no word of the topic in its text"
    if article.language not in topics.load().languages:
        reason = "wrong language"
    return replace(
        Rejection.of(capture, Stage.RELEVANCE, reason, verdict.why),
        score=verdict.score,
        answer=verdict.answer,
        headline=article.headline,
        language=article.language,
    )
