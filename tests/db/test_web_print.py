"""On paper every page is black on white, without what only a screen can use, and tells where its links lead."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium import webdriver

from tests.db.web_browser import browsing, serving, take_the_seat
from tests.db.web_pages import PAGES, build_told

_UPRIGHT, _ACROSS = 688, 1017  # pixels between the margins of a page of A4
_SEEN = """
const seen = sought => [...document.querySelectorAll(sought)].filter(each => each.checkVisibility()).length;
const style = getComputedStyle(document.body), narrow = document.querySelectorAll('.grid th').length < 16;
return {
    ink: style.color, paper: style.backgroundColor, wider: narrow && document.documentElement.scrollWidth > innerWidth,
    screen: seen('nav a, form, input, button, select, textarea, .skip, .tools'),
    headlines: seen('h1'),
    folded: [...document.querySelectorAll('.provenance details dl')].filter(each => !each.offsetHeight).length,
    silent: [...document.querySelectorAll('a.outside')].filter(
        each => each.checkVisibility() && !getComputedStyle(each, '::after').content.includes('http')).length,
};
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(build_told(tmp_path_factory.mktemp("print"))) as (_, found):
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_every_page_can_be_printed(browser: webdriver.Chrome, address: str) -> None:
    """Tables of sixteen columns and more are wider than any paper; browsers shrink them."""
    found = {}
    for path in PAGES:
        take_the_seat(browser, _ACROSS if path.startswith("/deserters/") else _UPRIGHT, "dark", media="print")
        browser.get(address + path[1:])
        seen: dict[str, Any] = browser.execute_script(_SEEN)
        wanted = {
            "ink": "rgb(0, 0, 0)", "paper": "rgb(255, 255, 255)", "wider": False, "screen": 0, "headlines": 1,
            "folded": 0, "silent": 0,
        }  # fmt: skip
        if seen != wanted:
            found[path] = {name: value for name, value in seen.items() if value != wanted[name]}
    assert found == {}


def test_what_only_a_screen_can_use_is_there_on_a_screen(browser: webdriver.Chrome, address: str) -> None:
    take_the_seat(browser, _UPRIGHT, "dark")
    browser.get(address)
    seen: dict[str, Any] = browser.execute_script(_SEEN)
    assert seen["screen"] > 5
    assert seen["paper"] != "rgb(255, 255, 255)"
