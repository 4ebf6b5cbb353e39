"""Whoever asks, and however: every answer has its headers, and gives nothing of the machine away."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.web import pages
from tests.db.web_browser import Visitor
from tests.db.web_world import World, build


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("safety"))


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


@pytest.mark.parametrize(
    "path",
    ["/", "/report/1", "/report/99999", "/static/site.css", "/deserters/reports.json", "/deserters/reports.csv",
     "/capture/1.warc.gz", "/deserters.db", "/nothing", "/deserters?sql=broken", "/-/databases.json", "/robots.txt",
     "/deserters/articles/1", "/-/static/app.css", "/about", "/about/", "/nothing.json", "/deserters/reports.ndjson",
     "/deserters/reports.xlsx", "/search.atom?q=asylum", "/search.json?q=asylum", "/stories?before=x", "/-/threads",
     "/deserters/protected_mentions", "/deserters/protected_mentions.json", "/deserters/reports?_size=99999",
     "/deserters/reports?_next=abc", "/report/x", "/static/nothing.css"],
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


@pytest.mark.parametrize("path", ["/", "/about", "/deserters/by_source", "/deserters?sql=select+1", "/nothing"])
def test_answers_to_other_methods_carry_the_headers_too(visitor: Visitor, path: str) -> None:
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        answer = visitor.ask(method, path)
        assert "default-src 'none'" in answer.headers["content-security-policy"], method
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.status_code < 500, method
        assert "access-control-allow-origin" not in answer.headers


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
             "/-/plugins.json", "/-/versions.json", "/capture/1", "/report/1", "/deserters.json"]
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


def test_no_query_shows_a_protected_name(tmp_path: Path) -> None:
    world = build(tmp_path)
    with sqlite3.connect(world.db) as connection:
        connection.execute(
            'INSERT INTO protected_mentions (report, start, "end", quote, kind, name, country, role, certainty, '
            "known_from) "
            "SELECT id, 0, 4, substr(text, 1, 4), 'person', 'Hidden Hero', '', '', 1, '2026' FROM texts WHERE id = 1"
        )
    with Visitor(world.db, world.archive) as visitor:
        for path in (
            "/deserters?sql=select+*+from+protected_mentions", "/deserters/protected_mentions",
            "/deserters.csv?sql=select+name+||+quote+as+x+from+protected_mentions",
            "/deserters.json?sql=select+group_concat(name)+from+protected_mentions&_shape=array",
            "/deserters/protected_mentions/1", "/deserters/protected_mentions.json?name=Hidden+Hero",
        ):  # fmt: skip
            assert "Hidden Hero" not in visitor.get(path).text.replace("name=Hidden", "")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host"])
def test_whoever_comes_through_a_proxy_is_not_at_this_machine(world: World, header: str) -> None:
    with Visitor(world.db, world.archive) as visitor:
        path = "/deserters?sql=select+1"
        assert visitor.get(path).status_code == 200
        assert visitor.get(path, headers={header: "8.8.8.8"}).status_code == 403
        assert visitor.get("/deserters.db", headers={header: "8.8.8.8"}).status_code == 403
