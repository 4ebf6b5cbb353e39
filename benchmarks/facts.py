"""How well facts are found and stories told apart, and what it costs: into ``docs/quality.md`` and ``performance.md``.

    python -m benchmarks.facts [--write]

Reads our own labelled sets and those of ``../shared``. The stories' figures are those of the shipped weights, and
beside them those of events that the weights have not seen (cross-validated, ``benchmarks.train_stories --check``).
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.stories import SHARED, analysed, own_rows, rows_of
from benchmarks.table import write_rows
from benchmarks.train_stories import ORIGINALS, checked, shipped
from crawler import stories
from crawler.facts.evaluate import score
from crawler.tally import Tally
from db.store import Store

QUALITY = Path(__file__).parent.parent / "docs" / "quality.md"
LONG = 3000  # characters
_STORED = 2000


def quality() -> list[list[str]]:
    """Rows of precision and recall by set and kind of fact."""
    sets = {
        "shared texts": rows_of(SHARED / "topic_texts.jsonl"),
        "own figures": own_rows("figures"),
        "own passages with names": own_rows("protected"),
    }
    return [
        [name, kind, f"{count.precision:.3f}", f"{count.recall:.3f}", str(count.right + count.missed)]
        for name, rows in sets.items()
        for kind, count in score(rows).items()
    ]


def together() -> list[list[str]]:
    """Rows of F1 over pairs of reports: with the shipped weights, and on events that they have not seen."""
    unseen = checked()

    def told(tally: Tally) -> str:
        return f"{tally.f1:.3f} ({tally.precision:.3f} / {tally.recall:.3f})"

    return [
        [
            name,
            f"same {label}",
            "across languages" if across else "all pairs",
            told(found),
            told(unseen[name, label, across]),
        ]
        for (name, label, across), found in shipped().items()
        if found.right + found.missed and not (label == "original" and name not in ORIGINALS)
    ]


def cost() -> list[list[str]]:
    """Rows of what a long report costs: its facts, and its facts and place among stored ones; and the memory."""
    texts = _long(own_rows("stories"))
    begin = date(2026, 1, 1)
    finding, placing = [], []
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "x.db", holder="benchmark") as store:
        for number in range(_STORED + 200):
            language, text = texts[number % len(texts)]
            day = begin + timedelta(days=number // 60)
            moment = datetime(day.year, day.month, day.day, number % 24, tzinfo=UTC)
            started = time.process_time()
            analysis = analysed((language, text[:80], text), number, moment)
            found = time.process_time() - started
            store.save(analysis, page=str(number), report=str(number), placer=stories.place)
            if number >= _STORED:
                finding.append(1000 * found)
                placing.append(1000 * (time.process_time() - started))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [
        [f"facts and fingerprint of {LONG:,} characters, median CPU ms", f"{statistics.median(finding):.1f}"],
        [f"the same with its place among {_STORED:,} stored, median CPU ms", f"{statistics.median(placing):.1f}"],
        ["peak memory of the process, MB", str(memory)],
    ]


def _long(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Texts of ``LONG`` characters, each of several of one language."""
    by_language: dict[str, list[str]] = {}
    for row in rows:
        by_language.setdefault(str(row["lang"]), []).append(str(row["text"]))
    made = []
    for language, texts in by_language.items():
        for at in range(len(texts)):
            mixed = "\n\n".join(texts[at:] + texts[:at])
            made.append((language, mixed[:LONG]))
    return made


def main() -> int:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    command = "python -m benchmarks.facts --write"
    asked = parser.parse_args()
    tables = (
        ("Cost of facts and stories", ["figure", "measured"], cost(), None),
        ("Facts", ["set", "kind", "precision", "recall", "labelled"], quality(), QUALITY),
        (
            "Stories",
            ["set", "pairs", "which", "F1 (P / R), shipped", "F1 (P / R), events not learnt from"],
            together(),
            QUALITY,
        ),
    )
    for title, heads, rows, document in tables:
        print(title, *(" | ".join(row) for row in rows), sep="\n")
        if asked.write:
            write_rows(title, heads, rows, command, *([document] if document else []))
    return 0


if __name__ == "__main__":
    sys.exit(main())
