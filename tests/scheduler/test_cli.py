"""The command line as a person uses it: words in, words and exit codes out."""

import gzip
import os
from pathlib import Path

import pytest

from db.archive import read
from db.model import Place
from db.store import Store
from tests.loopback import Host, Reply
from tests.running import Desk

ON_TOPIC = (
    "<html lang='en'><head><title>Russian deserter granted asylum in France</title></head><body><article>"
    "<h1>Russian deserter granted asylum in France</h1>"
    + "<p>A Russian soldier who deserted from his unit in Ukraine was granted asylum in France, his lawyer said. "
    "The deserter fled to Kazakhstan, where he faced extradition for desertion under article 338.</p>"
    * 4
    + "</article></body></html>"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_help_names_every_command_and_the_exit_codes(desk: Desk) -> None:
    told = desk.run("--help").stdout
    for command in ("crawl", "schedule", "serve", "explain", "backfill", "sources", "prune"):
        assert command in told
    assert "2 the command or a setting is wrong" in told


def test_wrong_words_and_wrong_settings_leave_with_two(desk: Desk) -> None:
    assert desk.run("crowl").returncode == 2
    wrong = desk.run("crawl", DESERTERS_SINCE="soon")
    assert wrong.returncode == 2
    assert "the environment: since" in wrong.stderr


def test_without_a_network_one_sentence_says_so_names_the_demo_and_nothing_is_lost(desk: Desk) -> None:
    target = desk.sources / "zz"
    target.mkdir(parents=True)
    (target / "a.yml").write_text(
        "name: A\nhomepage: http://a.invalid/\nlanguages: [en]\nchannels:\n  - feed: http://a.invalid/feed.xml\n"
    )
    done = desk.run("crawl")
    assert done.returncode == 1
    assert "no source could be reached" in done.stderr
    assert "make demo" in done.stderr
    assert desk.value("SELECT outcome FROM runs") == "done"


def test_sources_lists_and_checks_without_the_network(desk: Desk) -> None:
    with Host("127.3.0.20", {}) as host:
        host.source(desk.sources)
        assert "zz/host" in desk.run("sources").stdout
        (desk.sources / "zz" / "bad.yml").write_text("name: Bad\n")
        done = desk.run("sources")
        assert host.asked == []
    assert done.returncode == 1
    assert "bad.yml:1" in done.stdout


def test_explain_shows_every_stage_of_a_file(desk: Desk) -> None:
    page = desk.folder / "page.html"
    page.write_text(ON_TOPIC)
    told = desk.run("explain", str(page))
    assert told.returncode == 0, told.stderr
    for words in (
        "triage",
        "first reading",
        "headline: Russian deserter granted asylum",
        "verdict",
        "kept as a report",
    ):
        assert words in told.stdout


def test_explain_fetches_an_address_with_all_manners_and_keeps_nothing(desk: Desk) -> None:
    routes = {
        "/robots.txt": Reply(body=b"User-agent: *\nDisallow: /no\n"),
        "/yes": Reply(body=ON_TOPIC.encode(), headers={"Content-Type": "text/html"}),
    }
    with Host("127.3.0.21", routes) as host:
        told = desk.run("explain", f"{host.base}/yes")
        assert told.returncode == 0, told.stderr
        assert "kept as a report" in told.stdout
        refused = desk.run("explain", f"{host.base}/no")
        assert refused.returncode == 1
        assert "/no" not in host.paths()
    assert not desk.db.exists()
    assert desk.run("explain", "nowhere.html").returncode == 1


def test_a_damaged_archive_gives_what_stands_before_the_damage_and_an_issue(desk: Desk, shared: Path) -> None:
    whole = (shared / "corpus" / "pages.warc.gz").read_bytes()[:400_000]
    (desk.folder / "cut.warc.gz").write_bytes(whole)
    (desk.folder / "not.warc.gz").write_bytes(gzip.compress(b"no archive at all"))
    done = desk.run("backfill", str(desk.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert desk.value("SELECT captures FROM runs") > 0
    told = [detail for (detail,) in desk.rows("SELECT detail FROM issues WHERE what='damaged-archive'")]
    assert len(told) == 2
    assert all("byte" in detail for detail in told)


def test_prune_keeps_captures_of_reports_and_frees_the_others(desk: Desk) -> None:
    plain = ON_TOPIC.replace("deserter", "gardener").replace("deserted", "came").replace("desertion", "roses")
    plain = plain.replace("Russian soldier", "florist").replace("asylum", "a medal")
    html = {"Content-Type": "text/html"}
    routes = {"/on": Reply(body=ON_TOPIC.encode(), headers=html), "/off": Reply(body=plain.encode(), headers=html)}
    with Host("127.3.0.22", routes) as host:
        host.routes["/feed.xml"] = host.feed("/on", "/off")
        host.source(desk.sources)
        desk.run("crawl")
    for path in desk.archive.rglob("*.warc.gz"):
        os.utime(path, (1, 1))
    assert desk.run("prune", "--days", "1").returncode == 0
    file, offset = desk.rows("SELECT archive_file, archive_offset FROM reports")[0]

    assert read(desk.archive, Place(file=file, offset=offset)).url.endswith("/on")
    assert desk.rows("SELECT archive_file FROM pages WHERE url LIKE '%/off'") == [(None,)]


def test_two_commands_do_not_write_at_once(desk: Desk) -> None:
    with Store(desk.db, holder="a person"):
        done = desk.run("backfill", str(desk.folder))
    assert done.returncode == 1
    assert "a person (process" in done.stderr
