"""What one answer teaches of a channel: its state, its links, its troubles."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sources import Publishers
from crawler.spiders.channels import MAX_CHILDREN, MAX_LINKS, STALE_AFTER, learn
from crawler.spiders.visit import Answer, Learned, Look, Visit
from db.model import Channel, ChannelKind, ChannelState, Level
from tests import factory
from tests.factory import FEED, NOW, later

OLDEST = later(days=-7)
LOOK = Look(mentions=lambda text: "дезертир" in text.lower(), publishers=Publishers([factory.source()]))
VALIDATORS = {"etag": 'W/"2"', "last-modified": "Sun, 01 Mar 2026 08:00:00 GMT"}
HEALTHY = factory.state(
    etag='W/"1"', last_modified="Sat", asked_at=later(days=-1), answered_at=later(days=-1), status=200
)


def rss(*dates: datetime | None, links: tuple[str, ...] = ()) -> bytes:
    """A feed with one item for each date; ``None``: an item without one."""
    items = "".join(
        f"<item><title>T{n}</title><link>{links[n] if links else f'https://blatt.example/{n}'}</link>"
        + (f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" if date else "")
        + "</item>"
        for n, date in enumerate(dates)
    )
    return f'<rss version="2.0"><channel><title>B</title>{items}</channel></rss>'.encode()


def told(
    body: bytes = b"", status: int = 200, headers: Mapping[str, str] = VALIDATORS, *, state: ChannelState = HEALTHY,
    channel: Channel | None = None, oldest: datetime | None = OLDEST, now: datetime = NOW,
) -> Learned:  # fmt: skip
    channel = channel or factory.channel()
    visit = Visit(channel=channel, state=state, oldest=oldest)
    return learn(visit, Answer(url=channel.url, status=status, headers=headers, body=body), LOOK, now)


def names(learned: Learned) -> list[str]:
    return [issue.what for issue in learned.issues]


# -- a good answer


def test_a_good_answer_is_remembered_with_its_validators() -> None:
    learned = told(rss(later(hours=-1), later(hours=-5)))
    assert learned.state == replace(
        HEALTHY,
        etag=VALIDATORS["etag"],
        last_modified=VALIDATORS["last-modified"],
        asked_at=NOW,
        answered_at=NOW,
        entries=2,
        newest_entry_at=later(hours=-1),
        idle_visits=1,
        good_at=NOW,
    )
    assert learned.issues == ()


def test_a_good_answer_without_validators_forgets_the_old_ones() -> None:
    learned = told(rss(NOW), headers={})
    assert (learned.state.etag, learned.state.last_modified) == ("", "")


def test_a_candidate_carries_what_the_channel_said_and_when() -> None:
    [one] = told(rss(later(hours=-1))).candidates
    assert one == factory.candidate(
        "https://blatt.example/0",
        offer=factory.offer(title="T0", summary="", published_at=later(hours=-1), oldest=OLDEST),
    )


def test_links_older_than_asked_for_are_left_out_and_undated_ones_are_taken() -> None:
    learned = told(rss(OLDEST, OLDEST - timedelta(seconds=1), None, later(days=-100)))
    assert [one.url[-1] for one in learned.candidates] == ["0", "2"]
    assert learned.state.entries == 4
    assert len(told(rss(OLDEST, later(days=-100)), oldest=None).candidates) == 2


def test_one_page_under_two_addresses_is_one_candidate() -> None:
    forms = ("https://blatt.example/a", "http://www.blatt.example/a/?utm_source=rss")
    assert [one.url for one in told(rss(NOW, NOW, links=forms)).candidates] == [forms[0]]


def test_a_date_in_the_future_is_not_believed_but_its_link_is_taken() -> None:
    learned = told(rss(later(days=400), later(hours=20)))
    assert [one.offer.published_at for one in learned.candidates] == [None, later(hours=20)]


def test_the_newest_entry_ever_seen_is_remembered() -> None:
    known = replace(HEALTHY, newest_entry_at=later(hours=-1))
    assert told(rss(later(days=-3)), state=known).state.newest_entry_at == later(hours=-1)


# -- unchanged


@pytest.mark.parametrize("trouble", ["damaged-feed", "no-entries", "blocked", "html-instead-of-feed"])
def test_a_304_never_turns_a_failing_channel_green(trouble: str) -> None:
    ill = replace(HEALTHY, trouble=trouble, trouble_since=later(days=-3))
    learned = told(status=304, state=ill)
    assert learned.state == replace(ill, asked_at=NOW, answered_at=NOW, status=304)
    assert names(learned) == [trouble]
    assert "304" in learned.issues[0].detail


def test_a_304_of_a_healthy_channel_keeps_everything_and_says_nothing() -> None:
    learned = told(status=304)
    assert learned.state == replace(
        HEALTHY, asked_at=NOW, answered_at=NOW, status=304, idle_visits=1, good_at=NOW, due_at=None
    )
    assert (learned.issues, learned.candidates) == ((), ())


# -- stale


def test_a_feed_without_a_new_entry_for_a_month_is_named() -> None:
    assert names(told(rss(NOW - STALE_AFTER))) == []
    learned = told(rss(NOW - STALE_AFTER - timedelta(seconds=1)))
    assert names(learned) == ["stale-feed"]
    assert "2026-01-30" in learned.issues[0].detail
    assert (learned.state.trouble, learned.state.trouble_since) == ("stale-feed", NOW)
    assert learned.state.etag == VALIDATORS["etag"]


def test_a_feed_goes_stale_also_while_it_answers_304_and_recovers_with_a_new_entry() -> None:
    fresh = told(rss(later(days=-1))).state
    month = told(status=304, state=fresh, now=later(days=31))
    assert names(month) == ["stale-feed"]
    still = told(status=304, state=month.state, now=later(days=33))
    assert names(still) == ["stale-feed"]
    assert still.state.trouble_since == later(days=31)
    well = told(rss(later(days=34)), state=still.state, now=later(days=34))
    assert (names(well), well.state.trouble, well.state.trouble_since) == ([], "", None)


def test_a_feed_that_never_dates_its_entries_is_not_called_stale() -> None:
    assert names(told(rss(None, None))) == []


# -- bad answers


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (401, "blocked"), (403, "blocked"), (451, "blocked"), (429, "asked-to-wait"), (404, "gone"), (410, "gone"),
        (500, "host-error"), (503, "host-error"), (599, "host-error"), (400, "http-error"), (418, "http-error"),
        (302, "http-error"), (204, "http-error"),
    ],
)  # fmt: skip
def test_each_status_has_its_issue(status: int, what: str) -> None:
    learned = told(rss(NOW), status=status)
    [issue] = learned.issues
    assert (issue.what, issue.level, issue.source, issue.channel) == (what, Level.WARNING, "de/blatt", FEED)
    assert str(status) in issue.detail
    assert learned.candidates == ()
    assert learned.state.answered_at == HEALTHY.answered_at
    assert learned.state.status == status


BAD = [
    (200, b"<html><body>Moved</body></html>", "html-instead-of-feed"),
    (200, b"", "empty-body"),
    (200, b"nothing", "not-a-feed"),
    (503, b"", "host-error"),
    (404, b"", "gone"),
]


@pytest.mark.parametrize(("status", "body", "what"), BAD)
def test_validators_are_forgotten_when_the_answer_was_bad(status: int, body: bytes, what: str) -> None:
    learned = told(body, status)
    assert (learned.state.etag, learned.state.last_modified) == ("", "")
    assert (names(learned), learned.state.trouble, learned.state.trouble_since) == ([what], what, NOW)


def test_a_trouble_keeps_its_beginning_until_it_is_another() -> None:
    first = told(status=404).state
    second = told(status=404, state=first, now=later(days=1)).state
    third = told(status=503, state=second, now=later(days=2)).state
    assert [one.trouble_since for one in (first, second, third)] == [NOW, NOW, later(days=2)]
    assert told(rss(later(days=3)), state=third, now=later(days=3)).state.trouble == ""


def test_a_damaged_feed_gives_its_links_and_is_named() -> None:
    learned = told(rss(NOW, NOW).removesuffix(b"</channel></rss>") + b"<item><title>cut")
    assert len(learned.candidates) == 2
    assert names(learned) == ["damaged-feed"]
    assert learned.state.trouble == "damaged-feed"


def test_a_feed_that_lists_nothing_is_named() -> None:
    assert names(told(rss())) == ["no-entries"]


# -- sitemaps

MAP = factory.channel(kind=ChannelKind.SITEMAP, url="https://blatt.example/index.xml", skip=("/video/",), min_bytes=10)


def index(*dates: str) -> bytes:
    items = "".join(
        f"<sitemap><loc>https://blatt.example/{n}.xml</loc>{date and f'<lastmod>{date}</lastmod>'}</sitemap>"
        for n, date in enumerate(dates)
    )
    return f"<sitemapindex>{items}</sitemapindex>".encode()


def test_an_index_leads_to_its_young_and_undated_children_newest_first() -> None:
    learned = told(index("2026-02-27", "2026-03-01", "2020-01-01", ""), channel=MAP)
    assert [child.url[-5:] for child in learned.children] == ["3.xml", "1.xml", "0.xml"]
    assert {replace(child, url="") for child in learned.children} == {replace(MAP, url="")}
    assert (learned.candidates, names(learned), learned.state.entries) == ((), [], 4)


def test_a_feeds_sitemap_child_is_asked_as_a_sitemap() -> None:
    robots = told(b"Sitemap: https://blatt.example/a.xml", channel=replace(MAP, url="https://blatt.example/robots.txt"))
    assert [(child.url, child.kind) for child in robots.children] == [
        ("https://blatt.example/a.xml", ChannelKind.SITEMAP)
    ]


def test_an_index_with_too_many_children_gives_the_newest_and_says_so() -> None:
    learned = told(index(*["2026-03-01"] * (MAX_CHILDREN + 1)), channel=MAP)
    assert len(learned.children) == MAX_CHILDREN
    assert names(learned) == ["too-many-links"]
    assert learned.state.trouble == ""


def test_a_sitemap_with_too_many_links_loses_none_and_says_that_some_must_wait() -> None:
    body = "\n".join(f"https://blatt.example/{n}" for n in range(MAX_LINKS + 1)).encode()
    learned = told(body, channel=MAP)
    assert len(learned.candidates) == MAX_LINKS + 1
    assert names(learned) == ["too-many-links"]


# -- laws

answers = st.sampled_from(
    [(304, b""), *((status, body) for status, body, _ in BAD), (200, rss(NOW)), (200, rss(later(days=-99)))]
)


@given(st.lists(answers, max_size=8))
def test_after_any_answers_a_channel_with_trouble_says_so_and_one_without_is_silent(
    given_answers: list[tuple[int, bytes]],
) -> None:
    state = factory.state()
    for day, (status, body) in enumerate(given_answers):
        learned = told(body, status, state=state, now=later(days=day))
        assert (learned.state.trouble != "") == bool(learned.issues)
        assert (learned.state.trouble == "") == (learned.state.trouble_since is None)
        assert status != 304 or state.trouble in ("", learned.state.trouble)
        assert status in (200, 304) or learned.state.etag == ""
        state = learned.state
