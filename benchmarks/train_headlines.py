"""Pages with known titles in, ``crawler/extract/headlines.json`` out: fits the weights and prints the held-out figure.

    python -m benchmarks.train_headlines SHARED [--write]

A conditional logit (McFadden 1974) over the candidates of each page, Adam (Kingma and Ba 2015) with a ridge. Folds
never divide a site. Wordings that differ in typographic quotes alone count as the same while learning, since whoever
wrote the known title down may have typed others; the figures printed are for exact matches and for such.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from crawler import extract
from crawler.extract import headlines
from db.archive import captures

Vector = npt.NDArray[np.float64]
WEIGHTS = Path(headlines.__file__).with_suffix(".json")
FOLDS, STEPS, RIDGE, PACE = 5, 300, 3.0, 0.05
QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-"})


@dataclass(frozen=True, slots=True)
class Example:
    """A page's candidates, one line of figures each, which of them are right, and its fold."""

    wordings: list[str]
    table: Vector
    right: npt.NDArray[np.bool_]
    title: str
    fold: int


def folded(text: str) -> str:
    """``text`` with plain quotes and dashes."""
    return " ".join(text.translate(QUOTES).replace("…", "...").split())


def examples(shared: Path) -> tuple[list[Example], list[str]]:
    """The pages of ``shared`` whose title is known, and the names of the figures."""
    lines = (shared / "corpus" / "truth.jsonl").open(encoding="utf-8")
    truths = {row["url"]: row for row in map(json.loads, lines)}
    told: list[tuple[str, str, list[tuple[str, headlines.Figures]]]] = []
    for capture in captures(shared / "corpus" / "pages.warc.gz"):
        truth, document = truths.get(capture.url, {}), extract.parse(capture)
        if document and truth.get("title") and not truth.get("suspect") and truth.get("topic") != "relevant":
            told.append((capture.url, truth["title"], headlines.candidates(document.told)))
    names = sorted({name for _, _, found in told for _, figures in found for name in figures})
    return [example(*each, names) for each in told], names


def example(url: str, title: str, found: list[tuple[str, headlines.Figures]], names: Sequence[str]) -> Example:
    """One page."""
    site = ".".join((urlsplit(url).hostname or "").split(".")[-2:])
    table = np.array([[figures.get(name, 0.0) for name in names] for _, figures in found]).reshape(-1, len(names))
    right = np.array([folded(text) == folded(title) for text, _ in found], dtype=bool)
    fold = hashlib.sha256(site.encode()).digest()[0] % FOLDS
    return Example([text for text, _ in found], table, right, " ".join(title.split()), fold)


def fit(pages: list[Example], size: int) -> Vector:
    """Weights, one a figure."""
    weights, mean, square = np.zeros(size), np.zeros(size), np.zeros(size)
    able = [page for page in pages if page.right.any()]
    for step in range(1, STEPS + 1):
        slope = RIDGE * weights
        for page in able:
            total = page.table @ weights
            chance = np.exp(total - total.max())
            slope = slope - page.table.T @ (chance * page.right / chance[page.right].sum() - chance / chance.sum())
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope * slope
        weights = weights - PACE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights


def picked(page: Example, weights: Vector) -> str:
    """The wording that the weights like best."""
    return page.wordings[int(np.argmax(page.table @ weights))] if page.wordings else ""


def held_out(pages: list[Example], size: int) -> list[tuple[bool, bool]]:
    """For each page, by weights that did not see its site: whether the pick is exact, and whether but for quotes."""
    told: list[tuple[bool, bool]] = []
    for fold in range(FOLDS):
        weights = fit([page for page in pages if page.fold != fold], size)
        for page in pages:
            if page.fold == fold:
                pick = picked(page, weights)
                told.append((pick == page.title, folded(pick) == folded(page.title)))
    return told


def main() -> None:
    """Fit, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    pages, names = examples(given.shared)
    told = held_out(pages, len(names))
    exact, alike = fmean(a for a, _ in told), fmean(b for _, b in told)
    print(f"{len(pages)} pages; held out: exact {exact:.3f}, but for quotes {alike:.3f}")
    if given.write:
        weights = {name: round(float(value), 3) for name, value in zip(names, fit(pages, len(names)), strict=True)}
        told_figures = {"pages": len(pages), "held_out_exact": round(exact, 4)}
        WEIGHTS.write_text(json.dumps({**told_figures, "weights": weights}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
