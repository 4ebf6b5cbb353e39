"""How much of our labelled set the site's search finds does not fall below its floors."""

import json
import re
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.db.search_quality import ALL, HELD_OUT, REPORTS, TUNED, answers, digest, lines, scores, table

LANGUAGES = ("ru", "uk", "en", "de", "fr", "pl", "es", "tr")
_FILTER = re.compile(r"-?\w+:\S+|-\S+")
_WORD = re.compile(r"\w+")


@pytest.fixture(scope="module")
def floors(root: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((root / "tests/eval/floors.json").read_text(encoding="utf-8"))["own_search"]
    assert told["sha256_16"] == digest(), "the set changed; measure its floor anew"
    assert told["held_out"]["sha256_16"] == digest(HELD_OUT), "the held-out questions changed; measure their floor anew"
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


def test_the_search_is_as_precise_on_questions_that_it_was_not_tuned_on(floors: dict[str, Any]) -> None:
    # Recall has no floor here: it falls short of .95, and the document says by how much.
    found = scores(answers(HELD_OUT))[ALL]
    others = {each.typed: sorted(each.false) for each in answers(HELD_OUT) if each.false}
    assert found.precision >= floors["held_out"]["precision"], others


@pytest.mark.parametrize("questions", [TUNED, HELD_OUT])
def test_the_site_understands_every_question_of_the_set(questions: str) -> None:
    assert {each.typed: each.troubles for each in answers(questions) if each.troubles} == {}


def test_the_document_tells_the_figures_as_they_are_measured(root: Path) -> None:
    told = (root / "docs/quality.md").read_text(encoding="utf-8").partition("\n## Search\n")[2].partition("\n## ")[0]
    heads, rows = table()
    assert [line for line in told.splitlines() if line.startswith("| ")] == [
        f"| {' | '.join(row)} |" for row in [heads, *rows]
    ], "measure anew with: python -m benchmarks.search --write"


def test_the_set_is_whole_and_no_question_asks_for_nothing() -> None:
    reports, questions = lines(REPORTS), lines(TUNED)
    assert len({row["id"] for row in reports}) == len(reports) >= 200
    assert len({row["q"] for row in questions}) == len(questions) == 120
    assert min(Counter(row["language"] for row in questions).values()) >= 12
    assert {row["language"] for row in questions} == {row["language"] for row in reports} == set(LANGUAGES)
    assert 3 <= median(len(row["finds"]) for row in questions) <= 5


@pytest.mark.parametrize("questions", [TUNED, HELD_OUT])
def test_every_question_has_reports_to_find_and_no_label_contradicts_another(questions: str) -> None:
    known = {row["id"] for row in lines(REPORTS)}
    for row in lines(questions):
        finds, may = set(row["finds"]), set(row["may"])
        assert finds, row["q"]
        assert finds | may <= known, row["q"]
        assert not finds & may, row["q"]


def test_the_held_out_questions_treat_all_languages_alike_and_ask_for_no_word_of_the_others() -> None:
    held_out = lines(HELD_OUT)
    assert Counter(row["language"] for row in held_out) == dict.fromkeys(LANGUAGES, 8)
    asked, anew = (
        {word for row in rows for word in _WORD.findall(_FILTER.sub("", row["q"]).replace(" OR ", " ").lower())}
        for rows in (lines(TUNED), held_out)
    )
    assert len(anew) > len(held_out)
    assert not asked & anew


@pytest.mark.parametrize("questions", [TUNED, HELD_OUT])
def test_most_questions_use_other_forms_than_the_reports_that_they_must_find(questions: str) -> None:
    words = {row["id"]: set(_WORD.findall(f"{row['title']} {row['text']}".lower())) for row in lines(REPORTS)}
    alike = []
    for row in lines(questions):
        typed = [set(_WORD.findall(part.lower())) for part in _FILTER.sub("", row["q"]).split(" OR ")]
        alike += [any(part <= words[report] for part in typed) for report in row["finds"]]
    assert sum(alike) < len(alike) / 4
