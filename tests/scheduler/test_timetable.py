"""The timetable: what is due, what was missed, and that a crawl is made up exactly once; on a real database."""

import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.model import Counts
from db.store import Store
from scheduler.config import Config
from scheduler.timetable import is_missed, last_due
from tests.loopback import Host, Reply
from tests.running import Desk


def config(folder: Path, **more: str) -> Config:
    return Config.model_validate({"db": folder / "test.db", "times": "05:30,17:30", **more})


def ran(settings: Config, at: datetime, outcome: str = "done") -> None:
    with Store(settings.db, holder="test") as store:
        store.begin_run("crawl", at)
        if outcome != "running":
            store.finish_run(outcome, Counts(), at + timedelta(minutes=5))


def test_the_last_due_time_is_the_newest_one_before_now(tmp_path: Path) -> None:
    settings = config(tmp_path)
    assert last_due(settings, datetime(2026, 3, 1, 12, 0, tzinfo=UTC)) == datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
    assert last_due(settings, datetime(2026, 3, 1, 17, 30, tzinfo=UTC)) == datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    assert last_due(settings, datetime(2026, 3, 1, 3, 0, tzinfo=UTC)) == datetime(2026, 2, 28, 17, 30, tzinfo=UTC)


def test_times_of_day_are_those_of_the_zone_on_both_sides_of_a_clock_change(tmp_path: Path) -> None:
    settings = config(tmp_path, times="05:30", zone="Europe/Berlin")
    assert last_due(settings, datetime(2026, 1, 10, 12, tzinfo=UTC)).hour == 4
    assert last_due(settings, datetime(2026, 7, 10, 12, tzinfo=UTC)).hour == 3


def test_nothing_is_missed_once_a_crawl_began_after_it_was_due(tmp_path: Path) -> None:
    settings, now = config(tmp_path), datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert is_missed(settings, now)
    ran(settings, datetime(2026, 2, 27, 5, 30, tzinfo=UTC))
    assert is_missed(settings, now)
    ran(settings, datetime(2026, 3, 1, 5, 30, 1, tzinfo=UTC))
    assert not is_missed(settings, now)
    assert is_missed(settings, now + timedelta(hours=6))


def test_a_crawl_that_died_is_made_up(tmp_path: Path) -> None:
    settings, now = config(tmp_path), datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    ran(settings, datetime(2026, 3, 1, 5, 30, tzinfo=UTC), outcome="running")
    with Store(settings.db, holder="test") as store:
        store.begin_run("backfill", now)
        store.finish_run("done", Counts(), now)
    assert is_missed(settings, now)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def crawls(desk: Desk) -> int:
    if not desk.db.exists():
        return 0
    with closing(sqlite3.connect(desk.db)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name='runs'").fetchone()
        sql = "SELECT count(*) FROM runs WHERE kind='crawl' AND outcome='done'"
        return int(connection.execute(sql).fetchone()[0]) if known else 0


def keep_timetable(desk: Desk, until_crawls: int, seconds: float) -> int:
    """Run the timetable until so many crawls are done or the time is over, then end it; its exit code."""
    child = desk.start("schedule", "--times", "00:00")
    deadline = time.monotonic() + seconds
    while crawls(desk) < until_crawls and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1)
    child.send_signal(signal.SIGTERM)
    return child.wait(timeout=60)


def test_a_missed_run_is_made_up_exactly_once_over_three_starts(desk: Desk) -> None:
    with Host("127.3.0.9", {"/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n")}) as host:
        host.routes["/feed.xml"] = host.feed()
        host.source(desk.sources)
        assert keep_timetable(desk, 1, 60) == 0
        assert keep_timetable(desk, 2, 4) == 0
        assert keep_timetable(desk, 2, 4) == 0
    assert crawls(desk) == 1
    events = [event for (event,) in desk.rows("SELECT event FROM timetable ORDER BY id")]
    assert events[:2] == ["miss", "made-up"]
    assert events.count("made-up") == 1


def test_sigterm_ends_the_timetable_and_the_crawl_it_started(desk: Desk) -> None:
    with Host("127.3.0.10", {"/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n")}) as host:
        pages = [f"/{n}" for n in range(40)]
        host.routes["/feed.xml"] = host.feed(*pages)
        host.source(desk.sources)
        child = desk.start("schedule", "--times", "00:00")
        deadline = time.monotonic() + 30
        while len(host.asked) < 4 and time.monotonic() < deadline:
            time.sleep(0.1)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
        asked = len(host.asked)
        time.sleep(2.5)
        assert len(host.asked) == asked
    assert desk.value("SELECT outcome FROM runs") == "interrupted"
    assert desk.rows("SELECT event FROM timetable ORDER BY id DESC LIMIT 1") == [("stopped",)]


def test_a_crawl_begun_by_hand_makes_the_timetable_note_a_failure_and_go_on(desk: Desk) -> None:
    with Host("127.3.0.11", {"/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n")}) as host:
        host.routes["/feed.xml"] = host.feed()
        host.source(desk.sources)
        with Store(desk.db, holder="a person"):
            child = desk.start("schedule", "--times", "00:00")
            time.sleep(20)  # in which the crawl that it begins finds the database taken
            assert child.poll() is None
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
    assert ("failure",) in desk.rows("SELECT event FROM timetable")
