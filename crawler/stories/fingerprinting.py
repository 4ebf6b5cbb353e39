"""An article and its facts in, what it is compared by out."""

import re
import zlib

from crawler.stories.concepts import concepts
from crawler.words import split
from db.model import Article, Facts, Fingerprint, MentionKind
from db.spelling import sound, stem

RUN = 4  # words in a shingle
KEPT = 200  # shingles kept of one text: the smallest, an even sample whatever the length (Broder 1997)
_STEM = 5
_SHORTEST = 4
_MOST = 400
_NUMERAL = re.compile(r"\d+(?:[   .,]\d{3})*(?:[.,]\d+)?")
_PLAIN_YEARS = re.compile(r"(?:19|20)\d\d")


def fingerprint(article: Article, facts: Facts, publisher: str = "", day: int = 0) -> Fingerprint:
    """What ``article`` of ``publisher`` is compared by; ``day`` stands in for a date that it does not tell."""
    text = f"{article.headline}\n{article.text}"
    speakers = [each.name for each in facts.mentions if each.kind is MentionKind.PERSON]
    known = {sound(word)[:_STEM] for name in speakers for word in name.split()}
    cities = [each for each in (*facts.mentions, *facts.protected) if each.kind is MentionKind.CITY]
    return Fingerprint(
        language=article.language,
        day=article.published_on.toordinal() if article.published_on else day,
        publisher=publisher,
        origin=facts.origin or article.credit,
        figures=frozenset(value for each in facts.figures for value in (each.low, each.high) if value is not None),
        numbers=frozenset(_numbers(text)),
        names=frozenset(_surname(each.name) for each in facts.protected if each.kind is MentionKind.PERSON) - {""},
        speakers=frozenset(_surname(name) for name in speakers) - {""},
        marks=frozenset(marks(text) - known),
        concepts=concepts(text),
        countries=frozenset(each.country for each in facts.mentions if each.kind is MentionKind.COUNTRY) - {"ru", "ua"},
        cities=frozenset(_heard(each.name) for each in cities) - {""},
        sources=frozenset(each.name for each in facts.citations),
        decisions=frozenset(f"{each.kind}:{each.country}" for each in facts.decisions if each.certainty >= 0.5),
        stems=frozenset(sorted(stems(article.language, text))[:_MOST]),
        shingles=frozenset(sorted(_shingles(text))[:KEPT]),
    )


def _surname(name: str) -> str:
    """The last word of a name, as it is heard; nothing for a name of one word or with an initial: many bear it."""
    words = name.split()
    return _heard(words[-1]) if len(words) > 1 and len(words[-1]) > 1 else ""


def _heard(name: str) -> str:
    return stem(name.rsplit(maxsplit=1)[-1])[:7] if name.split() else ""


def _numbers(text: str) -> set[str]:
    found = {re.sub(r"\D", "", numeral[0]) for numeral in _NUMERAL.finditer(text)}
    return {number for number in found if not _PLAIN_YEARS.fullmatch(number)}


def marks(text: str) -> set[str]:
    """Words with a capital within a sentence, as they are heard: names of any kind in any script."""
    words = split(text)
    found = set()
    for at, start in enumerate(words.starts):
        raw = text[start : words.ends[at]]
        opens = at == 0 or words.sentences[at] != words.sentences[at - 1]
        if raw[:1].isupper() and not opens and len(raw) >= _SHORTEST - 1:
            found.add(sound(raw)[:_STEM])
    return found - {""}


def stems(language: str, text: str) -> set[str]:
    """The first letters of the words of ``text``, each with its language."""
    forms = [form for form in split(text).forms if len(form) >= _SHORTEST and not form.isdigit()]
    return {f"{language}:{form[: _STEM + 1]}" for form in forms}


def _shingles(text: str) -> set[int]:
    forms = split(text).forms
    return {_hash(" ".join(forms[at : at + RUN])) for at in range(len(forms) - RUN + 1)}


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())
