"""A Telegram channel is read from its public preview: posts, what they link to, and how far back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from crawler import extract
from crawler.discovery import telegram
from crawler.errors import ChannelUnreadableError
from crawler.posts import posts
from db.model import Article, Capture, Offer
from tests.factory import NOW
from tests.loopback import Host, Reply
from tests.running import Desk

URL = "https://t.me/s/kurs"
ARTICLE = "https://blatt.example/a?x=1&amp;amp;y=2"


def post(
    number: int,
    text: str,
    *,
    when: str = "2026-03-01T09:30:00+00:00",
    reply: str = "",
    forwarded: str = "",
    edited: bool = False,
    service: bool = False,
) -> str:
    inner = f'<div class="tgme_widget_message_text js-message_reply_text">{reply}</div>'
    quoted = f'<a class="tgme_widget_message_reply">{inner}</a>'
    kind = "service_message" if service else "js-widget_message"
    origin = (
        f'<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/other"><span>{forwarded}</span></a>'
    )
    return (
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message {kind}" '
        f'data-post="kurs/{number}"><a class="tgme_widget_message_owner_name"><span>Kurs</span></a>'
        f"{origin if forwarded else ''}{quoted if reply else ''}"
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        f'<span class="tgme_widget_message_meta">{"edited " if edited else ""}<a class="tgme_widget_message_date">'
        f'<time datetime="{when}">09:30</time></a></span></div></div>'
    )


def page(*parts: str, before: int = 0) -> bytes:
    back = f'<link rel="prev" href="/s/kurs?before={before}">' if before else ""
    body = "".join(parts)
    return (
        f'<html><head>{back}</head><body><section class="tgme_channel_history">{body}</section></body></html>'.encode()
    )


def test_a_post_is_an_entry_and_so_is_every_article_that_it_links_to() -> None:
    text = f'Суд вынес приговор<br/>Подробности <a href="{ARTICLE}">здесь</a> и в <a href="https://t.me/x/5">канале</a>'
    found = telegram.read(page(post(7, text), before=7), URL)
    own, linked = found.entries
    assert (own.url, own.title) == ("https://t.me/kurs/7?embed=1&mode=tme", "Суд вынес приговор")
    assert own.summary.endswith("здесь и в канале")
    assert (own.published_at, own.screened, own.elsewhere) == (NOW.replace(hour=9, minute=30), True, False)
    assert (linked.url, linked.screened, linked.elsewhere) == ("https://blatt.example/a?x=1&y=2", False, True)
    assert (linked.published_at, linked.modified_at) == (None, own.published_at)
    assert found.more == ("https://t.me/s/kurs?before=7",)


def test_what_a_reply_quotes_is_not_the_text_of_the_post() -> None:
    [found] = telegram.read(page(post(8, "Новое", reply="Старое про дезертира")), URL).entries
    assert "дезертир" not in found.summary
    assert found.title == "Новое"


def test_what_telegram_itself_says_and_pictures_without_words_are_no_posts() -> None:
    picture = '<div class="tgme_widget_message" data-post="kurs/9"><a class="tgme_widget_message_photo_wrap"></a></div>'
    assert telegram.read(page(post(1, "Channel created", service=True), picture), URL).entries == ()


def test_a_home_page_or_a_video_is_no_article() -> None:
    text = '<a href="https://blatt.example/">B</a> <a href="https://youtu.be/abc">V</a> <a href="mailto:x@y.z">M</a>'
    assert len(telegram.read(page(post(3, text)), URL).entries) == 1


@pytest.mark.parametrize("body", [b"<html><div class='tgme_page'>View in Telegram</div></html>", b"<p>x</p>"])
def test_a_channel_without_preview_is_a_named_issue(body: bytes) -> None:
    with pytest.raises(ChannelUnreadableError) as caught:
        telegram.read(body, URL)
    assert caught.value.what == "no-preview"
    assert URL in caught.value.detail


def capture(body: bytes) -> Capture:
    return Capture(
        url="https://t.me/kurs/7?embed=1&mode=tme", fetched_at=NOW, status=200, headers=(),
        body=body, offer=Offer(source="zz/tg_kurs"),
    )  # fmt: skip


def test_the_page_of_a_post_is_a_report_with_its_time_edits_origin_and_links() -> None:
    text = f'Дезертир получил убежище<br/><br/>Суд во Франции решил так. <a href="{ARTICLE}">Статья</a>'
    body = f"<html><body>{post(7, text, forwarded='Источник', edited=True, reply='чужие слова')}</body></html>".encode()
    document = extract.parse(capture(body))
    assert document
    found = extract.article(capture(body), document)
    assert isinstance(found, Article)
    assert (found.headline, found.credit, found.authors) == ("Дезертир получил убежище", "Источник", ("Kurs",))
    assert (found.canonical_url, found.language) == ("https://t.me/kurs/7", "ru")
    assert (found.published_at, found.published_from) == (NOW.replace(hour=9, minute=30), "time")
    assert found.marks == ("post", "edited")
    assert found.links == ("https://blatt.example/a?x=1&y=2",)
    assert found.text == "Дезертир получил убежище\n\nСуд во Франции решил так. Статья"
    assert extract.second_reading(capture(body), document) is None


def test_a_page_of_many_posts_is_not_read_as_one() -> None:
    body = f"<html><body>{post(1, 'Раз')}{post(2, 'Два')}</body></html>".encode()
    assert [one.name for one in posts(html.fromstring(body.decode()))] == ["kurs/1", "kurs/2"]
    document = extract.parse(capture(body))
    assert document
    found = extract.article(capture(body), document)
    assert not isinstance(found, Article) or "post" not in found.marks


# -- live

STORY = (
    "<html lang='ru'><head><title>Дезертир из Бурятии получил убежище</title></head><body><article>"
    "<h1>Дезертир из Бурятии получил убежище во Франции</h1>"
    + "<p>Российский военный, который дезертировал из части в Бурятии, получил во Франции убежище. Суд решил, "
    "что солдату в России грозит преследование за отказ воевать.</p>" * 6 + "</article></body></html>"
).encode()


@pytest.fixture
def host() -> Iterator[Host]:
    with Host("127.3.0.9", {"/robots.txt": Reply(body=b"User-agent: *\nAllow: /\n")}) as one:
        yield one


def _serve(host: Host, start: int, count: int) -> None:
    """Twenty posts a page, the newest first asked; one in ten is on the subject and links to an article."""
    for last in range(start, start - count, -20):
        parts = []
        for number in range(last - 19, last + 1):
            hot = number % 10 == 0
            words = f"Дезертир бежал из части, убежище просит он № {number}" if hot else f"Погода на день {number}"
            link = f' <a href="{host.base}/story/{number}">полностью</a>' if hot else ""
            when = f"2026-11-{10 + number // 24:02}T{number % 24:02}:00:00+00:00"
            parts.append(post(number, words + link, when=when))
            host.routes[f"/kurs/{number}?embed=1&mode=tme"] = Reply(
                body=f"<html><body>{post(number, words, when=when)}</body></html>".encode(),
                headers={"Content-Type": "text/html"},
            )
            host.routes[f"/story/{number}"] = Reply(body=STORY, headers={"Content-Type": "text/html; charset=utf-8"})
        path = "/s/kurs" if last == start else f"/s/kurs?before={last + 1}"
        host.routes[path] = Reply(
            body=page(*parts, before=last - 19 if last > 20 else 0), headers={"Content-Type": "text/html"}
        )


def test_a_visit_goes_back_to_what_is_known_and_takes_what_is_on_the_subject(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources, channel="telegram", path="/s/kurs")
    _serve(host, 60, 60)
    assert desk.run("crawl", "--since", "52w").returncode == 0
    assert [path for path in host.paths() if path.startswith("/s/")] == [
        "/s/kurs",
        "/s/kurs?before=41",
        "/s/kurs?before=21",
    ]
    assert {path for path in host.paths() if "embed" in path} == {
        f"/kurs/{n}?embed=1&mode=tme" for n in range(10, 61, 10)
    }
    assert {path for path in host.paths() if "story" in path} == {f"/story/{n}" for n in range(10, 61, 10)}
    assert desk.value("SELECT count(*) FROM reports WHERE extractor='post' AND marks LIKE '%post%'") == 6
    assert desk.value("SELECT source FROM pages WHERE url LIKE '%/story/60'") == "zz/host"
    assert desk.value("SELECT position FROM sightings WHERE page LIKE '%/story/60'") == 22
    host.asked.clear()
    _serve(host, 80, 20)
    host.routes["/s/kurs?before=61"] = Reply(status=500)
    assert desk.run("crawl", "--since", "52w").returncode == 0
    assert [path for path in host.paths() if path.startswith("/s/")] == [
        "/s/kurs",
        "/s/kurs?before=61",
        "/s/kurs?before=61",
    ]
    assert desk.value("SELECT trouble FROM channels") == ""
    assert desk.value("SELECT new_entries FROM visits ORDER BY at DESC LIMIT 1") == 22


def test_a_channel_that_hides_its_posts_is_named(tmp_path: Path, host: Host) -> None:
    desk = Desk(tmp_path)
    host.source(desk.sources, channel="telegram", path="/s/kurs")
    host.routes["/s/kurs"] = Reply(
        body=b"<html><body>View in Telegram</body></html>", headers={"Content-Type": "text/html"}
    )
    desk.run("crawl")
    assert desk.value("SELECT what FROM issues WHERE source='zz/host' AND level='warning'") == "no-preview"
    assert desk.value("SELECT health FROM channels") == "blocked"
    assert desk.value("SELECT what FROM troubles WHERE scope='source'") == "blocked"
