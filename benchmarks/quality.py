"""Quality figures beside their baselines, into ``docs/quality.md``: relevance and extraction.

    python -m benchmarks.quality SHARED [--peers FILE] [--write]

``SHARED`` is the folder with the corpora, ``FILE`` what ``benchmarks.peers`` made of the same pages. Figures in the
sample are what ``deserters evaluate`` prints; the honest ones are cross-validated, folds never dividing a story.
Shingle F1 is that of 4-grams (article-extraction-benchmark).
"""

import argparse
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

import trafilatura
from trafilatura import bare_extraction

from benchmarks import train_relevance as training
from benchmarks.table import write_rows
from crawler import extract, flow
from crawler.extract import content, dates, headlines
from crawler.relevance import judge
from crawler.relevance.evaluate import Row, evaluate, rows_of
from crawler.sources import unlisted
from db.archive import captures
from db.model import Analysis, Article, Capture, Rejection, Verdict

DOCUMENT = Path(__file__).parent.parent / "docs" / "quality.md"
_LABELLED = ("relevance_feed_items.jsonl", "relevance_pages.jsonl", "feed_background.jsonl.gz")
_MANY = 10
_PAIR = ("ours", "trafilatura")
_NUMBER = re.compile(r"\d+")
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
    dice = random.Random(0)  # repeatable, no secret
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


def particulars(shared: Path) -> list[list[str]]:
    """Rows of the table of particulars: languages, kinds, recall at a precision, the background stream."""
    read = {name: list(rows_of(training.read_lines(shared / "corpus" / name))) for name in _LABELLED}
    found = evaluate(read["relevance_pages.jsonl"])
    large = {name: one.f1.value for name, one in found.languages.items() if one.relevant >= _MANY}
    pooled = evaluate(row for row in read["relevance_pages.jsonl"] if row.language not in large).overall.f1.value
    ukrainian = [kind for kind in found.kinds if kind.kind.startswith("ukr_")]
    far = [row for row in read["feed_background.jsonl.gz"] if _kept(row)]
    print("\nKept of the background stream, to be read:", *(f"- {row.title}" for row in far), sep="\n")
    return [
        [
            f"pages, F1 by language with {_MANY} relevant rows or more",
            ", ".join(f"{k} {v:.3f}" for k, v in large.items()),
        ],
        ["pages, the other languages pooled, F1", f"{pooled:.3f}"],
        ["pages, Ukrainian cases kept", f"{sum(kind.kept for kind in ukrainian)} of {sum(k.rows for k in ukrainian)}"],
        ["feed items, recall where precision is .80", f"{_recall_at(read['relevance_feed_items.jsonl'], 0.8):.3f}"],
        ["background items kept", f"{len(far)} of {len(read['feed_background.jsonl.gz']):,}"],
    ]


def _verdict(row: Row) -> Verdict:
    return judge(Article(url="", canonical_url="", headline=row.title, text=row.text, language=row.language))


def _kept(row: Row) -> bool:
    return _verdict(row).relevant


def _recall_at(rows: list[Row], precision: float) -> float:
    """The largest recall at a threshold that leaves at least ``precision``, rows weighted."""
    judged = [row for row in rows if row.label in ("relevant", "not")]
    scored = sorted(((_verdict(row).score, row) for row in judged), key=lambda pair: -pair[0])
    hits = false = best = 0.0
    for score, row in scored:
        hits, false = (hits + row.weight, false) if row.label == "relevant" else (hits, false + row.weight)
        if score > 0 and hits >= precision * (hits + false):
            best = hits
    return best / sum(row.weight for row in judged if row.label == "relevant")


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


@dataclass(frozen=True, slots=True)
class Page:
    """A page whose truth is known, and what each tool makes of it: text, title, day (empty where it tells none)."""

    truth: dict[str, Any]
    tools: dict[str, tuple[str, str, str]]


def pages(shared: Path, peers: Path | None) -> list[Page]:
    """The real pages with a known body, title or day, as we and the others read them."""
    truths = {row["url"]: row for row in map(json.loads, (shared / "corpus" / "truth.jsonl").open(encoding="utf-8"))}
    others = {row["url"]: row for row in map(json.loads, peers.open(encoding="utf-8"))} if peers else {}
    told = []
    for capture in captures(shared / "corpus" / "pages.warc.gz"):
        truth = truths.get(capture.url, {"suspect": True})
        if not truth.get("suspect") and truth.get("topic") != "relevant" and (document := extract.parse(capture)):
            tools = {"ours": _ours(capture, document, truth.get("language") or ""), **_trafilatura(capture)}
            for name, made in others.get(capture.url, {}).items():
                if isinstance(made, dict):
                    tools[name] = (made["text"], made["title"], "")
            told.append(Page(truth, tools))
    return told


def _ours(capture: Capture, document: extract.Document, language: str) -> tuple[str, str, str]:
    dated = dates.published(document, None, capture.fetched_at, language)
    dated = dated if dated.moment else dates.from_text(document, capture.fetched_at)
    text = content.without_headline(content.main_text(document), document.headline)
    return text, document.headline, str(dated.day or "")


def _trafilatura(capture: Capture) -> dict[str, tuple[str, str, str]]:
    """As its default gives it (``extract``: with readers' comments), and the same without comments."""
    rich = bare_extraction(bytes(capture.body), with_metadata=True)
    found = [str(getattr(rich, name, "") or "") for name in ("text", "title", "date")]
    plain = trafilatura.extract(bytes(capture.body)) or ""
    return {"trafilatura": (plain, found[1], found[2]), "trafilatura, no comments": (found[0], found[1], found[2])}


