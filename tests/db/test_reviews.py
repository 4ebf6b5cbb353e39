"""The file of reviews keeps what people do, each act once and with its line in the log; pages are drawn at random."""

import multiprocessing
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import ReviewError
from db.model import Stage
from db.model.reviews import Act, Judged, Opinion, Ruling, Stratum, Subject, name_of
from db.queries import reviewing
from db.reviews import Reviews, drawing, reading, typed
from db.store import Store
from tests import factory

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
ANNA, BORIS = Act(who="anna", at=NOW), Act(who="Борис", at=NOW + timedelta(hours=1))
REPORT = Subject(kind="report", key="blatt.example/1", number=1)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "' OR 1=1 --",
    "\u202egnirts\u202c",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reviews.db"


@pytest.fixture
def file(path: Path) -> Iterator[Reviews]:
    with Reviews(path) as opened, closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE settings SET value = 'the same each time' WHERE name = 'seed'")
        connection.commit()
        yield opened


def rows(path: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


def judged(number: int, **changes: Any) -> Judged:
    page = Judged(key=f"site.example/{number}", kept=False, stage="relevance", answer="drop", score=0.0, language="ru")
    return replace(page, **changes)


def population(kept: int = 40, near: int = 0, review: int = 30, far: int = 300) -> list[Judged]:
    pages = [judged(number, kept=True, answer="keep", score=0.9) for number in range(kept)]
    pages += [judged(1000 + number, kept=True, answer="keep", score=0.5) for number in range(near)]
    pages += [judged(2000 + number, answer="review", score=0.3) for number in range(review)]
    return pages + [judged(3000 + number) for number in range(far)]


# -- the file


def test_the_file_is_strict_and_takes_reads_while_it_is_written(path: Path) -> None:
    with Reviews(path):
        pass
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    loose = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0"
    assert {name for (name,) in rows(path, loose)} <= {"sqlite_schema", "sqlite_sequence", "_sqlite_migrations"}
    with pytest.raises(sqlite3.IntegrityError):
        rows(path, "INSERT INTO stars VALUES ('person', 'x', 1, 'anna', '2026')")
    with pytest.raises(sqlite3.IntegrityError):
        rows(path, "INSERT INTO stars VALUES ('report', 'x', 'one', 'anna', '2026')")


def test_a_file_that_is_no_database_or_another_one_is_named(path: Path) -> None:
    path.write_text("no database at all, but long enough to be looked into" * 40)
    with pytest.raises(ReviewError, match=r"reviews\.db: cannot be opened as the file of reviews"):
        Reviews(path)
    with pytest.raises(ReviewError, match=r"reviews\.db: cannot be read as the file of reviews"):
        reading.rulings(path)
    other = path.with_name("other.db")
    rows(other, "CREATE TABLE reports (id)")
    with pytest.raises(ReviewError, match=r"other\.db: is no file of reviews"):
        reading.sample(other)


def test_where_there_is_no_file_there_is_nothing_and_reading_makes_none(path: Path) -> None:
    assert reading.marks(path, [("report", "x")]) == reading.Marks()
    assert (reading.rulings(path), reading.sample(path).draw, reading.tags(path)) == ((), 0, ())
    assert not path.exists()


# -- stars, tags, notes


def test_a_star_is_set_once_and_taken_away_once(file: Reviews, path: Path) -> None:
    for on in (True, True, False, False, True):
        file.star(ANNA, REPORT, on=on)
    file.star(BORIS, REPORT, on=True)
    assert reading.marks(path, [("report", REPORT.key)]).stars == ("anna", "Борис")
    assert rows(path, "SELECT act, who FROM log ORDER BY id") == [
        ("star", "anna"), ("unstar", "anna"), ("star", "anna"), ("star", "Борис"),
    ]  # fmt: skip
    assert [row["key"] for row in reading.starred(path, "anna")] == [REPORT.key]


def test_a_tag_is_one_whatever_its_capitals_and_blanks(file: Reviews, path: Path) -> None:
    for text in ("Kazakhstan", " kazakhstan ", "KAZAKHSTAN", "Ещё  проверить", "ещё проверить"):
        file.tag(ANNA, REPORT, text, on=True)
    assert [row["tag"] for row in reading.marks(path, [("report", REPORT.key)]).tags] == ["kazakhstan", "ещё проверить"]
    file.tag(BORIS, REPORT, "Kazakhstan", on=False)
    assert [row["tag"] for row in reading.tags(path)] == ["ещё проверить"]
    assert rows(path, "SELECT who, old, new FROM log WHERE act = 'untag'") == [("Борис", "kazakhstan", "")]


@pytest.mark.parametrize("text", ["", "   ", "x" * 41, "x" * 10_000, *HOSTILE[:4], "a/b", "\u200f", "-x", "a\x00b"])
def test_what_is_no_tag_is_refused_with_a_reason(file: Reviews, path: Path, text: str) -> None:
    with pytest.raises(ReviewError, match=r"^(The tag|A tag) "):
        file.tag(ANNA, REPORT, text, on=True)
    assert rows(path, "SELECT count(*) FROM log") == [(0,)]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_note_is_kept_as_it_was_typed(file: Reviews, path: Path, text: str) -> None:
    file.note(ANNA, REPORT, text)
    assert [row["text"] for row in reading.marks(path, [("report", REPORT.key)]).notes] == [text]


def test_a_note_that_is_too_long_is_refused_and_says_by_how_much(file: Reviews, path: Path) -> None:
    with pytest.raises(ReviewError, match="The note has 10,000 characters; at most 4,000 are kept"):
        file.note(ANNA, REPORT, "ж" * 10_000)
    file.note(ANNA, REPORT, "ж" * 4000)
    with pytest.raises(ReviewError, match="The note is empty"):
        file.note(ANNA, REPORT, " \r\n\x00 ")
    assert rows(path, "SELECT length(text) FROM notes") == [(4000,)]


@given(text=st.text(max_size=5000))
def test_whatever_is_typed_is_kept_within_the_limits_or_refused(text: str) -> None:
    for check, limit in ((typed.note, 4000), (typed.tag, 40)):
        try:
            kept = check(text)
        except ReviewError:
            continue
        assert 0 < len(kept) <= limit
        assert check(kept) == kept
        assert "\x00" not in kept
        kept.encode()


@pytest.mark.parametrize(
    ("text", "name"), [(" anna ", "anna"), ("", ""), ("x" * 65, ""), ("a\u202eb", ""), ("a\nb", "")]
)
def test_a_name_has_no_unseen_signs(text: str, name: str) -> None:
    assert name_of(text) == name


def test_only_who_wrote_a_note_takes_it_away_and_the_log_keeps_it(file: Reviews, path: Path) -> None:
    number = file.note(ANNA, REPORT, "check the court")
    with pytest.raises(ReviewError, match="Only whoever wrote"):
        file.remove_note(BORIS, number)
    file.remove_note(ANNA, number)
    with pytest.raises(ReviewError, match="not there any more"):
        file.remove_note(ANNA, number)
    assert reading.marks(path, [("report", REPORT.key)]).notes == ()
    assert rows(path, "SELECT act, old, new FROM log ORDER BY id") == [
        ("note", "", "check the court"), ("remove note", "check the court", ""),
    ]  # fmt: skip


# -- the log


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE log SET who = 'nobody'",
        "DELETE FROM log",
        "INSERT OR REPLACE INTO log VALUES (1, '2026', 'x', 'x', '', '', 0, '', '')",
        "REPLACE INTO log VALUES (1, '2026', 'x', 'x', '', '', 0, '', '')",
        "UPDATE rulings SET kind = 'pin'",
        "DELETE FROM rulings",
    ],
)
def test_what_was_done_can_neither_be_changed_nor_taken_away(file: Reviews, path: Path, sql: str) -> None:
    file.star(ANNA, REPORT, on=True)
    file.ask(ANNA, Ruling(kind="split", report=REPORT))
    before = rows(path, "SELECT * FROM log"), rows(path, "SELECT * FROM rulings")
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="what was done"):
        connection.execute(sql)
    assert (rows(path, "SELECT * FROM log"), rows(path, "SELECT * FROM rulings")) == before


