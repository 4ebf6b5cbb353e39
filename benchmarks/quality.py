"""Quality figures beside their baselines, into ``docs/quality.md``: relevance and extraction.

    python -m benchmarks.quality SHARED [--write]

``SHARED`` is the folder with the corpora. Figures in the sample are what ``deserters evaluate`` prints; the honest ones
are cross-validated, folds never dividing a story. Shingle F1 is that of 4-grams (article-extraction-benchmark).
"""

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

from trafilatura import bare_extraction

from benchmarks import train_relevance as training
from benchmarks.table import write_rows
from crawler import extract, flow
from crawler.extract import content, dates
from crawler.relevance.evaluate import evaluate, rows_of
from crawler.sources import unlisted
from db.archive import captures
from db.model import Analysis, Capture

DOCUMENT = Path(__file__).parent.parent / "docs" / "quality.md"
_WIDE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """4-grams of words, of characters in scripts without spaces."""
    words = re.findall(r"\w", text) if _WIDE.search(text) else re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3))) if words else Counter()


def overlap(found: str, true: str) -> float:
    """Shingle F1 of two texts."""
    a, b = shingles(found), shingles(true)
    return 2 * sum((a & b).values()) / (sum(a.values()) + sum(b.values())) if a or b else 1.0


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """95 % percentile interval of the mean, by a bootstrap (Efron 1979) of 1,000 draws."""
    dice = random.Random(0)  # noqa: S311  # repeatable, no secret
    means = sorted(fmean(dice.choices(differences, k=len(differences))) for _ in range(1000))
    return means[25], means[974]


def relevance(shared: Path) -> list[list[str]]:
    """Rows of the relevance table: in the sample, and cross-validated."""
    corpus = shared / "corpus"
    names = ("relevance_feed_items", "relevance_pages")
    files = {name: list(rows_of(training.read_lines(corpus / f"{name}.jsonl"))) for name in names}
    background = [training.example(row) for row in rows_of(training.read_lines(corpus / "feed_background.jsonl.gz"))]
    examples = {
        name: [training.example(row) for row in rows if row.label in ("relevant", "not")]
        for name, rows in files.items()
    }
    honest = cross_validated(examples, background)
    table = []
    baselines = {"relevance_feed_items": "boolean .66, char TF-IDF .71", "relevance_pages": "char TF-IDF .87"}
    for name, rows in files.items():
        figures = evaluate(rows).overall
        precision, recall, f1 = honest[name]
        plain = f"{figures.precision.value:.3f} / {figures.recall.value:.3f} / {figures.f1.value:.3f}"
        table.append([name, plain, f"{precision:.3f} / {recall:.3f} / {f1:.3f}", baselines[name]])
    return table


def cross_validated(
    examples: dict[str, list[training.Example]], background: list[training.Example]
) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 of each file, every row scored by weights that did not see its story."""
    every = [each for rows in examples.values() for each in rows]
    names = sorted({name for each in [*every, *background] for figures in each.figures for name in figures})
    learned = [
        training.fit([*(each for each in every if each.fold != fold), *background], names, 2.0)
        for fold in range(training.FOLDS)
    ]
    told = {}
    for name, rows in examples.items():
        kept = [(each.row, training.score(each, learned[each.fold]) >= training.KEEP) for each in rows]
        hits = sum(row.weight for row, keep in kept if keep and row.label == "relevant")
        false = sum(row.weight for row, keep in kept if keep and row.label != "relevant")
        missed = sum(row.weight for row, keep in kept if not keep and row.label == "relevant")
        told[name] = (hits / (hits + false), hits / (hits + missed), 2 * hits / (2 * hits + false + missed))
    return told


def extraction(shared: Path) -> list[list[str]]:
    """Rows of the extraction table: ours beside trafilatura's default on the same pages."""
    truths = {row["url"]: row for row in map(json.loads, (shared / "corpus" / "truth.jsonl").open(encoding="utf-8"))}
    pages = [capture for capture in captures(shared / "corpus" / "pages.warc.gz") if capture.url in truths]
    bodies: list[tuple[float, float]] = []
    days: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    titles: list[tuple[bool, bool]] = []
    for capture in pages:
        truth, document = truths[capture.url], extract.parse(capture)
        if document is None or truth.get("topic") == "relevant" or truth.get("suspect"):
            continue
        plain = bare_extraction(capture.body, with_metadata=True)
        theirs = {name: str(getattr(plain, name, "") or "") for name in ("text", "title", "date")}
        if truth.get("body") and truth["body_kind"] != "tool-snapshot":
            text = content.without_headline(content.main_text(document), document.headline)
            bodies.append((overlap(text, truth["body"]), overlap(theirs["text"], truth["body"])))
        if truth.get("title"):
            wanted = " ".join(truth["title"].split())
            titles.append((document.headline == wanted, theirs["title"] == wanted))
        if truth.get("published"):
            days[truth["source_repo"]].append(_day(capture, document, truth["published"][:10], theirs["date"]))
    return [
        _body_row(bodies),
        _row("titles, exact", titles),
        *(_row(f"day, {name}", rows) for name, rows in days.items()),
    ]


def _day(capture: Capture, document: extract.Document, day: str, theirs: str) -> tuple[bool, bool]:
    dated = dates.published(document, None, capture.fetched_at, "")
    dated = dated if dated.moment else dates.from_text(document, capture.fetched_at)
    return (str(dated.day) == day, theirs == day)


def _body_row(bodies: list[tuple[float, float]]) -> list[str]:
    ours, theirs = fmean(a for a, _ in bodies), fmean(b for _, b in bodies)
    low, high = interval([a - b for a, b in bodies])
    return ["body, shingle F1", str(len(bodies)), f"{ours:.4f}", f"{theirs:.4f}", f"{low:+.4f} to {high:+.4f}"]


def _row(name: str, pairs: list[tuple[bool, bool]]) -> list[str]:
    return [name, str(len(pairs)), f"{fmean(a for a, _ in pairs):.3f}", f"{fmean(b for _, b in pairs):.3f}", ""]


def planted(shared: Path) -> list[list[str]]:
    """The row of the planted pages: kept, and what else was kept."""
    kept: Callable[[Capture], bool] = lambda page: isinstance(flow.analyse(page, unlisted(page.url)), Analysis)  # noqa: E731  # one line used twice
    told = [("planted.example" in page.url, kept(page)) for page in captures(shared / "corpus" / "pages.warc.gz")]
    ours = sum(keep for is_planted, keep in told if is_planted)
    others = sum(keep for is_planted, keep in told if not is_planted)
    return [[f"{ours} of {sum(p for p, _ in told)}", f"{others} of {sum(not p for p, _ in told)}"]]


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    tables = [
        (
            "Relevance",
            ["file", "P / R / F1", "cross-validated P / R / F1", "best baselines, F1"],
            relevance(told.shared),
        ),
        ("Planted pages", ["planted pages kept", "other real pages kept"], planted(told.shared)),
        (
            "Extraction",
            ["figure", "pages", "ours", "trafilatura", "95 % interval of the difference"],
            extraction(told.shared),
        ),
    ]
    for title, heads, rows in tables:
        print(f"\n{title}\n" + "\n".join(" | ".join(row) for row in [heads, *rows]))
        if told.write:
            write_rows(title, heads, rows, "python -m benchmarks.quality ../shared --write", DOCUMENT)


if __name__ == "__main__":
    main()
