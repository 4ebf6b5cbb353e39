"""Lists of the whole world's news and search services: how they are asked, read, and followed page by page."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler import discovery, relevance
from crawler.discovery import Asking, ccnews, gdelt, wayback
from crawler.discovery.search import ENGINES, gdelt_doc, guardian, hudoc, mediacloud, reliefweb
from crawler.errors import ChannelUnreadableError
from crawler.sources import Publishers
from crawler.spiders.channels import learn
from crawler.spiders.visit import Answer, Learned, Look, Visit
from db.model import Channel, ChannelKind, ChannelState, Engine
from tests.loopback import Asked, Host, Reply
from tests.running import Desk

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ASKING = Asking(since=NOW - timedelta(days=7), now=NOW, key="se cret&key")
GAL = "https://lists.example/gal/"


def row(title: str, *, url: str = "https://blatt.example/a", lang: str = "en", when: str = "20260301114600") -> bytes:
    told = {"date": when, "url": url, "title": title, "desc": "", "lang": lang, "domain": "blatt.example"}
    return json.dumps(told).encode() + b"\n"


def stamp_of(url: str) -> str:
    return url.rpartition("/")[2][:14]


# -- GDELT's files


def test_a_file_is_read_and_names_the_next_one() -> None:
    body = gzip.compress(
        row("A deserter asks for asylum") + row("Rain", url="https://blatt.example/b", when="2026-03-01T11:46:00Z")
    )
    found = gdelt.read(body, f"{GAL}20260301031800.gal.json.gz", NOW)
    assert [entry.dated for entry in found.entries] == [datetime(2026, 3, 1, 11, 46, tzinfo=UTC)] * 2
    assert all(entry.elsewhere and entry.screened for entry in found.entries)
    assert found.position == "20260301031800"
    assert found.more == (f"{GAL}20260301033100.gal.json.gz",)


def test_a_first_visit_begins_a_day_ago_and_a_later_one_where_the_last_stopped() -> None:
    assert stamp_of(gdelt.first(GAL, ASKING).url) == "20260228120100"
    known = Asking(since=ASKING.since, now=NOW, position="20260301044800")
    assert stamp_of(gdelt.first(GAL, known).url) == "20260301050100"
    old = Asking(since=ASKING.since, now=NOW, position="20260101000100")
    assert stamp_of(gdelt.first(GAL, old).url) == "20260222120100"
    done = Asking(since=ASKING.since, now=NOW, position="20260301113300")
    assert stamp_of(gdelt.first(GAL, done).url) == "20260301113300"


def test_a_missing_minute_is_normal_and_the_list_ends_before_now() -> None:
    found = gdelt.missing(f"{GAL}20260301110300.gal.json.gz", NOW)
    assert (found.entries, found.flaw, found.position) == ((), "", "20260301110300")
    assert stamp_of(found.more[0]) == "20260301111600"
    assert gdelt.missing(f"{GAL}20260301113300.gal.json.gz", NOW).more == ()


def test_lines_that_cannot_be_read_are_named_and_the_others_are_read() -> None:
    found = gdelt.read(row("A") + b"{broken\n" + row("B"), f"{GAL}20260301031800.gal.json.gz", NOW)
    assert len(found.entries) == 2
    assert (found.flaw, found.flaw_detail) == ("damaged-list", "1 of 3 lines cannot be read; the others were")


def test_a_file_cut_off_gives_what_it_has_and_another_body_is_named() -> None:
    whole = gzip.compress(b"".join(row(f"title number {n} of many {n * 7919}") for n in range(5000)))
    assert 0 < len(gdelt.read(whole[: len(whole) // 2], f"{GAL}20260301031800.gal.json.gz", NOW).entries) < 5000
    for body in (b"<html>Sorry</html>", b"\x1f\x8b nothing"):
        with pytest.raises(ChannelUnreadableError, match="not-a-list"):
            gdelt.read(body, f"{GAL}20260301031800.gal.json.gz", NOW)


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Russian deserter wins asylum in France", True), ("Дезертира осудили на семь лет", True),
        ("Deserteur aus Russland erhält Schutz", True), ("Rosyjski dezerter poprosił o azyl", True),
        ("Deserted village sold at auction", False), ("Wheat prices rise again", False), ("Погода в Москве", False),
    ],
)  # fmt: skip
def test_a_row_is_taken_by_the_topics_own_terms_in_its_own_language(title: str, wanted: bool) -> None:  # noqa: FBT001  # a case
    assert relevance.mentions(title) is wanted


def chain(*bodies: bytes | None, to_the_end: bool = False) -> Learned:
    """A visit to GDELT's files a day after the last; ``None`` is a missing one, as are all after those told."""
    channel = Channel(source="zz/gdelt", kind=ChannelKind.GDELT, url=GAL)
    state = ChannelState(url=GAL, source="zz/gdelt", kind=ChannelKind.GDELT, position="20260228120000")
    url = gdelt.first(GAL, Asking(since=NOW, now=NOW, position=state.position)).url
    visit, look = Visit(channel=channel, state=state), Look(mentions=relevance.mentions, publishers=Publishers(()))
    for number in range(1, 1000 if to_the_end else len(bodies) + 1):
        body = bodies[number - 1] if number <= len(bodies) else None
        answer = Answer(url=url, status=200 if body else 404, headers={}, body=body or b"")
        learned = learn(replace(visit, page=number), answer, look, NOW)
        if not learned.more:
            break
        visit, url = learned.visit, learned.more[0]
    return learned


