"""A labelled file in, its figures on the terminal or as JSON out."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.errors import DesertersError
from crawler.relevance.evaluate import Evaluation, Figures, Outcome, Rate, evaluate, rows_of

_LABELS = ("relevant", "not", "borderline")
_SHOWN = 60  # misses of one sort on the terminal; the JSON has all


class LabelsError(DesertersError):
    """A labelled file cannot be read; names file and line."""


def evaluate_file(path: Path) -> Evaluation:
    """Score the rows of ``path``: one JSON object a line, packed with gzip or not.

    Raises:
        LabelsError: there is no row; a line is no JSON object, has neither title nor text, or an unknown label.
    """
    try:
        rows = list(rows_of(_labelled(path)))
    except (OSError, EOFError) as error:
        raise LabelsError(f"{path}: cannot be read: {error}") from error
    except ValueError as error:
        raise LabelsError(f"{path}: {error}") from error
    if not rows:
        raise LabelsError(
            f"{path}: has no labelled row; write objects with title, text, language and label, one a line"
        )
    return evaluate(rows)


def objects(path: Path) -> Iterator[dict[str, object]]:
    """The JSON objects of ``path``, one a line, packed with gzip or not.

    Raises:
        ValueError: a line is no JSON object; names the line.
    """
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for number, line in enumerate(content.decode("utf-8").split("\n"), 1):
        if line.strip():
            yield _object(line, number)


def _labelled(path: Path) -> Iterator[dict[str, object]]:
    for number, row in enumerate(objects(path), 1):
        if row.get("label", "not") not in _LABELS:
            raise ValueError(f"line {number} has the label {row['label']!r}; known are {', '.join(_LABELS)}")
        yield row


def _object(line: str, number: int) -> dict[str, object]:
    try:
        row: dict[str, object] = dict(json.loads(line).items())
    except ValueError as error:
        raise ValueError(f"line {number} is no JSON: {error}") from error
    except AttributeError as error:
        raise ValueError(f"line {number} is no JSON object") from error
    return row


def as_json(found: Evaluation) -> str:
    """Everything as one object; ``f1``, ``precision`` and ``recall`` at its top."""
    told = {
        **_numbers(found.overall),
        "languages": {name: _numbers(figures) for name, figures in found.languages.items()},
        "kinds": [{"kind": k.kind, "label": k.label, "rows": k.rows, "kept": k.kept} for k in found.kinds],
        "missed": [_miss(outcome) for outcome in found.missed],
        "false": [_miss(outcome) for outcome in found.false],
        "borderline": [_miss(outcome) for outcome in found.borderline],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _numbers(figures: Figures) -> dict[str, object]:
    rates = {"f1": figures.f1, "precision": figures.precision, "recall": figures.recall}
    told: dict[str, object] = {name: round(rate.value, 4) for name, rate in rates.items()}
    intervals = {f"{name}_interval": [round(rate.low, 4), round(rate.high, 4)] for name, rate in rates.items()}
    return {**told, **intervals, "rows": figures.rows, "relevant": figures.relevant}


def _miss(outcome: Outcome) -> dict[str, object]:
    row, verdict = outcome.row, outcome.verdict
    kept = {"score": verdict.score, "answer": verdict.answer.value, "why": verdict.why}
    return {"id": row.id, "language": row.language, "kind": row.kind, "title": row.title, **kept}


def show(console: Console, found: Evaluation) -> None:
    """The figures as tables, then the misses; borderline rows apart."""
    table = Table(title="Kept against labelled; 95 % intervals", title_justify="left")
    for heading in ("language", "rows", "relevant", "precision", "recall", "F1"):
        table.add_column(heading, justify="left" if heading == "language" else "right")
    for name, figures in {"all": found.overall, **found.languages}.items():
        rates = (figures.precision, figures.recall, figures.f1)
        table.add_row(name or "?", str(figures.rows), f"{figures.relevant:g}", *map(_rate, rates))
    console.print(table)
    kinds = Table(title="By kind", title_justify="left")
    for heading in ("kind", "label", "rows", "kept"):
        kinds.add_column(heading)
    for kind in found.kinds:
        kinds.add_row(kind.kind, kind.label, str(kind.rows), str(kind.kept))
    console.print(kinds)
    for title, outcomes in (("Missed", found.missed), ("Kept wrongly", found.false), ("Borderline", found.borderline)):
        console.print(f"[bold]{title}[/bold]: {len(outcomes)}")
        for outcome in outcomes[:_SHOWN]:
            row, verdict = outcome.row, outcome.verdict
            console.print(f"  {verdict.score:.2f} {row.language} {row.kind} {row.id} {escape(row.title[:100])}")


def _rate(rate: Rate) -> str:
    return f"{rate.value:.3f} ({rate.low:.2f}-{rate.high:.2f})"
