"""The public edition holds no protected name, no secret and no text that is not free, in any of its bytes."""

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db import search
from db.errors import PublishError
from db.publishing import BLOCK, publish, published
from db.publishing.copying import EXCERPT
from db.publishing.names import Hider
from db.publishing.tables import COPIED, DERIVED, EMPTY, GONE, OF_REPORTS, STORIES
from db.store import Store
from db.web.public import Public
from db.web.serve import create_public
from tests import factory
from tests.db import published_world as planted
from tests.db.web_browser import Visitor

SHADOWS = ("lemmas_", "sqlite_", "_sqlite_migrations")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("publishing")


@pytest.fixture(scope="module")
def live(folder: Path) -> Path:
    return planted.build(folder)


@pytest.fixture(scope="module")
def public(folder: Path, live: Path) -> Path:
    planted.published_into(folder / "public", live)
    return folder / "public"


@pytest.fixture(scope="module")
def visitor(public: Path) -> Iterator[Visitor]:
    with Visitor(public / "deserters.db", public) as opened:
        opened.site = create_public(Public(edition=published(public)))
        yield opened


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def every_byte(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(folder).resolve().rglob("*") if path.is_file()}


# -- what must not be in it


@pytest.mark.parametrize("name", planted.NAMES)
def test_a_protected_name_stands_in_no_byte_of_any_file(live: Path, public: Path, name: str) -> None:
    with closing(sqlite3.connect(live)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert name.encode() in live.read_bytes()
    for path, content in every_byte(public).items():
        assert name.encode() not in content, path
        assert json.dumps(name)[1:-1].encode() not in content, path


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_index_does_not_give_names_away_by_their_sound(live: Path, public: Path, language: str) -> None:
    keys = {
        key
        for name in planted.NAMES
        for text in (search.document(name, language), search.bare_document(name, language))
        for key in text.split()
        if len(key) > 4
    }
    with closing(sqlite3.connect(live)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, lemmas, row)")
        known = {term for (term,) in connection.execute("SELECT term FROM temp.words")}
    assert known & keys
    with closing(sqlite3.connect(public / "deserters.db")) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, lemmas, row)")
        published_terms = {term for (term,) in connection.execute("SELECT term FROM temp.words")}
    assert published_terms
    assert not published_terms & keys
    heard = {key[2:] for key in keys if len(key) > 7}
    assert not {term for term in published_terms if any(each in term for each in heard)}
    for path, content in every_byte(public).items():
        assert not [key for key in keys if len(key) > 6 and key.encode() in content], path


def test_texts_that_may_not_be_passed_on_are_excerpts_and_free_ones_are_whole(live: Path, public: Path) -> None:
    for path, content in every_byte(public).items():
        assert planted.LAST.encode() not in content, path
        assert b"by telephone and by letter. The ministry" not in content, path
    texts = dict(rows(public / "deserters.db", "SELECT id, text FROM texts"))
    whole = dict(rows(live, "SELECT id, text FROM texts"))
    assert len(str(texts[1])) == len(str(whole[1]))
    assert str(texts[1]).endswith("Суды получили более 7300 дел об оставлении части.")
    assert str(texts[2]).endswith(" by […]")
    assert len(str(texts[2])) <= EXCERPT + 4
    assert not rows(public / "deserters.db", "SELECT 1 FROM lemmas WHERE lemmas MATCH 'enumbrel OR enumbrela'")


@pytest.mark.parametrize("secret", [*planted.SECRETS, planted.REVIEWED])
def test_secrets_notes_and_searches_stay_at_home(public: Path, secret: str) -> None:
    assert not [path for path, content in every_byte(public).items() if secret.encode() in content]


