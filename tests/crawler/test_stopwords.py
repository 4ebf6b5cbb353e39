"""Little words: the same as justext's own, in little memory, and asked for by trafilatura."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from justext import core
from justext.utils import get_stoplist, get_stoplists
from lxml import etree, html
from trafilatura import external

from crawler import keeping
from crawler.extract import stopwords


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test alone."""
    monkeypatch.setattr(keeping, "_FOLDER", tmp_path / "kept")
    return tmp_path / "kept"


def test_each_word_of_each_list_is_one_and_no_other_word_is(folder: Path) -> None:
    words = {word for language in get_stoplists() for word in get_stoplist(language)} - {""}
    made, read_back = stopwords.every.__wrapped__(), stopwords.every.__wrapped__()
    assert all(word in made and word in read_back for word in words)
    others = {word + "q" for word in words} - words
    assert not any(word in read_back for word in others)
    assert sum(file.stat().st_size for file in folder.iterdir()) < 4_000_000


@given(st.text(st.characters(exclude_categories=["Z", "Cc"]), min_size=1))
def test_no_word_is_taken_for_another(word: str) -> None:
    known = {each for language in ("English", "Russian") for each in get_stoplist(language)}
    assert (word in stopwords.every()) >= (word in known)


@pytest.mark.parametrize("spoilt", [b"", b"spoilt", bytes(100_000)])
def test_a_spoilt_table_is_made_anew(spoilt: bytes, folder: Path) -> None:
    stopwords.every.__wrapped__()
    next(folder.iterdir()).write_bytes(spoilt)
    assert "the" in stopwords.every.__wrapped__()


def test_trafilatura_reads_a_page_with_them_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "".join(f"<p>The man said to us that he was not one of them, {n}.</p>" for n in range(90))
    monkeypatch.setattr(external, "JT_STOPLIST", None)
    monkeypatch.setattr(core, "define_stoplist", lambda words: frozenset(map(str.lower, words)))
    without = read(f"<div>{said}</div>")
    assert isinstance(external.JT_STOPLIST, tuple)
    stopwords.spare.__wrapped__()
    assert read(f"<div>{said}</div>") == without
    assert isinstance(external.JT_STOPLIST, stopwords.Stopwords)


def read(page: str) -> object:
    """What trafilatura's second fallback makes of ``page``."""
    return etree.tostring(external.try_justext(html.fromstring(page), None, None))