def test_an_act_that_fails_halfway_leaves_nothing(file: Reviews, path: Path) -> None:
    rows_before = rows(path, "SELECT count(*) FROM stars")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT raise(ABORT, 'the disk is full'); END"
        )
    with pytest.raises(sqlite3.IntegrityError):
        file.star(ANNA, REPORT, on=True)
    assert rows(path, "SELECT count(*) FROM stars") == rows_before


# -- several writers


def _work(told: tuple[str, str, int]) -> None:
    place, who, times = told
    for number in range(times):
        with Reviews(Path(place)) as file:
            act = Act(who=who, at=NOW)
            file.star(act, replace(REPORT, key=f"x/{number}"), on=True)
            file.tag(act, REPORT, f"{who} {number}", on=True)


def test_writers_in_two_processes_wait_for_each_other_and_lose_nothing(path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_work, [(str(path), "anna", 40), (str(path), "boris", 40)])
    assert rows(path, "SELECT count(*) FROM stars") == [(80,)]
    assert rows(path, "SELECT count(*), count(DISTINCT id) FROM log") == [(160, 160)]


def test_writers_in_threads_that_all_begin_the_file_wait_for_each_other(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(_work, [(str(path), f"p{number}", 10) for number in range(8)]))
    assert rows(path, "SELECT count(*) FROM log") == [(160,)]
    assert len(rows(path, "SELECT value FROM settings WHERE name = 'seed'")) == 1