def test_the_files_of_a_visit_are_counted_together() -> None:
    learned = chain(None, row("A") + row("B"), None, row("Russian deserter wins asylum"))
    assert (learned.state.new_entries, learned.state.status, learned.state.trouble) == (3, 200, "")
    assert len(learned.candidates) == 1
    assert learned.more


def test_that_all_files_are_missing_is_a_trouble_and_that_some_are_is_none() -> None:
    nothing = chain(to_the_end=True)
    assert nothing.state.trouble == "no-entries"
    assert "none of the 285 files" in nothing.issues[0].detail
    assert chain(None, row("A"), to_the_end=True).state.trouble == ""


# -- search services


@pytest.mark.parametrize("engine", [Engine.GUARDIAN, Engine.RELIEFWEB])
def test_a_key_travels_in_the_address_and_is_not_shown(engine: Engine) -> None:
    ask = ENGINES[engine].first("deserter AND russia", ASKING, "https://api.example/x")
    assert "se+cret%26key" in ask.url
    assert "cret" not in ask.shown
    assert discovery.needs_key(Channel(source="a", kind=ChannelKind.SEARCH, url="x", engine=engine))


def test_media_cloud_gets_its_key_in_a_header() -> None:
    ask = mediacloud.first("дезертир*", ASKING)
    assert ask.headers == (("Authorization", "Token se cret&key"),)
    assert "cret" not in ask.url
    assert parse_qs(urlsplit(ask.url).query)["start"] == ["2026-02-22"]


def test_media_cloud_stories_are_read_and_followed(shared: Path) -> None:
    recorded = json.loads(
        (shared / "web" / "discovery" / "api-client__story_27456565.json").read_text(encoding="utf-8")
    )
    body = json.dumps({"stories": [recorded, {"title": "no address"}], "pagination_token": "t2"}).encode()
    found = mediacloud.read(body, "https://mc.example/story-list?q=x")
    assert [entry.url for entry in found.entries] == [recorded["url"]]
    assert found.entries[0].modified_at == datetime(2010, 11, 24, 15, 33, 39, tzinfo=UTC)
    assert parse_qs(urlsplit(found.more[0]).query) == {"q": ["x"], "pagination_token": ["t2"]}


def test_the_guardian_is_followed_to_its_last_page() -> None:
    item = {
        "webUrl": "https://g.example/1",
        "webTitle": "T",
        "webPublicationDate": "2026-02-27T10:00:00Z",
        "fields": {"trailText": "<b>S</b>"},
    }
    body = json.dumps({"response": {"currentPage": 1, "pages": 2, "results": [item]}}).encode()
    found = guardian.read(body, "https://api.example/search?q=x&page=1&api-key=k")
    assert [(entry.title, entry.summary) for entry in found.entries] == [("T", "S")]
    assert found.more == ("https://api.example/search?q=x&page=2&api-key=k",)
    last = json.dumps({"response": {"currentPage": 2, "pages": 2, "results": [item]}}).encode()
    assert guardian.read(last, "https://api.example/search?page=2").more == ()


def test_reliefweb_is_followed_by_its_offset() -> None:
    data = [
        {
            "fields": {
                "title": f"T{n}",
                "url": f"https://reliefweb.example/{n}",
                "date": {"created": "2026-02-27T10:00:00+00:00"},
            }
        }
        for n in range(3)
    ]
    body = json.dumps({"totalCount": 5, "data": data}).encode()
    found = reliefweb.read(body, "https://api.example/v2/reports?query%5Bvalue%5D=x&offset=0")
    assert len(found.entries) == 3
    assert parse_qs(urlsplit(found.more[0]).query)["offset"] == ["3"]
    assert reliefweb.read(body, "https://api.example/v2/reports?offset=2").more == ()


