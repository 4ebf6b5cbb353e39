"""Whatever a scraped page holds, and whoever asks, the site stays text and gives nothing of the machine away."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from db.archive import ArchiveWriter
from db.model import Issue, Level
from db.store import Store
from db.web import pages
from tests.db.web_browser import Visitor
from tests.db.web_world import NOW, World, analysis, build, samples

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}{% raise %}",
    "\u202egnirts desrever\u202c \u2066x",
    "' OR 1=1 --",
    "</title></article><base href=//evil.example>",
)
ADDRESSES = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    'https://ok.example/"onmouseover="alert(1)',
    "https://ok.example/<script>",
    "http://[broken",
    "//evil.example/",
)


class Reader(HTMLParser):
    """Collects elements, links and handlers of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        self.elements.add(tag)
        told = dict(attrs)
        self.handlers += [name for name in told if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            if name in told:
                self.links.append((told[name] or "", told.get("rel") or ""))


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = build(tmp_path_factory.mktemp("hostile"))
    with (
        ArchiveWriter(found.archive, software="tests", now=lambda: NOW) as archive,
        Store(found.db, holder="tests") as store,
    ):
        for number, words in enumerate(HOSTILE):
            address = ADDRESSES[number % len(ADDRESSES)]
            told = {**samples()[0], "title": words, "text": f"{words}\n\n{words}", "authors": [words]}
            made = analysis(archive, told, 500 + number, NOW)
            article = replace(made.article, canonical_url=address)
            source = replace(made.source, id=f"zz/h{number}", name=words, homepage=address, notes=words)
            made = replace(made, article=article, source=source, capture=replace(made.capture, url=address))
            store.save(made, page=f"hostile-{number}", report=f"hostile-{number}")
            issue = Issue(what=words, level=Level.ERROR, detail=words, source=source.id, channel=address, url=address)
            store.note([issue], NOW)
    return found


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


PAGES = (
    "/", "/deserters/reports", "/deserters/reports?_search=alert", "/deserters/sources?_columns=all",
    "/deserters/issues?_columns=all", "/deserters/pages?_columns=all", "/deserters/articles?_columns=all",
    "/deserters/texts", "/deserters/sources/zz~2Fh1", "/deserters/sources/zz~2Fh2", "/deserters/by_source",
    "/deserters/new_since_yesterday", "/deserters/search?words=alert", "/deserters/search?words=%3Cscript%3Ealert",
    "/deserters/reports?_search=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/deserters/reports?source=%3Cscript%3E",
    *(f"/report/{number}" for number in range(21, 28)), *(f"/capture/{number}" for number in range(21, 28)),
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_hostile_words_stay_text_and_hostile_addresses_lead_nowhere(visitor: Visitor, path: str) -> None:
    found = read(visitor.page(path))
    assert not found.elements & {"script", "img", "base", "iframe", "object", "embed", "style"}
    assert found.handlers == []
    for address, rel in found.links:
        if not address.startswith(("/", "#")):
            assert address.startswith(("http://", "https://"))
            assert address.startswith("http://localhost/") or "noreferrer" in rel, address
        assert not address.startswith("//")


def test_hostile_words_are_shown_as_they_are(visitor: Visitor) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in visitor.page("/report/21")
    assert "{{ 7*7 }}" in visitor.page("/report/24")
    assert "javascript:alert(1)" in visitor.page("/report/21")


@pytest.mark.parametrize(
    "path",
    ["/", "/report/1", "/report/99999", "/static/site.css", "/deserters/reports.json", "/deserters/reports.csv",
     "/capture/1.warc.gz", "/deserters.db", "/nothing", "/deserters?sql=broken", "/-/databases.json", "/robots.txt",
     "/deserters/articles/1", "/-/static/app.css"],
)  # fmt: skip
def test_every_answer_carries_the_headers(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy


def test_robots_are_asked_to_stay_out(visitor: Visitor) -> None:
    assert visitor.page("/robots.txt") == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("path", ["/\\evil.example", "/\\evil.example/", "//evil.example/", "/%5Cevil.example/"])
def test_no_path_is_turned_into_a_redirect_to_another_host(visitor: Visitor, path: str) -> None:
    told: list[dict[str, Any]] = []

    async def ask() -> None:
        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            told.append(message)

        plain = path.replace("%5C", "\\")
        scope = {
            "type": "http", "method": "GET", "path": plain, "raw_path": path.encode(), "query_string": b"",
            "headers": [(b"host", b"localhost")], "scheme": "http", "http_version": "1.1",
        }  # fmt: skip
        await visitor.site.app()(scope, receive, send)

    asyncio.run(ask())
    headers = dict(told[0]["headers"])
    assert told[0]["status"] == 400
    assert b"location" not in {name.lower() for name in headers}


@pytest.mark.parametrize(
    "path", ["/", "/deserters", "/-/databases", "/-/databases.json", "/-/settings.json", "/-/metadata.json",
             "/-/plugins.json", "/-/threads.json", "/-/versions.json", "/capture/1", "/report/1", "/deserters.json"]
)  # fmt: skip
def test_no_page_names_a_path_of_the_machine(visitor: Visitor, world: World, path: str) -> None:
    page = visitor.page(path)
    assert str(world.db.parent) not in page
    assert str(Path(__file__).parents[2]) not in page


def test_sql_and_downloads_are_for_this_machine_alone(world: World, visitor: Visitor) -> None:
    assert visitor.get("/deserters?sql=select+1").status_code == 200
    assert visitor.get("/deserters.db").status_code == 200
    with Visitor(world.db, world.archive, local=False) as stranger:
        assert stranger.get("/deserters?sql=select+1").status_code == 403
        assert stranger.get("/deserters.db").status_code == 403
        assert stranger.get("/deserters/reports?_where=1=1").status_code in (400, 403)
        assert stranger.get("/deserters/by_language").status_code == 200
        assert "SQL of your own" not in stranger.page("/deserters")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8001", "192.0.2.7", "[2001:db8::1]", "localhost.evil.example"]
)
def test_a_visitor_who_calls_this_machine_by_another_name_may_not_ask_in_sql(visitor: Visitor, host: str) -> None:
    assert visitor.get("/deserters?sql=select+1", headers={"host": host}).status_code == 403
    assert visitor.get("/deserters.db", headers={"host": host}).status_code == 403
    assert visitor.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8001", "[::1]:8001"])
def test_this_machine_by_its_own_names_may(visitor: Visitor, host: str) -> None:
    assert visitor.get("/deserters?sql=select+1", headers={"host": host}).status_code == 200


def test_sql_cannot_write_and_cannot_take_the_memory(visitor: Visitor) -> None:
    assert visitor.get("/deserters?sql=delete+from+articles").status_code == 400
    assert visitor.get("/deserters?sql=select+length(zeroblob(900000000))").status_code == 400
    slow = "with+recursive+c(x)+as+(select+1+union+all+select+x%2B1+from+c)+select+count(*)+from+c"
    assert visitor.get(f"/deserters?sql={slow}").status_code == 400


def test_a_bug_says_nothing_of_itself(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(pages, "report", fails)
    answer = visitor.get("/report/1")
    assert answer.status_code == 500
    assert "secret" not in answer.text
