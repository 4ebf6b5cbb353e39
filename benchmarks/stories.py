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
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from benchmarks import stories_database
from benchmarks.table import write_rows
from crawler import facts, stories
from db.model import Analysis, Answer, Article, Capture, Offer, Source, SourceKind, Verdict
from db.store import Store

HOME = Path(__file__).parent.parent
SHARED = HOME.parent / "shared/corpus"
TITLE = "A report among stored ones: its place among stories, its rows"
HEADS = [
    "reports stored", "a day", "in the biggest story", "median CPU ms", "p95", "median / ln n",
    "before that: facts and keys", "peak MB",
]  # fmt: skip
YEARS = 10  # over which a great many reports are spread; fewer come at ``LEAST`` a day, as over years of less news
LEAST = 60  # reports a day
NEAR = 70  # days, whose reports may be neighbours of the last ones, and some before
MODELS = 3000  # reports that old ones are copies of
POOL = 4200  # texts that the last reports are made of: where more come a day, more tell of the same events
MEASURED = 200
T = TypeVar("T")


def own_rows(name: str) -> list[dict[str, Any]]:
    """The rows of our own set ``name``, all languages."""
    return [row for path in sorted((HOME / "tests/eval" / name).glob("*.jsonl")) for row in rows_of(path)]


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of ``path``, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a report took in milliseconds of CPU time, the size of the biggest story, and the peak memory in MB.

    ``reading`` comes before the store: facts, fingerprint, keys; ``placing`` (median, 95th percentile) is all else.
    """

    reading: float
    placing: tuple[float, float]
    biggest: int
    memory: float


def scale(sizes: Sequence[int], folder: Path | None, *, write: bool) -> None:
    """Print what placing a report costs among so many stored ones; write the table where asked."""
    table = []
    for size in sizes:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=folder) as kept:
            path = Path(kept) / "x.db"
            _apart(_lay, path, size)
            laid = time.perf_counter() - began
            cost = _apart(_cost, path, size)
        print(f"{size:8} stored, {laid:.0f} + {time.perf_counter() - began - laid:.0f} s: {cost}", flush=True)
        middle, high = cost.placing
        costs = (f"{middle:.1f}", f"{high:.1f}", f"{middle / math.log(size):.2f}", f"{cost.reading:.1f}")
        table.append([f"{size:,}", str(_a_day(size)), f"{cost.biggest:,}", *costs, f"{cost.memory:.0f}"])
    if write:
        write_rows(TITLE, HEADS, table, f"python -m benchmarks.stories {' '.join(map(str, sizes))} --write")


def _apart(task: Callable[[Path, int], T], path: Path, size: int) -> T:
    """What ``task`` gives in a process of its own, so that its memory is told apart."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(task, path, size).result()


def _cost(path: Path, size: int) -> Cost:
    """Save the reports that may be neighbours of the last, then what 200 more cost."""
    texts, reading, placing = _texts(), [], []
    a_day = _a_day(size)
    first = max(0, size - NEAR * a_day)
    with Store(path, holder="benchmark") as store:
        for number in range(first, size + MEASURED):
            began = time.process_time()
            analysis = _report(texts, (number, (number - size) % POOL), _moment(number, a_day))
            read = time.process_time()
            key = f"near/{number}"
            store.save(analysis, page=key, report=key, placer=stories.place)
            placing.append(1000 * (time.process_time() - read))
            reading.append(1000 * (read - began))
        biggest = store._db.conn.execute("SELECT max(reports) FROM stories").fetchone()[0]  # noqa: SLF001  # looks inside
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = next(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmHWM"))
    costs = sorted(placing[-MEASURED:])
    return Cost(
        reading=statistics.median(reading[-MEASURED:]), placing=(statistics.median(costs), costs[MEASURED * 19 // 20]),
        biggest=biggest, memory=peak,
    )  # fmt: skip


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


def _a_day(size: int) -> int:
    """How many reports of ``size`` come a day; a divisor of the number of models, so that they fill whole days."""
    wanted = max(LEAST, size // (YEARS * 365))
    return next(each for each in range(wanted, MODELS + 1) if MODELS % each == 0)


def _lay(path: Path, size: int) -> None:
    """Store the oldest of ``size`` reports with facts and keys, not compared: too old to be neighbours of the last."""
    a_day = _a_day(size)
    texts, count = _texts(), max(0, size - NEAR * a_day)
    with Store(path, holder="benchmark") as store, patch.object(store, "_near", lambda *_: []):
        for number in range(min(count, MODELS)):
            analysis = analysed(texts[number], number, _moment(number, a_day))
            store.save(analysis, page=str(number), report=str(number), placer=stories.place)
    if count > MODELS:
        stories_database.multiply(path, count, MODELS // a_day)


def _report(texts: list[tuple[str, str, str]], which: tuple[int, int], moment: datetime) -> Analysis:
    """A report of real sentences: its number among all, and that of its text, to which two others are added."""
    number, model = which
    rng = random.Random(number)
    language, title, text = texts[model]
    extra = " ".join(texts[rng.randrange(len(texts))][2] for _ in range(2))
    return analysed((language, title, f"{text} {extra}"), number, moment)


def _moment(number: int, a_day: int) -> datetime:
    day = date(2015, 1, 1) + timedelta(days=number // a_day)
    return datetime(day.year, day.month, day.day, number % 24, tzinfo=UTC)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", help="numbers of stored reports")
    parser.add_argument("--folder", type=Path, help="where the databases are made; a million reports need 10 GB")
    parser.add_argument("--write", action="store_true", help="put the costs into docs/performance.md")
    asked = parser.parse_args()
    scale(asked.sizes, asked.folder, write=asked.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
