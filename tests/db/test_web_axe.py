"""In a real browser, wide and narrow, light and dark: no page has a serious fault that axe-core knows; keys suffice."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from tests.db.web_browser import browsing, serving, take_the_seat
from tests.db.web_pages import PAGES, build_told

_AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_LOOK = """
const [options, done] = arguments;
document.querySelectorAll('details').forEach(folded => { folded.open = true; });
const where = node => node.target.join(' ') + ' ' + node.html;
axe.run(document, {resultTypes: ['violations', 'passes'], ...options}).then(found => done({
    passes: found.passes.length,
    violations: found.violations.map(({id, impact, nodes}) => ({id, impact, where: nodes.slice(0, 5).map(where)})),
}), error => done({passes: 0, violations: [], error: String(error)}));
"""
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_BROKEN = (
    "data:text/html,<html><body><img src='x.png'><input><a href='/'></a>"
    "<p style='color:%23bbb;background:%23ccc'>hardly seen</p></body></html>"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(build_told(tmp_path_factory.mktemp("axe"))) as (_, found):
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def run(browser: webdriver.Chrome, script: str, *arguments: Any) -> Any:
    """What ``script`` returns; the driver's scripts run whatever the page's policy forbids its own."""
    return browser.execute_script(script, *arguments)


def faults(browser: webdriver.Chrome, options: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What axe finds wrong on the page that is open, with everything unfolded."""
    run(browser, _AXE)
    found = browser.execute_async_script(_LOOK, options or {})
    assert found["passes"] > 0, found
    return list(found["violations"])


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_has_a_serious_fault(browser: webdriver.Chrome, address: str, width: int) -> None:
    found = {}
    for path in PAGES:
        take_the_seat(browser, width, "light")
        browser.get(address + path[1:])
        told = faults(browser)
        take_the_seat(browser, width, "dark")  # nothing but colours is another there
        told += faults(browser, COLOURS)
        found[path] = [each for each in told if each["impact"] in ("serious", "critical")]
    assert {path: each for path, each in found.items() if each} == {}


def test_faults_of_a_broken_page_are_found(browser: webdriver.Chrome) -> None:
    take_the_seat(browser, 1440, "light")
    browser.get(_BROKEN)
    found = {each["id"]: each["impact"] for each in faults(browser)}
    wanted = {"image-alt", "label", "link-name", "color-contrast", "html-has-lang", "document-title"}
    assert wanted <= set(found)
    assert {found[name] for name in wanted} <= {"serious", "critical"}
    assert [each["id"] for each in faults(browser, COLOURS)] == ["color-contrast"]


def test_the_first_key_shows_a_link_that_leads_past_the_navigation(browser: webdriver.Chrome, address: str) -> None:
    take_the_seat(browser, 1440, "light")
    browser.get(address + "deserters/runs")
    press(browser, Keys.TAB)
    assert run(browser, "return document.activeElement.className") == "skip"
    assert run(browser, "return document.activeElement.getBoundingClientRect().left >= 0")
    press(browser, Keys.ENTER, Keys.TAB)
    assert run(browser, "return document.activeElement.closest('main') !== null")


def test_the_meaning_of_columns_unfolds_by_keys(browser: webdriver.Chrome, address: str) -> None:
    take_the_seat(browser, 390, "light")
    browser.get(address + "deserters/runs")
    run(browser, "document.querySelector('.meanings summary').focus()")
    assert not run(browser, "return document.querySelector('.meanings dd').checkVisibility()")
    press(browser, Keys.ENTER)
    assert run(browser, "return document.querySelector('.meanings dd').checkVisibility()")


def press(browser: webdriver.Chrome, *keys: str) -> None:
    """Press keys, one after another, where the focus is."""
    actions = webdriver.ActionChains(browser)
    for key in keys:
        actions.send_keys(key)
    actions.perform()
