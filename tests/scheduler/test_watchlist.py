"""The watch list is tried, grown and carried: sources check, add, export, import."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import yaml

from crawler import sources
from crawler.discovery import finding
from db.model import ChannelKind
from tests.loopback import Host, Reply
from tests.running import Desk

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
HOME = b"""<html lang="de-DE"><head><title>Start | Das Blatt</title>
<link rel="alternate" type="application/rss+xml" href="/news.rss">
<link rel="alternate" type="application/rss+xml" href="/empty.rss">
</head><body><a href="/impressum">Impressum</a><a href="/rss/sport">RSS</a></body></html>"""
SITEMAP = (
    b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>http://x.example/a</loc></url></urlset>"
)


@pytest.fixture
def host() -> Iterator[Host]:
    routes = {
        "/robots.txt": Reply(body=b"User-agent: *\nAllow: /\nSitemap: /news-map.xml\n"),
        "/": Reply(body=HOME, headers={"Content-Type": "text/html"}),
    }
    with Host("127.3.0.6", routes) as one:
        one.routes["/news.rss"] = one.feed("/a", "/b", when=format_datetime(YESTERDAY))
        one.routes["/empty.rss"] = one.feed()
        one.routes["/news-map.xml"] = Reply(body=SITEMAP, headers={"Content-Type": "application/xml"})
        yield one


def test_check_tries_every_channel_now_and_says_what_each_gives(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    for name, path in (("good", "/news.rss"), ("bare", "/empty.rss"), ("gone", "/nothing.rss"), ("page", "/")):
        host.source(desk.sources, name=name, path=path)
    done = desk.run("sources", "check", COLUMNS="240")
    assert done.returncode == 0, done.stderr
    lines = {
        name: next(line for line in done.stdout.splitlines() if f"zz/{name} " in line)
        for name in ("good", "bare", "gone", "page")
    }
    assert "200" in lines["good"]
    assert f"{YESTERDAY:%Y-%m-%d}" in lines["good"]
    assert "no-entries" in lines["bare"]
    assert "404" in lines["gone"]
    assert "html-instead-of-feed" in lines["page"]
    assert "1 of 4 channels are well." in done.stdout
    assert not desk.db.exists()
    host.asked.clear()
    assert desk.run("sources", "check", "zz/bare").returncode == 1
    assert "/news.rss" not in host.paths()
    assert desk.run("sources", "check", "zz/nobody").returncode == 2


def test_add_finds_feeds_and_sitemaps_and_writes_a_file_that_can_be_crawled(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    done = desk.run("sources", "add", f"{host.base}/", "--country", "de", COLUMNS="240")
    assert done.returncode == 0, done.stderr
    [path] = desk.sources.glob("de/*.yml")
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert (told["name"], told["languages"], told["country"]) == ("Das Blatt", ["de"], "de")
    assert told["channels"] == [{"feed": f"{host.base}/news.rss"}, {"sitemap": f"{host.base}/news-map.xml"}]
    [source] = sources.load(desk.sources).enabled
    assert source.channels[1].kind is ChannelKind.SITEMAP
    again = desk.run("sources", "add", f"{host.base}/", "--country", "de")
    assert again.returncode == 2
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nonsense"], "is no http or https address"),
        (["https://x.example/", "--country", "Germany"], "two small letters"),
    ],
)
def test_what_cannot_be_added_is_wrong_use(tmp_path: Path, words: list[str], why: str) -> None:
    done = Desk(tmp_path).run("sources", "add", *words)
    assert done.returncode == 2
    assert why in done.stderr


def test_a_site_without_feeds_is_said_to_have_none(tmp_path: Path, host: Host) -> None:
    host.routes = {
        "/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n"),
        "/": Reply(body=b"<html><body>Nothing</body></html>"),
    }
    done = Desk(tmp_path).run("sources", "add", f"{host.base}/")
    assert done.returncode == 2
    assert "no feed or sitemap was found" in done.stderr


def test_opml_goes_out_and_comes_back(tmp_path: Path) -> None:
    ours, theirs = Desk(tmp_path / "ours"), Desk(tmp_path / "theirs")
    for desk in (ours, theirs):
        desk.folder.mkdir()
    for name, feeds in (
        ("de/blatt", ["https://blatt.example/a.xml", "https://blatt.example/b.xml"]),
        ("fr/feuille", ["https://feuille.example/rss"]),
    ):
        file = ours.sources / f"{name}.yml"
        file.parent.mkdir(parents=True)
        channels = "".join(f"  - feed: {url}\n" for url in feeds)
        home = f"https://{name[3:]}.example/"
        head = f"name: {name} & Co\nhomepage: {home}\ncountry: {name[:2]}\nlanguages: [de]\nchannels:\n"
        file.write_text(f"{head}{channels}  - sitemap: {home}map.xml\n")
    out = tmp_path / "list.opml"
    assert ours.run("sources", "export", str(out)).returncode == 0
    assert b"de/blatt &amp; Co" in out.read_bytes()
    done = theirs.run("sources", "import", str(out))
    assert done.returncode == 0, done.stderr
    found = {channel.url: source for source in sources.load(theirs.sources).sources for channel in source.channels}
    assert set(found) == {"https://blatt.example/a.xml", "https://blatt.example/b.xml", "https://feuille.example/rss"}
    assert found["https://feuille.example/rss"].id == "fr/feuille"
    again = theirs.run("sources", "import", str(out))
    assert "3 feeds are watched already" in again.stderr
    assert len(list(theirs.sources.rglob("*.yml"))) == 2


@pytest.mark.parametrize("body", ["<html>no</html>", "<opml version='2.0'><body/></opml>", "nothing"])
def test_what_is_no_opml_is_wrong_use_and_names_the_file(tmp_path: Path, body: str) -> None:
    file = tmp_path / "list.opml"
    file.write_text(body)
    done = Desk(tmp_path).run("sources", "import", str(file))
    assert done.returncode == 2
    assert "list.opml" in done.stderr


def test_feeds_are_found_by_the_head_by_links_and_by_robots_txt() -> None:
    assert finding.named(HOME, "https://b.example/") == [
        "https://b.example/news.rss",
        "https://b.example/empty.rss",
        "https://b.example/rss/sport",
    ]
    assert finding.named(b"Sitemap: /m.xml\nSitemap: https://b.example/n.xml", "https://b.example/robots.txt") == [
        "https://b.example/m.xml",
        "https://b.example/n.xml",
    ]
    assert finding.about(HOME, "https://b.example/") == ("Das Blatt", "de")
    assert finding.what(b"<html></html>", "https://b.example/") is None