def test_hudoc_needs_no_key_and_is_followed_while_its_pages_are_full() -> None:
    ask = hudoc.first('"deserter"', ASKING)
    assert "contentsitename:ECHR" in parse_qs(urlsplit(ask.url).query)["query"][0]
    items = "".join(f"<item><title>CASE {n}</title><link>https://hudoc.example/{n}</link></item>" for n in range(20))
    body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    assert parse_qs(urlsplit(hudoc.read(body, ask.url).more[0]).query)["start"] == ["20"]
    assert (
        hudoc.read(
            b"<rss version='2.0'><channel><item><link>https://h.example/1</link></item></channel></rss>", ask.url
        ).more
        == ()
    )


@pytest.mark.parametrize("engine", [Engine.GUARDIAN, Engine.RELIEFWEB, Engine.MEDIACLOUD, Engine.GDELT_DOC])
@pytest.mark.parametrize("body", [b"<html>Sorry</html>", b"[1, 2]", b'{"message": "no"}'])
def test_an_answer_that_is_none_is_the_channels_trouble(engine: Engine, body: bytes) -> None:
    with pytest.raises(ChannelUnreadableError, match="not-an-answer"):
        ENGINES[engine].read(body, "https://api.example/x?startdatetime=1")


def doc_url(start: datetime, end: datetime) -> str:
    return f"https://doc.example/doc?query=x&startdatetime={start:%Y%m%d%H%M%S}&enddatetime={end:%Y%m%d%H%M%S}"


def test_a_full_span_of_the_doc_search_is_asked_again_in_two_halves_that_overlap() -> None:
    full = json.dumps(
        {"articles": [{"url": f"https://blatt.example/{n}", "title": "T\u0001"} for n in range(250)]}
    ).encode()
    found = gdelt_doc.read(full, doc_url(NOW - timedelta(hours=2), NOW))
    assert len(found.entries) == 250
    spans = [
        (parse_qs(urlsplit(url).query)["startdatetime"][0], parse_qs(urlsplit(url).query)["enddatetime"][0])
        for url in found.more
    ]
    assert spans == [("20260301105959", "20260301120000"), ("20260301100000", "20260301110000")]
    narrow = gdelt_doc.read(full, doc_url(NOW - timedelta(minutes=1), NOW))
    assert (narrow.more, narrow.flaw) == ((), "too-many-links")
    assert gdelt_doc.read(b"{}", doc_url(NOW - timedelta(hours=2), NOW)).entries == ()


# -- what archives hold


def test_the_files_of_a_period_are_listed_with_the_one_that_was_open_as_it_began() -> None:
    assert list(ccnews.months(date(2026, 3, 1), date(2026, 4, 2))) == [
        f"https://data.commoncrawl.org/crawl-data/CC-NEWS/2026/{month}/warc.paths.gz" for month in ("02", "03", "04")
    ]
    names = [f"crawl-data/CC-NEWS/2026/03/CC-NEWS-202603{day:02}120000-{day:05}.warc.gz" for day in range(1, 10)]
    body = gzip.compress("\n".join(names).encode())
    found = ccnews.read(
        body, "https://data.example/x/warc.paths.gz", datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC)
    )
    assert [file.begun_at.day for file in found] == [3, 4, 5]
    assert found[0].url == f"https://data.example/{names[2]}"


@pytest.mark.parametrize(
    ("body", "what"), [(b"<html>", "not-a-list"), (b"", "not-a-list"), (gzip.compress(b"x" * 999)[:20], "cut-off")]
)
def test_a_list_of_files_that_is_none_is_named(body: bytes, what: str) -> None:
    with pytest.raises(ChannelUnreadableError) as caught:
        ccnews.read(body, "https://data.example/warc.paths.gz", NOW, NOW)
    assert caught.value.what == what


def test_captures_are_asked_for_and_read_with_the_key_where_the_list_goes_on() -> None:
    ask = wayback.address("https://blatt.example/a", date(2026, 1, 1), date(2026, 2, 1), below=True)
    told = parse_qs(urlsplit(ask).query)
    assert (told["from"], told["to"], told["matchType"], told["collapse"]) == (
        ["20260101"],
        ["20260201"],
        ["prefix"],
        ["digest"],
    )
    rows = [
        ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"],
        ["k", "20260105000000", "https://blatt.example/a", "text/html", "200", "D", "9"],
        [],
        ["next key"],
    ]
    [page], more = wayback.read(json.dumps(rows).encode(), ask)
    assert page.raw_url == "https://web.archive.org/web/20260105000000id_/https://blatt.example/a"
    assert parse_qs(urlsplit(more).query)["resumeKey"] == ["next key"]


