"""Words are found in any form and script, questions are read or explained, and the index follows the reports."""

import sqlite3
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import search
from db.search.about import days
from db.search.keys import document

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
REPORTS = (
    ("ru", "Суд в Самаре", "Дезертира судили за побег. «Медиазона» насчитала 24 000 дел."),
    ("en", "Mediazona counts deserters", "A military court sentenced the sergeant Kovalyov; asylum was refused."),
    ("de", "Fahnenflüchtige", "Der Deserteur beantragte Asyl, die Anträge der Fahnenflüchtigen häufen sich."),
    ("fr", "Réfugiés", "Les déserteurs réfugiés en France demandent l’asile."),
    ("zh", "俄罗斯逃兵", "三名逃兵在哈萨克斯坦申请庇护。"),
    ("kk", "Қашқындар", "Ресейлік қашқындардың баспана сұрағаны туралы хабар."),
    ("xx", "Nguyễn", "Olvasatlan szöveg 1943"),
)


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("CREATE VIRTUAL TABLE lemmas USING fts5(title, text, bare, about, content='')")
    for number, (language, title, text) in enumerate(REPORTS, 1):
        row = (
            number, document(title, language), document(text, language),
            search.bare_document(f"{title}\n{text}", language),
            search.about(f"{language}/paper-{number}", language, ["kz"] * (number in {5, 6}), f"2026-0{number}-15"),
        )  # fmt: skip
        connection.execute("INSERT INTO lemmas(rowid, title, text, bare, about) VALUES (?, ?, ?, ?, ?)", row)
    return connection