def extraction(told: list[Page]) -> list[list[str]]:
    """Rows of the extraction table: ours beside the others on the same pages."""
    names = list(dict.fromkeys(name for page in told for name in page.tools))
    bodies = [page for page in told if page.truth.get("body") and page.truth["body_kind"] != "tool-snapshot"]
    snapshots = [page for page in told if page.truth.get("body_kind") == "tool-snapshot" and page.truth.get("body")]
    titles = [page for page in told if page.truth.get("title")]
    rows = [_body_row("body, shingle F1", name, bodies) for name in names]
    rows += [_body_row("body, where the truth is another tool's", name, snapshots) for name in names if snapshots]
    rows += [_title_row(name, titles) for name in names if name != "trafilatura, no comments"]
    held_out = json.loads(Path(headlines.__file__).with_suffix(".json").read_text(encoding="utf-8"))
    rows.append(
        ["title, exact", "ours, sites held out", str(held_out["pages"]), f"{held_out['held_out_exact']:.3f}", ""]
    )
    return rows


def _body_row(figure: str, name: str, told: list[Page]) -> list[str]:
    scores = [[overlap(page.tools.get(each, ("",))[0], page.truth["body"]) for page in told] for each in (name, "ours")]
    low, high = interval([ours - theirs for theirs, ours in zip(*scores, strict=True)])
    gap = "" if name == "ours" else f"{low:+.4f} to {high:+.4f}"
    return [figure, name, str(len(told)), f"{fmean(scores[0]):.4f}", gap]


def _title_row(name: str, told: list[Page]) -> list[str]:
    right = [page.tools.get(name, ("", ""))[1] == " ".join(page.truth["title"].split()) for page in told]
    return ["title, exact", name, str(len(told)), f"{fmean(right):.3f}", ""]


def languages(told: list[Page]) -> list[list[str]]:
    """Rows of the table by language: body F1 of ours and of trafilatura's default."""
    by: dict[str, list[Page]] = defaultdict(list)
    for page in told:
        if page.truth.get("body") and page.truth["body_kind"] != "tool-snapshot":
            by[page.truth["language"]].append(page)
    rows = []
    for language, some in sorted(by.items(), key=lambda pair: -len(pair[1])):
        means = [fmean(overlap(page.tools[name][0], page.truth["body"]) for page in some) for name in _PAIR]
        rows.append([language, str(len(some)), *(f"{mean:.3f}" for mean in means)])
    return rows


def days(told: list[Page]) -> list[list[str]]:
    """Rows of the table of dates, by the set that a page comes from."""
    by: dict[str, list[Page]] = defaultdict(list)
    for page in told:
        if page.truth.get("published"):
            by[page.truth["source_repo"]].append(page)
    rows = []
    for name, some in by.items():
        right = [fmean(page.tools[tool][2] == page.truth["published"][:10] for page in some) for tool in _PAIR]
        rows.append([name, str(len(some)), *(f"{share:.3f}" for share in right)])
    return rows


def refusals(shared: Path) -> list[list[str]]:
    """How many of the real pages each refusal hits, whatever they speak of; and how many are marked as live tickers."""
    hits: Counter[str] = Counter()
    for capture in captures(shared / "corpus" / "pages.warc.gz"):
        document = None if "planted.example" in capture.url else extract.parse(capture)
        found = extract.article(capture, document) if document else None
        if isinstance(found, Rejection):
            hits[f"{found.reason}: {_NUMBER.sub('n', found.detail)}"] += 1
        elif found:
            hits.update(f"kept, marked as {mark}" for mark in found.marks)
    return [[reason, str(count)] for reason, count in hits.most_common()]


def verdicts(shared: Path) -> list[list[str]]:
    """CPU milliseconds of a verdict on texts of about 3,000 and 12,000 characters whose language is known."""
    texts = [capture for capture in captures(shared / "corpus" / "pages.warc.gz") if "planted" not in capture.url][:300]
    read = [content.main_text(document) for each in texts if (document := extract.parse(each))]
    whole = "\n\n".join(text for text in read if text)
    rows = []
    for size in (3_000, 12_000):
        taken = []
        for at in range(0, min(len(whole), 300 * size) - size, size):
            article = Article(url="", canonical_url="", headline="", text=whole[at : at + size], language="en")
            started = time.process_time()
            judge(article)
            taken.append(1000 * (time.process_time() - started))
        rows.append([f"{size:,} characters", f"{median(taken[5:]):.2f}"])
    return rows


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
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    read = pages(told.shared, told.peers)
    labelled = ["file", "P / R / F1", "cross-validated P / R / F1", "best baselines, F1"]
    gap = "ours better by (95 %)"
    tables = [
        ("Relevance", labelled, relevance(told.shared)),
        ("Relevance in particular", ["figure", "measured"], particulars(told.shared)),
        ("Verdicts", ["text", "median CPU, ms"], verdicts(told.shared)),
        ("Planted pages", ["planted pages kept", "other real pages kept"], planted(told.shared)),
        ("Extraction", ["figure", "tool", "pages", "measured", gap], extraction(read)),
        ("Extraction by language", ["language", "pages", *_PAIR], languages(read)),
        ("Dates, same day", ["set", "pages", *_PAIR], days(read)),
        ("Refusals of real pages", ["reason", "of 1,235 pages"], refusals(told.shared)),
    ]
    for title, heads, rows in tables:
        print(f"\n{title}\n" + "\n".join(" | ".join(row) for row in [heads, *rows]))
        if told.write:
            write_rows(title, heads, rows, "make eval", DOCUMENT)


if __name__ == "__main__":
    main()
