"""Convicts and people cut to an initial are hidden like protected ones; words that name nobody are shown."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from db import spelling
from db.errors import PublishError
from db.publishing import BLOCK, published
from db.publishing.names import Hider, Protected, slugs
from db.publishing.scanning import held
from db.web.public import Public
from db.web.serve import create_public
from tests.db import published_world as planted
from tests.db.web_browser import Visitor

Named = tuple[str, str, str, str]  # the table, the quote, its kind, the role


def edition_of(folder: Path, texts: Sequence[str], named: Sequence[tuple[int, Named]], *sql: str) -> Path:
    """A public edition of four free reports in Russian that hold ``texts`` and what is found in them."""
    live = planted.build(folder)
    with closing(sqlite3.connect(live)) as connection:
        for table in ("figures", "decisions", "mentions", "protected_mentions", "citations"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute(
            "UPDATE articles SET source = 'ru/vestnik', language = 'ru', title = 't', standfirst = '', reasons = '[]', "
            "authors = '[]', links = '[]', credit = '', url = 'https://v.example/' || id, canonical_url = '', "
            "key = 'v.example/' || id"
        )
        connection.execute("UPDATE pages SET url = 'https://v.example/' || id, key = 'v.example/p' || id")
        connection.execute("UPDATE texts SET title = 't', text = ''")
        for number, text in enumerate(texts, start=1):
            connection.execute("UPDATE texts SET text = ? WHERE id = ?", [text, number])
        for report, (table, quote, kind, role) in named:
            at = texts[report - 1].index(quote)
            connection.execute(
                f'INSERT INTO {table} (report, start, "end", quote, kind, name, country, role, certainty, known_from) '
                "VALUES (?, ?, ?, ?, ?, ?, '', ?, 1, '2026')",
                [report, at, at + len(quote), quote, kind, spelling.canonical(quote), role],
            )
        for each in sql:
            connection.execute(each)
        connection.commit()
    planted.published_into(folder / "public", live)
    return folder / "public"


def rows(public: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(public / "deserters.db")) as connection:
        return connection.execute(sql).fetchall()


def person(quote: str, table: str = "protected_mentions", role: str = "") -> Named:
    return table, quote, "person", role


def shown(folder: Path, texts: Sequence[str], *named: Named) -> str:
    """The published text of the first of ``texts``, in which ``named`` were found."""
    public = edition_of(folder, texts, [(1, each) for each in named])
    return str(rows(public, "SELECT text FROM texts WHERE id = 1")[0][0])


# -- whom nobody thought to protect


def test_convicts_and_people_with_an_initial_are_hidden_and_their_mentions_left_out(tmp_path: Path) -> None:
    texts = (
        "Суд приговорил солдата Дениса Р. к шести годам. Денис не признал вины. Павлу Н. дали пять лет.",
        "Viktor S. wrote to us, and so did Дениса Р. again. Олег Тарановский сказал.",
        "Лука Бардин получил шесть лет.",
    )
    public = edition_of(tmp_path, texts, [
        (1, person("Денис", "mentions", "convict")), (1, person("Дениса Р.", "mentions", "convict")),
        (1, person("Павлу Н.", "mentions", "speaker")), (2, person("Viktor S.", "mentions")),
        (3, person("Лука Бардин", "mentions", "convict")),
        (2, person("Олег Тарановский", "mentions", "speaker")),
    ])  # fmt: skip
    told = "".join(str(text) for (text,) in rows(public, "SELECT text FROM texts ORDER BY id"))
    for name in ("Денис", "Дениса", "Павлу", "Viktor", "Лука", "Бардин"):
        assert name not in told
        assert name.encode() not in (public / "deserters.db").read_bytes()
    assert "Олег Тарановский сказал" in told
    assert rows(public, "SELECT quote FROM mentions") == [("Олег Тарановский",)]
    with Visitor(public / "deserters.db", public) as visitor:
        visitor.site = create_public(Public(edition=published(public)))
        assert "Денис" not in visitor.page("/report/1") + visitor.page("/deserters/mentions")


# -- addresses


def test_where_an_address_is_cut_its_keys_and_canonical_form_are_cut_too(tmp_path: Path) -> None:
    public = edition_of(
        tmp_path, ("Солдат Олег бежал.",), [(1, person("Олег"))],
        "UPDATE articles SET url = 'https://v.example/a', canonical_url = 'https://v.example/b', "
        "key = 'v.example/b' WHERE id = 1",
        "UPDATE pages SET url = 'https://v.example/a', key = 'v.example/story-oleg-fled' WHERE report = 1",
    )  # fmt: skip
    assert b"oleg-fled" not in (public / "deserters.db").read_bytes()
    cut = f"https://v.example/{BLOCK}"
    [(url, canonical, key)] = rows(public, "SELECT url, canonical_url, key FROM articles WHERE id = 1")
    assert (url, canonical, key) == (cut, cut, f"v.example/{BLOCK}1")
    [(url, key)] = rows(public, "SELECT url, key FROM pages WHERE report = 1")
    assert url == cut
    assert str(key).startswith(f"v.example/{BLOCK}")
    assert rows(public, "SELECT url, key FROM articles WHERE id = 2") == [("https://v.example/2", "v.example/2")]


def test_names_as_addresses_write_them_are_hidden_in_texts_and_found_by_the_last_look(tmp_path: Path) -> None:
    assert {"zakhariy-kvasnitskiy", "zakhariy_kvasnitskiy"} & slugs("Захарий Квасницкий")
    assert slugs("Мельник") == set()
    hider = Hider([Protected(report=1, kind="person", quote="Šimon Novák", name="")])
    for slug in slugs("Šimon Novák"):
        assert slug not in hider.hide(f"see x.example/{slug}-fled")
        assert slug not in hider.hide_address(f"https://x.example/{slug}-fled")
        (tmp_path / "file").write_bytes(f"\0x.example/{slug}-fled\0".encode())
        assert held(tmp_path / "file", ["Šimon Novák"]) == ["Šimon Novák"]


def test_a_slug_of_a_protected_name_keeps_an_edition_from_being_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hider, "hide_address", lambda _self, address, _owners=(): address)
    slug = max(slugs("Иван Петров"))
    with pytest.raises(PublishError, match=r"would hold \d protected names or places, those of reports 1;"):
        edition_of(
            tmp_path, ("Солдат Иван Петров бежал.",), [(1, person("Иван Петров"))],
            f"UPDATE articles SET key = 'v.example/{slug}_fled' WHERE id = 1",
        )  # fmt: skip


# -- what names nobody


@pytest.mark.parametrize("word", ["Europe", "Европу", "European", "Finland", "Финляндию", "Астану"])
def test_countries_continents_and_cities_are_shown(tmp_path: Path, word: str) -> None:
    texts = (f"Они бежали в {word} весной.", "Снова в Финляндию и в Астану.")
    known: list[tuple[int, Named]] = [
        (2, ("mentions", "Финляндию", "country", "is in")),
        (2, ("mentions", "Астану", "city", "is in")),
    ]
    public = edition_of(tmp_path, texts, [(1, person(word)), *known])
    assert rows(public, "SELECT text FROM texts WHERE id = 1") == [(texts[0],)]


@pytest.mark.parametrize("word", ["Ein", "Wer", "Dans", "Jak", "Остальных"])
def test_a_word_that_is_in_capitals_where_a_sentence_begins_is_shown(tmp_path: Path, word: str) -> None:
    text = f"Суд решил. {word} солдат бежал."
    assert shown(tmp_path, (text, f"и {word.lower()} ещё"), person(word)) == text


def test_a_word_that_three_reports_have_in_small_letters_is_shown_and_one_of_two_is_not(tmp_path: Path) -> None:
    text = "Her Home Office told the Tribune."
    public = edition_of(
        tmp_path, (text, "an office, a tribune", "the office and a tribune", "office"),
        [(1, person("Office")), (1, person("Tribune"))],
    )  # fmt: skip
    assert rows(public, "SELECT text FROM texts WHERE id = 1") == [(f"Her Home Office told the {BLOCK * 7}.",)]


def test_given_names_stay_hidden_though_they_are_words_and_places_too(tmp_path: Path) -> None:
    common = ["роман и веру"] * 3
    names = ("Олег", "Роман", "Веру")
    told = shown(tmp_path, (f"Бежали {', '.join(names)}.", *common), *map(person, names))
    assert told == f"Бежали {', '.join(BLOCK * len(name) for name in names)}."


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Солдат Мороз Север бежал. Мороз скрылся.", ["Мороз Север", "Мороз"]),
        ("Мороз скрылся, и Мороз П. тоже.", ["Мороз", "Мороз П."]),
        ("Солдат с позывным «Мороз» бежал.", ["Мороз"]),
        ("Мороз-Север скрылся.", ["Мороз-Север"]),
    ],
)
def test_common_words_stay_hidden_where_they_name_somebody(tmp_path: Path, text: str, named: list[str]) -> None:
    assert "Мороз" not in shown(tmp_path, (text, *["мороз, север"] * 3), *map(person, named))


def test_part_of_somebody_s_whole_name_elsewhere_and_a_protected_city_stay_hidden(tmp_path: Path) -> None:
    texts = ("Солдат Мороз бежал в Орёл.", *["мороз и орёл. Иван Мороз сказал"] * 3)
    public = edition_of(tmp_path, texts, [
        (1, person("Мороз")), (1, person("Орёл")), (1, ("protected_mentions", "Орёл", "city", "")),
        (2, person("Иван Мороз", "mentions", "speaker")),
    ])  # fmt: skip
    assert rows(public, "SELECT text FROM texts WHERE id = 1") == [(f"Солдат {BLOCK * 5} бежал в {BLOCK * 4}.",)]
