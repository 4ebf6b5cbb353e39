"""Each language is complete: it has terms of every role, enough labelled rows of our own, and judges them well."""

import json
from pathlib import Path

import pytest

from crawler.relevance import scan
from crawler.relevance.evaluate import Evaluation, Row, evaluate, rows_of
from crawler.topics import load

EVAL = Path(__file__).parents[1] / "eval"
FLOOR = json.loads((EVAL / "floors.json").read_text())["own_rows"]
LANGUAGES = [
    *("en", "ru", "uk", "be", "de", "fr", "es", "it", "pt", "pl", "cs", "sk", "nl", "sv", "no"),
    *("da", "fi", "et", "lv", "lt", "bg", "ro", "hu", "el", "tr", "ka", "hy", "kk", "he", "ar"),
]
ROLES = {
    "desertion", "absence", "refusal", "evasion", "helpers", "defection", "leaving", "flight", "asylum", "russia",
    "force", "soldier", "army", "draft", "shelter", "justice", "return", "ukraine", "ukraine_army", "other_army",
    "history", "fiction", "reference", "politics", "spy",
}  # fmt: skip
NEAR_MISSES = {"ukr_awol", "other_army", "asylum_dissident", "mobilisation_news", "casualties", "film_game"}


def rows(language: str) -> list[Row]:
    lines = (EVAL / "relevance" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return list(rows_of(map(json.loads, lines)))


def judged(language: str) -> Evaluation:
    return evaluate(rows(language))


def test_there_are_thirty_languages() -> None:
    assert len(set(LANGUAGES)) == 30
    assert set(LANGUAGES) <= set(load().languages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_terms_of_every_role(language: str) -> None:
    assert ROLES - {term.role for term in load().languages[language].terms} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_labelled_rows_of_our_own(language: str) -> None:
    own = rows(language)
    assert len({(row.title, row.text) for row in own}) == len(own)
    assert {row.language for row in own} == {language}
    assert sum(row.label == "relevant" for row in own) >= 15
    assert sum(row.label == "not" for row in own) >= 15
    assert {row.kind for row in own if row.label == "not"} >= NEAR_MISSES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_judged_well_on_its_own_rows(language: str) -> None:
    found = judged(language)
    assert found.overall.recall.value >= FLOOR["recall_of_a_language"], [each.row.id for each in found.missed]
    assert len(found.false) <= FLOOR["false_of_a_language"], [each.row.id for each in found.false]


def test_all_languages_together_are_judged_well() -> None:
    found = evaluate(row for language in LANGUAGES for row in rows(language))
    assert found.overall.recall.value >= FLOOR["recall"]
    assert found.overall.precision.value >= FLOOR["precision"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_is_kept_of_a_language_passes_the_scan(language: str) -> None:
    found = judged(language)
    lost = {each.row.id for each in found.missed}
    kept = [row for row in rows(language) if row.label == "relevant" and row.id not in lost]
    stopped = [row.id for row in kept if not scan(f"<h1>{row.title}</h1><p>{row.text}</p>".encode())]
    assert stopped == []
