"""Labelled rows in, ``crawler/relevance/weights.json`` out: fits the scorer and prints its cross-validated figures.

    python -m benchmarks.train_relevance FILE.jsonl ... [--background FILE.jsonl.gz] [--write]

Rows are those of ``tests/eval/relevance`` and any other labelled file of the same fields. Folds never divide a story.
"""

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from crawler.relevance.evaluate import Row, rows_of
from crawler.relevance.features import ACTS
from crawler.relevance.reading import read
from crawler.relevance.scoring import WEIGHTS
from crawler.topics import load

Vector = npt.NDArray[np.float64]
OWN = Path(__file__).parent.parent / "tests" / "eval" / "relevance"
KEEP = load().keep
FOLDS, ROUNDS, STEPS = 5, 4, 1500
MOST = 22.0  # a row that stands for many counts so often at most: the natural weight of the sampled feed items
OWN_SHARE = 0.5  # our own rows are plainer than what the world writes, and many tell the same in other languages
VETOES = {"fiction", "figurative", "history", "other_army", "politics", "reference", "spy", "ukraine_army"}
FREE = {"bias", "has_ukraine", "title_ukraine", "has_draft", "has_justice", "has_army", "title_army", "title_justice"}
PRIOR = {
    "act_desertion": 2.5, "after": 0.8, "armed": 0.5, "ours": 0.8, "in_title": 0.7, "in_text": 0.5, "kinds": 0.5,
    "many": 0.6, "all": 0.2, "theirs": -1.0, "doubt": -0.8, "noisy": -1.0, "abroad": -0.5, "bias": 0.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A row and the figures of each passage of it."""

    row: Row
    figures: list[dict[str, float]]
    fold: int


def main() -> None:
    """Fit, cross-validate, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--background", type=Path)
    parser.add_argument("--ridge", type=float, default=2.0)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    rows = [row for file in [*given.files, *sorted(OWN.glob("*.jsonl"))] for row in rows_of(read_lines(file))]
    background = list(rows_of(read_lines(given.background))) if given.background else []
    examples = [example(row) for row in rows if row.label in ("relevant", "not")]
    far = [example(row) for row in background]
    names = sorted({name for each in [*examples, *far] for figures in each.figures for name in figures})
    for fold in range(FOLDS):
        kept = [each for each in examples if each.fold != fold]
        learned = fit([*kept, *far], names, given.ridge)
        report(f"fold {fold}", [each for each in examples if each.fold == fold], learned)
    learned = fit([*examples, *far], names, given.ridge)
    report("all", examples, learned)
    if given.write:
        text = json.dumps({name: round(value, 4) for name, value in sorted(learned.items())}, indent=1)
        WEIGHTS.write_text(text + "\n", encoding="utf-8")


def read_lines(path: Path) -> Iterable[dict[str, object]]:
    """The objects of a file with one JSON object a line, packed or not."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as packed:
            yield from map(json.loads, packed)
    else:
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def example(row: Row) -> Example:
    """Read ``row`` with the topic's terms; its fold follows from its story, or from its title without one."""
    readings = read(row.title, row.text, row.language)
    digest = hashlib.sha256((row.story or row.title).encode("utf-8")).digest()
    return Example(row, [figures for reading in readings for figures in reading.figures()], digest[0] % FOLDS)


def fit(examples: list[Example], names: list[str], ridge: float) -> dict[str, float]:
    """Weights by logistic regression; of a relevant row the passage counts that the last round liked best.

    Weights are drawn to ``prior`` and keep its sign, so that what speaks for a report can never speak against one.
    """
    learned: dict[str, float] = {}
    for _ in range(ROUNDS):
        learned = _descend(*matrix([_best(each, learned) for each in examples], names), names, ridge)
    return learned


def prior(name: str) -> float:
    """What a figure is worth before any row was seen: acts much, company a little, vetoes less than nothing."""
    role = name.split("_", 1)[-1]
    if name in PRIOR:
        return PRIOR[name]
    if name.startswith("act_"):
        return 1.8
    if role in VETOES:
        return -0.7
    if name.startswith("title_"):
        return 0.5 if role in {*ACTS, "force", "soldier"} else 0.0
    return 0.2 if name in {"has_soldier", "has_force", "has_shelter", "has_return"} else 0.0


def sign(name: str) -> int:
    """1 for a figure that may only speak for a report, -1 for one that may only speak against it, 0 for either."""
    if name in FREE:
        return 0
    return -1 if prior(name) < 0 else 1


def _best(each: Example, learned: dict[str, float]) -> Example:
    if each.row.label != "relevant" or not learned or len(each.figures) < 2:
        return each
    return Example(each.row, [max(each.figures, key=lambda figures: total(figures, learned))], each.fold)


def _descend(table: Vector, labels: Vector, counts: Vector, names: list[str], ridge: float) -> dict[str, float]:
    """Accelerated projected gradient descent (Beck and Teboulle 2009, FISTA) on the ridge-penalised logistic loss."""
    every = ["bias", *names]
    signs, centre = np.array([sign(name) for name in every]), np.array([prior(name) for name in every])
    penalty = np.full(len(every), ridge)
    penalty[0] = 0.01
    steepest = float(np.linalg.norm(table * np.sqrt(counts)[:, None], 2) ** 2 / 4 + ridge)
    weights = ahead = np.zeros(len(every))
    pace = 1.0
    for _ in range(STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(table @ ahead, -30, 30)))
        slope = table.T @ (counts * (chance - labels)) + penalty * (ahead - centre)
        fresh = ahead - slope / steepest
        fresh = np.where(signs > 0, np.maximum(fresh, 0), np.where(signs < 0, np.minimum(fresh, 0), fresh))
        faster = (1 + float(np.sqrt(1 + 4 * pace * pace))) / 2
        ahead = fresh + (pace - 1) / faster * (fresh - weights)
        weights, pace = fresh, faster
    return dict(zip(every, map(float, weights), strict=True))


