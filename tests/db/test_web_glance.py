"""Excerpts mark what was asked for after a glance at the first sound of each word; little is lost by it."""

import json
from pathlib import Path

from db.web import asking, marking

EVAL = Path(__file__).parents[1] / "eval" / "search"


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (EVAL / name).read_text(encoding="utf-8").splitlines()]


def marked(text: str, typed: str, language: str) -> list[str]:
    return [piece.text for piece in marking.excerpt(text, asking.read(typed), language) if piece.role == "asked"]


def test_a_glance_finds_nearly_all_that_a_look_finds_and_nothing_else() -> None:
    seen = glanced = 0
    for typed in {row["q"] for row in rows("queries.jsonl")}:
        question = asking.read(typed)
        for row in rows("reports.jsonl"):
            whole = marking.asked(row["text"], question, row["language"])
            quick = marking._glanced(row["text"], question, row["language"])
            assert set(quick) <= set(whole), (typed, row["id"])
            seen += len(whole)
            glanced += len(quick or whole)
    assert seen > 500
    assert glanced >= 0.99 * seen


def test_a_form_that_begins_otherwise_is_marked_where_there_is_no_other() -> None:
    assert marked("Дома остался ребёнок.", "детям", "ru") == ["ребёнок"]
    assert marked("Der Soldat ist geflohen.", "fliehen", "de") == ["geflohen"]


def test_scripts_numbers_and_apostrophes_are_no_hindrance() -> None:
    assert marked("Об этом пишет Медиазона.", "Mediazona", "ru") == ["Медиазона"]
    assert marked("Статья 337 УК", "337", "ru") == ["337"]
    assert marked("Його обов'язок — служити.", "обов'язок", "uk") == ["обов'язок"]
    assert marked("Le droit d'asile est refusé.", "asile", "fr") == ["asile"]
    assert marked("俄罗斯逃兵在日本申请庇护", "逃兵", "zh") == ["俄罗斯逃兵在日本申请庇护"]  # one run
    assert marked("Ein солдат-дезертир", "дезертир", "ru") == ["дезертир"]
