"""After a change of terms our own archive is read again: added, marked, taken back; nothing is deleted."""

import re
import shutil
from pathlib import Path

import pytest

from db.archive import ArchiveWriter
from db.model import Capture
from tests import factory
from tests.running import ROOT, Desk

ENGLISH = (
    "<html lang='en'><head><title>Russian deserter granted asylum in France</title></head><body><article>"
    "<h1>Russian deserter granted asylum in France</h1><p>A Russian soldier who deserted from his unit in Ukraine has "
    "been granted asylum in France, his lawyer said on Monday. The deserter walked across the border at night and had "
    "been wanted in Russia for desertion ever since.</p><p>The court ruled that Russian deserters face prison at home."
    "</p></article></body></html>"
)
GERMAN = (
    "<html lang='de'><head><title>Russischer Deserteur erhält Asyl in Deutschland</title></head><body><article>"
    "<h1>Russischer Deserteur erhält Asyl in Deutschland</h1><p>Ein russischer Soldat, der von seiner Einheit in der "
    "Ukraine desertiert ist, hat in Deutschland Asyl erhalten, wie sein Anwalt am Montag sagte. Der Deserteur war "
    "nachts über die Grenze gegangen und wird in Russland wegen Fahnenflucht gesucht.</p><p>Das Gericht entschied, "
    "dass russischen Deserteuren zu Hause Haft droht.</p></article></body></html>"
)
ROSES = "<html lang='en'><head><title>Roses</title></head><body><p>" + "Roses need sun. " * 400 + "</p></body></html>"
KEPT = ("articles", "texts", "placements", "stories", "mentions", "decisions", "figures", "citations", "fingerprints")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.sources.mkdir()
    with ArchiveWriter(made.archive, software="test/1", now=lambda: factory.NOW) as archive:
        for name, body in (("asylum", ENGLISH), ("asyl", GERMAN), ("roses", ROSES)):
            archive.append(_page(f"https://paper.example/{name}", body))
    return made


@pytest.fixture
def lesser(tmp_path: Path) -> dict[str, str]:
    """The surroundings of a program whose topic has English terms alone."""
    code = tmp_path / "lesser"
    shutil.copytree(ROOT / "crawler", code / "crawler", ignore=shutil.ignore_patterns("__pycache__"))
    for file in (code / "crawler" / "topics" / "deserters").glob("*.yml"):
        if file.stem != "en":
            file.unlink()
    return {"PYTHONPATH": f"{code}:{ROOT}"}


def _page(url: str, body: str) -> Capture:
    return factory.capture(url, body=body.encode(), place=None, offer=factory.offer(source="", channel="", title=""))


def _kept(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    return {table: desk.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in KEPT}


def _reread(desk: Desk, **terms: str) -> str:
    done = desk.run("backfill", "--archive", **terms)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_better_terms_keep_is_added(desk: Desk, lesser: dict[str, str]) -> None:
    _reread(desk, **lesser)
    assert desk.rows("SELECT language FROM articles") == [("en",)]
    _reread(desk)
    assert desk.rows("SELECT language FROM articles ORDER BY id") == [("en",), ("de",)]
    assert desk.rows("SELECT analyses, new_reports, doubted FROM runs") == [(1, 1, 0), (2, 1, 0)]
    assert len({terms for (terms,) in desk.rows("SELECT terms FROM runs")}) == 2


def test_what_other_terms_would_drop_is_marked_and_stays_with_its_facts_and_story(
    desk: Desk, lesser: dict[str, str]
) -> None:
    _reread(desk)
    before = _kept(desk)
    assert desk.rows("SELECT * FROM judgements") == []
    told = _reread(desk, **lesser)
    assert re.search(r"would not be kept now.* 1 ", told)
    assert _kept(desk) == before
    ((report, title, stage, terms),) = desk.rows("SELECT report, title, stage, terms FROM doubts WHERE reason <> ''")
    assert (title, stage) == ("Russischer Deserteur erhält Asyl in Deutschland", "relevance")
    assert [terms, 1] == list(desk.rows("SELECT terms, doubted FROM runs WHERE id=2")[0])
    first = desk.rows("SELECT terms, score, why FROM runs, articles WHERE runs.id=1 AND articles.id=?", report)
    assert desk.rows("SELECT terms, score, detail FROM judgements WHERE kept AND reasons <> '[]'") == first


def test_a_mark_is_made_once_and_taken_back_when_the_report_is_kept_again(desk: Desk, lesser: dict[str, str]) -> None:
    _reread(desk)
    before = _kept(desk)["articles"]
    _reread(desk, **lesser)
    rows = desk.rows("SELECT * FROM judgements")
    _reread(desk, **lesser)
    assert desk.rows("SELECT * FROM judgements") == rows
    assert desk.rows("SELECT doubted FROM runs") == [(0,), (1,), (1,)]
    assert desk.run("backfill").returncode == 0  # the same, as it always was
    assert desk.rows("SELECT * FROM doubts") == []
    assert desk.rows("SELECT kept, run FROM judgements ORDER BY id") == [(1, 1), (0, 2), (1, 4)]
    assert _kept(desk)["articles"] == before


def test_archive_alone_is_the_archive_of_the_settings_and_takes_no_other_files(desk: Desk) -> None:
    (desk.folder / "deserters.toml").write_text('archive = "elsewhere"\n')
    shutil.move(desk.archive, desk.folder / "elsewhere")
    done = desk.run("backfill", "--archive", "--db", str(desk.db), DESERTERS_ARCHIVE="elsewhere")
    assert done.returncode == 0, done.stdout + done.stderr
    assert desk.value("SELECT count(*) FROM articles") == 2
    file = next((desk.folder / "elsewhere").rglob("*.warc.gz"))
    wrong = desk.run("backfill", str(file), "--archive")
    assert wrong.returncode == 2
    assert "--archive alone reads our own archive" in wrong.stderr


def test_archive_with_a_folder_reads_that_one(desk: Desk) -> None:
    shutil.move(desk.archive, desk.folder / "other")
    done = desk.run("backfill", "--archive", "other")
    assert done.returncode == 0, done.stdout + done.stderr
    assert desk.value("SELECT count(*) FROM articles") == 2
