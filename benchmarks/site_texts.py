"""Our own sets and samples in, invented reports out: their paragraphs mixed, with other numbers and names in them.

A report is made of building blocks, one a paragraph. What the site keeps of a paragraph (its keys in the index of
words, its facts, the terms that made it a report) is computed once a block by the same functions that a crawl uses,
and put together with the text; so a million reports cost no more than their writing.
"""

import json
import random
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from crawler import facts, relevance
from db import rows, search
from db.model import Article
from db.rows.facts import Known, fact_rows

HOME = Path(__file__).parent.parent
LANGUAGES = {  # of a hundred reports; about what the watch list gives
    "ru": 34, "en": 21, "uk": 12, "de": 8, "fr": 5.5, "pl": 4.5, "es": 3.5, "fi": 2.5, "it": 2, "no": 1.5, "cs": 1.3,
    "lt": 1, "tr": 0.9, "ka": 0.8, "kk": 0.7, "ar": 0.5, "he": 0.3,
}  # fmt: skip
NAMES = 60_000  # invented words that stand in reports as rarely as surnames do
AUTHOR = "A. Author"
_NUMBER = re.compile(r"(?<![\d.,])(?<!\d[ \u00a0\u202f'’])\d{2,7}(?![ \u00a0\u202f.,'’]?\d)")  # with no separator in it
_SYLLABLES = {  # and endings of names
    "latin": (
        "ba ber da dor el fan gar hol in ka kro la lem mar mo na nor ol pa pet ra rov sa sel tar ten ul va vin zo",
        "a e en ik in ov us",
    ),
    "cyrillic": (
        "ба бер да дор ел фан гар хол ин ка кро ла лем мар мо на нор ол па пет ра ров са сел тар тен ул ва вин зо",
        "а ов ев ин ик ий ск",
    ),
}
_APART = "\n\n"
_KEPT = 0.55  # of the facts, since our own sets hold more of them than the news do


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of a table of facts, its offsets counted in its block; ``gap``: which of the block's numbers it tells."""

    table: str
    row: rows.Row
    gap: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: its text and its keys, both cut at the numbers that change from report to report, and its facts."""

    text: tuple[str, ...]
    keys: tuple[str, ...]
    digits: tuple[int, ...]
    bare: frozenset[str]
    facts: tuple[Fact, ...]
    reasons: tuple[tuple[int, int, str], ...]  # start, end, and the rest of the JSON

    @property
    def length(self) -> int:
        """Characters."""
        return sum(map(len, self.text)) + sum(self.digits)


@dataclass(frozen=True, slots=True)
class Written:
    """An invented report: its words, what the index holds of them, facts and reasons with offsets in the text."""

    title: str
    text: str
    author: str
    title_keys: str
    keys: str
    bare: str
    facts: tuple[tuple[str, rows.Row], ...]
    reasons: str


class Writer:
    """Writes reports of building blocks; the same number gives the same report."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[Block]] = {}
        self._titles: dict[str, list[Block]] = {}
        for language, title, text in samples():
            if language in LANGUAGES:
                self._titles.setdefault(language, []).append(_bare_block(title, language))
                self._blocks.setdefault(language, []).extend(_cut(Article(
                    url="https://example.org/", canonical_url="https://example.org/", headline=title, text=text,
                    language=language,
                )))  # fmt: skip
        order = random.Random(5)
        for known in (*self._blocks.values(), *self._titles.values()):
            order.shuffle(known)
        self._weights = list(accumulate(1 / (rank + 6) for rank in range(5000)))
        self._names = {script: _names(script) for script in _SYLLABLES}
        self._ranks = list(accumulate(1 / (rank + 30) for rank in range(NAMES)))

    def write(self, number: int, language: str, day: date) -> Written:
        """The report called ``number``; its figures are about the time before ``day``."""
        rng = random.Random(number)
        length = min(12_000, max(400, rng.lognormvariate(7.65, 0.5)))
        head = self._pick(rng, self._titles[language])
        blocks = [self._pick(rng, self._blocks[language])]
        size = blocks[0].length
        while size < length:
            blocks.append(self._tail(rng, language) if rng.random() < 0.16 else self._pick(rng, self._blocks[language]))
            size += blocks[-1].length
        place = self._name(rng, language) if rng.random() < 0.7 else ""
        title = f"{place}: {head.text[0]}" if place else head.text[0]
        place_keys, others = word_keys(place, language)
        title_keys = " ".join(filter(None, (place_keys, head.keys[0])))
        author = f"{self._name(rng, language)} {self._name(rng, language)}"
        named = search.bare_document("", language, author).split()
        bare = head.bare.union(others, named, *(block.bare for block in blocks))
        return _joined(rng, blocks, (title, author, title_keys, " ".join(sorted(bare))), day)

    def _pick(self, rng: random.Random, known: list[Block]) -> Block:
        """One of the blocks, the first ones far more often: as the words of news are, many are in few reports."""
        return known[bisect(self._weights, rng.random() * self._weights[len(known) - 1])]

    def _name(self, rng: random.Random, language: str) -> str:
        names = self._names["cyrillic" if language in {"ru", "uk", "kk"} else "latin"]
        return names[bisect(self._ranks, rng.random() * self._ranks[-1])]

    def _tail(self, rng: random.Random, language: str) -> Block:
        """A line of names and numbers, such as a list of who is sought, with words that few other reports have."""
        words = [self._name(rng, language) for _ in range(2 * rng.randint(4, 11))]
        text = ", ".join(f"{words[at]} {words[at + 1]}" for at in range(0, len(words), 2))
        number = str(rng.randint(100, 99_999))
        known = [word_keys(word, language) for word in words]
        keys = " ".join(filter(None, (key for key, _ in known)))
        bare = frozenset[str]().union(*(others for _, others in known))
        return Block((f"{text} ({number})",), (f"{keys} {number}",), (), bare, (), ())


