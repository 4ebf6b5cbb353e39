"""Make ``crawler/stories/background.json`` anew: how common words, names and places are in news.

Counts them in news of every kind and in reports on the subject, and keeps for each the higher share. Reads our own sets
and ``../shared`` (feed items of all kinds, texts); only shares of items are written, no text.
"""

import gzip
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.stories import SHARED, own_rows, rows_of
from crawler import facts
from crawler.stories.concepts import concepts
from crawler.stories.evaluate import labelled
from crawler.stories.fingerprinting import marks, stems
from db.model import Fingerprint

HOME = Path(__file__).parent.parent
OUT = HOME / "crawler/stories/background.json"
ENOUGH = 1000  # items of a language from which shares are told
RARE = 0.0015  # share of items below which a word counts as rare, and is not written
KINDS = ("names", "speakers", "marks", "concepts", "cities", "countries", "sources", "decisions", "numbers")
SHORTEST = 200  # characters of a report on the subject that is counted
TWICE = 1.5  # events in which a thing must stand to be told from one that is particular to an event
ENOUGH_EVENTS, THRICE = 30, 3  # events of a language from which shares of its words are told, and what they ask


def main() -> int:
    """Count, and write the table."""
    table = _general()
    for kind, shares in _subject().items():
        for thing, share in shares.items():
            table[kind][thing] = min(_weight(share), table[kind].get(thing, 1.0))
    table = {kind: dict(sorted(each.items())) for kind, each in table.items()}
    OUT.write_text(json.dumps(table, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n", encoding="utf-8")
    print({kind: len(each) for kind, each in table.items()})
    return 0


def _general() -> dict[str, dict[str, float]]:
    """Weights by kind from news of every kind: of words, names and concepts."""
    words: Counter[str] = Counter()
    names: Counter[str] = Counter()
    ideas: Counter[str] = Counter()
    items: Counter[str] = Counter()
    for language, text in _items():
        items[language] += 1
        words.update(stems(language, text))
        names.update(marks(text))
        ideas.update(concepts(text))
    total = sum(items.values())
    enough = {language for language, count in items.items() if count >= ENOUGH}
    shares = {
        word: count / items[language] for word, count in words.items() if (language := word.partition(":")[0]) in enough
    }
    return {
        **{kind: {} for kind in KINDS},
        "stems": {word: _weight(share) for word, share in shares.items() if share >= RARE},
        "concepts": {name: _weight(n / total) for name, n in ideas.items()},
        "marks": {name: _weight(n / total) for name, n in names.items() if n / total >= RARE / 5},
    }


def _subject() -> dict[str, dict[str, float]]:
    """The share of events on the subject of which things are told, by kind, but for what one event alone tells."""
    events: dict[str, list[Fingerprint]] = defaultdict(list)
    known = list(_reports())
    for (event, _), row in zip(known, labelled((row for _, row in known), facts.find), strict=True):
        events[event].append(row.fingerprint)
    found: dict[str, dict[str, float]] = {kind: defaultdict(float) for kind in (*KINDS, "stems")}
    languages: dict[str, float] = defaultdict(float)
    for reports in events.values():
        for report in reports:
            languages[report.language] += 1 / len(reports)
            for kind, counts in found.items():
                for thing in getattr(report, kind):
                    counts[thing] += 1 / len(reports)
    shares = {kind: {thing: n / len(events) for thing, n in found[kind].items() if n >= TWICE} for kind in KINDS}
    shares["stems"] = {
        word: n / languages[language]
        for word, n in found["stems"].items()
        if n >= THRICE and languages[language := word.partition(":")[0]] >= ENOUGH_EVENTS
    }
    print(len(events), "events on the subject,", {name: round(n) for name, n in languages.items()})
    return shares


def _reports() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Reports on the subject, each with its event."""
    for name in ("stories", "long_stories", "figures", "protected"):
        for row in own_rows(name):
            if len(row["text"]) >= SHORTEST:
                yield f"{name} {row.get('event') or row['id']}", row
    for number, row in enumerate(rows_of(SHARED / "topic_texts.jsonl")):
        if row["rel"] == 1:
            yield f"text {row['event'] or number}", row
    for row in rows_of(SHARED / "relevance_feed_items.jsonl"):
        if row["label"] == "relevant" and len(row["desc"] or "") >= SHORTEST:
            yield f"item {row['story_id'] or row['rid']}", row


def _weight(share: float) -> float:
    """From 0 for a word that stands everywhere to 1 for one in a thousand items or fewer."""
    return round(min(1.0, -math.log10(max(share, 1e-6)) / 3), 2)


def _items() -> Iterator[tuple[str, str]]:
    with gzip.open(SHARED / "feed_background.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield (row["lang"] or "en")[:2], f"{row['title']}\n{row.get('desc') or ''}"
    for path in sorted((HOME / "tests/eval/relevance").glob("*.jsonl")):
        for row in rows_of(path):
            yield path.stem, f"{row.get('title', '')}\n{row.get('text', '')}"


if __name__ == "__main__":
    sys.exit(main())
