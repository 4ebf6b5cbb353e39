"""However odd or greedy an address is, it is answered within its limits and in plain words, and tells no path."""

import json
import os
import re
import sys
import sysconfig
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from db.web import faults, pages
from db.web.longwords import soften
from db.web.site import SETTINGS
from tests.db.web_browser import ROOT, Visitor, serving
from tests.db.web_pages import build_told
from tests.db.web_world import World

SLOW = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
MANY = "with recursive c(x) as (select 1 union all select x + 1 from c limit 5000) select x from c"
ODD = (
    "/deserters/reports?_size=abc", "/deserters/reports?_size=-1", "/deserters/reports?_next=abc",
    "/deserters/reports?_next=%00x", "/deserters/reports?_sort=nope", "/deserters/reports?_sort=id&_sort_desc=id",
    "/deserters/reports?_facet=nope", "/deserters/reports?_col=nope", "/deserters/reports?_timelimit=x",
    "/deserters/reports?_through=abc", "/deserters/reports?_through=%7B%7D", "/deserters/reports?_search_nope=x",
    "/deserters/decisions?id__in=%5B", "/deserters/decisions.json?id__in=%5B", "/deserters/reports.json?_shape=nope",
    "/deserters/stories?_next=1,2,3", "/deserters?sql=select+1&_timelimit=abc", "/deserters?sql=select+:a+from",
)  # fmt: skip
BORING = (
    "/deserters/reports?_facet_size=abc", "/deserters/reports?_trace=1", "/deserters/reports?id=99999999999999999999",
    "/deserters/reports?_search=%00", "/deserters/reports?language__nope=1", "/deserters/reports?_ttl=abc",
    "/stories?before=a,99999999999999999999", "/stories?before=%00,1", "/figures?territory=%00", "/search?q=%00",
    "/deserters/most_cited?days=%00", "/deserters?sql=select+:a&a=%00", "/about?x=%00",
)  # fmt: skip
INNER = ("versions", "plugins", "settings", "databases", "actor", "threads", "metadata", "patterns", "messages",
         "allow-debug", "permissions", "auth-token", "logout", "nothing")  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_told(tmp_path_factory.mktemp("limits"))


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


@pytest.fixture(scope="module")
def live(world: World) -> Iterator[str]:
    """A server in a process of its own: pages on the process tell more there than in a test's."""
    with serving(world) as (_, address):
        yield address


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
def test_a_slow_query_is_cut_and_explained(visitor: Visitor, ending: str) -> None:
    answer = visitor.get(f"/deserters{ending}?sql={quote(SLOW)}")
    assert answer.status_code == 400
    assert answer.elapsed.total_seconds() < 15 * SETTINGS["sql_time_limit_ms"] / 1000
    assert "longer than this site allows" in answer.text


def test_no_address_lengthens_the_time_that_a_query_has(visitor: Visitor) -> None:
    assert visitor.get(f"/deserters?sql={quote(SLOW)}&_timelimit=600000").status_code == 400


def test_a_page_of_too_many_rows_is_refused_and_explained(visitor: Visitor) -> None:
    most = SETTINGS["max_returned_rows"]
    for size in (most + 1, 10**9):
        answer = visitor.get(f"/deserters/reports?_size={size}")
        assert answer.status_code == 400
        assert f"_size must be &lt;= {most}" in answer.text
    assert visitor.get("/deserters/reports?_size=max").status_code == 200


def test_rows_of_a_query_are_cut_and_the_page_says_so(visitor: Visitor) -> None:
    page = visitor.page(f"/deserters?sql={quote(MANY)}")
    assert "<strong>more than 1,000</strong> rows" in page
    assert len(visitor.get(f"/deserters.json?sql={quote(MANY)}").json()["rows"]) == SETTINGS["max_returned_rows"]


@pytest.mark.parametrize("path", ODD)
def test_what_cannot_be_read_is_the_visitors_mistake_and_is_told(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
    assert "The server's log says more" not in answer.text
    if ".json" in path:
        assert answer.json()["error"]


@pytest.mark.parametrize("path", BORING)
def test_what_means_nothing_is_passed_over(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 200


@pytest.mark.parametrize("error", [RuntimeError, ValueError, KeyError])
def test_a_bug_of_ours_is_not_called_the_visitors_mistake(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    async def fails(*_: object) -> None:
        raise error("/secret/path")

    monkeypatch.setattr(pages, "report", fails)
    answer = visitor.get("/report/1")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_an_error_that_never_met_datasette_is_a_bug() -> None:
    assert faults.told(ValueError("x"))[0] == 500


def machine() -> set[str]:
    """Folders that no page may name."""
    found = {str(Path.home()), str(ROOT), sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"), os.__file__}
    return {folder for folder in found if len(folder) > 4}


@pytest.mark.parametrize("ending", ["", ".json"])
@pytest.mark.parametrize("name", INNER)
def test_no_page_on_the_server_names_a_path_of_the_machine(live: str, world: World, name: str, ending: str) -> None:
    answer = fetched(f"{live}-/{name}{ending}")
    for folder in (*machine(), str(world.db.parent)):
        assert folder not in answer
    assert not re.search(r"(?<![\w.])/(?:home|root|usr|opt|var|tmp|Users)/", answer)


def fetched(address: str) -> str:
    """The body of an answer, also of one that refuses."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310  # a loopback address of the test
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


@pytest.mark.parametrize("name", ["threads", "patterns", "messages", "allow-debug", "permissions"])
def test_pages_for_the_developers_of_datasette_are_not_there(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/-/{name}").status_code == 404
    assert visitor.get(f"/-/{name}.json").status_code == 404


def test_pages_on_the_server_agree_with_their_json(visitor: Visitor) -> None:
    page = visitor.page("/-/settings")
    assert "<h1>The server’s settings</h1>" in page
    told = json.loads(visitor.get("/-/settings.json").text)
    assert told["max_returned_rows"] == SETTINGS["max_returned_rows"]
    assert "&#34;max_returned_rows&#34;: 1000" in page


def test_words_that_no_browser_can_lay_out_get_places_to_break() -> None:
    long = "A" * 1000
    page = f'<title>{long}</title><p title="{long}">{long}</p><textarea>{long}</textarea><p>{"word " * 500}</p>'
    softened = soften(page)
    assert softened.replace("<wbr>", "") == page
    assert softened.count("<wbr>") == 5
    assert "<wbr>" not in softened.split("<p ")[0]
    assert "<wbr>" not in softened.split("<textarea>")[1]
    assert soften("<p>&lt;b&gt;</p>" * 300) == "<p>&lt;b&gt;</p>" * 300


def test_no_entity_is_broken() -> None:
    page = "<p>" + "&lt;" * 1000 + "</p>"
    assert "&lt<wbr>" not in soften(page)
    assert soften(page).replace("<wbr>", "") == page
