"""Labelled rows in, how well facts are found and stories told apart out, as tables or as one JSON object."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler import facts
from crawler.facts import evaluate as scoring
from crawler.stories import evaluate as grouping
from crawler.tally import Tally
from scheduler.evaluating import LabelsError, objects

_SHOWN = 40
_LABELS = ("event", "original")


def is_of_facts(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the rows label facts or protected names."""
    return any("figures" in row or "protected" in row for row in rows)


def is_of_stories(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the rows label which of them tell of one event."""
    return any("event" in row for row in rows)


def read(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The rows of all ``paths``; JSON objects, one a line.

    Raises:
        LabelsError: a file cannot be read, or a line of it is no JSON object; names file and line.
    """
    found: list[dict[str, Any]] = []
    for path in paths:
        try:
            found.extend(objects(path))
        except (OSError, EOFError, ValueError) as error:
            raise LabelsError(f"{path}: {error}") from error
    return found


def scored(rows: Sequence[Mapping[str, Any]], *, stories: bool) -> dict[str, dict[str, Any]]:
    """Precision, recall and F1 by what is labelled: kinds of facts, and pairs of reports."""
    told: dict[str, dict[str, Any]] = {}
    if is_of_facts(rows) and not stories:
        for kind, count in scoring.score(rows).items():
            told[kind] = {**_rates(count), "misses": count.notes}
    if stories or is_of_stories(rows):
        known = [row for row in rows if row.get("event", row.get("story_id")) not in {None, "", "n"}]
        told.update(_pairs(known))
    return told


def _pairs(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    reports = grouping.labelled(rows, facts.find)
    groups = grouping.grouped(reports)
    told: dict[str, dict[str, Any]] = {}
    for label, assigned in zip(_LABELS, groups, strict=True):
        for across in (False, True):
            found = grouping.pairs(reports, assigned, label, across=across)
            if found.right + found.missed:
                name = f"same {label}{', across languages' if across else ''}"
                told[name] = {**_rates(found), "misses": []}
    return told


def _rates(found: Tally) -> dict[str, float]:
    return {"precision": round(found.precision, 4), "recall": round(found.recall, 4), "f1": round(found.f1, 4)}


def as_json(told: Mapping[str, Mapping[str, Any]]) -> str:
    """Everything as one object."""
    return json.dumps(told, ensure_ascii=False, indent=1)


def show(console: Console, told: Mapping[str, Mapping[str, Any]]) -> None:
    """The rates as a table, then what was missed or found wrongly."""
    table = Table("labelled", "precision", "recall", "F1", title="Found against labelled", title_justify="left")
    for kind, rates in told.items():
        table.add_row(kind, *(f"{rates[name]:.3f}" for name in ("precision", "recall", "f1")))
    console.print(table)
    for kind, rates in told.items():
        for note in rates["misses"][:_SHOWN]:
            console.print(f"{kind}: {escape(str(note))}")
