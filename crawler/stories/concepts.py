"""A text in, the concepts that it speaks of out: what lets reports be compared across languages."""

from functools import cache
from pathlib import Path

from crawler.handwritten import Handwritten, load
from crawler.terms import Matcher
from crawler.topics.grammar import Name, Wording
from crawler.words import split

FILE = Path(__file__).with_suffix(".yml")


class Glossary(Handwritten):
    """The file of concepts: each with the terms that stand for it in any language."""

    concepts: dict[Name, tuple[Wording, ...]]


@cache
def _matcher() -> Matcher:
    concepts = load(FILE, Glossary).concepts
    return Matcher([(name, term, "") for name, terms in concepts.items() for term in terms])


def concepts(text: str) -> frozenset[str]:
    """The names of the concepts of which ``text`` speaks."""
    return frozenset(hit.role for hit in _matcher().find(text, split(text)))