# -- drawing


def test_one_seed_draws_the_same_pages_in_whatever_order_they_come() -> None:
    pages = population()
    first = drawing.draw("seed", pages, {})
    assert drawing.draw("seed", reversed(pages), {}) == first
    assert {item.page for item in drawing.draw("other", pages, {}).items} != {item.page for item in first.items}


def test_every_page_of_a_stratum_is_drawn_equally_often() -> None:
    pages, draws = population(kept=25, review=0, far=50), 3000
    counts: Counter[str] = Counter()
    for seed in range(draws):
        counts.update(item.page for item in drawing.draw(str(seed), pages, {}).items)
    for page in pages:
        size = drawing.SIZES[drawing.stratum(page)]
        chance = size / (25 if page.kept else 50)
        spread = (draws * chance * (1 - chance)) ** 0.5
        assert abs(counts[page.key] - draws * chance) < 5 * spread, page.key


def test_strata_are_told_by_what_the_judge_made_of_a_page() -> None:
    told = {
        Stratum.KEPT: judged(1, kept=True, score=0.7), Stratum.KEPT_NEAR: judged(2, kept=True, score=0.69),
        Stratum.UNCERTAIN: judged(3, answer="review", score=0.2), Stratum.UNLIKELY: judged(4, score=0.1),
        Stratum.WORDLESS: judged(5), Stratum.UNREAD: judged(6, stage="extract"),
    }  # fmt: skip
    assert {stratum: drawing.stratum(page) for stratum, page in told.items()} == {each: each for each in told}


def test_the_probability_is_what_was_drawn_of_what_there_is(file: Reviews, path: Path) -> None:
    file.draw(ANNA, population(kept=40, review=4, far=300))
    found = reading.sample(path)
    by_stratum = Counter(item.stratum for item in found.items)
    assert by_stratum == {Stratum.KEPT: 10, Stratum.UNCERTAIN: 4, Stratum.WORDLESS: 14}
    assert {item.probability for item in found.items if item.stratum is Stratum.KEPT} == {0.25}
    assert {item.probability for item in found.items if item.stratum is Stratum.UNCERTAIN} == {1.0}
    assert found.frame == {(Stratum.KEPT, "ru"): 40, (Stratum.UNCERTAIN, "ru"): 4, (Stratum.WORDLESS, "ru"): 300}


