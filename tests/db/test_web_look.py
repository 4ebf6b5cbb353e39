"""In a real browser, narrow and wide, light and dark: pages fit, need no script, and ask no other host."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.db.web_browser import serving
from tests.db.web_world import build

PAGES = (
    "", "stories", "figures", "report/1", "report/12", "capture/1", "deserters", "deserters/reports",
    "deserters/reports?_search=asylum", "deserters/sources", "deserters/issues", "deserters/pages?_columns=all",
    "deserters/runs", "deserters/by_source",
    "deserters/sources/lv~2Fgulbis", "deserters/search?words=asylum", "deserters?sql=select+*+from+reports",
)  # fmt: skip
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(build(tmp_path_factory.mktemp("look"))) as (_, found):
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    if not driver or not chromium:
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    opened = webdriver.Chrome(service=Service(driver), options=options)
    yield opened
    opened.quit()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_the_screen_without_script_and_without_another_host(
    browser: webdriver.Chrome, address: str, width: int, scheme: str
) -> None:
    phone = width < 500
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": phone}
    )
    for path in PAGES:
        browser.get(address + path)
        size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        assert size["width"] <= width, path
        assert browser.get_log("browser") == [], path  # type: ignore[no-untyped-call]  # as below
    assert _asked(browser) <= {address.split("/")[2]}


def _asked(browser: webdriver.Chrome) -> set[str]:
    """Hosts that were asked since the last look."""
    log = browser.get_log("performance")  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    messages = [json.loads(entry["message"])["message"] for entry in log]
    asked = [told["params"]["request"]["url"] for told in messages if told["method"] == "Network.requestWillBeSent"]
    return {url.split("/")[2] for url in asked if url.startswith("http")}


def test_the_styles_are_one_small_file() -> None:
    style = Path(__file__).parents[2] / "db" / "web" / "static" / "site.css"
    assert style.stat().st_size < 40_000
    assert "url(" not in style.read_text(encoding="utf-8")
    assert "@import" not in style.read_text(encoding="utf-8")
