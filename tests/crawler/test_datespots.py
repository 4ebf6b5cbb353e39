"""Where a date may stand: a search finds there what it finds in the whole markup, and htmldate looks nowhere else."""

import re
from importlib.metadata import version

import pytest
from htmldate import core, extractors, find_date
from htmldate.validators import plausible_year_filter
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from crawler.extract import datespots
from crawler.extract.datespots import Markup

FIGURES = (
    core.THREE_PATTERN, core.THREE_LOOSE_PATTERN, core.SELECT_YMD_PATTERN, core.DATESTRINGS_PATTERN,
    core.SLASHES_PATTERN, core.YYYYMM_PATTERN, core.MMYYYY_PATTERN, core.SIMPLE_PATTERN,
)  # fmt: skip
WORDS = (
    "2024", "1996", "17. ", "20240317", "2024/03/17", "2024/03/170", "17.3.2024", "31/2/2024", "1/2/21", "03/2024",
    "12345", "w3.org", "w3.org/2000/", "march", "March", "mars", "januar", "of", "st", "th", "zorb", "März", "٣",
    "<p>", "</p>", "<a href='/", "' >", "\n", "  ", "of march 2024", "3 may 2019", " may 30th, 2018", "31 feb 2021",
)  # fmt: skip
CORE = re.compile(r"[0-9]{1,4}[./][0-9]{1,2}[./][0-9]{2,4}")
ANY = st.text(st.sampled_from("0129./-, <>aw3.org\n٣"), max_size=9)
MARKUP = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(" ./->,"), ANY), max_size=40).map("".join)


@pytest.fixture
def _as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make htmldate what it is without us; what the test does with it then is undone."""
    monkeypatch.setattr(core, "search_page", datespots._search_page)
    monkeypatch.setattr(core, "plausible_year_filter", plausible_year_filter)
    monkeypatch.setattr(core, "regex_parse", extractors.regex_parse)
    monkeypatch.setattr(extractors, "DATE_CORE_PATTERN", CORE)


def test_the_htmldate_at_hand_is_the_one_that_is_known() -> None:
    assert version("htmldate") == datespots.KNOWN


@settings(max_examples=1000)
@given(MARKUP)
def test_dates_in_figures_are_found_as_in_the_whole_markup(text: str) -> None:
    near = Markup(text).figures
    assert len(near) <= len(text)
    for pattern in FIGURES:
        assert pattern.findall(near) == pattern.findall(text), pattern.pattern


@settings(max_examples=1000)
@given(MARKUP)
def test_the_first_date_in_words_is_found_as_in_the_whole_markup(text: str) -> None:
    assert extractors.regex_parse(Markup(text).years) == extractors.regex_parse(text)


@settings(max_examples=300)
@given(MARKUP)
def test_pairs_of_dots_and_figures_are_found_as_htmldate_finds_them(text: str) -> None:
    assert [one.span() for one in datespots._CORE.finditer(text)] == [one.span() for one in CORE.finditer(text)]


def test_what_is_far_from_any_figure_is_not_searched() -> None:
    text = "<div class='long'>word</div>" * 1000 + "<b>17/03/2024</b> or 17 march 2024" + "<i>more</i>" * 1000
    assert Markup(text).figures == "div><b>17/03/2024< march 2024<"
    assert Markup(text).years == "> or 17 march 2024"


PAGES = (
    ("<p>{}<b>© 2019 The Paper, all rights are reserved to it</b></p>", "2019-01-01"),
    ("<img src='/i/2024/03/17/1.jpg'>{}", "2024-03-17"),
    ("{}<img src='i-20240317-x.jpg'>", "2024-03-17"),
    ("<script>{}var told = 'it was, as they say, on a 17/03/24 or so'</script>", "2024-03-17"),
    ("<script>{}var told = 'as they say, 3/2024 or so'</script>", "2024-03-01"),
    ("<script>{}var told = 'it was, as they say, the 17th of march 2024 or so'</script>", "2024-03-17"),
    (
        "<script>{}var told = 'it was, as they say, in 2024 or so'; a='http://www.w3.org/2000/svg'</script>",
        "2024-01-01",
    ),
    ("{}<p>no date at all</p>", None),
)


@pytest.mark.usefixtures("_as_shipped")
@pytest.mark.parametrize(("page", "date"), PAGES)
def test_htmldate_finds_the_same_date_with_them_as_without(page: str, date: str | None) -> None:
    assert found(page) == date
    datespots.spare.__wrapped__()
    assert core.search_page.__module__ == datespots.__name__
    assert found(page) == date


@pytest.mark.usefixtures("_as_shipped")
def test_another_htmldate_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datespots, "KNOWN", "1.10.9")
    datespots.spare.__wrapped__()
    assert core.search_page.__module__ == "htmldate.core"
    assert found(PAGES[-2][0]) == PAGES[-2][1]


def found(page: str) -> str | None:
    tree = html.fromstring(f"<html><body>{page.format('<p>word</p>' * 500)}</body></html>")
    return find_date(tree, original_date=True, max_date="2026-03-01")
