"""Precision and recall from what people answered are right on average, say how sure they are, and wait for enough."""

import json
import random
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from typer.testing import CliRunner

from db.model.reviews import Act, Judged, Opinion, Stratum
from db.reviews import Reviews, drawing, reading
from db.reviews.reading import Answered, Sample
from scheduler import estimating, evaluating_reviews
from scheduler.cli import app
from scheduler.estimating import Estimate, Part
from scheduler.evaluating_reviews import Evaluation

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
ANNA = Act(who="anna", at=NOW)
DRAWS = 600
# what the judge made of pages, how many there are, which share of them is relevant, how many are drawn
WORLD = (
    (Stratum.KEPT, 900, 0.96, 60), (Stratum.KEPT_NEAR, 240, 0.65, 40), (Stratum.UNCERTAIN, 300, 0.30, 60),
    (Stratum.UNLIKELY, 700, 0.08, 60), (Stratum.WORDLESS, 1200, 0.02, 80), (Stratum.UNREAD, 200, 0.05, 30),
)  # fmt: skip
LOOKS: Mapping[Stratum, Mapping[str, Any]] = {
    Stratum.KEPT: {"kept": True, "score": 0.9}, Stratum.KEPT_NEAR: {"kept": True, "score": 0.5},
    Stratum.UNCERTAIN: {"answer": "review", "score": 0.3}, Stratum.UNLIKELY: {"score": 0.1},
    Stratum.WORDLESS: {}, Stratum.UNREAD: {"stage": "extract"},
}  # fmt: skip
BLANK = Judged(key="", kept=False, stage="relevance", answer="drop", score=0.0, language="ru")


def population() -> tuple[list[Judged], frozenset[str]]:
    """All pages, and the names of those that are relevant."""
    chance = random.Random(5)
    pages, relevant = [], set()
    for stratum, count, share, _ in WORLD:
        for number in range(count):
            language = "ru" if chance.random() < 0.7 else "de"
            page = replace(BLANK, key=f"{stratum.name}/{number}", language=language, **LOOKS[stratum])
            pages.append(page)
            if number < count * share:
                relevant.add(page.key)
    return pages, frozenset(relevant)


def answered(seed: str, pages: list[Judged], relevant: frozenset[str], part: float = 1.0) -> Sample:
    """The draw of ``seed``, the first ``part`` of it answered truly."""
    found = drawing.draw(seed, pages, {}, {stratum: size for stratum, _, _, size in WORLD})
    items = tuple(
        Answered(
            id=item.position, page=item.page, stratum=item.stratum, language=item.language, score=item.score,
            position=item.position, probability=item.probability,
            answers={"anna": Opinion.RELEVANT if item.page in relevant else Opinion.NOT_RELEVANT}
            if item.position <= part * len(found.items) else {},
        )
        for item in found.items
    )  # fmt: skip
    return Sample(draw=1, at="2026-11-25", frame=found.frame, items=items)


def truth(pages: list[Judged], relevant: frozenset[str]) -> dict[str, float]:
    kept = {page.key for page in pages if page.kept}
    among = relevant & {page.key for page in pages}
    precision, recall = len(kept & relevant) / len(kept), len(kept & among) / len(among)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}


@pytest.fixture(scope="module")
def world() -> tuple[list[Judged], frozenset[str]]:
    return population()


@pytest.fixture(scope="module")
def many(world: tuple[list[Judged], frozenset[str]]) -> list[Evaluation]:
    """What each of many draws, answered in full, says."""
    return [evaluating_reviews.evaluate(answered(str(seed), *world)) for seed in range(DRAWS)]


def rates(found: list[Evaluation], name: str) -> list[Estimate]:
    told = [getattr(each.overall, name) for each in found]
    assert all(isinstance(each, Estimate) for each in told)
    return told


# -- right on average


@pytest.mark.parametrize(("name", "bias"), [("precision", 0.0), ("recall", 0.006), ("f1", 0.004)])
def test_the_mean_of_many_draws_is_the_truth(
    many: list[Evaluation], world: tuple[list[Judged], frozenset[str]], name: str, bias: float
) -> None:
    values = [each.value for each in rates(many, name)]
    chance = 3.3 * stdev(values) / DRAWS**0.5  # the mean of so many draws strays farther once in a thousand times
    assert chance < 0.01, "the bound is tight"
    assert abs(fmean(values) - truth(*world)[name]) < chance + bias, "a ratio has a bias of its own, of about 1/n"


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_the_interval_holds_the_truth_in_about_95_of_100_draws(
    many: list[Evaluation], world: tuple[list[Judged], frozenset[str]], name: str
) -> None:
    right = truth(*world)[name]
    held = fmean(each.low <= right <= each.high for each in rates(many, name))
    assert 0.935 <= held <= 0.99


