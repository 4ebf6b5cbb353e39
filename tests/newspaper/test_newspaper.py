"""The newspaper is what expected.yml says that it is, and answers as a web server should."""

import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.newspaper import press
from tests.newspaper.server import Newspaper

HERE = Path(__file__).parent
pytestmark = pytest.mark.allow_hosts(sorted(press.hosts(manners=False).values()))


@pytest.fixture(scope="module")
def paper() -> Iterator[Newspaper]:
    with Newspaper(manners=False) as paper:
        yield paper


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((HERE / "expected.yml").read_text(encoding="utf-8"))
    return content


def ask(url: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request(method, parts.path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read(20_000_000)
    connection.close()
    return answer, body


def test_every_page_is_expected_and_every_expected_page_is_there(paper: Newspaper, expected: dict[str, Any]) -> None:
    stock = press.load(paper.port, paper.born, manners=False)
    there = {site.id: {page.path: (page.language, page.trait) for page in site.pages} for site in stock}
    told = {
        name: {path: (page["language"], page.get("trait", "")) for path, page in pages.items()}
        for name, pages in expected["pages"].items()
    }
    assert told == there
    assert set(expected["sources"]) == {name for site in stock for name in site.sources}


def test_every_good_page_is_fresh_and_answers_in_its_charset(paper: Newspaper) -> None:
    for site in press.load(paper.port, paper.born, manners=True):
        for page in site.pages:
            answer, body = ask(page.url)
            assert answer.status == 200, page.url
            assert page.title.split("«")[0][:20] in body.decode(page.charset), page.url
            assert 0 < (paper.born - page.published).days + 1 <= 7, page.url
            assert ("charset" in (answer.headers["Content-Type"])) == (page.charset == site.charset), page.url


def test_channels_answer_304_to_either_validator(paper: Newspaper) -> None:
    for path in ("/feeds/all.rss", "/robots.txt", "/"):
        url = paper.sites["harbour"] + path
        fresh, _ = ask(url)
        modified = fresh.headers["Last-Modified"]
        assert parsedate_to_datetime(modified) <= paper.born
        assert ask(url, If_None_Match=fresh.headers["ETag"])[0].status == 304
        assert ask(url, If_Modified_Since=modified)[0].status == 304
        assert ask(url, If_None_Match='"other"', If_Modified_Since=modified)[0].status == 200
        assert ask(url, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT")[0].status == 200
        assert ask(url, If_Modified_Since="nonsense")[0].status == 200


def test_head_sends_no_body_and_unknown_paths_are_404(paper: Newspaper) -> None:
    answer, body = ask(paper.sites["quai"] + "/", method="HEAD")
    assert (answer.status, body) == (200, b"")
    assert ask(paper.sites["quai"] + "/no/such/page")[0].status == 404


def test_the_rate_limit_is_lifted_after_one_refusal(paper: Newspaper) -> None:
    with Newspaper(manners=False) as other:
        first, _ = ask(other.sites["hurried"] + "/feed.xml")
        assert (first.status, first.headers["Retry-After"]) == (429, "2")
        assert ask(other.sites["hurried"] + "/feed.xml")[0].status == 200
        assert other.port != paper.port


def test_a_page_without_end_ends_when_the_reader_leaves_or_the_newspaper_closes() -> None:
    with Newspaper(manners=False) as paper:
        parts = urlsplit(paper.sites["heavy"])
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request("GET", "/news/live-deserters-in-court")
        assert len(connection.getresponse().read(2_000_000)) == 2_000_000
    connection.close()


def test_the_log_tells_who_was_asked_what(paper: Newspaper) -> None:
    ask(paper.sites["kurier"] + "/feed.json", User_Agent="tester")
    last = paper.requests[-1]
    assert (last.host, last.path, last.status, last.headers["User-Agent"]) == ("127.2.0.4", "/feed.json", 200, "tester")


def test_the_watch_list_has_the_agreed_keys_and_addresses_that_answer(paper: Newspaper, tmp_path: Path) -> None:
    for path in paper.write_sources(tmp_path):
        entry = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert list(entry) == ["name", "homepage", "country", "languages", "kind", "enabled", "channels"]
        assert path.parent == tmp_path / "zz"
        for channel in entry["channels"]:
            (url,) = channel.values()
            assert ask(url)[0].status in (200, 429, 500)


def test_with_good_manners_the_others_stay_away() -> None:
    with Newspaper() as paper:
        assert list(paper.sites) == ["harbour", "severny", "quai", "kurier", "gate"]


def test_json_feed_is_json(paper: Newspaper) -> None:
    _, body = ask(paper.sites["kurier"] + "/feed.json")
    assert len(json.loads(body)["items"]) == 6
