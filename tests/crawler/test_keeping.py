"""What is made once a machine: kept as it was made, never taken from others, and missed by nobody."""

from pathlib import Path

import pytest

from crawler import keeping
from crawler.extract import language

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


def test_languages_are_told_alike_from_mapped_tables_and_from_the_whole_model() -> None:
    whole = language._whole()
    assert language._mapped() is None
    assert language._written()
    mapped = language._mapped()
    assert mapped is not None
    assert [mapped.classify(text) for text in TEXTS] == [whole.classify(text) for text in TEXTS]


def test_a_spoilt_table_is_not_believed(folder: Path) -> None:
    assert language._written()
    next(folder.glob("*-moves.npy")).write_bytes(b"spoilt")
    assert language._mapped() is None
