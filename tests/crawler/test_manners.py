"""The crawl against hosts that behave in every way: asked politely, guarded, patient, and never misled."""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.loopback import Asked, Host, Reply
from tests.running import Desk

PAGE = Reply(
    body=b"<html><head><title>Harvest</title></head><body><article><h1>A long day of harvest in the valley</h1>"
    + b"<p>The farmers of the valley brought in the wheat before the rain, and the mill paid on the same day.</p>" * 40
    + b"</article></body></html>",
    headers={"Content-Type": "text/html; charset=utf-8"},
)
ALLOW = Reply(body=b"User-agent: *\nAllow: /\n")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def host() -> Iterator[Host]:
    with Host("127.3.0.1", {"/robots.txt": ALLOW, "/1": PAGE, "/2": PAGE, "/3": PAGE}) as one:
        one.routes["/feed.xml"] = one.feed("/1", "/2", "/3")
        yield one


def test_a_host_is_asked_at_most_once_a_second(desk: Desk, host: Host) -> None:
    host.source(desk.sources)
    assert desk.run("crawl").returncode == 0
    gaps = [later.at - earlier.at for earlier, later in pairwise(host.asked)]
    assert len(host.asked) == 5
    assert min(gaps) >= 0.99
    assert max(gaps) < 3


def test_the_user_agent_names_the_program_and_the_contact(desk: Desk, host: Host) -> None:
    host.source(desk.sources)
    desk.run("crawl", DESERTERS_CONTACT="mailto:desk@example.org")
    assert all(a.headers["user-agent"].startswith("deserters/") for a in host.asked)
    assert all("(+mailto:desk@example.org)" in a.headers["user-agent"] for a in host.asked)


def test_crawl_delay_is_honoured(desk: Desk, host: Host) -> None:
    host.routes["/robots.txt"] = Reply(body=b"User-agent: *\nCrawl-delay: 2\nAllow: /\n")
    host.source(desk.sources)
    desk.run("crawl")
    gaps = [later.at - earlier.at for earlier, later in pairwise(host.asked[1:])]
    assert min(gaps) >= 1.99


def test_a_page_that_robots_txt_forbids_is_not_fetched(desk: Desk, host: Host) -> None:
    host.routes["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /2\n")
    host.source(desk.sources)
    desk.run("crawl")
    assert "/2" not in host.paths()
    assert desk.rows("SELECT outcome, stage, reason FROM pages WHERE url LIKE '%/2'") == [
        ("rejected", "fetch", "forbidden by robots")
    ]


@pytest.mark.parametrize("status", [500, 503])
def test_a_robots_txt_with_a_server_error_means_fetch_nothing(desk: Desk, host: Host, status: int) -> None:
    host.routes["/robots.txt"] = Reply(status=status)
    host.source(desk.sources)
    assert desk.run("crawl").returncode == 1
    assert set(host.paths()) == {"/robots.txt"}
    assert desk.value("SELECT what FROM issues WHERE level='warning'") == "robots-unreachable"


def test_a_robots_txt_that_is_missing_forbids_nothing(desk: Desk, host: Host) -> None:
    del host.routes["/robots.txt"]
    host.source(desk.sources)
    desk.run("crawl")
    assert "/1" in host.paths()


def test_a_429_waits_as_long_as_the_host_asks(desk: Desk, host: Host) -> None:
    def busy_once(one: Host, asked: Asked) -> Reply:
        first = one.paths().count(asked.path) == 1
        return Reply(status=429, headers={"Retry-After": "4"}) if first else PAGE

    host.routes["/1"] = busy_once
    host.source(desk.sources)
    desk.run("crawl")
    asked = [one.at for one in host.asked if one.path == "/1"]
    after = [one.at for one in host.asked if one.at > asked[0]]
    assert len(asked) == 2
    assert min(after) - asked[0] >= 3.9
    assert desk.value("SELECT count(*) FROM pages WHERE outcome='failed'") == 0


def test_a_host_that_asks_for_an_hour_is_left_alone_and_its_links_wait(desk: Desk, host: Host) -> None:
    host.routes["/1"] = Reply(status=429, headers={"Retry-After": "3600"})
    host.source(desk.sources)
    started = time.monotonic()
    desk.run("crawl")
    assert time.monotonic() - started < 30
    assert "/3" not in host.paths()
    assert desk.value("SELECT count(*) FROM candidates") == 3
    assert desk.value("SELECT candidates = analyses + rejections + candidates_in_issues FROM runs") == 1


