"""What was known at the end of a day can be written again and again, byte for byte the same."""

import hashlib
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from crawler import facts, rechecking, stories
from db.errors import ExportError
from db.model import Analysis
from db.store import Store
from scheduler.exporting import export_as_of
from tests import factory

DAY = factory.NOW.date()


def read(number: str, text: str, *, days: int = 0) -> Analysis:
    moment = factory.NOW + timedelta(days=days)
    url = f"https://blatt.example/{number}"
    article = factory.article(url, text=text, published_at=moment, published_on=moment.date(), language="en")
    said = facts.find(article)
    return factory.analysis(
        url, article=article, facts=said, capture=factory.capture(url, fetched_at=moment, body=b""),
        placing=stories.placing(article, said, "Das Blatt", moment.toordinal()), sha256=number * 64,
    )  # fmt: skip


@pytest.fixture
def live(tmp_path: Path) -> Path:
    path = tmp_path / "live.db"
    first = "Courts received more than 7,300 cases of desertion, Mediazona counted. The deserter Andrei hides in Oral."
    with Store(path, holder="test") as store:
        for each in (read("1", first), read("2", "Norwegian police detained a Russian deserter.", days=3)):
            store.save(each, page=each.article.url, report=each.article.url, placer=stories.place)
        later = factory.NOW + timedelta(days=2)
        newer = read("1", first.replace("7,300", "8,100"))
        newer = replace(newer, sha256="f" * 64, capture=replace(newer.capture, fetched_at=later))
        recheck = next(each for each in store.due(later) if each.report == 1)
        assert rechecking.reconsider(recheck, newer, newer.source, store, later) == 1
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchall()


def test_an_export_has_what_was_known_then_and_nothing_later(live: Path, tmp_path: Path) -> None:
    then, now = tmp_path / "then.db", tmp_path / "now.db"
    assert export_as_of(live, then, DAY) == 1
    assert export_as_of(live, now, DAY + timedelta(days=9)) == 2
    assert rows(then, "SELECT low FROM figures") == [(7300.0,)]
    assert rows(now, "SELECT low FROM figures") == [(8100.0,)]
    assert "7,300" in str(rows(then, "SELECT text FROM texts"))
    assert rows(then, "SELECT sha256 FROM articles") == [("1" * 64,)]
    assert rows(then, "SELECT count(*) FROM revisions") == [(0,)]
    ((what, old, new),) = rows(now, "SELECT what, old, new FROM revisions")
    assert what == "figure"
    assert (str(old)[:4], str(new)[:4]) == ("7300", "8100")
    assert "absence-cases" in str(old)
    assert rows(then, "SELECT count(*) FROM stories WHERE reports > 0") == [(1,)]


def test_an_export_is_the_same_byte_for_byte(live: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.db", tmp_path / "b.db"
    export_as_of(live, first, DAY + timedelta(days=1))
    with Store(live, holder="test") as store:
        later = read("3", "A court in Germany granted asylum to a Russian deserter.", days=5)
        store.save(later, page="3", report="3", placer=stories.place)
    export_as_of(live, second, DAY + timedelta(days=1))
    assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


def test_an_export_leaves_out_the_table_of_protected_names(live: Path, tmp_path: Path) -> None:
    assert rows(live, "SELECT count(*) FROM protected_mentions") != [(0,)]
    export_as_of(live, tmp_path / "a.db", DAY)
    for table in ("protected_mentions", "fingerprints", "story_keys"):
        assert rows(tmp_path / "a.db", f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_file_of_an_older_shape_is_not_exported(live: Path, tmp_path: Path) -> None:
    with sqlite3.connect(live) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE id = (SELECT max(id) FROM _sqlite_migrations)")
    with pytest.raises(ExportError, match="earlier version"):
        export_as_of(live, tmp_path / "a.db", DAY)


def test_an_export_never_overwrites_and_says_when_nothing_was_known(live: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_bytes(b"mine")
    with pytest.raises(ExportError, match="is there already"):
        export_as_of(live, there, DAY)
    with pytest.raises(ExportError, match="nothing was known"):
        export_as_of(live, tmp_path / "early.db", date(2020, 1, 1))
    assert there.read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir() if "early" in path.name) == []
