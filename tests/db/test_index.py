"""An index of other keys is made anew when a database is opened, and it is told where that takes its time."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from db.store import Store, searching
from tests import factory


def test_an_index_of_other_keys_is_made_anew_and_the_wait_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "deserters.db"
    with Store(file, holder="test") as store:
        store.save(factory.analysis(), page="a", report="a")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("INSERT INTO lemmas(lemmas) VALUES ('delete-all')")
        connection.execute("UPDATE versions SET version = '0'")
        monkeypatch.setattr(searching, "_MANY", 1)
        with caplog.at_level(logging.WARNING), Store(file, holder="test"):
            assert "The index of 1 reports is made anew" in caplog.text
        asked = "SELECT rowid FROM lemmas WHERE lemmas MATCH 'about : all'"
        assert connection.execute(asked).fetchall() == [(1,)]
        caplog.clear()
        with caplog.at_level(logging.WARNING), Store(file, holder="test"):
            assert caplog.text == ""
