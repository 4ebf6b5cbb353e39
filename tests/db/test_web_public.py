"""A public edition is served as it is: nobody is named, nobody asks in SQL, and what is cut says so."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from db.errors import DesertersError, PublishError
from db.publishing import published
from db.web.public import Public
from db.web.serve import create_public
from tests.db import published_world as planted
from tests.db.test_web_valid import check
from tests.db.web_browser import Visitor


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planted.build(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def public(live: Path) -> Path:
    planted.published_into(live.parent / "public", live)
    return live.parent / "public"


@pytest.fixture(scope="module")
def visitor(public: Path) -> Iterator[Visitor]:
    with Visitor(public / "deserters.db", public) as opened:
        opened.site = create_public(Public(edition=published(public)))
        yield opened


PAGES = (
    "/", "/stories", "/story/1", "/figures", "/places", "/sources", "/about", "/search?q=asylum", "/report/1",
    "/report/2", "/report/3", "/report/4", "/capture/2", "/deserters", "/deserters/reports",
    "/deserters/reports?_search=asylum",
    "/deserters/sources", "/deserters/figures", "/deserters/stories", "/deserters/by_source", "/deserters/runs/1",
    "/deserters/texts", "/deserters/reports.csv", "/deserters/reports.json?_stream=on", "/deserters/reports.ndjson",
    "/story/1/bundle.zip", "/search.atom?q=asylum",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_and_names_nobody(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text[:300]
    for name in planted.NAMES:
        assert name.encode() not in answer.content, name


def test_a_report_shows_its_excerpt_says_why_and_quotes_what_proves(visitor: Visitor) -> None:
    page = visitor.page("/report/2")
    assert "This is an excerpt. The publisher’s terms: <bdi>Copy is licensed.</bdi>" in page
    assert "The full text is at the publisher: <a" in page
    assert "https://blatt.example/a/deserter-in-hiding" in page
    quoted = page[page.index("Quoted from the report") :]
    assert "Norway granted asylum to 41 Russian soldiers last year" in quoted
    assert "each of their characters is a block" in page
    whole = visitor.page("/report/1")
    assert "This is an excerpt" not in whole
    assert "Quoted from the report" not in whole
    assert "The address is given only up to its host" in whole


def test_figures_lead_to_their_words_though_the_text_is_cut(visitor: Visitor) -> None:
    page = visitor.page("/figures?type=grants")
    assert 'href="/report/2#at-' in page
    quoted = (
        r'title="asked">[^<]* 41 [^<]+</mark></a> <span class="soft small">quoted; the full text is at the publisher'
    )
    assert re.search(quoted, page)  # the whole sentence
    standing = visitor.page("/figures?type=absence-cases")
    assert "Суды получили <mark" in standing
    assert "quoted; the full text" not in standing[standing.index("Суды получили") :]


def test_nobody_is_asked_to_sign_in(visitor: Visitor) -> None:
    for path in ("/", "/report/1", "/story/1"):
        assert "Sign in" not in visitor.page(path)
    answer = visitor.get("/-/login")
    assert answer.status_code == 404
    assert "Nobody signs in here" in answer.text
    assert "password" not in answer.text
    assert "deserters.toml" not in answer.text


def test_its_pages_are_valid(visitor: Visitor, tmp_path: Path) -> None:
    for number, path in enumerate(("/", "/report/1", "/report/2", "/capture/2", "/story/1", "/deserters")):
        (tmp_path / f"{number}.html").write_text(visitor.page(path), encoding="utf-8")
    assert check(tmp_path) == []


def test_captures_are_not_part_of_it(visitor: Visitor) -> None:
    assert "Captures of pages are not part of the public edition" in visitor.page("/capture/2")
    assert visitor.get("/capture/2.warc.gz").status_code == 404


def test_nobody_asks_in_sql_and_files_are_shorter(visitor: Visitor, public: Path) -> None:
    assert visitor.get("/deserters?sql=select+1").status_code == 403
    assert visitor.get("/deserters.csv?sql=select+1").status_code == 403
    assert visitor.get("/deserters/reports?_where=1%3D1").status_code in (400, 403)
    assert visitor.get("/deserters.db").status_code == 404
    assert visitor.site.limits.rows == 10_000
    assert "SQL of your own" not in visitor.page("/deserters")
    before = sorted(path.name for path in public.iterdir())
    visitor.page("/deserters/reports?_search=asylum")
    assert sorted(path.name for path in public.iterdir()) == before


def test_the_whole_file_is_given_where_whoever_serves_it_says_so(public: Path) -> None:
    with Visitor(public / "deserters.db", public) as opened:
        opened.site = create_public(Public(edition=published(public), whole_file=True), local=False)
        answer: httpx.Response = opened.get("/deserters.db", headers={"host": "public.example"})
        assert answer.content == (public / "deserters.db").read_bytes()
        assert "The whole public edition as one SQLite file" in opened.page("/deserters")
        assert opened.get("/deserters?sql=select+1").status_code == 403


def test_a_server_goes_on_with_the_version_that_it_began_with(live: Path, tmp_path: Path) -> None:
    target = tmp_path / "public"
    planted.published_into(target, live)
    with Visitor(target / "deserters.db", target) as opened:
        opened.site = create_public(Public(edition=published(target)))
        before = opened.page("/report/1")
        planted.published_into(target, live, 1)
        assert opened.page("/report/1") == before
        assert len(opened.rows("/deserters/reports.json?_size=max")) == 4


def test_a_folder_that_holds_no_edition_is_told(tmp_path: Path, live: Path) -> None:
    with pytest.raises(PublishError, match="holds no public edition"):
        published(tmp_path)
    planted.published_into(tmp_path / "public", live)
    with (tmp_path / "public" / "deserters.db").open("ab") as file:
        file.write(b"x")
    with pytest.raises(PublishError, match="do not belong together"):
        published(tmp_path / "public")


def test_an_edition_of_an_earlier_version_is_never_written_to(live: Path, tmp_path: Path) -> None:
    planted.published_into(tmp_path / "public", live)
    file = tmp_path / "public" / "deserters.db"
    edition = published(tmp_path / "public")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE rowid = (SELECT max(rowid) FROM _sqlite_migrations)")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(DesertersError, match="publish it anew"):
        create_public(Public(edition=edition))
    assert file.read_bytes() == before
