"""The commands that give something away: each says what it gave, and what stands in its way."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler import sources
from scheduler.cli import app
from tests.crawler.test_handwritten import GOOD
from tests.db import published_world as planted
from tests.db.web_pages import build_told
from tests.db.web_world import World


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_told(tmp_path_factory.mktemp("commands"))


def watch_list(folder: Path, *, free: bool) -> Path:
    """A watch list with the one source whose texts may be passed on, or may not any more."""
    terms = "terms: CC BY 4.0.\nfull_text: true\n" if free else "terms: Copy is licensed.\n"
    (folder / "ru").mkdir(parents=True)
    text = GOOD.replace("blatt.example", "vestnik.example") + terms
    (folder / "ru" / "vestnik.yml").write_text(text, encoding="utf-8")
    return folder


def test_a_bundle_is_packed_by_the_command_and_verifies(world: World, tmp_path: Path) -> None:
    target = tmp_path / "case.zip"
    files = ("--db", world.db, "--archive", world.archive)
    done = run("bundle", target, "--report", 1, "--report", 4, *files)
    assert done.exit_code == 0, done.output
    assert "2 reports, 2 captures" in done.output
    digest = re.search(r"manifest\.json: ([0-9a-f]{64})", done.output)
    with zipfile.ZipFile(target) as opened:
        opened.extractall(tmp_path / "case")
    told = subprocess.run(
        [sys.executable, "-I", "verify.py"],
        cwd=tmp_path / "case" / "deserters-case",
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert digest
    assert digest[1] in told.stdout
    assert run("bundle", tmp_path / "story.zip", "--story", 1, *files).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case", "case.zip", "story.zip"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name a story"), (("--story", 1, "--report", 1), "name a story"),
        (("--story", 99), "there is no story 99"),
        (("--report", 99999), "there is no report 99999"),
    ],
)  # fmt: skip
def test_what_makes_no_bundle_is_said_in_one_line(
    world: World, tmp_path: Path, words: tuple[object, ...], told: str
) -> None:
    done = run("bundle", tmp_path / "case.zip", *words, "--db", world.db, "--archive", world.archive)
    assert done.exit_code == 1
    assert told in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_takes_no_other_file_s_place(world: World, tmp_path: Path) -> None:
    (tmp_path / "case.zip").write_text("mine")
    done = run("bundle", tmp_path / "case.zip", "--report", 1, "--db", world.db)
    assert (done.exit_code, (tmp_path / "case.zip").read_text()) == (1, "mine")
    assert "is there already" in done.output


def test_a_capture_that_is_missing_is_told(world: World, tmp_path: Path) -> None:
    done = run("bundle", tmp_path / "case.zip", "--report", 1, "--db", world.db, "--archive", tmp_path / "none")
    assert done.exit_code == 0
    assert "report 1 has no capture in it" in done.output


def test_the_public_edition_is_published_by_the_terms_of_the_watch_list_as_it_stands(tmp_path: Path) -> None:
    live = planted.build(tmp_path)
    target = tmp_path / "public"
    done = run("publish", target, "--db", live, "--sources", watch_list(tmp_path / "free", free=True))
    assert done.exit_code == 0, done.output
    assert "4 reports, 2 of them as excerpts" in done.output
    assert "CC BY 4.0." in (target / "deserters.db").read_bytes().decode("utf-8", "ignore")
    again = run("publish", tmp_path / "other", "--db", live, "--sources", watch_list(tmp_path / "paid", free=False))
    assert "4 reports, 4 of them as excerpts" in again.output
    assert "CC BY 4.0." not in (tmp_path / "other" / "deserters.db").read_bytes().decode("utf-8", "ignore")


def test_a_watch_list_that_cannot_be_read_publishes_nothing(tmp_path: Path) -> None:
    live = planted.build(tmp_path)
    folder = watch_list(tmp_path / "list", free=True)
    (folder / "ru" / "broken.yml").write_text("name: [", encoding="utf-8")
    done = run("publish", tmp_path / "public", "--db", live, "--sources", folder)
    assert done.exit_code == 2
    assert "broken.yml" in done.output
    assert not (tmp_path / "public").exists()


def test_a_folder_without_an_edition_is_not_served(tmp_path: Path) -> None:
    done = run("serve", "--public", tmp_path)
    assert done.exit_code == 1
    assert "holds no public edition" in done.output


def test_a_source_that_gives_its_texts_away_says_by_which_terms(tmp_path: Path) -> None:
    folder = watch_list(tmp_path, free=True)
    [found] = sources.load(folder).sources
    assert (found.terms, found.full_text) == ("CC BY 4.0.", True)
    (folder / "ru" / "vestnik.yml").write_text(GOOD + "full_text: true\n", encoding="utf-8")
    [problem] = sources.load(folder).problems
    assert "terms must say which terms allow it" in str(problem)


def test_of_the_shipped_list_only_known_terms_let_whole_texts_be_passed_on() -> None:
    found = sources.load().sources
    free = {source.id for source in found if source.full_text}
    assert "zz/ovdinfo" in free
    assert "cz/rferl_en" in free
    assert not free & {"gb/bbc_world", "us/ap", "gb/reuters", "ua/kyivindependent", "qa/aljazeera"}
    assert all(source.terms for source in found if source.full_text)
