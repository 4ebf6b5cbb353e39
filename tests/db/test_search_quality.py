"""How much of our labelled set the site's search finds does not fall below its floors."""

import json
import re
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.db.search_quality import ALL, answers, digest, lines, scores, table

LANGUAGES = ("ru", "uk", "en", "de", "fr", "pl", "es", "tr")
_FILTER = re.compile(r"-?\w+:\S+|-\S+")
_WORD = re.compile(r"\w+")


@pytest.fixture(scope="module")
def floors(root: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((root / "tests/eval/floors.json").read_text(encoding="utf-8"))["own_search"]
    assert told["sha256_16"] == digest(), "the set changed; measure its floor anew"
    return told


def test_the_search_keeps_its_floors(floors: dict[str, Any]) -> None:
    found = scores(answers())[ALL]
    misses = {each.typed: sorted(each.missed) for each in answers() if each.missed}
    others = {each.typed: sorted(each.false) for each in answers() if each.false}
    assert found.recall >= floors["recall"], misses
    assert found.precision >= floors["precision"], others


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_fails_no_language(floors: dict[str, Any], language: str) -> None:
    found = scores(answers())[language]
    misses = {each.typed: sorted(each.missed) for each in answers() if each.missed and each.language == language}
    others = {each.typed: sorted(each.false) for each in answers() if each.false and each.language == language}
    assert found.recall >= floors["recall_of_a_language"], misses
    assert found.precision >= floors["precision_of_a_language"], others


def test_the_site_understands_every_question_of_the_set() -> None:
    assert {each.typed: each.troubles for each in answers() if each.troubles} == {}


def test_the_document_tells_the_figures_as_they_are_measured(root: Path) -> None:
    told = (root / "docs/quality.md").read_text(encoding="utf-8").partition("\n## Search\n")[2].partition("\n## ")[0]
    heads, rows = table()
    assert [line for line in told.splitlines() if line.startswith("| ")] == [
        f"| {' | '.join(row)} |" for row in [heads, *rows]
    ], "measure anew with: python -m benchmarks.search --write"


def test_the_set_is_whole_and_no_question_asks_for_nothing() -> None:
    reports, questions = lines("reports.jsonl"), lines("queries.jsonl")
    known = {row["id"] for row in reports}
    assert len(known) == len(reports) >= 200
    assert len({row["q"] for row in questions}) == len(questions) == 120
    for row in questions:
        finds, may = set(row["finds"]), set(row["may"])
        assert finds, row["q"]
        assert finds | may <= known, row["q"]
        assert not finds & may, row["q"]
    assert min(Counter(row["language"] for row in questions).values()) >= 12
    assert {row["language"] for row in questions} == {row["language"] for row in reports} == set(LANGUAGES)
    assert 3 <= median(len(row["finds"]) for row in questions) <= 5


def test_most_questions_use_other_forms_than_the_reports_that_they_must_find() -> None:
    words = {row["id"]: set(_WORD.findall(f"{row['title']} {row['text']}".lower())) for row in lines("reports.jsonl")}
    alike = []
    for row in lines("queries.jsonl"):
        typed = [set(_WORD.findall(part.lower())) for part in _FILTER.sub("", row["q"]).split(" OR ")]
        alike += [any(part <= words[report] for part in typed) for report in row["finds"]]
    assert sum(alike) < len(alike) / 4
