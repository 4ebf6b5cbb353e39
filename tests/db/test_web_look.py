"""In a real browser, narrow and wide, light and dark: pages fit, need no script, and ask no other host."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.db.web_browser import asked, browsing, complaints, serving, take_the_seat
from tests.db.web_pages import PAGES, build_told


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(build_told(tmp_path_factory.mktemp("look"))) as (_, found):
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_the_screen_without_script_and_without_another_host(
    browser: webdriver.Chrome, address: str, width: int, scheme: str
) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    take_the_seat(browser, width, scheme)
    for path in PAGES:
        browser.get(address + path[1:])
        size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        assert size["width"] <= width, path
        assert complaints(browser) == [], path
    assert {url.split("/")[2] for url in asked(browser)} <= {address.split("/")[2]}


def test_the_styles_are_one_small_file() -> None:
    style = Path(__file__).parents[2] / "db" / "web" / "static" / "site.css"
    assert style.stat().st_size < 40_000
    assert "url(" not in style.read_text(encoding="utf-8")
    assert "@import" not in style.read_text(encoding="utf-8")