def test_a_redirect_into_the_link_local_network_is_refused(desk: Desk, host: Host) -> None:
    host.routes["/1"] = Reply(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
    host.source(desk.sources)
    desk.run("crawl")
    assert desk.rows("SELECT outcome, reason FROM pages WHERE url LIKE '%/1'") == [("failed", "refused-address")]


def test_private_addresses_are_refused_unless_allowed(desk: Desk, host: Host) -> None:
    host.source(desk.sources)
    done = desk.run("crawl", "--no-allow-private")
    assert done.returncode == 1
    assert host.asked == []
    assert "refused-address" in done.stdout


def test_a_second_crawl_asks_with_validators_and_fetches_nothing_again(desk: Desk, host: Host) -> None:
    def conditional(one: Host, asked: Asked) -> Reply:
        return Reply(status=304) if asked.headers.get("if-none-match") == '"1"' else one.feed("/1", "/2")

    host.routes["/feed.xml"] = conditional
    host.source(desk.sources)
    desk.run("crawl")
    host.asked.clear()
    desk.run("crawl")
    assert host.paths() == ["/robots.txt", "/feed.xml"]
    assert desk.rows("SELECT unchanged, candidates FROM runs ORDER BY id DESC LIMIT 1") == [(1, 0)]


def test_a_page_over_ten_megabytes_is_cut_off_and_rejected(desk: Desk, host: Host) -> None:
    host.routes["/1"] = Reply(body=b"<html>" + b"x" * (11 * 1024 * 1024), headers={"Content-Type": "text/html"})
    host.source(desk.sources)
    desk.run("crawl")
    assert desk.rows("SELECT outcome, reason FROM pages WHERE url LIKE '%/1'") == [("rejected", "too large")]


def test_time_that_runs_out_leaves_links_for_the_next_run(desk: Desk, host: Host) -> None:
    many = [f"/{n}" for n in range(1, 30)]
    host.routes |= dict.fromkeys(many, PAGE)
    host.routes["/feed.xml"] = host.feed(*many)
    host.source(desk.sources)
    desk.run("crawl", "--limit-seconds", "8")
    outcome, candidates, ended = desk.rows(
        "SELECT outcome, candidates, analyses + rejections + candidates_in_issues FROM runs"
    )[0]
    assert (outcome, candidates, ended) == ("out of time", 29, 29)
    waiting = desk.value("SELECT count(*) FROM candidates")
    assert 0 < waiting < 29
    fetched = set(host.paths())
    host.asked.clear()
    desk.run("crawl", "--limit-seconds", "8")
    assert not (fetched & set(host.paths())) - {"/robots.txt", "/feed.xml"}


def test_links_older_than_since_are_left_out_and_undated_ones_taken(desk: Desk, host: Host) -> None:
    host.routes["/feed.xml"] = host.feed("/1", when="Mon, 02 Jan 2023 10:00:00 GMT")
    host.source(desk.sources)
    host.routes["/other.xml"] = host.feed("/2")
    host.source(desk.sources, name="other", path="/other.xml")
    desk.run("crawl", "--since", "7d")
    assert "/1" not in host.paths()
    assert "/2" in host.paths()


def test_the_links_of_a_front_page_are_fetched_once(desk: Desk, host: Host) -> None:
    rows = "".join(f"<li>2{n}.11.2026 <a href='/{n}'>Report number {n} of the day</a></li>" for n in (1, 2))
    page = f"<html><body><ul>{rows}</ul><a href='/about'>Who we are</a></body></html>"
    host.routes["/list"] = Reply(body=page.encode(), headers={"Content-Type": "text/html"})
    host.source(desk.sources, channel="frontpage", path="/list")
    assert desk.run("crawl", "--since", "52w").returncode == 0
    assert {"/1", "/2"} <= set(host.paths())
    assert "/about" not in host.paths()
    before = host.paths().count("/1")
    desk.run("crawl", "--since", "52w")
    assert host.paths().count("/1") == before


def test_an_unknown_source_is_wrong_use_and_a_bad_file_is_an_issue(desk: Desk, host: Host) -> None:
    host.source(desk.sources)
    (desk.sources / "zz" / "bad.yml").write_text("name: Bad\nlanguages: [en]\nchanels: []\n")
    assert desk.run("crawl", "--source", "zz/nobody").returncode == 2
    assert desk.run("crawl").returncode == 0
    assert "bad.yml:3: chanels" in desk.value("SELECT detail FROM issues WHERE what='bad-source-file'")
