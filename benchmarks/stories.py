"""How reports are told apart: learn the weights of likeness, or measure what placing costs as the store grows.

``--fit`` learns ``crawler/stories/weights.json`` from the labelled sets (those of ``../shared`` too), ``--check`` says
what it would give for events that it has not seen, and ``--scale N ...`` places reports among N stored ones.
"""

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
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy.optimize import minimize

from benchmarks.table import write_rows
from crawler import facts, stories
from crawler.stories import comparing
from crawler.stories.evaluate import Labelled, grouped, labelled, pairs
from crawler.tally import Tally
from db.model import Analysis, Answer, Article, Capture, Offer, Source, SourceKind, Verdict
from db.store import Store

HOME = Path(__file__).parent.parent
SHARED = HOME.parent / "shared/corpus"
TITLE = "A report among stored ones: its facts, its place among stories, its rows"
FOLDS = 5
A_DAY = 60  # reports
NEAR = 70 * A_DAY  # reports that may be neighbours of the last, and some before
MODELS = 3000  # reports that old ones are made of
STRENGTH = 0.0004  # of the pull of weights towards zero
UNLIKE = 3.0  # how much all unlike pairs of a set weigh against all like ones

Matrix = Any


def sets() -> dict[str, list[Labelled]]:
    """The labelled sets by name: our own dated one, the shared texts, and the shared feed items that have a story."""
    own = own_rows("stories")
    texts = [row for row in rows_of(SHARED / "topic_texts.jsonl") if row["event"] != "n"]
    items = [row for row in rows_of(SHARED / "relevance_feed_items.jsonl") if row["story_id"]]
    return {
        "own, dated": labelled(own, facts.find),
        "shared texts, undated": labelled(texts, facts.find),
        "feed items (en, pl)": labelled(items, facts.find),
    }


def own_rows(name: str) -> list[dict[str, Any]]:
    """The rows of our own set ``name``, all languages."""
    return [row for path in sorted((HOME / "tests/eval" / name).glob("*.jsonl")) for row in rows_of(path)]


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of ``path``, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def measured(rows: Sequence[Labelled]) -> tuple[Matrix, Matrix, Matrix, list[tuple[int, int]]]:
    """Measures of each pair within the days that count, whether it is of one event and of one original, and which."""
    found, events, originals, which = [], [], [], []
    for (i, one), (j, other) in combinations(enumerate(rows), 2):
        days = (one.report.fingerprint.day, other.report.fingerprint.day)
        if all(days) and abs(days[0] - days[1]) > stories.DAYS:
            continue
        found.append(list(comparing.measures(one.report.fingerprint, other.report.fingerprint).values()))
        events.append(one.event == other.event)
        known = bool(one.original and other.original) or one.event != other.event
        originals.append(float(one.original == other.original != "") if known else np.nan)
        which.append((i, j))
    return np.array(found), np.array(events, float), np.array(originals), which


def fitted(parts: Sequence[tuple[Matrix, Matrix]]) -> Matrix:
    """Weights of a logistic regression over ``parts``, in each of which like and unlike pairs weigh the same."""
    told = [(found[~np.isnan(truth)], truth[~np.isnan(truth)]) for found, truth in parts]
    told = [(found, truth) for found, truth in told if truth.sum()]
    x, y = np.vstack([found for found, _ in told]), np.concatenate([truth for _, truth in told])
    weights = np.concatenate([np.where(t == 1, 1 / t.sum(), UNLIKE / max(1, (1 - t).sum())) for _, t in told])
    weights /= weights.sum()

    def loss(theta: Matrix) -> tuple[float, Matrix]:
        score = np.clip(x @ theta[:-1] + theta[-1], -30, 30)
        chance = 1 / (1 + np.exp(-score))
        value = -(weights * (y * np.log(chance + 1e-9) + (1 - y) * np.log(1 - chance + 1e-9))).sum()
        slope = (chance - y) * weights
        pull = STRENGTH * (theta[:-1] ** 2).sum() / 2
        return value + pull, np.append(x.T @ slope + STRENGTH * theta[:-1], slope.sum())

    return minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 800}).x


def fit() -> dict[str, dict[str, float]]:
    """The weights learnt from all sets."""
    return _weights({name: measured(rows) for name, rows in sets().items()}, {})


def _weights(data: dict[str, Any], masks: dict[str, Matrix]) -> dict[str, dict[str, float]]:
    names = list(comparing.measures(_ANY, _ANY))
    told = {}
    for target, column in (("event", 1), ("original", 2)):
        parts = [
            (each[0][masks.get(name, slice(None))], each[column][masks.get(name, slice(None))])
            for name, each in data.items()
        ]
        theta = fitted(parts)
        told[target] = {
            **{n: round(float(w), 3) for n, w in zip(names, theta, strict=False)},
            "bias": round(float(theta[-1]), 3),
        }
    return told


_ANY = labelled([{"text": "Nothing.", "lang": "en"}], facts.find)[0].report.fingerprint


def checked() -> dict[tuple[str, str, bool], Tally]:
    """What events that were not learnt from get: each fifth of a set judged by weights from all else.

    By set, label, and whether only pairs across languages count.
    """
    known = sets()
    data = {name: measured(rows) for name, rows in known.items()}
    counts: dict[tuple[str, str, bool], list[Tally]] = {}
    for name, rows in known.items():
        events = sorted({row.event for row in rows})
        random.Random(1).shuffle(events)
        fold = {event: number % FOLDS for number, event in enumerate(events)}
        for number in range(FOLDS):
            inside = np.array([number in {fold[rows[i].event], fold[rows[j].event]} for i, j in data[name][3]])
            weights = _weights(data, {name: ~inside})
            with patch.object(comparing, "_weights", lambda told=weights: told):
                told = grouped(rows)
            mine = {row.report.report for row in rows if fold[row.event] == number}
            for label, groups in zip(("event", "original"), told, strict=True):
                for across in (False, True):
                    found = pairs(rows, groups, label, across=across, among=mine)
                    counts.setdefault((name, label, across), []).append(found)
    return {
        key: Tally(*(sum(getattr(each, field) for each in found) for field in ("right", "wrong", "missed")))
        for key, found in counts.items()
    }


def check() -> None:
    """Print what ``checked`` finds."""
    for (name, label, across), found in checked().items():
        where = "across languages" if across else "all pairs"
        print(f"{name:22} {label:8} {where:16} F1 {found.f1:.3f} P {found.precision:.3f} R {found.recall:.3f}")


# -- scale


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
        write_rows(TITLE, heads, table, "python -m benchmarks.stories --scale 1000 10000 100000 --write")


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
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--scale", type=int, nargs="*", default=[])
    parser.add_argument("--write", action="store_true", help="put the costs into docs/performance.md")
    asked = parser.parse_args()
    if asked.check:
        check()
    if asked.fit:
        comparing.WEIGHTS.write_text(json.dumps(fit(), indent=1) + "\n", encoding="utf-8")
    if asked.scale:
        scale(asked.scale, write=asked.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