def test_pages_that_were_not_kept_and_replaced_texts_stay_at_home(public: Path) -> None:
    file = public / "deserters.db"
    assert rows(file, "SELECT DISTINCT outcome FROM pages") == [("report",)]
    for table in EMPTY:
        assert rows(file, f"SELECT count(*) FROM {table}") == [(0,)], table
    assert rows(file, "SELECT count(*) FROM figures WHERE known_until IS NOT NULL") == [(0,)]
    assert not [name for (name,) in rows(file, "SELECT name FROM sqlite_master WHERE type = 'table'") if name in GONE]
    assert rows(file, "SELECT count(*) FROM articles WHERE archive_file IS NOT NULL") == [(0,)]
    assert rows(file, "SELECT DISTINCT notes FROM sources") == [("",)]


def test_every_table_is_either_published_or_kept_at_home(live: Path) -> None:
    known = {str(name) for (name,) in rows(live, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    lists = [set(COPIED), set(OF_REPORTS), {STORIES}, set(DERIVED), set(EMPTY), set(GONE)]
    assert sum(map(len, lists)) == len(set().union(*lists))
    assert {name for name in known if not name.startswith(SHADOWS)} <= set().union(*lists)


# -- what must be in it


def test_offsets_stay_right_and_quotes_stand(live: Path, public: Path) -> None:
    file = public / "deserters.db"
    for table in ("figures", "decisions", "mentions"):
        sql = (
            f'SELECT f.quote, substr(text, start + 1, "end" - start) FROM {table} f JOIN texts t ON t.id = f.report '
            "JOIN articles a ON a.id = f.report WHERE a.source = 'ru/vestnik'"
        )
        assert rows(file, sql)
        assert all(quote == standing for quote, standing in rows(file, sql)), table
    kept = 'SELECT report, low, start, "end", quote FROM figures WHERE known_until IS NULL ORDER BY id'
    for given, held in zip(rows(file, kept), rows(live, kept), strict=True):
        assert given[:2] == held[:2]
        assert given[2] <= held[2] < held[3] <= given[3]  # where the text is not given, the quote is the sentence
        assert len(given[4]) == given[3] - given[2]
    sentence = "SELECT quote FROM figures WHERE report IN (SELECT id FROM articles WHERE source <> 'ru/vestnik')"
    assert rows(file, sentence)
    assert all(" " in quote for (quote,) in rows(file, sentence))
    assert ("Norway granted asylum to 41 Russian soldiers last year",) in rows(file, "SELECT quote FROM decisions")


def test_what_names_nobody_is_as_it_was(live: Path, public: Path) -> None:
    for sql in (
        "SELECT id, first_seen, language, score, sha256 FROM articles ORDER BY id",
        "SELECT report, story, original, relation FROM placements ORDER BY report",
        "SELECT day, source, language, reports FROM report_days WHERE reports > 0 ORDER BY day, source, language",
        "SELECT source, language, reports FROM report_counts WHERE reports > 0 ORDER BY source, language",
        "SELECT id, type, territory, unit, per, figures FROM series WHERE figures > 0 ORDER BY id",
        "SELECT id, kind, outcome FROM runs ORDER BY id",
    ):
        assert rows(public / "deserters.db", sql) == rows(live, sql), sql
    assert rows(public / "deserters.db", "SELECT id, full_text FROM sources ORDER BY id") == [
        ("de/blatt", 0), ("ru/vestnik", 1),
    ]  # fmt: skip


def test_a_name_is_hidden_wherever_it_stands_and_its_bearer_s_lone_surname_with_it(public: Path) -> None:
    reports = rows(public / "deserters.db", "SELECT url, title, standfirst, links, text FROM reports ORDER BY id")
    assert reports[0][0] == f"https://vestnik.example/{BLOCK}"
    assert reports[0][1] == f"Суд над {BLOCK * len('Квасницким')}"
    assert reports[0][2] == f"{BLOCK * len('Захарий Квасницкий')} бежал."
    assert reports[0][3] == f'["https://t.me/{BLOCK}"]'
    assert "координатор проекта Олег Тарановский" in str(reports[0][4])
    assert f"For {BLOCK * len('Kvasnitsky')}, they say" in str(reports[2][4])
    assert "the paper" in str(reports[1][4])


def test_the_file_is_closed_and_described(public: Path) -> None:
    names = sorted(path.name for path in public.iterdir())
    assert names == ["README.txt", "deserters.db", "inspect.json", "metadata.json"]
    assert (public / "deserters.db").read_bytes()[18:20] == b"\x01\x01"  # no write-ahead log
    assert rows(public / "deserters.db", "PRAGMA integrity_check") == [("ok",)]
    assert rows(public / "deserters.db", "PRAGMA freelist_count") == [(0,)]
    told = json.loads((public / "inspect.json").read_text())["deserters"]
    assert told["hash"] == hashlib.sha256((public / "deserters.db").read_bytes()).hexdigest()
    assert told["tables"]["articles"]["count"] == 4
    tables = json.loads((public / "metadata.json").read_text(encoding="utf-8"))["databases"]["deserters"]["tables"]
    assert not set(tables) & GONE
    assert "2026-03-04" in (public / "README.txt").read_text(encoding="utf-8")
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in public.resolve().iterdir())


# -- how it gets there


def test_the_same_rows_give_the_same_file(live: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        publish(planted.edition(live), tmp_path / name)
    assert (tmp_path / "one" / "deserters.db").read_bytes() == (tmp_path / "two" / "deserters.db").read_bytes()


def test_a_new_edition_takes_the_place_of_the_old_one_at_one_stroke(live: Path, tmp_path: Path) -> None:
    target, seen, faults = tmp_path / "public", set[str](), list[str]()
    planted.published_into(target, live)
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            place = Path(os.path.realpath(target))
            try:
                told = json.loads((place / "inspect.json").read_text())["deserters"]
                digest = hashlib.sha256((place / "deserters.db").read_bytes()).hexdigest()
            except (OSError, ValueError) as error:
                faults.append(repr(error))
                continue
            seen.add(place.name)
            if digest != told["hash"]:
                faults.append(f"{place}: half new")

    looker = threading.Thread(target=look)
    looker.start()
    for seconds in range(1, 4):
        planted.published_into(target, live, seconds)
    stop.set()
    looker.join()
    assert faults == []
    assert len(seen) >= 3
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 3  # the link, what it leads to, and the one before, which a server may have open
    assert target.is_symlink()


def test_an_edition_that_would_hold_a_protected_name_is_not_published(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "public"
    planted.published_into(target, live)
    before = os.path.realpath(target)
    monkeypatch.setattr(Hider, "hide", lambda _self, text, _owners=(): text)
    with pytest.raises(PublishError, match=r"would hold \d+ protected names or places, those of reports 1, 2"):
        planted.published_into(target, live, 1)
    assert os.path.realpath(target) == before
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("what", ["a folder with something in it", "a file"])
def test_nothing_else_is_overwritten(live: Path, tmp_path: Path, what: str) -> None:
    target = tmp_path / "public"
    if what == "a file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "mine").write_text("mine")
    with pytest.raises(PublishError, match="is there already and is no public edition"):
        planted.published_into(target, live)
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_an_empty_folder_will_do(live: Path, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    assert planted.published_into(tmp_path / "public", live).reports == 4


def test_a_database_that_is_not_there_or_of_another_shape_is_told(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="there is no such database"):
        planted.published_into(tmp_path / "public", tmp_path / "none.db")
    with Store(tmp_path / "old.db", holder="tests"):
        pass
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE rowid = (SELECT max(rowid) FROM _sqlite_migrations)")
        connection.commit()
    with pytest.raises(PublishError, match="earlier version"):
        planted.published_into(tmp_path / "public", tmp_path / "old.db")


def test_a_writer_may_be_at_work_meanwhile(tmp_path: Path) -> None:
    live = planted.build(tmp_path)
    with Store(live, holder="a crawl") as store:
        store.begin_run("crawl", factory.NOW)
        assert planted.published_into(tmp_path / "public", live).reports == 4
