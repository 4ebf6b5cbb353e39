"""What people ask of stories on the site is done by the next run, once, whatever happens; no review is ever written."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from db.model.reviews import Act, Ruling, Subject
from db.reviews import Reviews
from db.store import Store
from scheduler import jobs, rulings
from scheduler.cli import app
from scheduler.config import Config
from tests.db.test_stories import reports, stored
from tests.running import Desk

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
ANNA = Act(who="anna", at=NOW)


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A database with the stories of three events."""
    return stored(tmp_path_factory.mktemp("laid") / "watch.db", reports(root, events=("e01", "e02", "e03")))


@pytest.fixture
def db(laid: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(laid, tmp_path / "watch.db"))


@pytest.fixture
def reviews(db: Path) -> Path:
    return db.with_name("reviews.db")


def rows(path: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


def groups(db: Path) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    sql = "SELECT story, key FROM placements JOIN articles ON articles.id = report"
    for story, key in rows(db, sql):
        found.setdefault(story, set()).add(key)
    return {story: frozenset(keys) for story, keys in found.items()}


def subject(db: Path, key: str) -> Subject:
    found = rows(db, "SELECT id FROM articles WHERE key = ?", key)
    return Subject(kind="report", key=key, number=found[0][0] if found else 0)


def ask(db: Path, reviews: Path, kind: str, report: str, other: str = "") -> str:
    told = Ruling(
        kind=kind, report=subject(db, report), other=subject(db, other) if other else None, note="anna's reason"
    )
    with Reviews(reviews) as file:
        return file.ask(ANNA, told)


def take_up(db: Path, reviews: Path) -> rulings.TakenUp:
    with Store(db, holder="tests") as store:
        return rulings.take_up(store, db, reviews, NOW)


def two(db: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The reports of the two largest stories."""
    one, other, *_ = sorted(groups(db).values(), key=len, reverse=True)
    assert len(one) > 1
    return one, other


def test_a_merge_and_a_split_are_really_made_and_only_once(db: Path, reviews: Path) -> None:
    one, other = two(db)
    token = ask(db, reviews, "merge", min(one), min(other))
    assert [ruling.token for ruling in take_up(db, reviews).done] == [token]
    assert one | other in groups(db).values()
    assert take_up(db, reviews) == rulings.TakenUp()
    ask(db, reviews, "split", min(other))
    ask(db, reviews, "pin", max(one))
    assert [ruling.kind for ruling in take_up(db, reviews).done] == ["split", "pin"]
    assert one | other not in groups(db).values()
    assert any(min(other) in group and not group & one for group in groups(db).values())
    assert rows(db, "SELECT kind FROM rulings ORDER BY id") == [("merge",), ("split",), ("pin",)]


def test_rulings_are_taken_up_in_the_order_in_which_they_were_asked_for(db: Path, reviews: Path) -> None:
    one, other = two(db)
    ask(db, reviews, "merge", min(one), min(other))
    ask(db, reviews, "split", min(other))
    ask(db, reviews, "merge", min(one), min(other))
    take_up(db, reviews)
    assert one | other in groups(db).values()


def test_a_run_that_was_killed_between_two_rulings_goes_on_where_it_was(
    db: Path, reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two(db)
    ask(db, reviews, "merge", min(one), min(other))
    ask(db, reviews, "pin", min(one))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "pin", killed)
        with pytest.raises(KeyboardInterrupt):
            take_up(db, reviews)
    assert [ruling.kind for ruling in take_up(db, reviews).done] == ["pin"]
    assert rows(db, "SELECT kind FROM rulings ORDER BY id") == [("merge",), ("pin",)]


def test_a_database_that_is_made_anew_takes_all_of_them_up_again(
    db: Path, reviews: Path, tmp_path: Path, root: Path
) -> None:
    one, other = two(db)
    ask(db, reviews, "merge", min(one), min(other))
    take_up(db, reviews)
    anew = stored(tmp_path / "anew.db", list(reversed(reports(root, events=("e01", "e02", "e03")))))
    assert subject(anew, min(one)).number != subject(db, min(one)).number, "numbers are others, names are not"
    assert len(take_up(anew, reviews).done) == 1
    assert one | other in groups(anew).values()


def test_what_names_a_report_that_is_not_here_waits(db: Path, reviews: Path) -> None:
    one, _ = two(db)
    ask(db, reviews, "merge", min(one), "https://elsewhere.example/later")
    found = take_up(db, reviews)
    assert (found.done, len(found.waiting)) == ((), 1)
    assert rows(db, "SELECT count(*) FROM rulings") == [(0,)]


def test_who_asked_and_why_stays_in_the_file_of_reviews(db: Path, reviews: Path) -> None:
    one, other = two(db)
    token = ask(db, reviews, "merge", min(one), min(other))
    take_up(db, reviews)
    assert rows(db, "SELECT note FROM rulings") == [(f"asked for on the site, review {token}",)]
    assert b"anna's reason" not in b"".join(
        path.read_bytes() for path in db.parent.glob("watch.db*") if path.suffix != ".holder"
    )


def test_the_file_of_reviews_is_only_read_and_where_there_is_none_none_is_made(db: Path, reviews: Path) -> None:
    assert take_up(db, reviews) == rulings.TakenUp()
    assert not reviews.exists()
    one, other = two(db)
    ask(db, reviews, "merge", min(one), min(other))
    before = sha256(reviews.read_bytes()).hexdigest()
    take_up(db, reviews)
    assert sha256(reviews.read_bytes()).hexdigest() == before


# -- as runs and commands do it


def test_a_run_says_what_it_took_up_and_goes_on_where_the_file_is_broken(db: Path, reviews: Path) -> None:
    one, other = two(db)
    token = ask(db, reviews, "merge", min(one), min(other))
    config = Config(db=db)
    with Store(db, holder="tests") as store:
        assert [issue.what for issue in jobs.ruled(store, config, NOW)] == ["rulings-taken-up"]
        assert jobs.ruled(store, config, NOW) == []
        reviews.write_text("broken " * 400)
        (issue,) = jobs.ruled(store, config, NOW)
    assert issue.what == "reviews-unreadable"
    assert token


def test_a_crawl_takes_rulings_up_when_it_begins(laid: Path, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    shutil.copy(laid, desk.db)
    desk.sources.mkdir()
    one, other = two(desk.db)
    ask(desk.db, desk.folder / "reviews.db", "merge", min(one), min(other))
    done = desk.run("crawl")
    assert one | other in groups(desk.db).values(), done.stdout + done.stderr
    assert desk.rows("SELECT what, level FROM issues WHERE what LIKE 'ruling%'") == [("rulings-taken-up", "info")]


def test_the_command_takes_them_up_without_a_crawl(db: Path, reviews: Path) -> None:
    one, other = two(db)
    token = ask(db, reviews, "merge", min(one), min(other))
    for words in (f"merge: done (review {token})", "Nothing waits."):
        done = CliRunner().invoke(app, ["stories", "apply", "--db", str(db)])
        assert (done.exit_code, words in done.output) == (0, True), done.output
