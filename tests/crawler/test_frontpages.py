"""Front pages: which of a page's links are entries, and what date and title they get."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import discovery
from crawler.discovery import frontpages
from crawler.errors import ChannelUnreadableError
from db.model import Channel, ChannelKind

URL = "https://court.example/press/"
ROWS = """<html><body><nav><a href="/press/">Press</a><a href="/contact">How to reach the press office</a></nav>
<table><tr><td>16.09.2026</td><td><a href="/press/397">Soldier sentenced to six years for leaving his unit</a></td></tr>
<tr><td>18.08.2026</td><td><a href="/press/376#top">A second case goes to the court in Chita</a></td></tr></table>
<ul><li><time datetime="2026-07-01T09:30:00+03:00">1 July</time> <a href="/press/360"><img alt=""></a>
<a href="/press/360">Appeal of a conscript is heard next week</a></li>
<li><a href="https://elsewhere.example/1">A story that another paper told about us</a></li></ul></body></html>"""


def test_links_that_the_pattern_finds_are_entries_with_the_date_of_their_row() -> None:
    entries = frontpages.read(ROWS.encode(), URL, "text/html", r"/press/\d+$").entries
    assert [(one.url.rpartition("/")[2], one.published_at) for one in entries] == [
        ("397", datetime(2026, 9, 16, tzinfo=UTC)),
        ("376", datetime(2026, 8, 18, tzinfo=UTC)),
        ("360", datetime(2026, 7, 1, 6, 30, tzinfo=UTC)),
    ]
    assert entries[2].title == "Appeal of a conscript is heard next week"


def test_without_a_pattern_links_of_many_words_to_the_same_site_are_entries() -> None:
    titles = [one.title for one in frontpages.read(ROWS.encode(), URL).entries]
    assert "How to reach the press office" in titles
    assert "A story that another paper told about us" not in titles
    assert "Press" not in titles


def test_a_page_in_an_old_encoding_is_read_as_it_declares() -> None:
    page = "<html><head><meta charset=windows-1251></head><body><a href='/n/1'>Солдат осуждён за самовольный уход</a>"
    assert frontpages.read(page.encode("windows-1251"), URL).entries[0].title == "Солдат осуждён за самовольный уход"


def test_what_is_no_page_is_a_named_issue() -> None:
    with pytest.raises(ChannelUnreadableError, match="no HTML page"):
        frontpages.read(b'{"error": 1}', URL)


def test_a_page_on_which_the_pattern_finds_nothing_says_so() -> None:
    channel = Channel(source="ru/court", kind=ChannelKind.FRONTPAGE, url=URL, article="/verdict/")
    assert discovery.read(channel, ROWS.encode(), URL).flaw == "no-entries"


def test_a_military_courts_press_list_is_read(shared: Path) -> None:
    body = (shared / "web" / "courts" / "sudrf_2zovs_press_dep_2026-09-16_excerpt.html").read_bytes()
    url = "http://2zovs.msk.sudrf.ru/modules.php?name=press_dep&op=1"
    entries = frontpages.read(body, url, "text/html; charset=utf-8", r"name=press_dep&op=1&did=\d+").entries
    assert [one.url.rpartition("=")[2] for one in entries][:2] == ["397", "376"]
    assert entries[0].published_at == datetime(2026, 9, 16, tzinfo=UTC)
    assert entries[0].title.startswith("Житель Тамбовской области")
