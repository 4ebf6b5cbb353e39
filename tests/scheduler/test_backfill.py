"""Files are read once, as one piece each, from a disk or from a host; what is kept lands in our own archive."""

import gzip
import io
import json
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from db.archive import captures, read
from db.model import Place
from tests.loopback import Host, Reply
from tests.running import Desk

SOLDIER = (
    "<html lang='en'><head><title>Russian deserter number {n} granted asylum in {where}</title>"
    "<meta property='article:published_time' content='2026-0{month}-11T08:00:00Z'></head><body><article>"
    "<h1>Russian deserter number {n} granted asylum in {where}</h1>"
    "<p>A Russian soldier who deserted from his unit in Ukraine has been granted asylum in {where}, his lawyer said. "
    "The deserter, who is {n} years old, left the front last winter and walked across the border at night.</p>"
    "<p>He was wanted in Russia for desertion. The court in {where} ruled that Russian deserters face prison at home, "
    "and that he had refused to take part in an unlawful war.</p></article></body></html>"
)
GARDEN = (
    "<html><head><title>Roses in {where}</title></head><body><p>"
    + "Roses need sun and water. " * 300
    + "</p></body></html>"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    (made.sources / "zz").mkdir(parents=True)
    (made.sources / "zz" / "known.yml").write_text(
        "name: Known\nhomepage: https://known.example/\ncountry: zz\nlanguages: [en]\nkind: newspaper\nenabled: true\n"
        "channels:\n  - feed: https://known.example/feed\n"
    )
    return made


def warc(pages: dict[str, str], *, gzipped: bool = True, date: str = "2026-11-20T10:00:00Z") -> bytes:
    """A WARC file of Common Crawl's make: requests and responses, each record a member of its own."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzipped)
    for url, body in pages.items():
        told = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        dated = {"WARC-Date": date}
        writer.write_record(
            writer.create_warc_record(
                url, "response", io.BytesIO(body.encode()), http_headers=told, warc_headers_dict=dated
            )
        )
        asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
        writer.write_record(writer.create_warc_record(url, "request", io.BytesIO(b""), http_headers=asked))
    return out.getvalue()


def pages(first: int, count: int, host: str = "https://unknown.example") -> dict[str, str]:
    made = {f"{host}/{n}": SOLDIER.format(n=n, where=f"town {n}", month=1 + n % 9) for n in range(first, first + count)}
    return made | {f"{host}/roses-{first}": GARDEN.format(where=f"garden {first}")}


def titles(desk: Desk) -> list[str]:
    return [str(title) for (title,) in desk.rows("SELECT title FROM articles ORDER BY title")]


def test_reports_of_a_foreign_file_are_archived_and_what_is_not_kept_is_counted(desk: Desk) -> None:
    (desk.folder / "one.warc.gz").write_bytes(warc(pages(20, 3)))
    done = desk.run("backfill", "one.warc.gz")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(titles(desk)) == 3
    for file, offset, url in desk.rows("SELECT archive_file, archive_offset, url FROM articles"):
        assert read(desk.archive, Place(file=file, offset=offset)).url == url
    ((name, count, kept, reasons),) = desk.rows("SELECT name, pages, reports, reasons FROM backfills")
    assert (name, count, kept) == ("one.warc.gz", 4, 3)
    assert json.loads(reasons) == {"relevance: no word of the topic": 1}
    assert desk.rows("SELECT source, watched FROM articles JOIN sources ON sources.id = source GROUP BY 1") == [
        ("xx/unknown.example", 0)
    ]
    assert desk.rows("SELECT url FROM pages WHERE outcome <> 'report'") == []
    assert desk.rows("SELECT candidates, analyses, rejections FROM runs") == [(4, 3, 1)]


def test_a_page_of_a_publisher_on_the_watch_list_is_its(desk: Desk) -> None:
    (desk.folder / "one.warc").write_bytes(warc(pages(20, 1, "https://known.example"), gzipped=False))
    assert desk.run("backfill", "one.warc").returncode == 0
    assert desk.rows("SELECT source FROM articles") == [("zz/known",)]


def test_a_file_that_was_read_is_passed_over_by_name_and_digest_unless_again(desk: Desk) -> None:
    file = desk.folder / "one.warc.gz"
    file.write_bytes(warc(pages(20, 2)))
    desk.run("backfill", "one.warc.gz")
    before = [desk.rows(f"SELECT * FROM {table} ORDER BY 1") for table in ("articles", "texts", "pages", "placements")]
    second = desk.run("backfill", "one.warc.gz")
    assert second.returncode == 0
    assert desk.rows("SELECT captures FROM runs ORDER BY id") == [(3,), (0,)]
    assert "read-before" in {what for (what,) in desk.rows("SELECT what FROM issues")}
    assert desk.run("backfill", "--again", "one.warc.gz").returncode == 0
    assert desk.rows("SELECT captures FROM runs ORDER BY id") == [(3,), (0,), (3,)]
    again = [desk.rows(f"SELECT * FROM {table} ORDER BY 1") for table in ("articles", "texts", "pages", "placements")]
    assert [len(rows) for rows in again] == [len(rows) for rows in before]
    assert again[0] == before[0]
    file.write_bytes(warc(pages(20, 3)))
    assert desk.run("backfill", "one.warc.gz").returncode == 0
    assert len(titles(desk)) == 3


def test_a_damaged_file_gives_what_can_be_read_and_is_read_again_next_time(desk: Desk) -> None:
    whole = warc(pages(20, 6))
    (desk.folder / "a.warc.gz").write_bytes(whole[: len(whole) * 2 // 3])
    (desk.folder / "b.warc.gz").write_bytes(warc(pages(50, 1)))
    done = desk.run("backfill", "a.warc.gz", "b.warc.gz")
    assert done.returncode == 0, done.stdout + done.stderr
    assert 2 <= len(titles(desk)) < 7
    ((detail,),) = desk.rows("SELECT detail FROM issues WHERE what='damaged-archive'")
    assert "a.warc.gz" in detail
    assert "byte" in detail
    assert [bool(trouble) for (trouble,) in desk.rows("SELECT trouble FROM backfills ORDER BY name")] == [True, False]
    (desk.folder / "a.warc.gz").write_bytes(whole)
    desk.run("backfill", "a.warc.gz", "b.warc.gz")
    assert len(titles(desk)) == 7


def test_a_kill_in_the_middle_loses_and_doubles_nothing(desk: Desk) -> None:
    for number in range(4):
        (desk.folder / f"{number}.warc.gz").write_bytes(warc(pages(10 + 20 * number, 12)))
    files = [f"{number}.warc.gz" for number in range(4)]
    child = desk.start("backfill", *files)
    until = time.monotonic() + 100
    while time.monotonic() < until and not _backfilled(desk.db):
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=60)
    half = _backfilled(desk.db)
    assert 0 < half < 4
    done = desk.run("backfill", *files)
    assert done.returncode == 0, done.stdout + done.stderr
    other = Desk(desk.folder / "other")
    other.folder.mkdir()
    (other.folder / "sources").symlink_to(desk.sources)
    assert other.run("backfill", *(str(desk.folder / file) for file in files)).returncode == 0
    sql = "SELECT key, title, source, published_at, sha256, score FROM articles ORDER BY key"
    assert desk.rows(sql) == other.rows(sql)
    assert len(desk.rows(sql)) == 48
    assert _backfilled(desk.db) == 4


def _backfilled(path: Path) -> int:
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM backfills").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_a_record_that_unpacks_to_very_much_is_cut_off(desk: Desk) -> None:
    huge = {"https://unknown.example/huge": "<p>" + "roses " * 15_000_000}
    (desk.folder / "bomb.warc.gz").write_bytes(warc(huge | pages(20, 1)))
    done = desk.run("backfill", "bomb.warc.gz")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(titles(desk)) == 1


def test_without_files_our_own_archive_is_read_again(desk: Desk) -> None:
    (desk.folder / "one.warc.gz").write_bytes(warc(pages(20, 2)))
    desk.run("backfill", "one.warc.gz")
    before = desk.rows("SELECT * FROM articles ORDER BY id")
    done = desk.run("backfill")
    assert done.returncode == 0, done.stdout + done.stderr
    assert desk.rows("SELECT captures FROM runs ORDER BY id") == [(3,), (2,)]
    assert desk.rows("SELECT * FROM articles ORDER BY id") == before
    assert sum(1 for path in desk.archive.rglob("*.warc.gz") for _ in captures(path)) == 2


# -- Common Crawl


def ccnews(routes: dict[str, bytes]) -> dict[str, Reply]:
    listed = "\n".join(routes).encode()
    index = {"/crawl-data/CC-NEWS/2026/03/warc.paths.gz": Reply(body=gzip.compress(listed))}
    return index | {f"/{path}": Reply(body=body, headers={"ETag": '"1"'}) for path, body in routes.items()}


def test_a_period_of_common_crawls_news_is_read_without_being_stored(desk: Desk) -> None:
    names = [f"crawl-data/CC-NEWS/2026/03/CC-NEWS-202603{day}120000-0000{day}.warc.gz" for day in (10, 11, 20)]
    bodies = {name: warc(pages(20 + 10 * number, 2)) for number, name in enumerate(names)}
    with Host("127.3.0.31", ccnews(bodies)) as host:
        period = ("--from", "2026-03-10", "--to", "2026-03-11", "--mirror", f"{host.base}/", "--processes", "1")
        dry = desk.run("backfill", "--ccnews", *period, "--dry-run")
        assert dry.returncode == 0, dry.stdout + dry.stderr
        assert f"{sum(len(bodies[name]) for name in names[:2]):,}" in dry.stdout
        assert not desk.db.exists()
        done = desk.run("backfill", "--ccnews", *period)
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(titles(desk)) == 4
        assert not any(names[2] in path for path in host.paths())
        again = desk.run("backfill", "--ccnews", *period)
        assert again.returncode == 0
        assert desk.rows("SELECT captures FROM runs ORDER BY id") == [(6,), (0,)]
        longer = ("--from", "2026-03-10", "--to", "2026-03-25", "--mirror", f"{host.base}/")
        told = desk.run("backfill", "--ccnews", *longer, "--dry-run").stdout
        assert f"{len(bodies[names[2]]):,}" in told
        assert "not known" not in told
    stored = {path.name for path in desk.folder.rglob("*.warc.gz")}
    assert not stored & {Path(name).name for name in names}


def test_a_period_needs_its_days_and_no_files(desk: Desk) -> None:
    assert desk.run("backfill", "--ccnews", "--from", "2026-03-10").returncode == 2
    (desk.folder / "one.warc.gz").write_bytes(warc({}))
    both = desk.run("backfill", "one.warc.gz", "--ccnews", "--from", "2026-03-10", "--to", "2026-03-11")
    assert both.returncode == 2
    assert "not both" in both.stderr
