"""A crawl tells who wants to know: an alarm when a source goes blind, a ping after a good run, no secret anywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import Host, Reply
from tests.receivers import webhook
from tests.running import Desk

TOKEN = "t0ken-of-the-hook"  # noqa: S105  # of a receiver that lives for one test


@pytest.fixture
def host() -> Iterator[Host]:
    with Host(
        "127.3.0.3", {"/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n"), "/ping/s3cret": Reply(body=b"ok")}
    ) as one:
        one.routes["/feed.xml"] = one.feed()
        one.routes["/other.xml"] = one.feed("/1")
        yield one


def test_an_alarm_goes_out_after_the_crawl_that_went_blind_and_another_when_it_sees_again(
    tmp_path: Path, host: Host
) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources, name="good", path="/other.xml")
    host.source(desk.sources, name="bad")
    with webhook(token=TOKEN) as hook:
        told = {"DESERTERS_ALERTS": hook.address, "DESERTERS_PING": f"{host.base}/ping/s3cret"}
        host.routes["/feed.xml"] = Reply(status=403, body=b"no")
        first = desk.run("crawl", **told)
        host.routes["/feed.xml"] = host.feed("/2")
        second = desk.run("crawl", **told)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert hook.titles == ["Deserters: zz/bad refuses us", "Deserters: zz/bad is well again"]
    assert host.paths().count("/ping/s3cret") == 2
    everything = first.stdout + first.stderr + second.stdout + second.stderr
    assert TOKEN not in everything
    assert "s3cret" not in everything
    assert TOKEN.encode() not in desk.db.read_bytes()
    assert b"s3cret" not in desk.db.read_bytes()


def test_a_run_that_reaches_nobody_is_one_alarm_of_the_run_and_no_ping(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    for number in range(3):
        path = desk.sources / "zz" / f"s{number}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        home = f"http://127.3.9.{number + 1}:9"
        path.write_text(f"name: S\nhomepage: {home}/\nlanguages: [en]\nchannels:\n  - feed: {home}/feed.xml\n")
    with webhook() as hook:
        done = desk.run("crawl", DESERTERS_ALERTS=hook.address, DESERTERS_PING=f"{host.base}/ping/s3cret")
    assert done.returncode == 1
    assert hook.titles == ["Deserters: the run reached nobody or failed"]
    assert "there seems to be no network" in hook.got[0]["message"]
    assert "/ping/s3cret" not in host.paths()
    assert desk.value("SELECT count(*) FROM channels WHERE failures > 0") == 0


def test_what_could_not_be_delivered_is_an_issue_and_the_crawl_goes_on(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources, name="good", path="/other.xml")
    host.source(desk.sources, name="bad", path="/gone.xml")
    done = desk.run("crawl", DESERTERS_ALERTS="json://127.0.0.1:9/x", DESERTERS_PING="http://127.0.0.1:9/p")
    assert done.returncode == 0
    assert desk.value("SELECT count(*) FROM issues WHERE what='undelivered'") == 2
    assert desk.value("SELECT count(*) FROM messages WHERE sent_at IS NULL AND next_try_at IS NOT NULL") == 1


def test_an_address_that_cannot_be_used_stops_the_crawl_before_it_begins(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources)
    done = desk.run("crawl", DESERTERS_ALERTS=f"nonsense://{TOKEN}@x")
    assert done.returncode == 2
    assert "alerts, address 1: Apprise does not understand" in done.stderr
    assert TOKEN not in done.stderr
    assert host.paths() == []
