"""How well facts are found and stories told apart does not fall below its floors, on our own and the shared sets."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawler import facts
from crawler.facts.evaluate import score
from crawler.stories.evaluate import grouped, labelled, pairs

FLOORS = json.loads((Path(__file__).parent.parent / "eval/floors.json").read_text(encoding="utf-8"))


def rows(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(paths) for line in path.read_text(encoding="utf-8").splitlines()]


def own(root: Path, name: str) -> list[dict[str, Any]]:
    return rows((root / "tests/eval" / name).glob("*.jsonl"))


def shared_rows(shared: Path, name: str, floor: dict[str, Any]) -> list[dict[str, Any]]:
    path = shared / "corpus" / f"{name}.jsonl"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    assert digest == floor["sha256_16"], "the corpus changed; measure its floor anew"
    return rows([path])


def below(found: list[dict[str, Any]], floors: dict[str, Any]) -> dict[str, list[str]]:
    """Kinds of facts that fall below their floor of precision and recall, with what was missed."""
    counts = score(found)
    weak = {
        kind
        for kind, (precision, recall) in floors.items()
        if counts[kind].precision < precision or counts[kind].recall < recall
    }
    return {kind: counts[kind].notes for kind in weak}


def test_facts_of_the_shared_texts_keep_their_floors(shared: Path) -> None:
    floor = FLOORS["topic_texts"]
    assert below(shared_rows(shared, "topic_texts", floor), floor["facts"]) == {}


@pytest.mark.parametrize("name", ["figures", "protected"])
def test_facts_of_our_own_texts_keep_their_floors(root: Path, name: str) -> None:
    assert below(own(root, name), FLOORS[f"own_{name}"]) == {}


def weak(found: list[dict[str, Any]], floors: dict[str, list[float]]) -> dict[str, tuple[float, float]]:
    """F1 over all pairs and across languages, of what falls below its floor."""
    reports = labelled(found, facts.find)
    groups = dict(zip(("event", "original"), grouped(reports), strict=True))
    told = {
        label: tuple(pairs(reports, groups[label], label, across=across).f1 for across in (False, True))
        for label in floors
    }
    return {label: (f1[0], f1[1]) for label, f1 in told.items() if f1[0] < floors[label][0] or f1[1] < floors[label][1]}


def test_stories_of_our_own_dated_reports_keep_their_floors(root: Path) -> None:
    assert weak(own(root, "stories"), FLOORS["own_stories"]) == {}


def test_stories_of_our_own_long_reports_keep_their_floors(root: Path) -> None:
    assert weak(own(root, "long_stories"), FLOORS["own_long_stories"]) == {}


def test_stories_are_told_apart_when_everything_happens_in_one_week(root: Path) -> None:
    reports = labelled(in_one_week(own(root, "stories"), own(root, "long_stories")), facts.find)
    groups = dict(zip(("event", "original"), grouped(reports), strict=True))
    floors = FLOORS["own_one_week"]
    for label in ("event", "original"):
        found = pairs(reports, groups[label], label)
        assert found.f1 >= floors[label][0]
        assert found.precision >= floors["precision"]
        assert pairs(reports, groups[label], label, across=True).f1 >= floors[label][1]


def in_one_week(*sets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of all ``sets``, each event moved so that all begin within three days."""
    rows = [
        {**row, "event": f"{number} {row['event']}", "original": row["original"] and f"{number} {row['original']}"}
        for number, each in enumerate(sets)
        for row in each
    ]
    days = {row["event"]: date.fromisoformat(row["date"]) for row in sorted(rows, key=lambda row: row["date"])[::-1]}
    begin = {event: date(2026, 9, 1 + number % 3) for number, event in enumerate(sorted(days))}
    return [
        {**row, "date": str(begin[row["event"]] + (date.fromisoformat(row["date"]) - days[row["event"]]))}
        for row in rows
    ]


def test_stories_of_the_shared_texts_keep_their_floors(shared: Path) -> None:
    floor = FLOORS["topic_texts"]
    known = [row for row in shared_rows(shared, "topic_texts", floor) if row["event"] != "n"]
    assert weak(known, floor["stories"]) == {}


def test_stories_of_feed_items_keep_their_floors(shared: Path) -> None:
    floor = FLOORS["feed_stories"]
    known = [row for row in shared_rows(shared, "relevance_feed_items", floor) if row["story_id"]]
    assert weak(known, floor["stories"]) == {}
    reports = labelled(known, facts.find)
    assert pairs(reports, grouped(reports)[0], "event", across=True).recall >= floor["recall_across_languages"]


def test_the_sets_are_as_large_as_they_must_be(root: Path) -> None:
    figures, stories, protected = (own(root, name) for name in ("figures", "stories", "protected"))
    assert sum(len(row["figures"]) for row in figures) >= 150
    assert (len(stories) >= 150, len({row["lang"] for row in stories})) == (True, 8)
    assert (len(protected) >= 200, len({row["lang"] for row in protected})) == (True, 8)
    assert {row["relation"] for row in stories} == {"original", "copy", "version"}
