"""Visit every page over a database of any size: ``python -m benchmarks.site_visit DATABASE FOLDER``.

A real server and a real Chromium, 1440 and 390 px wide, light and dark. Told for every page: how long its answer took,
whether it fits the width, what axe-core and the Nu checker find, what the console says, which other hosts were asked.
FOLDER gets a picture of each, to be looked at. The command fails where anything is wrong.
"""

import argparse
import base64
import re
import sqlite3
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.remote.remote_connection import RemoteConnection

from benchmarks.site_addresses import Asked
from tests.db.test_web_axe import COLOURS, faults
from tests.db.test_web_valid import check
from tests.db.web_browser import asked, browsing, complaints, serving, take_the_seat
from tests.db.web_pages import PAGES
from tests.db.web_world import World

WIDTHS = (1440, 390)
TALLEST = 6000  # px of a picture
PATIENCE = 300  # seconds for the checks of a page of many thousand elements
_INVENTED = "lv/gulbis"  # a source that only the tests have


def pages(db: Path) -> tuple[str, ...]:
    """All pages that the tests visit, and one of every kind that is asked for when speed is measured."""
    with closing(sqlite3.connect(f"{db.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        [source] = connection.execute("SELECT source FROM report_counts ORDER BY reports DESC LIMIT 1").fetchone()
    tested = (
        path.replace(_INVENTED, source).replace(_INVENTED.replace("/", "~2F"), source.replace("/", "~2F"))
        for path in PAGES
    )
    return tuple(dict.fromkeys((*tested, *(address() for address in Asked(db, 7).pages().values()))))


def visit(address: str, db: Path, folder: Path) -> list[str]:
    """Look at every page; what is wrong with them."""
    wrong = []
    with tempfile.TemporaryDirectory() as profile, browsing(Path(profile)) as browser:
        browser.set_script_timeout(PATIENCE)
        if isinstance(browser.command_executor, RemoteConnection):
            browser.command_executor.client_config.timeout = PATIENCE + 60
        for number, path in enumerate(pages(db)):
            status, took, text = _answer(address + path[1:])
            (folder / "html" / f"{number:02}.html").write_text(text, encoding="utf-8")
            found = [f"status {status}"] * (status != 200)
            for width in WIDTHS:
                found += _look(browser, address + path[1:], width, folder / f"{number:02}-{width}.png")
            print(f"{number:02} {path} {took * 1000:.0f} ms" + "".join(f"\n     {each}" for each in found), flush=True)
            wrong += [f"{path}: {each}" for each in found]
        others = {url.split("/")[2] for url in asked(browser)} - {address.split("/")[2]}
    wrong += [f"asked {host}" for host in others]
    for told in check(folder / "html"):
        wrong.append(f"{told['url'].rsplit('/', 1)[-1]} line {told.get('lastLine', 0)}: {told['message']}")
    return wrong


def _look(browser: webdriver.Chrome, url: str, width: int, picture: Path) -> list[str]:
    take_the_seat(browser, width, "light")
    browser.get(url)
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    clip = {"x": 0, "y": 0, "width": width, "height": min(size["height"], TALLEST), "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    picture.write_bytes(base64.b64decode(shot["data"]))
    told = faults(browser)
    take_the_seat(browser, width, "dark")
    told += faults(browser, COLOURS)
    found = [f"{width} px: {each['id']}: {each['where'][0]}" for each in told if _serious(each["impact"])]
    found += [f"{width} px: {said}" for said in complaints(browser)]
    return found + [f"{size['width']} px wide at {width}"] * (size["width"] > width)


def _serious(impact: str | None) -> bool:
    return impact in ("serious", "critical")


def _answer(url: str) -> tuple[int, float, str]:
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310  # a loopback address
            text = answer.read().decode()
        return 200, time.monotonic() - begun, text
    except urllib.error.HTTPError as error:
        return error.code, time.monotonic() - begun, re.sub(r"\s+", " ", error.read().decode())


def main() -> None:
    """Visit all pages of a database and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    (given.folder / "html").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as archive:
        world = World(db=given.database, archive=Path(archive))
        with serving(world) as (_, address):
            wrong = visit(address, given.database, given.folder)
    print("\n".join(wrong) or "nothing is wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