def test_whoever_stops_halfway_has_answered_half_of_each_stratum() -> None:
    items = drawing.draw("seed", population(near=40), {}).items
    whole, half = (Counter(item.stratum for item in some) for some in (items, items[: len(items) // 2]))
    assert all(abs(half[stratum] - count / 2) <= 1 for stratum, count in whole.items())
    assert [item.position for item in items] == list(range(1, len(items) + 1))


def test_a_further_draw_keeps_all_that_was_drawn_and_takes_in_pages_that_came(file: Reviews, path: Path) -> None:
    pages = population()
    first = {item.page for item in file.draw(ANNA, pages).items}
    one = reading.sample(path).items[0]
    file.judge(ANNA, one.page, Opinion.RELEVANT, one.id)
    more = [judged(9000 + number) for number in range(600)]
    second = file.draw(BORIS, pages + more)
    assert first < {item.page for item in second.items}
    far = [item for item in second.items if item.stratum is Stratum.WORDLESS]
    assert len([item for item in far if item.page in {page.key for page in more}]) > 10, (
        "new pages are as likely as old"
    )
    assert len({item.probability for item in far}) == 1
    assert len(far) / 900 == far[0].probability
    assert [item.opinion for item in reading.sample(path).items if item.page == one.page] == [Opinion.RELEVANT]


def test_an_untouched_draw_no_pages_and_no_more_pages_are_told(file: Reviews, path: Path) -> None:
    with pytest.raises(ReviewError, match="no pages to draw from yet"):
        file.draw(ANNA, [])
    few = population(kept=2, review=0, far=0)
    file.draw(ANNA, few)
    with pytest.raises(ReviewError, match="waits for its first answer"):
        file.draw(BORIS, few)
    one = reading.sample(path).items[0]
    file.judge(ANNA, one.page, Opinion.UNSURE, one.id)
    with pytest.raises(ReviewError, match="Every page there is has been drawn"):
        file.draw(BORIS, few)
    assert rows(path, "SELECT count(*) FROM draws") == [(1,)]


# -- verdicts


def test_only_answers_of_the_queue_carry_their_draw_and_changing_ones_mind_keeps_it(file: Reviews, path: Path) -> None:
    file.draw(ANNA, population())
    one, two = reading.sample(path).items[:2]
    file.judge(ANNA, one.page, Opinion.RELEVANT, one.id)
    file.judge(ANNA, one.page, Opinion.NOT_RELEVANT)
    file.judge(BORIS, two.page, Opinion.RELEVANT)
    told = {
        (page, who): (answer, draw, chance)
        for page, answer, who, _, draw, chance in rows(path, "SELECT * FROM verdicts")
    }
    assert told == {
        (one.page, "anna"): ("not relevant", 1, one.probability), (two.page, "Борис"): ("relevant", None, None),
    }  # fmt: skip
    answered = {item.page: item.opinion for item in reading.sample(path).items}
    assert (answered[one.page], answered[two.page]) == (Opinion.NOT_RELEVANT, None)
    file.judge(BORIS, two.page, Opinion.RELEVANT, two.id)
    assert {item.page: item.opinion for item in reading.sample(path).items}[two.page] is Opinion.RELEVANT
    assert rows(path, "SELECT old, new FROM log WHERE act = 'verdict' AND who = 'anna'") == [
        ("", "relevant"), ("relevant", "not relevant"),
    ]  # fmt: skip


def test_an_item_of_another_page_is_refused(file: Reviews, path: Path) -> None:
    file.draw(ANNA, population())
    one, two = reading.sample(path).items[:2]
    for page, item in ((two.page, one.id), (one.page, 10**6)):
        with pytest.raises(ReviewError, match="drawn anew"):
            file.judge(ANNA, page, Opinion.RELEVANT, item)


def test_people_who_contradict_each_other_make_a_page_unsure_and_a_third_settles_it(file: Reviews, path: Path) -> None:
    file.draw(ANNA, population())
    one = reading.sample(path).items[0]
    expected = [(ANNA, Opinion.RELEVANT, Opinion.RELEVANT), (BORIS, Opinion.NOT_RELEVANT, Opinion.UNSURE),
                (replace(ANNA, who="clara"), Opinion.NOT_RELEVANT, Opinion.NOT_RELEVANT)]  # fmt: skip
    for act, answer, outcome in expected:
        file.judge(act, one.page, answer, one.id)
        assert reading.sample(path).items[0].opinion is outcome
    assert reading.sample(path).items[0].disputed


# -- what the database has to draw from


def test_the_frame_has_each_report_once_and_no_page_that_was_not_fetched(tmp_path: Path) -> None:
    path, url = tmp_path / "watch.db", "https://blatt.example/2026/"
    with Store(path, holder="tests") as store:
        kept = factory.analysis(f"{url}a")
        store.save(kept, page="blatt.example/a", report="blatt.example/a")
        store.save(kept, page="blatt.example/a?from=feed", report="blatt.example/a")
        for number, (stage, language) in enumerate(
            [(Stage.RELEVANCE, "fr"), (Stage.RELEVANCE, ""), (Stage.EXTRACT, ""), (Stage.FETCH, "")]
        ):
            gone = factory.rejection(f"{url}{number}", stage=stage, language=language)
            store.reject(gone, page=f"blatt.example/{number}", source=factory.source())
        store.fail(factory.candidate(f"{url}f"), factory.issue(), factory.NOW, again=False)
    found = {page.key: page for page in reviewing.judged(path)}
    assert set(found) == {"blatt.example/a", "blatt.example/0", "blatt.example/1", "blatt.example/2"}
    assert found["blatt.example/a"].kept
    assert [found[f"blatt.example/{number}"].language for number in range(3)] == ["fr", "de", "de"]