def test_draws_that_are_answered_halfway_are_right_on_average_too(world: tuple[list[Judged], frozenset[str]]) -> None:
    found = [evaluating_reviews.evaluate(answered(str(seed), *world, part=0.5)) for seed in range(DRAWS // 2)]
    for name, bias in (("precision", 0.0), ("recall", 0.012)):
        values = [each.value for each in rates(found, name)]
        chance = 3.3 * stdev(values) / (DRAWS / 2) ** 0.5
        assert abs(fmean(values) - truth(*world)[name]) < chance + bias


def test_answers_to_pages_taken_without_a_draw_would_be_wrong(world: tuple[list[Judged], frozenset[str]]) -> None:
    """The weights matter: the plain shares among the pages drawn are far from the truth."""
    sample = answered("0", *world)
    told = [item.opinion is Opinion.RELEVANT for item in sample.items]
    kept = [item.stratum.kept for item in sample.items]
    plain = sum(a and b for a, b in zip(told, kept, strict=True)) / sum(told)
    assert abs(plain - truth(*world)["recall"]) > 0.04


def test_languages_are_right_on_average(many: list[Evaluation], world: tuple[list[Judged], frozenset[str]]) -> None:
    pages, relevant = world
    for language in ("ru", "de"):
        mine = [page for page in pages if page.language == language]
        told = [each.languages[language].precision for each in many if language in each.languages]
        assert len(told) > DRAWS * 0.9
        values = [each.value for each in told if each]
        assert abs(fmean(values) - truth(mine, relevant & {page.key for page in mine})["precision"]) < 0.015


def test_every_page_answered_is_certainty(world: tuple[list[Judged], frozenset[str]]) -> None:
    pages, relevant = world
    found = drawing.draw("seed", pages, {}, dict.fromkeys(Stratum, len(pages)))
    assert len(found.items) == len(pages)
    parts = {stratum: [page for page in pages if drawing.stratum(page) is stratum] for stratum in Stratum}
    shares = {
        stratum: estimating.share(
            Part(pages=len(each), answered=len(each), relevant=sum(page.key in relevant for page in each))
        )
        for stratum, each in parts.items()
    }
    kept, rejected = (
        [(len(parts[each]), shares[each]) for each in Stratum if each.kept is side] for side in (True, False)
    )
    recall = estimating.recall(kept, rejected)
    assert recall
    assert recall.low == pytest.approx(recall.value) == pytest.approx(recall.high)
    assert recall.value == pytest.approx(truth(*world)["recall"])


def test_no_relevant_page_among_those_answered_is_no_proof_that_there_is_none() -> None:
    kept = [(100, estimating.share(Part(pages=100, answered=50, relevant=50)))]
    rejected = [(10_000, estimating.share(Part(pages=10_000, answered=50, relevant=0)))]
    found = estimating.recall(kept, rejected)
    assert found
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low < 0.15, "up to seven in a hundred of ten thousand pages may have been missed"
    assert estimating.recall([(100, estimating.share(Part(pages=100, answered=9, relevant=0)))], rejected) is None


@pytest.mark.parametrize(
    ("part", "low", "high"),
    [
        (Part(pages=10**9, answered=10, relevant=0), 0.0, 0.3085),
        (Part(pages=10**9, answered=10, relevant=5), 0.1871, 0.8129),
        (Part(pages=10**9, answered=100, relevant=95), 0.8872, 0.9836),
    ],
)
def test_shares_have_the_limits_of_clopper_and_pearson(part: Part, low: float, high: float) -> None:
    found = estimating.share(part)
    assert [found.low, found.high] == pytest.approx([low, high], abs=2e-4)


# -- from the file, as people call it


def filled(path: Path, pages: list[Judged], relevant: frozenset[str], answers: int) -> Path:
    with Reviews(path) as file, closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE settings SET value = 'the same each time' WHERE name = 'seed'")
        connection.commit()
        file.draw(ANNA, pages)
        for item in reading.sample(path).items[:answers]:
            file.judge(ANNA, item.page, Opinion.RELEVANT if item.page in relevant else Opinion.NOT_RELEVANT, item.id)
    return path


def test_the_command_tells_rates_strata_and_what_people_were_unsure_of(
    tmp_path: Path, world: tuple[list[Judged], frozenset[str]]
) -> None:
    path = filled(tmp_path / "reviews.db", *world, answers=1000)
    with Reviews(path) as file:
        one, two = reading.sample(path).items[:2]
        same = Opinion.RELEVANT if one.page in world[1] else Opinion.NOT_RELEVANT
        file.judge(replace(ANNA, who="boris"), one.page, same, one.id)
        file.judge(replace(ANNA, who="boris"), two.page, Opinion.UNSURE)
        file.judge(ANNA, two.page, Opinion.UNSURE, two.id)
    done = CliRunner().invoke(app, ["evaluate", "--reviews", str(path), "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert told["pages"] == len(world[0])
    assert sum(row["unsure"] for row in told["strata"]) == 1
    assert sum(row["answered"] for row in told["strata"]) == told["answered"] == sum(drawing.SIZES.values()) - 1
    for name, value in truth(*world).items():
        low, high = told[f"{name}_interval"]
        assert 0 <= low <= told[name] <= high <= 1
        assert low - 0.1 < value < high + 0.1
    shown = CliRunner().invoke(app, ["evaluate", "--reviews", str(path)])
    assert shown.exit_code == 0
    assert "rejected, near the threshold" in shown.stdout


def test_the_file_beside_the_database_is_the_one_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: tuple[list[Judged], frozenset[str]]
) -> None:
    filled(tmp_path / "reviews.db", *world, answers=1000)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["evaluate", "--reviews", "--json"]).exit_code == 0
    assert CliRunner().invoke(app, ["evaluate", "--reviews", "--db", str(tmp_path / "x.db")]).exit_code == 0
    monkeypatch.chdir("/")
    assert CliRunner().invoke(app, ["evaluate", "--reviews", "--db", str(tmp_path / "x.db")]).exit_code == 0


@pytest.mark.parametrize(("answers", "code"), [(0, 1), (8, 1)])
def test_too_few_answers_are_told_with_what_is_wanting(
    tmp_path: Path, world: tuple[list[Judged], frozenset[str]], answers: int, code: int
) -> None:
    path = filled(tmp_path / "reviews.db", *world, answers=answers)
    done = CliRunner().invoke(app, ["evaluate", "--reviews", str(path), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["precision"], told["recall"], told["f1"]) == (code, None, None, None)
    assert "Too few answers: “kept” wants" in told["why"]
    assert "Too few answers" in CliRunner().invoke(app, ["evaluate", "--reviews", str(path)]).stdout


def test_precision_is_told_before_recall_where_only_kept_pages_were_answered(
    tmp_path: Path, world: tuple[list[Judged], frozenset[str]]
) -> None:
    path = filled(tmp_path / "reviews.db", *world, answers=0)
    with Reviews(path) as file:
        for item in reading.sample(path).items:
            if item.stratum.kept:
                file.judge(ANNA, item.page, Opinion.RELEVANT, item.id)
    found = evaluating_reviews.evaluate_file(path)
    assert found.overall.precision
    assert (found.overall.recall, found.overall.f1) == (None, None)
    assert "“rejected, unlikely” wants 5 more of its 700 pages" in found.why


def test_pages_passed_over_and_answers_in_conflict_are_counted(
    tmp_path: Path, world: tuple[list[Judged], frozenset[str]]
) -> None:
    path = filled(tmp_path / "reviews.db", *world, answers=0)
    items = [item for item in reading.sample(path).items if item.stratum is Stratum.KEPT]
    with Reviews(path) as file:
        file.judge(ANNA, items[3].page, Opinion.RELEVANT, items[3].id)
        file.judge(replace(ANNA, who="boris"), items[3].page, Opinion.NOT_RELEVANT, items[3].id)
    found = evaluating_reviews.evaluate_file(path)
    assert (found.passed, found.disputed) == (3, 1)


def test_no_file_no_draw_and_nothing_named_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    none = CliRunner().invoke(app, ["evaluate", "--reviews"])
    assert (none.exit_code, "reviews.db: there are no reviews yet" in none.output) == (1, True)
    with Reviews(tmp_path / "reviews.db"):
        pass
    undrawn = CliRunner().invoke(app, ["evaluate", "--reviews"])
    assert (undrawn.exit_code, "no pages have been drawn yet" in undrawn.output) == (1, True)
    nothing = CliRunner().invoke(app, ["evaluate"])
    assert (nothing.exit_code, "name a file of labelled rows" in nothing.output) == (2, True)
    other = tmp_path / "rows.jsonl"
    other.write_text("{}\n" * 1000)
    assert CliRunner().invoke(app, ["evaluate", "--reviews", str(other)]).exit_code == 1