def found(index: sqlite3.Connection, typed: str) -> list[int]:
    match = search.parse(typed, NOW).match()
    return [row[0] for row in index.execute("SELECT rowid FROM lemmas WHERE lemmas MATCH ? ORDER BY rowid", [match])]


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("дезертирами", [1]), ("dezertirami", [1]), ("pobegov", [1]), ("kazahstanom", []),
        ("ДЕЗЕРТИРУ", [1]), ("побегов", [1]), ("Медиазоны", [1, 2]), ("Mediazona", [1, 2]),
        ("Ковалёв", [2]), ("Kovalev", [2]), ("sentences", [2]), ("fahnenfluchtiger", [3]), ("Fahnenflüchtiger", [3]),
        ("refugies", [4]), ("réfugiée", [4]), ("deserteur", [3, 4]), ("逃兵", [5]), ("庇护", [5]), ("қашқын", [6]),
        ("побег", [1]), ("nguyen", [7]), ("1943", [7]), ("24 000", [1]), ("24000", [1]), ('"military court"', [2]),
        ('"court military"', []),
        ('"военный суд"', []), ("asylum -sergeant", []), ("asyl OR asile", [3, 4]), ("deser*", [2, 3, 4]),
        ("lang:ru", [1]), ("-lang:ru дезертир", []), ("country:kz", [5, 6]), ("source:paper-2", [2]),
        ("lang:ru lang:de", [1, 3]), ("lang:ru OR lang:de", [1, 3]), ("source:paper-2 source:paper-3", [2, 3]),
        ("country:kz OR country:mt lang:kk", [6]), ("country:kz country:mt", []), ("побег OR бегств lang:ru", [1]),
        ("source:de/paper-3", [3]), ("after:2026-05", [5, 6, 7]), ("after:1.05.2026", [5, 6, 7]),
        ("before:2026-02-15", [1]),
        ("after:2026-02-15 before:2026-04-15", [2, 3]), ("after:9999", []), ("", [1, 2, 3, 4, 5, 6, 7]),
    ],
)  # fmt: skip
def test_what_is_typed_finds_every_form(index: sqlite3.Connection, typed: str, numbers: list[int]) -> None:
    assert found(index, typed) == numbers


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("colour:red", "There is no filter “colour:”"), ("lang:klingonese!", "no language"),
        ("country:Atlantis", "no country"),
        ("visa NOT asylum", "minus"), ("visa AND asylum", "not needed"), ("after: 2026", "Nothing stands behind"),
        ("after:yesterday", "no date"), ("after:2026-13", "no date"), ('""', "Two quotation marks"),
        ("***", "no letter"),
        ("x OR", "nothing follows"), ("lang:ru OR asylum", "filters of one kind"),
        ("x OR lang:ru", "filters of one kind"), ("word " * 30, "first 24 words"), ("x" * 500, "first 400 characters"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_told(typed: str, told: str) -> None:
    assert any(told in trouble for trouble in search.parse(typed, NOW).troubles)


def test_a_source_that_is_not_watched_is_told_with_those_near_it() -> None:
    known = search.Known(sources=frozenset({"ru/mediazona", "ru/meduza", "de/zeit"}))
    (trouble,) = search.parse("source:mediazone", NOW, known).troubles
    assert "ru/mediazona" in trouble
    assert search.parse("source:mediazona", NOW, known).troubles == ()


@given(typed=st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_whatever_is_typed_is_a_question_that_sqlite_understands(index: sqlite3.Connection, typed: str) -> None:
    assert isinstance(found(index, typed), list)


@given(text=st.text(max_size=120), language=st.sampled_from(["ru", "uk", "en", "zh", "fr", "ka", "xx", ""]))
@settings(deadline=None)
def test_title_and_text_are_read_together_as_each_alone(text: str, language: str) -> None:
    title, besides = text[: len(text) // 3], text[-10:]
    bare = search.bare_document(f"{title}\n{text}", language, besides)
    alone = (document(title, language), document(text, language), bare)
    assert search.documents(title, text, language, besides) == alone


@pytest.mark.parametrize(("language", "title", "text"), REPORTS)
def test_reports_are_read_as_their_titles_and_texts_are(language: str, title: str, text: str) -> None:
    alone = (document(title, language), document(text, language), search.bare_document(f"{title}\n{text}", language))
    assert search.documents(title, text, language) == alone


@given(text=st.text(max_size=80), language=st.sampled_from(["ru", "en", "zh", "fr", "ka", "xx", ""]))
@settings(deadline=None)
def test_a_word_of_a_text_is_found_by_itself(text: str, language: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE lemmas USING fts5(title, text, bare, about, content='')")
    row = ("", document(text, language), search.bare_document(text, language), search.about("a/b", language, [], ""))
    connection.execute("INSERT INTO lemmas(rowid, title, text, bare, about) VALUES (1, ?, ?, ?, ?)", row)
    for token in search.tokens(text, language):
        word = text[token.start : token.end]
        assert found(connection, f'"{word}"') == [1], word
    connection.close()


@given(first=st.dates(date(2019, 1, 1), date(2027, 1, 1)), last=st.dates(date(2019, 1, 1), date(2027, 1, 1)))
def test_a_span_of_days_is_covered_by_its_tokens_and_nothing_else(first: date, last: date) -> None:
    spelled = days(first, last, up_to_end=True)
    for number in range(first.toordinal() - 3, min(last.toordinal(), first.toordinal() + 800) + 4):
        day = date.fromordinal(number)
        has = {f"y{day.year}", f"m{day:%Y%m}", f"d{day:%Y%m%d}"}
        assert bool(has & set(spelled)) == (first <= day <= last)
    assert len(spelled) <= 31 + 12 + 10 + 12 + 31


def test_words_are_marked_where_they_were_asked_for() -> None:
    question = search.parse("дезертиры Mediazona 庇护 refugies", NOW)
    for language, text, words in (
        ("ru", "О дезертире пишет «Медиазона».", ["дезертире", "Медиазона"]),
        ("fr", "Les réfugiés de la guerre", ["réfugiés"]),
        ("zh", "申请庇护。", ["申请庇护"]),
    ):
        marked = [
            text[each.start : each.end] for each in search.tokens(text, language) if question.finds(each, language)
        ]
        assert marked == words
