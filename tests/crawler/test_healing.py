"""What was missed is asked for again: older pages, sitemaps, captures under mended rules; robots.txt names sitemaps."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.loopback import Asked, Host, Reply
from tests.running import Desk

NOW = datetime.now(UTC).replace(microsecond=0)
HTML = {"Content-Type": "text/html; charset=utf-8"}
STORY = (
    "<html lang='en'><head><title>Deserter</title></head><body><article><h1>Russian deserter wins asylum in France</h1>"
    + "<p>A Russian soldier who deserted from his unit was granted asylum by a court in France.</p>" * 8
    + "</article></body></html>"
).encode()


def feed(host: Host, *ages: float, following: str = "") -> Reply:
    """A feed of one story for each age in days."""
    atom = 'xmlns:a="http://www.w3.org/2005/Atom"'
    link = f'<a:link {atom} rel="next" href="{host.base}{following}"/>' if following else ""
    dates = {age: format_datetime(NOW - timedelta(days=age)) for age in ages}
    items = "".join(
        f"<item><title>T</title><link>{host.base}/story/{age}</link><pubDate>{date}</pubDate></item>"
        for age, date in dates.items()
    )
    return Reply(body=f"<rss version='2.0'><channel><title>t</title>{link}{items}</channel></rss>".encode())


@pytest.fixture
def host() -> Iterator[Host]:
    def story(_: Host, asked: Asked) -> Reply:
        return Reply(body=STORY, headers=HTML) if asked.path.startswith("/story/") else Reply(status=404, body=b"no")

    with Host("127.3.0.5", {"/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n")}) as one:
        one.otherwise = story
        yield one


def age(desk: Desk, days: int) -> None:
    """Let ``days`` pass for all that the database remembers of channels."""
    for column in ("asked_at", "answered_at", "good_at", "trouble_since", "newest_entry_at"):
        earlier = f"strftime('%Y-%m-%dT%H:%M:%S+00:00', {column}, '-{days} days')"
        desk.change(f"UPDATE channels SET {column} = {earlier} WHERE {column} IS NOT NULL")
    desk.change("UPDATE channels SET due_at = NULL, ask_after = NULL")


def test_a_source_that_comes_back_is_asked_for_the_days_it_missed(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources)
    host.routes["/feed.xml"] = feed(host, 0.1, 0.5)
    desk.run("crawl")
    age(desk, 8)
    host.routes["/feed.xml"] = Reply(status=403, body=b"no")
    desk.run("crawl")
    age(desk, 2)
    host.routes["/feed.xml"] = feed(host, 0.2, 2.5, following="/feed-2.xml")
    host.routes["/feed-2.xml"] = feed(host, 4.5, 9.5, following="/feed-3.xml")
    host.routes["/feed-3.xml"] = feed(host, 10.5, 14.5)
    desk.run("crawl")
    assert "/story/9.5" in host.paths(), "older than the seven days that a crawl takes, but missed"
    assert "/feed-3.xml" in host.paths()
    assert "/story/14.5" not in host.paths()
    days = "round(julianday(until) - julianday(since))"
    assert desk.rows(f"SELECT why, recovered, pages, lost, {days} FROM gaps") == [("blocked", 2, 2, "", 10.0)]


def test_what_a_feed_no_longer_shows_is_looked_for_in_the_sitemap(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    path = host.source(desk.sources) / "zz" / "host.yml"
    path.write_text(path.read_text() + f"  - sitemap: {host.base}/map.xml\n")
    host.routes["/feed.xml"] = feed(host, 0.1)
    host.routes["/map.xml"] = Reply(status=503)
    desk.run("crawl")
    age(desk, 10)
    host.routes["/feed.xml"] = Reply(status=404, body=b"no")
    desk.run("crawl")
    age(desk, 2)
    dates = {day: (NOW - timedelta(days=day)).isoformat() for day in (1, 9, 30)}
    days = "".join(
        f"<url><loc>{host.base}/story/m{day}</loc><lastmod>{date}</lastmod></url>" for day, date in dates.items()
    )
    host.routes["/map.xml"] = Reply(body=f"<urlset>{days}</urlset>".encode())
    host.routes["/feed.xml"] = feed(host, 0.2)
    desk.run("crawl")
    assert {"/story/m1", "/story/m9"} <= set(host.paths())
    assert "/story/m30" not in host.paths()
    assert "does not go back" in desk.value("SELECT lost FROM gaps WHERE channel LIKE '%feed.xml'")


def test_captures_are_read_again_once_the_rules_of_their_source_were_mended(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources)
    words = "A Russian soldier who deserted from his unit was granted asylum by a court in France"
    text = "".join(f"<p>{words}, {number}.</p>" for number in range(8))
    letter = "<div><p>Subscribe to our letter today, it is free and comes every morning.</p></div>"
    odd = (
        f"<html lang='en'><head><title>News</title></head><body><footer id='odd'>{text}</footer>{letter}</body></html>"
    )
    host.routes["/odd"] = Reply(body=odd.encode(), headers=HTML)
    host.routes["/feed.xml"] = host.feed("/odd")
    desk.run("crawl")
    assert desk.value("SELECT outcome FROM pages") == "rejected"
    fetched = host.paths().count("/odd")
    path = desk.sources / "zz" / "host.yml"
    path.write_text(path.read_text() + "rules:\n  - body: //footer[@id='odd']\n")
    desk.run("crawl")
    assert host.paths().count("/odd") == fetched, "from the archive, not from the host"
    assert desk.value("SELECT outcome FROM pages") == "report"
    assert desk.rows("SELECT why, recovered, pages, lost FROM gaps") == [("rules-changed", 1, 1, "")]
    desk.run("crawl")
    assert desk.value("SELECT count(*) FROM gaps") == 1


def test_news_sitemaps_that_robots_txt_names_are_asked_and_other_maps_are_not(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources)
    named = f"Sitemap: {host.base}/news-map.xml\nSitemap: {host.base}/all.xml\n"
    host.routes["/robots.txt"] = Reply(body=f"User-agent: *\nAllow: /\n{named}".encode())
    host.routes["/feed.xml"] = feed(host, 0.1)
    host.routes["/news-map.xml"] = Reply(body=f"<urlset><url><loc>{host.base}/story/map</loc></url></urlset>".encode())
    assert desk.run("crawl").returncode == 0
    assert "/story/map" in host.paths()
    assert "/all.xml" not in host.paths()
    assert desk.value("SELECT parent FROM channels WHERE url LIKE '%news-map.xml'") == f"{host.base}/robots.txt"
    assert desk.value("SELECT count(*) FROM issues WHERE level != 'info'") == 0
    assert desk.value("SELECT outcome FROM runs") == "done"


def test_further_sitemaps_that_have_not_changed_are_not_asked_again(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources, channel="sitemap", path="/index.xml")
    stamps = {"old": NOW - timedelta(days=3), "new": NOW + timedelta(hours=1), "2019-03": None}
    told = {name: f"<lastmod>{at.isoformat()}</lastmod>" if at else "" for name, at in stamps.items()}
    entries = "".join(f"<sitemap><loc>{host.base}/map-{name}.xml</loc>{at}</sitemap>" for name, at in told.items())
    host.routes["/index.xml"] = Reply(body=f"<sitemapindex>{entries}</sitemapindex>".encode())
    for name in stamps:
        one = f"<url><loc>{host.base}/story/{name}</loc></url>"
        host.routes[f"/map-{name}.xml"] = Reply(body=f"<urlset>{one}</urlset>".encode())
    desk.run("crawl")
    assert {"/map-old.xml", "/map-new.xml"} <= set(host.paths())
    assert "/map-2019-03.xml" not in host.paths(), "its address says that it is old"
    host.asked.clear()
    desk.run("crawl")
    assert "/map-new.xml" in host.paths()
    assert "/map-old.xml" not in host.paths()


def test_a_link_of_several_channels_is_one_page_with_every_way_written_down(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    path = host.source(desk.sources) / "zz" / "host.yml"
    path.write_text(path.read_text() + f"  - sitemap: {host.base}/map.xml\n")
    host.routes["/feed.xml"] = host.feed("/story/1", "/story/2")
    same = f"<url><loc>{host.base}/story/2?utm_source=map</loc></url>"
    host.routes["/map.xml"] = Reply(body=f"<urlset>{same}</urlset>".encode())
    desk.run("crawl")
    assert host.paths().count("/story/2") + host.paths().count("/story/2?utm_source=map") == 1
    sql = "SELECT replace(channel, ?, ''), position FROM sightings WHERE page LIKE '%/story/2' ORDER BY 1"
    ways = desk.rows(sql, host.base)
    assert ways == [("/feed.xml", 2), ("/map.xml", 1)]
