"""Names are hidden in any form, script and spelling; what is no name stays."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from db.publishing import BLOCK
from db.publishing.copying import EXCERPT, excerpt
from db.publishing.names import Hider, Protected
from db.publishing.scanning import held, told


def hider(*told: tuple[int, str, str]) -> Hider:
    return Hider(Protected(report=report, kind=kind, quote=quote, name="") for report, kind, quote in told)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Иван Петров и Ивану Петрову", f"{BLOCK * 11} и {BLOCK * 13}"),
        ("Petrov, Ivan; Iván Petróv", f"{BLOCK * 12}; {BLOCK * 11}"),
        ("IVAN PETROV", BLOCK * 11),
        ("Иван. Пришёл Петров", "Иван. Пришёл Петров"),
        ("Иван\nПетров", "Иван\nПетров"),
        ("ivan petrov as a word", "ivan petrov as a word"),
        ("Иван Сергеевич", "Иван Сергеевич"),
    ],
)
def test_whole_names_are_hidden_everywhere_in_any_form_and_script(text: str, hidden: str) -> None:
    assert hider((1, "person", "Ивана Петрова")).hide(text) == hidden


def test_single_words_are_hidden_in_their_own_report_alone() -> None:
    known = hider((1, "person", "Ивана Петрова"), (1, "city", "Уральск"), (2, "person", "Мельник"))
    assert known.hide("Петрову в Уральске, в Уральск", [1]) == f"{BLOCK * 7} в {BLOCK * 8}, в {BLOCK * 7}"
    assert known.hide("Петрову в Уральске", [2]) == "Петрову в Уральске"
    assert known.hide("Мельник и мельник", [2]) == f"{BLOCK * 7} и мельник"


def test_names_in_scripts_without_spaces_are_hidden() -> None:
    assert hider((1, "person", "李明华")).hide("记者李明华说", [1]) == f"记者{BLOCK * 3}说"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://x.example/news/ivan-petrov-fled?x=1", f"https://x.example/{BLOCK}"),
        (
            "https://x.example/%D0%98%D0%B2%D0%B0%D0%BD-%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2",
            f"https://x.example/{BLOCK}",
        ),
        ("https://x.example/%C8%E2%E0%ED_%CF%E5%F2%F0%EE%E2", f"https://x.example/{BLOCK}"),
        ("https://x.example/news/asylum", "https://x.example/news/asylum"),
    ],
)
def test_addresses_that_tell_a_name_end_behind_their_host(address: str, told: str) -> None:
    assert hider((1, "person", "Ивана Петрова")).hide_address(address) == told


def test_an_address_that_runs_a_name_together_is_known_in_its_own_report() -> None:
    known = hider((1, "person", "Иван Петров"))
    assert known.hide_address("https://t.me/ivanpetrov_help", [1]) == f"https://t.me/{BLOCK}"
    assert known.hide_address("https://x.example/petrov", [1]) == f"https://x.example/{BLOCK}"
    assert known.hide_address("https://x.example/petrov", [2]) == "https://x.example/petrov"


def test_an_excerpt_is_never_more_than_half_of_a_text_and_ends_with_a_word() -> None:
    assert excerpt("one two three four five six") == "one two three […]"
    assert excerpt("word " * 500) == ("word " * 60).rstrip() + " […]"
    assert excerpt("") == ""
    assert len(excerpt("字" * 1000)) == EXCERPT + 4


def test_the_last_look_finds_a_name_in_any_of_its_spellings(tmp_path: Path) -> None:
    path = tmp_path / "file"
    name = "Захарий Квасницкий"
    for content in (name, json.dumps(name), name.upper(), quote(name)):
        path.write_bytes(b"\0" * 100_000 + content.encode() + b"\0" * 10)
        assert held(path, [name, "Somebody Else"]) == [name]
    path.write_bytes(b"nothing here")
    assert held(path, [name]) == []


def test_parts_of_longer_words_are_no_names(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a TEXT, b TEXT)")
        connection.execute("INSERT INTO t VALUES ('Ivan Petrovichevsky', 'seen: Anna Blau'), ('x', 'Anna Blaustein')")
        connection.commit()
    assert held(path, ["Ivan Petrov", "Anna Blau"]) == ["Anna Blau", "Ivan Petrov"]
    assert told(path, ["Ivan Petrov", "Anna Blau"]) == ["Anna Blau"]