def samples() -> Iterator[tuple[str, str, str]]:
    """Language, title and text of everything in our own sets and samples that reports on the subject."""
    for path in sorted((HOME / "tests/eval").glob("*/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            language = row.get("lang") or row.get("language") or ""
            title = row.get("headline") or row.get("title") or ""
            if title and row.get("label", "relevant") == "relevant":
                yield language, title, row["text"].strip()
    for row in yaml.safe_load((HOME / "tests/db/web_reports.yml").read_text(encoding="utf-8")):
        yield row["language"], row["title"], row["text"].strip()


@lru_cache(maxsize=200_000)
def word_keys(word: str, language: str) -> tuple[str, frozenset[str]]:
    """The keys of one word, and the others that it may be asked by."""
    return search.document(word, language), frozenset(search.bare_document(word, language).split())


def _cut(article: Article) -> Iterator[Block]:
    """The paragraphs of an article, each with what is found in it when the whole is read."""
    known = Known(report=0, since="")
    found = [each for each in fact_rows(facts.find(article), known) if each[0] != "protected_mentions"]
    reasons = [rows.reason_object(each) for each in relevance.judge(article).reasons]
    for part in re.finditer(r"[^\n]+", article.text):
        start, end = part.start() + len(part[0]) - len(part[0].lstrip()), part.start() + len(part[0].rstrip())
        if end - start > 30:
            mine = [_moved(row, table, start) for table, row in found if _within(row, start, end)]
            why = [each for each in reasons if each["zone"] != "title" and _within(each, start, end)]
            yield _block(article.text[start:end], article.language, mine, [_reason(each, start) for each in why])


def _span(row: Mapping[str, Any]) -> tuple[int, int]:
    return int(row["start"]), int(row["end"])


def _within(row: Mapping[str, Any], start: int, end: int) -> bool:
    first, last = _span(row)
    return start <= first and last <= end


def _moved(row: rows.Row, table: str, start: int) -> tuple[str, rows.Row]:
    first, last = _span(row)
    return table, {**row, "start": first - start, "end": last - start}


def _reason(told: dict[str, str | int], start: int) -> tuple[int, int, str]:
    rest = {name: told[name] for name in ("role", "term", "zone", "quote")}
    first, last = _span(told)
    return first - start, last - start, json.dumps(rest, ensure_ascii=False)[1:-1]


def _block(
    text: str, language: str, found: Iterable[tuple[str, rows.Row]], reasons: Iterable[tuple[int, int, str]]
) -> Block:
    found = list(found)
    gaps = [(match.start(), match.end()) for match in _NUMBER.finditer(text) if _is_told(match, found)]
    tokens = list(search.tokens(text, language))
    gaps = [each for each in gaps if any((token.start, token.end) == each for token in tokens)]
    parts, keys, at, mine = [], [], 0, list[str]()
    for start, end in gaps:
        parts.append(text[at:start])
        at = end
    parts.append(text[at:])
    for token in tokens:
        if (token.start, token.end) in gaps:
            keys.append(" ".join([*mine, ""]))
            mine = [""]
        else:
            mine.extend(token.keys)
    keys.append(" ".join(mine))
    told = [Fact(table, row, _gap(row, gaps)) for table, row in found]
    bare = frozenset(search.bare_document(text, language).split())
    return Block(
        tuple(parts), tuple(keys), tuple(end - start for start, end in gaps), bare, tuple(told), tuple(reasons)
    )


def _bare_block(text: str, language: str) -> Block:
    return _block(text, language, (), ())


def _is_told(number: re.Match[str], found: Iterable[tuple[str, rows.Row]]) -> bool:
    """Whether a figure tells exactly this number, so that another one may stand in its place."""
    value = float(number[0])
    return any(
        value in {row["low"], row["high"]} and {row["low"], row["high"]} <= {value, None}
        for table, row in found
        if table == "figures" and _holds(row, number.span())
    )


def _holds(row: Mapping[str, Any], gap: tuple[int, int]) -> bool:
    start, end = _span(row)
    return start <= gap[0] and gap[1] <= end


def _gap(row: rows.Row, gaps: list[tuple[int, int]]) -> int:
    return next((at for at, gap in enumerate(gaps) if _holds(row, gap)), -1)


def _joined(rng: random.Random, blocks: list[Block], head: tuple[str, str, str, str], day: date) -> Written:
    """The blocks one below the other, each with numbers of its own; facts and reasons where they then stand."""
    title, author, title_keys, bare = head
    texts, keys, told, reasons, at = [], [], list[tuple[str, rows.Row]](), [], 0
    for block in blocks:
        numbers = [str(rng.randint(10 ** (digits - 1), 10**digits - 1)) for digits in block.digits]
        text = _filled(block.text, numbers)
        texts.append(text)
        keys.append(_filled(block.keys, numbers))
        kept = (each for each in block.facts if rng.random() < _KEPT)
        told += [(each.table, _fact(rng, each, (text, at, numbers), day)) for each in kept]
        reasons += [f'{{"start": {at + start}, "end": {at + end}, {rest}}}' for start, end, rest in block.reasons]
        at += len(text) + len(_APART)
    joined = " ".join(filter(None, keys))
    why = f"[{', '.join(reasons[:40])}]"
    return Written(title, _APART.join(texts), author, title_keys, joined, bare, tuple(told), why)


def _filled(parts: tuple[str, ...], numbers: list[str]) -> str:
    if not numbers:
        return parts[0]
    return "".join(part + number for part, number in zip(parts, [*numbers, ""], strict=True))


def _fact(rng: random.Random, fact: Fact, where: tuple[str, int, list[str]], day: date) -> rows.Row:
    text, at, numbers = where
    start, end = _span(fact.row)
    row = {**fact.row, "start": at + start, "end": at + end, "quote": text[start:end]}
    if fact.table != "figures":
        return row
    if fact.gap >= 0:
        value = float(numbers[fact.gap])
        row |= {name: value for name in ("low", "high") if row[name] is not None}
    if row["starts"] or row["ends"]:
        ends = date(day.year, day.month, 1) - timedelta(days=1)
        starts = date(ends.year, max(1, ends.month - rng.choice((0, 2, 5, 11))), 1)
        row |= {"starts": starts.isoformat(), "ends": ends.isoformat()}
    if rng.random() < 0.5:
        row["organisation"] = f"Group {int(rng.paretovariate(0.9)) % 400}"
    return row


@cache
def _names(script: str) -> list[str]:
    """Invented names, put together of syllables."""
    rng = random.Random(11)
    syllables, endings = (part.split() for part in _SYLLABLES[script])
    found: dict[str, None] = {}
    while len(found) < NAMES:
        word = "".join(rng.choice(syllables) for _ in range(rng.randint(2, 4))) + rng.choice(endings)
        found[word.capitalize()] = None
    return list(found)


def article(written: Written, url: str, language: str, published_at: datetime | None) -> Article:
    """The report as the extractor would hand it on."""
    return Article(
        url=url, canonical_url=url, headline=written.title, text=written.text, language=language,
        authors=(written.author,), published_at=published_at,
        published_on=published_at.date() if published_at else None,
        published_from="feed" if published_at else "",
    )  # fmt: skip


def invented(rng: random.Random) -> str:
    """An invented name as reports have it, common or rare."""
    names = _names(rng.choice(list(_SYLLABLES)))
    return names[min(NAMES - 1, int(rng.paretovariate(0.25)))]
