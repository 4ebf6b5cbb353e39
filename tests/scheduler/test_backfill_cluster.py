"""Many processes give the database of one: also where they come in the middle, die, or kill themselves on a file."""

import gzip
import threading
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import psutil
import pytest

from tests.loopback import Asked, Host, Reply, Route
from tests.running import Desk
from tests.scheduler.test_backfill import pages, warc
from tests.workers import Cluster, asker, kill, until, wait

FOLDER = "crawl-data/CC-NEWS/2026/03"
NAMES = [f"CC-NEWS-20260310120000-0000{number}.warc.gz" for number in range(5)]
PERIOD = ("--ccnews", "--from", "2026-03-10", "--to", "2026-03-10", "--mirror")
CHANGING = {"archive_file", "archive_offset", "started_at", "finished_at", "applied_at", "at"}  # when, and where to
LATE = "CC-NEWS-20260310120000-00001.warc.gz"  # the file on which something happens

Told = dict[str, list[tuple[object, ...]]]


def desk_in(folder: Path) -> Desk:
    made = Desk(folder)
    (made.sources / "zz").mkdir(parents=True)
    return made


@cache
def bodies() -> dict[str, bytes]:
    """Five files; the third breaks off, the last tells again what the first did."""
    made = {name: warc(pages(20 + 10 * number, 3)) for number, name in enumerate(NAMES)}
    made[NAMES[2]] = made[NAMES[2]][: len(made[NAMES[2]]) * 2 // 3]
    made[NAMES[4]] = warc(pages(20, 2))
    return made


def hosting(address: str, special: Mapping[str, Route] | None = None, *, but: str = "") -> Host:
    found = {name: body for name, body in bodies().items() if name != but}
    routes: dict[str, Route] = {
        f"/{FOLDER}/{name}": (special or {}).get(name, Reply(body=body, headers={"ETag": f'"{name}"'}))
        for name, body in found.items()
    }
    listed = "\n".join(f"{FOLDER}/{name}" for name in found).encode()
    return Host(address, {f"/{FOLDER}/warc.paths.gz": Reply(body=gzip.compress(listed)), **routes})


def told(desk: Desk, base: str = "") -> Told:
    """All that a run wrote, but when, and where to; with it what depends on the address of the host."""
    found: Told = {}
    for (table,) in desk.rows("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"):
        left_out = CHANGING | ({"digest"} if base and table == "backfills" else set())
        columns = [f'"{row[1]}"' for row in desk.rows(f"PRAGMA table_info({table})") if row[1] not in left_out]
        found[table] = [
            tuple(value.replace(base, "HOST") if base and isinstance(value, str) else value for value in row)
            for row in desk.rows(f"SELECT {', '.join(columns)} FROM {table}")
        ]
    return found


def read_alone(folder: Path, but: str = "") -> Told:
    """What one process makes of the files, or of all ``but`` one."""
    desk = desk_in(folder)
    with hosting("127.3.0.41", but=but) as host:
        done = desk.run("backfill", *PERIOD, host.base, "--processes", "1")
        assert done.returncode == 0, done.stdout + done.stderr
        return told(desk, host.base)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Told:
    found = read_alone(tmp_path_factory.mktemp("alone"))
    assert 8 <= len(found["articles"]) < 12
    assert len(found["issues"]) == 1
    assert len(found["backfills"]) == 5
    return found


def test_workers_that_come_and_die_in_the_middle_change_nothing(tmp_path: Path, alone: Told) -> None:
    """The only worker reads the second file when another comes; as soon as that one works, the first is killed."""
    works, died = threading.Event(), threading.Event()

    def second(_host: Host, _asked: Asked) -> Reply:
        if not died.is_set():
            cluster.add()
            wait(works)
            kill(first.pid)
            died.set()
        return Reply(body=bodies()[LATE], headers={"ETag": f'"{LATE}"'})

    def third(_host: Host, _asked: Asked) -> Reply:
        works.set()
        return Reply(body=bodies()[NAMES[2]], headers={"ETag": f'"{NAMES[2]}"'})

    desk = desk_in(tmp_path / "desk")
    with Cluster(tmp_path) as cluster, hosting("127.3.0.42", {LATE: second, NAMES[2]: third}) as host:
        first = cluster.add()
        done = desk.run("backfill", *PERIOD, host.base, "--scheduler", cluster.address)
        assert done.returncode == 0, done.stdout + done.stderr
        assert died.is_set()
        assert Counter(host.paths())[f"/{FOLDER}/{LATE}"] == 2
        assert told(desk, host.base) == alone


def test_a_file_that_kills_its_workers_three_times_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    deadly = [True]

    def second(_host: Host, asked: Asked) -> Reply:
        if deadly[0]:
            kill(asker(asked))
        return Reply(body=bodies()[LATE], headers={"ETag": f'"{LATE}"'})

    desk = desk_in(tmp_path / "desk")
    with hosting("127.3.0.43", {LATE: second}) as host:
        command = ("backfill", *PERIOD, host.base, "--processes", "2")
        done = desk.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        assert Counter(host.paths())[f"/{FOLDER}/{LATE}"] == 3
        ((detail,),) = desk.rows("SELECT detail FROM issues WHERE what = 'set-aside'")
        assert LATE in detail
        assert detail.count("went away") == 3
        assert "set-aside" in done.stdout
        assert desk.rows("SELECT channels, answered FROM runs") == [(5, 3)]
        rest, others = told(desk, host.base), read_alone(tmp_path / "others", but=LATE)
        for table in others.keys() - {"runs", "issues"}:
            assert rest[table] == others[table], table
        deadly[0] = False
        assert desk.run(*command[:-1], "1").returncode == 0
        assert desk.value("SELECT count(*) FROM backfills WHERE name = ? AND trouble = ''", LATE) == 1


def test_two_processes_give_the_database_of_one_from_files_of_this_disk(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for name, body in bodies().items():
        (files / name).write_bytes(body)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / NAMES[0]).write_bytes(bodies()[NAMES[0]])  # the same file once more, in another folder
    found = []
    for processes in ("1", "2"):
        desk = desk_in(tmp_path / processes)
        done = desk.run("backfill", "../files", "../more", "--processes", processes)
        assert done.returncode == 0, done.stdout + done.stderr
        found.append(told(desk))
    assert found[0] == found[1]
    assert [row for row in found[0]["issues"] if "read-before" in row]


def test_a_run_that_loses_its_scheduler_says_so_and_is_taken_up_where_it_was(tmp_path: Path, alone: Told) -> None:
    def third(_host: Host, _asked: Asked) -> Reply:
        until(lambda: len(desk.rows("SELECT 1 FROM backfills")) == 2)
        kill(cluster.scheduler.pid)
        return Reply(body=bodies()[NAMES[2]], headers={"ETag": f'"{NAMES[2]}"'})

    desk = desk_in(tmp_path / "desk")
    with Cluster(tmp_path) as cluster, hosting("127.3.0.44", {NAMES[2]: third}) as host:
        cluster.add()
        done = desk.run("backfill", *PERIOD, host.base, "--scheduler", cluster.address)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "does not answer any more" in done.stderr
        assert "Traceback" not in done.stderr
        assert desk.value("SELECT count(*) FROM backfills") == 2
        assert desk.rows("SELECT outcome, channels, answered FROM runs") == [("interrupted", 5, 2)]
        host.routes[f"/{FOLDER}/{NAMES[2]}"] = Reply(body=bodies()[NAMES[2]], headers={"ETag": f'"{NAMES[2]}"'})
        assert desk.run("backfill", *PERIOD, host.base, "--processes", "1").returncode == 0
        assert told(desk, host.base)["articles"] == alone["articles"]


def test_processes_of_a_run_that_is_killed_end_with_it(tmp_path: Path) -> None:
    asked, over = threading.Event(), threading.Event()

    def first(_host: Host, _asked: Asked) -> Reply:
        asked.set()
        wait(over)
        return Reply(status=404)

    desk = desk_in(tmp_path)
    with hosting("127.3.0.45", {NAMES[0]: first}) as host:
        child = desk.start("backfill", *PERIOD, host.base, "--processes", "2")
        wait(asked)
        others = psutil.Process(child.pid).children(recursive=True)
        assert len(others) >= 2
        kill(child.pid)
        child.wait(timeout=60)
        over.set()
        until(lambda: not any(other.is_running() and other.status() != "zombie" for other in others))