def test_a_site_that_the_archive_hides_is_named() -> None:
    with pytest.raises(ChannelUnreadableError, match="blocked"):
        wayback.read(
            b"org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error",
            "https://w.example/",
        )


# -- live

PAGE = Reply(
    body=b"<html><head><title>Deserter</title></head><body><article><h1>Russian deserter wins asylum in France</h1>"
    + b"<p>A Russian soldier who deserted from his unit was granted asylum by a court in France, a lawyer said.</p>" * 8
    + b"</article></body></html>",
    headers={"Content-Type": "text/html; charset=utf-8"},
)


@pytest.fixture
def host() -> Iterator[Host]:
    with Host("127.3.0.8", {"/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n")}) as one:
        one.routes |= {f"/story/{n}": PAGE for n in range(9)}
        yield one


def test_the_files_of_a_day_are_followed_and_taken_up_again_where_they_stopped(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources, name="gdelt", channel="gdelt", path="/gal/")
    file = desk.sources / "zz" / "gdelt.yml"
    file.write_text(file.read_text().replace(f"homepage: {host.base}/", "homepage: https://lists.example/"))
    now = datetime.now(UTC)
    first = gdelt.first(
        f"{host.base}/gal/", Asking(since=now, now=now, position=f"{now - timedelta(minutes=50):%Y%m%d%H%M%S}")
    ).url
    told = {"when": f"{now:%Y%m%d%H%M%S}"}
    rows = row("Russian deserter wins asylum", url=f"{host.base}/story/1", **told)
    rows += row("Rain", url=f"{host.base}/story/2", **told)
    host.routes[urlsplit(first).path] = Reply(body=gzip.compress(rows))
    desk.run("crawl", DESERTERS_SINCE="0.04d")
    assert urlsplit(first).path in host.paths()
    assert "/story/1" in host.paths()
    assert "/story/2" not in host.paths()
    assert desk.value("SELECT count(*) FROM issues WHERE level != 'info'") == 0
    assert desk.value("SELECT source FROM pages WHERE outcome='report'") == "xx/127.3.0.8"
    reached = desk.value("SELECT position FROM channels WHERE kind='gdelt'")
    assert reached >= stamp_of(first)
    files = [path for path in host.paths() if path.startswith("/gal/")]
    host.asked.clear()
    desk.run("crawl", DESERTERS_SINCE="0.04d")
    again = [path for path in host.paths() if path.startswith("/gal/")]
    assert len(again) <= 2 < len(files) + 2
    assert all(path >= f"/gal/{reached}" for path in again)


def search(desk: Desk, host: Host) -> None:
    path = desk.sources / "zz" / "search.yml"
    path.parent.mkdir(parents=True)
    channel = f"  - search: deserter\n    engine: guardian\n    endpoint: {host.base}/api\n"
    path.write_text(f"name: S\nhomepage: {host.base}/\nlanguages: [en]\nchannels:\n{channel}")


def test_a_search_without_its_key_stays_off_and_says_so_once(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    search(desk, host)
    for _ in range(2):
        desk.run("crawl")
    assert host.paths() == []
    assert desk.value("SELECT count(*) FROM issues WHERE what='off'") == 1
    assert (
        desk.value("SELECT health || ': ' || told FROM channels")
        == "off: off until the configuration has a key for guardian"
    )


def test_a_search_is_asked_with_its_key_which_no_table_holds(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    search(desk, host)
    asked: list[str] = []

    def api(_: Host, one: Asked) -> Reply:
        asked.append(one.path)
        item = {"webUrl": f"{host.base}/story/3", "webTitle": "T", "webPublicationDate": datetime.now(UTC).isoformat()}
        return (
            Reply(body=json.dumps({"response": {"results": [item]}}).encode()) if len(asked) == 1 else Reply(status=401)
        )

    host.otherwise = api
    for _ in range(2):
        desk.run("crawl", DESERTERS_GUARDIAN_KEY="s3cretkey")
    assert "api-key=s3cretkey" in asked[0]
    assert "/story/3" in host.paths()
    assert desk.value("SELECT what FROM issues WHERE level='warning'") == "blocked"
    assert b"s3cretkey" not in desk.db.read_bytes()
