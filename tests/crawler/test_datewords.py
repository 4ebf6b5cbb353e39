"""Dates in words: what dateparser tells is told, and what is no date makes hardly any language ready."""

import re
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from dateparser.date import DateDataParser
from dateparser.languages.loader import LocaleDataLoader
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import keeping
from crawler.extract import datewords

MONTHS = ("january", "march", "may", "september", "december")
FORMS = (
    "12 {} 2024",
    "{} 3, 2024",
    "2024 {} 7",
    "12{}2024",
    "{} 12.03.2024 10:30 EST",
    "zorb 12 {} 2024",
    "5 {} MMXIV",
)


@cache
def parsers() -> list[tuple[DateDataParser, datewords.Parser]]:
    """Dateparser as it is and as ours, told to read as we ask it and as htmldate does."""
    strict = {"NORMALIZE": True, "PARSERS": ["custom-formats", "absolute-time"], "STRICT_PARSING": True}
    return [
        (DateDataParser(languages=datewords.LANGUAGES, settings=each), datewords.Parser(each))
        for each in (datewords._SETTINGS, strict)
    ]


@cache
def spoken() -> dict[str, list[str]]:
    """What dateparser's data have of words in each language, and of expressions as they might be written."""
    loader = LocaleDataLoader()
    return {code: [*texts(dict(loader.get_locale(code).info))] for code in datewords.LANGUAGES}


def texts(info: dict[str, Any]) -> list[str]:
    rules = [*chain(*info.pop("relative-type-regex", {}).values()), *chain(*info.pop("simplifications", []))]
    return [*datewords._texts(info), *(re.sub(r"\\d[+*]*|\\s|[\\()?+*\[\]|:<=!.,{}]", "", rule) for rule in rules)]


def told(parser: DateDataParser, text: str) -> object:
    try:
        found = parser.get_date_data(text)
    except (ValueError, OverflowError) as error:
        return type(error)
    return found.date_obj and found.date_obj.date(), found.locale, found.period


@pytest.mark.parametrize("code", datewords.LANGUAGES)
def test_months_of_each_language_are_told_as_dateparser_tells_them(code: str) -> None:
    info = LocaleDataLoader().get_locale(code).info
    for month in (info[name][0] for name in MONTHS):
        for theirs, ours in parsers():
            assert told(ours, f"12 {month} 2024") == told(theirs, f"12 {month} 2024"), month
    assert code in datewords.likely(f"12 {info['may'][0]} 2024")


@settings(max_examples=60)
@given(st.sampled_from(datewords.LANGUAGES), st.sampled_from(FORMS), st.data())
def test_any_words_are_told_as_dateparser_tells_them(code: str, form: str, data: st.DataObject) -> None:
    words = st.sampled_from(spoken()[code])
    text = form.format(data.draw(st.one_of(words, words.map(str.upper), st.tuples(words, words).map(" ".join))))
    for theirs, ours in parsers():
        assert told(ours, text) == told(theirs, text)


@pytest.mark.parametrize("text", ["Photo: Reuters 2026", "12 zorb 2026", "By John Smith 12:30 2020", "Оновлено 99"])
def test_what_is_no_date_is_asked_in_few_languages(text: str) -> None:
    assert len(datewords.likely(text)) < 6


def test_a_date_in_figures_is_asked_once_for_each_order_of_day_month_and_year() -> None:
    assert datewords.likely("12.03.2026") == ["en", "ru", "ja"]


def test_the_words_are_read_back_as_they_were_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_FOLDER", tmp_path / "kept")
    made = datewords.words.__wrapped__()
    assert datewords.words.__wrapped__() == made
    next((tmp_path / "kept").iterdir()).write_text("spoilt")
    assert datewords.words.__wrapped__() == made
