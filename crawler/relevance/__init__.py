"""Relevance, the whole stage: an article in, a verdict with its reasons out; and three cheaper looks before it.

``scan`` never refuses a page that ``judge`` could keep, whatever its encoding. ``glance`` only orders what to fetch.
``mentions`` screens what lists of the whole world's news say of their articles.
"""

from crawler.relevance.bytescan import mentions, scan
from crawler.relevance.reading import lexicon, read
from crawler.relevance.reasons import explain, reasons
from crawler.relevance.scoring import score
from crawler.relevance.searches import searches
from crawler.topics import load
from db.model import Answer, Article, Verdict

__all__ = ["glance", "judge", "mentions", "prepare", "scan"]


def prepare() -> None:
    """Make ready what every look needs; takes some ten seconds where no process of this machine has done it before.

    Raises:
        HandwrittenError: the topic has a mistake.
    """
    searches()
    lexicon("")


def judge(article: Article) -> Verdict:
    """Whether ``article`` is about the topic: a probability, keep, review or drop, and the terms that say so.

    Each reason quotes the headline or the text at exact offsets. Time grows with the length of the text, no faster.
    """
    scored = [(score(reading), reading) for reading in read(article.headline, article.text, article.language)]
    if not scored:
        return Verdict(topic=load().name, score=0.0, answer=Answer.DROP, why="no act of a Russian soldier is named")
    chance, best = max(scored, key=lambda pair: pair[0])
    return Verdict(
        topic=load().name,
        score=round(chance, 4),
        answer=_answer(chance),
        reasons=reasons(best, article),
        why=explain(best),
    )


def glance(title: str, summary: str, language_hint: str = "") -> float:
    """How promising a link is by what its channel says of it, from 0 to 1; for ordering, not for throwing away."""
    return max((score(reading) for reading in read(title, summary, language_hint)), default=0.0)


def _answer(chance: float) -> Answer:
    topic = load()
    if chance >= topic.keep:
        return Answer.KEEP
    return Answer.REVIEW if chance >= topic.review else Answer.DROP
