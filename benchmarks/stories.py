"""What placing a report among stories costs as the store grows: ``python -m benchmarks.stories N ... [--write]``."""

import argparse
import gzip
import json
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.table import write_rows
from crawler import facts, stories
from db.model import Analysis, Answer, Article, Capture, Offer, Source, SourceKind, Verdict
from db.store import Store

HOME = Path(__file__).parent.parent
SHARED = HOME.parent / "shared/corpus"
TITLE = "A report among stored ones: its facts, its place among stories, its rows"
A_DAY = 60  # reports
NEAR = 70 * A_DAY  # reports that may be neighbours of the last, and some before
MODELS = 3000  # reports that old ones are made of


def own_rows(name: str) -> list[dict[str, Any]]:
    """The rows of our own set ``name``, all languages."""
    return [row for path in sorted((HOME / "tests/eval" / name).glob("*.jsonl")) for row in rows_of(path)]


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of ``path``, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def scale(sizes: Sequence[int], *, write: bool) -> None:
    """Print the median cost of placing a report among so many stored ones; write the table where asked."""
    table = []
    texts = _texts()
    rng = random.Random(7)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "x.db", holder="benchmark") as store:
            started = time.perf_counter()
            old = max(0, size - NEAR)
            _lay(store, texts, old)
            for number in range(old, size):
                _save(store, texts, rng, number)
            filled = time.perf_counter() - started
            costs = []
            for number in range(size, size + 200):
                began = time.process_time()
                _save(store, texts, rng, number)
                costs.append(time.process_time() - began)
            middle, high = 1000 * statistics.median(costs), 1000 * sorted(costs)[189]
            print(
                f"{size:8} stored: median {middle:.1f} ms, p95 {high:.1f} ms of CPU time; filled in {filled:.0f} s",
                flush=True,
            )
            table.append([f"{size:,}", f"{middle:.1f}", f"{high:.1f}", f"{middle / math.log(size):.2f}"])
    if write:
        heads = ["reports stored", "median CPU ms", "p95", "median / ln n"]
        write_rows(TITLE, heads, table, "python -m benchmarks.stories 1000 10000 100000 --write")


def _texts() -> list[tuple[str, str, str]]:
    """Real items of every kind to mix reports of."""
    rows = [
        (row["lang"], row["headline"], row["text"])
        for path in (HOME / "tests/eval/stories").glob("*.jsonl")
        for row in rows_of(path)
    ]
    with gzip.open(SHARED / "feed_background.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows += [
            ((row["lang"] or "en")[:2], row["title"], row["desc"] or "")
            for row in map(json.loads, lines)
            if row["desc"]
        ]
    return rows


_SOURCE = Source(
    id="zz/benchmark",
    name="Benchmark",
    homepage="https://example.org/",
    country="zz",
    languages=("en",),
    kind=SourceKind("newspaper"),
)


def analysed(told: tuple[str, str, str], number: int, moment: datetime) -> Analysis:
    """The analysis of a report in a language, with a headline and a text, published at ``moment``."""
    language, title, text = told
    url, day = f"https://example.org/{number}", moment.date()
    article = Article(
        url=url, canonical_url=url, headline=title, text=text, language=language, published_at=moment, published_on=day
    )
    found = facts.find(article)
    capture = Capture(url=url, fetched_at=moment, status=200, headers=(), body=b"", offer=Offer(source=_SOURCE.id))
    return Analysis(
        capture=capture, sha256="0" * 64, source=_SOURCE, article=article, facts=found,
        verdict=Verdict(topic="deserters", score=1.0, answer=Answer.KEEP),
        placing=stories.placing(article, found, f"site {number % 97}", day.toordinal()),
    )  # fmt: skip


def _lay(store: Store, texts: list[tuple[str, str, str]], count: int) -> None:
    """Store ``count`` reports with facts and keys, not compared: too old to be neighbours of those measured."""
    known: dict[int, Analysis] = {}
    with patch.object(store, "_near", lambda *_: []):
        for number in range(count):
            day = date(2015, 1, 1) + timedelta(days=number // A_DAY)
            moment = datetime(day.year, day.month, day.day, number % 24, tzinfo=UTC)
            which = number % MODELS
            if which not in known:
                known[which] = analysed(texts[which % len(texts)], number, moment)
            url, model = f"https://example.org/{number}", known[which]
            if model.placing is None:
                continue
            mark = replace(model.placing.fingerprint, day=day.toordinal())
            article = replace(model.article, url=url, canonical_url=url, published_at=moment, published_on=day)
            capture = replace(model.capture, url=url, fetched_at=moment)
            placing = replace(model.placing, fingerprint=mark)
            analysis = replace(model, article=article, capture=capture, placing=placing)
            store.save(analysis, page=str(number), report=str(number), placer=stories.place)


def _save(store: Store, texts: list[tuple[str, str, str]], rng: random.Random, number: int) -> None:
    """Save a report of real sentences: sixty a day, so that more reports are more days, as in life."""
    language, title, text = texts[number % len(texts)]
    extra = " ".join(texts[rng.randrange(len(texts))][2] for _ in range(2))
    day = date(2015, 1, 1) + timedelta(days=number // A_DAY)
    moment = datetime(day.year, day.month, day.day, number % 24, tzinfo=UTC)
    analysis = analysed((language, title, f"{text} {extra}"), number, moment)
    store.save(analysis, page=str(number), report=str(number), placer=stories.place)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", help="numbers of stored reports")
    parser.add_argument("--write", action="store_true", help="put the costs into docs/performance.md")
    asked = parser.parse_args()
    scale(asked.sizes, write=asked.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
