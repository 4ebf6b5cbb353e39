"""A case bundle proves what it holds on a machine without the project, and every kind of tampering with it is found."""

import ast
import csv
import gzip
import hashlib
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from db import bundle
from db.bundle import verify
from db.errors import BundleError
from tests.db.bundle_tampering import TAMPERINGS
from tests.db.test_web_valid import check
from tests.db.web_browser import Visitor
from tests.db.web_pages import build_told
from tests.db.web_world import NOW, World

HUNTED = "Zacharias Quellenstein"
PLACED = f"""
DELETE FROM placements;
DELETE FROM mentions;
DELETE FROM citations;
DELETE FROM stories WHERE id > 1;
INSERT INTO placements (report, story, original, relation, likeness, fixed, "order")
    SELECT id, 1, CASE WHEN id < 3 THEN 1 ELSE id END, CASE id WHEN 1 THEN 'first' WHEN 2 THEN 'copy' ELSE 'event' END,
        0, 0, id FROM articles WHERE id < 5;
INSERT INTO stories (id, anchor, forward, title, lead, origin, reports, originals, origins, languages, countries,
    made_at, changed_at) VALUES (2, 2, 1, 'Merged', '', '', 0, 0, 0, '[]', '[]', '2026', '2026');
INSERT INTO protected_mentions (report, start, "end", quote, kind, name, country, role, certainty, known_from)
    SELECT id, 0, 3, substr(text, 1, 3), 'person', '{HUNTED}', '', '', 1, '2026' FROM texts;
INSERT INTO mentions (report, start, "end", quote, kind, name, country, role, certainty, known_from)
    SELECT id, 5, 12, substr(text, 6, 7), 'country', 'fi', 'fi', '', 1, '2026' FROM texts;
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build_told(tmp_path_factory.mktemp("bundle"))
    with closing(sqlite3.connect(world.db)) as connection:
        connection.executescript(PLACED)
    return world


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def packed(world: World, archive: Path | None = None, hours: int = 0, **wanted: Any) -> tuple[bytes, bundle.Packed]:
    with closing(sqlite3.connect(f"{world.db.as_uri()}?mode=ro", uri=True)) as connection:
        case = bundle.gather(connection, **wanted)
    target = io.BytesIO()
    told = bundle.pack(case, archive or world.archive, target, NOW + timedelta(hours=hours))
    return target.getvalue(), told


def unpacked(content: bytes, folder: Path) -> Path:
    """The one folder that unpacking makes."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        opened.extractall(folder)
    [made] = folder.iterdir()
    return made


