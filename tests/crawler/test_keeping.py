"""What is made once a machine: kept as it was made, never taken from others, and missed by nobody."""

from array import array
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import LanguageIdentifier

from crawler import keeping
from crawler.extract import language, language_tables
from crawler.extract.language_model import Model

EQUAL = 1e-3  # the package adds up in single precision
TEXTS = (
    "A Russian soldier deserted from his unit and asked for asylum.",
    "Российский солдат самовольно оставил часть и попросил убежища.",
    "Ein russischer Soldat hat seine Einheit verlassen und Asyl beantragt.",
    "Rus asker birliğinden firar etti ve sığınma talebinde bulundu.",
    "რუსი ჯარისკაცი ნაწილიდან გაიქცა და თავშესაფარი მოითხოვა.",
    "俄罗斯士兵逃离部队并申请庇护。",
    "12345",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test alone."""
    monkeypatch.setattr(keeping, "_FOLDER", tmp_path / "kept")
    return tmp_path / "kept"


def test_what_is_kept_is_read_back(folder: Path) -> None:
    assert keeping.kept("one") is None
    path = keeping.keep("one", b"made")
    assert path == keeping.kept("one") == folder / "one"
    assert path.read_bytes() == b"made"
    assert [each.name for each in folder.iterdir()] == ["one"]
    assert folder.stat().st_mode & 0o077 == 0


def test_where_nothing_can_be_kept_nothing_is(folder: Path) -> None:
    folder.write_text("a file stands where the folder should be")
    assert keeping.keep("one", b"made") is None


def test_the_small_tables_tell_languages_as_the_whole_model_does(folder: Path) -> None:
    assert language._kept() is None
    model, whole = language._made(), language_tables.whole((*language.NEWS_LANGUAGES, "no"))
    assert [model.language(text) for text in TEXTS] == [whole.classify(text)[0] for text in TEXTS]
    assert language._kept() == model
    assert sum(file.stat().st_size for file in folder.iterdir()) < 8_000_000


@given(st.text(), st.sampled_from(TEXTS))
def test_any_text_has_the_language_that_the_whole_model_tells(text: str, other: str) -> None:
    model, whole = models()
    for each in (text, f"{text} {other}", f"{other[:9]}{text}".upper()):
        scores = sorted((score for _, score in whole.rank(each)), reverse=True)
        if scores[0] - scores[1] > EQUAL:
            assert model.language(each) == whole.classify(each)[0]


@cache
def models() -> tuple[Model, LanguageIdentifier]:
    """The small tables and what they were made of."""
    whole = language_tables.whole((*language.NEWS_LANGUAGES, "no"))
    return language_tables.made(whole), whole


def test_an_automaton_of_another_kind_is_refused() -> None:
    whole = language_tables.whole((*language.NEWS_LANGUAGES, "no"))
    moves = array(whole.tk_nextmove.typecode, whole.tk_nextmove)
    moves[whole.tk_row[1] * 256 + 1] = 7
    whole.tk_nextmove = moves
    with pytest.raises(ValueError, match="not as expected"):
        language_tables.made(whole)


@pytest.mark.parametrize("spoilt", [b"", b"spoilt", bytes(1000)])
def test_a_spoilt_table_is_not_believed(spoilt: bytes, folder: Path) -> None:
    language._made()
    next(folder.glob("languages-*")).write_bytes(spoilt)
    assert language._kept() is None
