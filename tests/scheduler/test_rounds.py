"""Between the daily crawls only channels that must be asked more often are asked; the timetable sees to it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.queries import needs_rounds
from scheduler.config import Config
from scheduler.timetable import Timetable
from tests.loopback import Host, Reply
from tests.running import Desk


@pytest.fixture
def host() -> Iterator[Host]:
    with Host("127.3.0.4", {"/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n")}) as one:
        one.routes |= {f"/{name}.xml": one.feed() for name in ("quick", "daily", "slow")}
        yield one


def test_rounds_ask_quick_channels_alone_and_a_crawl_leaves_slow_ones_to_rest(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    for name in ("quick", "daily", "slow"):
        host.source(desk.sources, name=name, path=f"/{name}.xml")
    desk.run("crawl")
    assert not needs_rounds(desk.db)
    earlier = (datetime.now(UTC) - timedelta(hours=7)).isoformat(timespec="seconds")
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="seconds")
    desk.change(f"UPDATE channels SET asked_at='{earlier}', due_at=NULL")
    desk.change("UPDATE channels SET pace_hours=6 WHERE url LIKE '%quick.xml'")
    desk.change(f"UPDATE channels SET pace_hours=96, due_at='{later}' WHERE url LIKE '%slow.xml'")
    assert needs_rounds(desk.db)
    host.asked.clear()
    desk.run("crawl", "--rounds")
    assert [path for path in host.paths() if path != "/robots.txt"] == ["/quick.xml"]
    assert desk.value("SELECT kind FROM runs ORDER BY id DESC") == "rounds"
    host.asked.clear()
    desk.change(f"UPDATE channels SET asked_at='{earlier}'")
    desk.run("crawl")
    assert {path for path in host.paths() if path != "/robots.txt"} == {"/quick.xml", "/daily.xml"}
    host.asked.clear()
    desk.run("crawl", "--source", "zz/slow")
    assert "/slow.xml" in host.paths(), "a source that is asked for by name is asked"


def test_the_rounds_do_not_count_as_the_days_crawl(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources, name="quick", path="/quick.xml")
    desk.run("crawl", "--rounds")
    assert desk.value("SELECT count(*) FROM runs WHERE kind='crawl'") == 0


def test_the_timetable_has_rounds_and_messages_beside_its_crawls(tmp_path: Path) -> None:
    timetable = Timetable(Config(db=tmp_path / "d.db"), None)
    assert {job.id for job in timetable._scheduler.get_jobs()} == {"crawl at 05:30", "rounds", "messages"}
    timetable._rounds()
    timetable._send()
    assert not (tmp_path / "d.db").exists(), "nothing to do leaves no trace"