def verified(folder: Path, elsewhere: Path) -> subprocess.CompletedProcess[str]:
    """What the bundle's own verifier says: isolated, in another place, without our packages and without a network."""
    elsewhere.mkdir(exist_ok=True)
    command = [sys._base_executable, "-I", "-S", str(folder / "verify.py")]  # type: ignore[attr-defined]  # of CPython
    return subprocess.run(command, cwd=elsewhere, env={}, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def case(world: World, tmp_path: Path) -> Path:
    return unpacked(packed(world, story=1)[0], tmp_path / "case")


def test_a_bundle_from_the_site_verifies_where_the_project_is_not(visitor: Visitor, tmp_path: Path) -> None:
    answer = visitor.get("/story/1/bundle.zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="deserters-story-1.zip"'
    folder = unpacked(answer.content, tmp_path / "empty")
    told = verified(folder, tmp_path / "elsewhere")
    assert (told.returncode, told.stderr) == (0, "")
    manifest = (folder / "manifest.json").read_bytes()
    digest = hashlib.sha256(manifest).hexdigest()
    assert f"SHA-256 of manifest.json: {digest}" in told.stdout
    assert answer.headers["x-deserters-manifest"] == digest
    assert re.search(r"^OK: \d+ files, 12 quotes, 4 captures$", told.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("wanted", "name"), [({"story": 1}, "deserters-story-1"), ({"reports": [1]}, "deserters-case")]
)
def test_all_is_in_one_folder_and_a_zip_beside_it_is_no_fault(
    world: World, tmp_path: Path, wanted: dict[str, Any], name: str
) -> None:
    content, _ = packed(world, **wanted)
    (tmp_path / "here").mkdir()
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert {each.partition("/")[0] for each in opened.namelist()} == {name}
        opened.extractall(tmp_path / "here")
    (tmp_path / "here" / "case.zip").write_bytes(content)
    folder = tmp_path / "here" / name
    for where in (tmp_path / "here", folder, tmp_path / "elsewhere"):
        told = verified(folder, where)
        assert (told.returncode, "FAULT" in told.stdout, told.stderr) == (0, False, ""), where


def test_the_verifier_needs_nothing_but_the_standard_library_of_python_3_8() -> None:
    source = Path(verify.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    known = {"__future__", "base64", "gzip", "hashlib", "json", "re", "sys", "zlib", "pathlib", "typing"}
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= known
    assert "removeprefix" not in source  # of Python 3.9, as is a union of dicts


def test_the_same_rows_give_the_same_bytes_but_for_the_moment_of_making(world: World) -> None:
    one, again, later = (packed(world, hours=hours, story=1)[0] for hours in (0, 0, 5))
    assert one == again
    with zipfile.ZipFile(io.BytesIO(one)) as first, zipfile.ZipFile(io.BytesIO(later)) as second:
        assert first.namelist() == second.namelist()
        differing = {name for name in first.namelist() if first.read(name) != second.read(name)}
    assert differing == {"deserters-story-1/README.txt", "deserters-story-1/manifest.json"}


def test_a_bundle_holds_texts_pages_facts_and_footnotes(world: World, case: Path) -> None:
    with closing(sqlite3.connect(world.db)) as connection:
        text = connection.execute("SELECT text FROM texts WHERE id = 3").fetchone()[0]
    assert (case / "texts" / "000003.txt").read_bytes().decode() == text
    with gzip.open(case / "captures" / "000003.warc.gz") as record:
        assert record.read(10).startswith(b"WARC/1.1")
    facts = json.loads((case / "facts.json").read_text(encoding="utf-8"))
    assert {fact["fact"] for fact in facts} == {"figure", "decision", "mention"}
    assert all(fact["in_text"] for fact in facts)
    rows = list(csv.DictReader((case / "facts.csv").open(encoding="utf-8", newline="")))
    assert len(rows) == len(facts) == 12
    assert {row["footnote"] for row in rows if row["fact"] == "figure"} == {"1", "2", "3", "4"}
    notes = (case / "footnotes.txt").read_text(encoding="utf-8")
    report = next(each for each in json.loads((case / "reports.json").read_text(encoding="utf-8")) if each["id"] == 3)
    assert f"{report['publisher']}, {report['title']}, " in notes
    assert re.search(r"accessed \d+ November 2026;\n +archived copy: captures/000003\.warc\.gz, SHA-256", notes)
    assert "[^3]: " in (case / "footnotes.md").read_text(encoding="utf-8")
    assert (case / "citations.ris").read_text(encoding="utf-8").count("ER  - ") == 4
    assert (case / "citations.bib").read_text(encoding="utf-8").count("@online{") == 4
    assert (case / "README.txt").read_text(encoding="utf-8").startswith("CASE BUNDLE\nstory 1: ")


def test_protected_names_are_never_among_the_facts(case: Path) -> None:
    for path in sorted(case.rglob("*")):
        if path.is_file():
            assert HUNTED.encode() not in path.read_bytes(), path


class Page(HTMLParser):
    """Which elements and addresses a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element."""
        self.elements.add(tag)
        self.attributes += attrs


def test_pages_are_our_own_rendering_and_never_the_scraped_page(tmp_path: Path) -> None:
    world = build_told(tmp_path)
    with closing(sqlite3.connect(world.db)) as connection:
        hostile = "</title><script>alert(1)</script><img src=x onerror=alert(2)>"
        connection.execute(
            "UPDATE articles SET title = ?, canonical_url = 'javascript:alert(3)' WHERE id = 1", [hostile]
        )
        connection.execute("UPDATE texts SET text = text || ? WHERE id = 1", [hostile])
        connection.execute("UPDATE sources SET name = ?", [hostile])
        connection.commit()
    folder = unpacked(packed(world, reports=[1])[0], tmp_path / "case")
    for path in sorted(folder.rglob("*.html")):
        page = Page()
        page.feed(path.read_text(encoding="utf-8"))
        assert not page.elements & {"script", "img", "iframe", "link", "object", "form"}, path
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert all(not (value or "").startswith("javascript") for name, value in page.attributes if name == "href")
    assert "<javascript" not in (folder / "footnotes.md").read_text(encoding="utf-8")
    assert verified(folder, tmp_path / "elsewhere").returncode == 0


def test_the_pages_of_a_bundle_are_valid(case: Path, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    for number, page in enumerate(case.rglob("*.html")):
        shutil.copy(page, tmp_path / "pages" / f"{number}.html")
    assert len(list((tmp_path / "pages").iterdir())) == 5
    assert check(tmp_path / "pages") == []


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found(case: Path, tmp_path: Path, what: str) -> None:
    assert verified(case, tmp_path / "elsewhere").returncode == 0
    tamper, words = TAMPERINGS[what]
    tamper(case)
    told = verified(case, tmp_path / "elsewhere")
    if what != "the verifier":
        assert told.returncode == 1
    assert words in told.stdout
    assert "FAULT" in told.stdout
    assert "Traceback" not in told.stderr


def test_a_folder_without_a_bundle_is_wrong_use(tmp_path: Path) -> None:
    assert verify.main([str(tmp_path)]) == 2


def test_a_missing_capture_is_said_in_the_manifest_and_is_no_fault(world: World, tmp_path: Path) -> None:
    content, told = packed(world, archive=tmp_path / "nowhere", reports=[1, 2])
    folder = unpacked(content, tmp_path / "case")
    assert (told.captures, set(told.missing)) == (0, {1, 2})
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert all(
        each["capture"] is None and "is not in the archive" in each["capture_missing"] for each in manifest["reports"]
    )
    assert str(tmp_path) not in (folder / "manifest.json").read_text(encoding="utf-8")
    assert "Report 1 has no capture here" in (folder / "README.txt").read_text(encoding="utf-8")
    told_of = verified(folder, tmp_path / "elsewhere")
    assert told_of.returncode == 0
    assert "note: report 1: has no capture" in told_of.stdout


def test_a_capture_that_is_not_the_noted_page_is_left_out(tmp_path: Path) -> None:
    world = build_told(tmp_path)
    with closing(sqlite3.connect(world.db)) as connection:
        connection.execute("UPDATE articles SET sha256 = '00' WHERE id = 1")
        connection.commit()
    _, told = packed(world, reports=[1, 2])
    assert "is not the one that was noted" in told.missing[1]
    assert told.captures == 1


def test_a_report_that_was_revised_brings_the_capture_of_its_newest_text(tmp_path: Path) -> None:
    world = build_told(tmp_path)
    with closing(sqlite3.connect(world.db)) as connection:
        place = connection.execute(
            "SELECT archive_file, archive_offset, sha256, url FROM articles WHERE id = 2"
        ).fetchone()
        connection.execute("UPDATE articles SET archive_file=?, archive_offset=?, sha256=? WHERE id = 1", place[:3])
        connection.execute(
            "INSERT INTO editions (report, title, text, sha256, known_from, known_until) "
            "VALUES (1, '', '', '', '2026-11-25T06:00:00+00:00', '2026-12-24T06:00:00+00:00')"
        )
        connection.commit()
    folder = unpacked(packed(world, reports=[1])[0], tmp_path / "case")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["reports"][0]["capture"]["url"] == place[3]
    assert "accessed 24 December 2026" in (folder / "footnotes.txt").read_text(encoding="utf-8")
    assert verified(folder, tmp_path / "elsewhere").returncode == 0


def test_chosen_reports_make_a_bundle_too(visitor: Visitor, tmp_path: Path) -> None:
    answer = visitor.get("/bundle?report=3&report=1&report=3")
    assert answer.headers["content-disposition"] == 'attachment; filename="deserters-reports-1-3.zip"'
    folder = unpacked(answer.content, tmp_path / "case")
    assert sorted(path.name for path in (folder / "texts").iterdir()) == ["000001.txt", "000003.txt"]
    assert verified(folder, tmp_path / "elsewhere").returncode == 0


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/bundle", 400, "No report was chosen"), ("/bundle?report=x", 400, "named by its number"),
        ("/bundle?report=999999", 404, "There is no report 999999"),
        ("/story/77/bundle.zip", 404, "There is no story 77"),
        ("/story/x/bundle.zip", 404, "There is no story"), ("/bundle?report=-1", 400, "named by its number"),
        ("/bundle?" + "&".join(f"report={number}" for number in range(1, 203)), 400, "a bundle holds 200"),
    ],
)  # fmt: skip
def test_what_makes_no_bundle_is_explained(visitor: Visitor, path: str, status: int, words: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.text.count("<h1") == 1


def test_a_merged_story_leads_to_where_it_went(visitor: Visitor) -> None:
    answer = visitor.get("/story/2/bundle.zip")
    assert (answer.status_code, answer.headers["location"]) == (302, "/story/1/bundle.zip")


def test_of_a_long_story_originals_come_first_and_it_is_said_what_is_left_out(tmp_path: Path) -> None:
    world = build_told(tmp_path, rounds=11)
    with closing(sqlite3.connect(world.db)) as connection:
        connection.executescript("""
            DELETE FROM placements;
            INSERT INTO placements (report, story, original, relation, likeness, fixed, "order")
                SELECT id, 1, CASE WHEN id % 2 THEN 1 ELSE id END, CASE WHEN id % 2 THEN 'copy' ELSE 'event' END, 0, 0,
                    printf('%06d', id) FROM articles;
        """)
        total = connection.execute("SELECT count(*) FROM placements").fetchone()[0]
    content, told = packed(world, story=1)
    assert (told.reports, told.left_out) == (200, total - 200)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        numbers = {int(name[-10:-4]) for name in opened.namelist() if "/texts/" in name}
        assert {number for number in range(1, total + 1) if number % 2 == 0} <= numbers
        assert f"{total - 200} more reports" in opened.read("deserters-story-1/README.txt").decode()


def test_the_story_page_lets_reports_be_chosen_without_a_script(visitor: Visitor) -> None:
    page = visitor.page("/story/1")
    assert 'href="/story/1/bundle.zip"' in page
    form = page[page.index('<form action="/bundle">') :]
    chosen = re.findall(r'<input type="checkbox" name="report" value="(\d+)">', form[: form.index("</form>")])
    assert sorted(chosen) == ["1", "2", "3", "4"]


def test_foreign_records_are_understood_too() -> None:
    body = b"<p>page</p>" * 50
    coded = gzip.compress(body)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(coded), coded)
    http = {"content-encoding": "gzip", "transfer-encoding": "chunked"}
    assert body in verify.bodies(http, chunked)
    assert body in verify.bodies({"content-encoding": "gzip"}, coded)
    assert body in verify.bodies({}, body)


def test_nothing_is_asked_of_reports_that_are_not_there(world: World) -> None:
    with closing(sqlite3.connect(world.db)) as connection, pytest.raises(BundleError, match="there is no report 55555"):
        bundle.gather(connection, reports=[1, 55555])
