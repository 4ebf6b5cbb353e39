"""The site's small parts keep their laws: spans quote the text, typed words always make a query, links are harmless."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.web import asking, links, marking, names
from db.web.marking import Found, Piece

TEXT = st.text(alphabet="ab ё\n\u202e<>&\"'", max_size=80)


@given(
    text=TEXT, spans=st.lists(st.tuples(st.integers(-3, 90), st.integers(-3, 90), st.sampled_from(["lead", "title"])))
)
def test_pieces_put_together_are_the_text(text: str, spans: list[tuple[int, int, str]]) -> None:
    found = [
        Found(role="r", term="t", zone=zone, start=start, end=end, quote=text[max(0, start) : max(0, end)])
        for start, end, zone in spans
    ]
    assert "".join(piece.text for piece in marking.headline(text, found)) == text
    shown = ["".join(piece.text for piece in pieces) for pieces in marking.paragraphs(text, found)]
    assert "".join("".join(shown).split()) == "".join(text.split())


def test_paragraphs_end_at_blank_lines_and_keep_single_ones() -> None:
    text = "One\nline.\n\nTwo.\n \n\nThree."
    shown = ["".join(piece.text for piece in pieces) for pieces in marking.paragraphs(text, ())]
    assert shown == ["One\nline.", "Two.", "Three."]


def test_a_span_that_does_not_quote_what_stands_there_is_not_marked() -> None:
    wrong = Found(role="desertion", term="deserter", zone="lead", start=0, end=3, quote="xyz")
    assert marking.paragraphs("abc def", [wrong]) == [[Piece(text="abc def")]]


def test_spans_that_overlap_are_marked_once() -> None:
    first = Found(role="russia", term="", zone="lead", start=0, end=7, quote="abc def")
    second = Found(role="soldier", term="", zone="lead", start=4, end=7, quote="def")
    assert marking.paragraphs("abc def", [second, first]) == [[Piece(text="abc def", role="russia")]]


@pytest.mark.parametrize("stored", ["", None, "{", "{}", "[1]", '[{"role": "x"}]', '[{"start": "a"}]', "[null]", "3"])
def test_reasons_that_cannot_be_read_are_none(stored: str | None) -> None:
    assert marking.read_reasons(stored) == ()


def test_an_excerpt_shows_the_neighbourhood_of_the_first_word_asked_for() -> None:
    text = "word " * 200 + "the deserters fled. " + "word " * 200
    pieces = marking.excerpt(text, asking.read("deserter"), "en")
    assert Piece(text="deserters", role="asked") in pieces
    assert pieces[0].text == "… "
    assert len("".join(piece.text for piece in pieces)) < 400


@given(typed=st.text(max_size=60))
def test_whatever_is_typed_is_a_query_that_sqlite_understands(typed: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(title, text, bare, about)")
    connection.execute("SELECT count(*) FROM t WHERE t MATCH ?", [asking.fts_query(typed)]).fetchone()
    connection.close()


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//host/x", "ftp://host/", "http://", "http:/x",
     "https://a b", "https://a\\b", "https://a\nb", "http://[x", "", None, "\x00https://a.example/"],
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(text: str | None) -> None:
    assert links.web_address(text) is None
    assert "<a" not in links.outside_link(text or "")


def test_a_link_to_the_outside_tells_no_one_where_from() -> None:
    link = links.outside_link('https://example.org/?a="&b=<x>')
    assert 'rel="noopener noreferrer nofollow"' in link
    assert "<x>" not in link


def test_codes_are_called_by_their_names() -> None:
    assert (names.language("uk"), names.language("xx"), names.language("")) == ("Ukrainian", "xx", "language unknown")
    assert (names.country("fi"), names.country("no"), names.country("xx")) == ("Finland", "Norway", "xx")
    assert (names.direction("he"), names.direction("ru"), names.direction("")) == ("rtl", "ltr", "auto")
    assert names.moment("2026-03-01T09:30:00+00:00") == "1 Mar 2026, 09:30 UTC"
    assert names.moment("2026-03-01T09:30:00+03:00") == "1 Mar 2026, 06:30 UTC"
    assert names.moment("<b>") == "<b>"
    assert names.day(None) == ""
