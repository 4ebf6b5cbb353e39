"""Visitors: one asks a site in this process without a network; a server and a real browser for those who look."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from db.web.serve import create_app
from tests.db.web_world import World

ROOT = Path(__file__).parents[2]
_SERVE = (
    "import sys; from pathlib import Path; from db.web.serve import serve; "
    "serve(Path(sys.argv[1]), Path(sys.argv[2]), '127.0.0.1', int(sys.argv[3]))"
)
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


class Visitor:
    """Asks one site; ``local`` as in ``create_app``."""

    def __init__(self, db: Path, archive: Path, *, local: bool = True) -> None:
        self.site = create_app(db, archive, local=local)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.close()

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The answer to ``path``, redirects not followed."""
        answer: httpx.Response = self._runner.run(self.site.client.get(path, **options))
        return answer

    def ask(self, method: str, path: str) -> httpx.Response:
        """The answer to ``path`` by another method."""
        answer: httpx.Response = self._runner.run(self.site.client.request(method, path))
        return answer

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.text

    def rows(self, path: str) -> list[dict[str, Any]]:
        """The rows of a table or query as JSON."""
        answer = self.get(f"{path}{'&' if '?' in path else '?'}_shape=array")
        assert answer.status_code == 200, (path, answer.text[:500])
        return list(answer.json())


@contextmanager
def serving(world: World) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server over ``world`` in a process of its own, and its address; it is gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", _SERVE, str(world.db), str(world.archive), str(port)]
    address = f"http://127.0.0.1:{port}/"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_for(address)
            yield process, address
        finally:
            process.kill()


@contextmanager
def browsing(profile: Path) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with its profile in ``profile``; the test is skipped where there is none."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    if not driver or not chromium:
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    opened = webdriver.Chrome(service=Service(driver), options=options)
    try:
        yield opened
    finally:
        opened.quit()


def take_the_seat(browser: webdriver.Chrome, width: int, scheme: str, media: str = "") -> None:
    """Look from now on through a window of ``width``, in a light or dark scheme, on screen or on ``media``."""
    told = {"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", told)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def complaints(browser: webdriver.Chrome) -> list[str]:
    """What the browser's console said since the last look."""
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    return [str(entry["message"]) for entry in log]


def asked(browser: webdriver.Chrome) -> set[str]:
    """Addresses that were asked for by http or https since the last look."""
    log = browser.get_log("performance")  # type: ignore[no-untyped-call]  # as above
    messages = [json.loads(entry["message"])["message"] for entry in log]
    found = {told["params"]["request"]["url"] for told in messages if told["method"] == "Network.requestWillBeSent"}
    return {url for url in found if url.startswith("http")}


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  # a loopback address of the test
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{address} never answered")