def matrix(examples: list[Example], names: list[str]) -> tuple[Vector, Vector, Vector]:
    """One line a reading: its figures behind a one, its label, and how much it counts."""
    place = {name: number for number, name in enumerate(names, 1)}
    lines: list[Vector] = []
    labels: list[float] = []
    counts: list[float] = []
    for each in examples:
        for figures in each.figures:
            line = np.zeros(len(names) + 1)
            line[0] = 1.0
            for name, value in figures.items():
                line[place[name]] = value
            lines.append(line)
            labels.append(float(each.row.label == "relevant"))
            share = OWN_SHARE if each.row.id.startswith("own-") else 1.0
            counts.append(min(each.row.weight, MOST) * share / len(each.figures))
    return np.array(lines), np.array(labels), np.array(counts)


def total(figures: dict[str, float], learned: dict[str, float]) -> float:
    """The sum that the logistic function turns into a probability."""
    return learned["bias"] + sum(learned.get(name, 0.0) * value for name, value in figures.items())


def score(each: Example, learned: dict[str, float]) -> float:
    """The probability that ``learned`` gives the best passage; 0 where there is none."""
    totals = [total(figures, learned) for figures in each.figures]
    return max((1.0 / (1.0 + float(np.exp(-np.clip(value, -30, 30)))) for value in totals), default=0.0)


def report(name: str, examples: list[Example], learned: dict[str, float]) -> None:
    """Print precision, recall and F1 at the score from which a page is kept."""
    hits = sum(each.row.weight for each in examples if each.row.label == "relevant" and score(each, learned) >= KEEP)
    false = sum(each.row.weight for each in examples if each.row.label == "not" and score(each, learned) >= KEEP)
    missed = sum(each.row.weight for each in examples if each.row.label == "relevant" and score(each, learned) < KEEP)
    precision, recall = hits / max(hits + false, 1e-9), hits / max(hits + missed, 1e-9)
    print(f"{name}: P {precision:.3f} R {recall:.3f} F1 {2 * hits / max(2 * hits + false + missed, 1e-9):.3f}")


if __name__ == "__main__":
    main()
