"""How often a channel is asked, and what a visit does when something may have slipped through."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.discovery import Listing, feeds
from crawler.spiders import pace
from crawler.spiders.channels import learn, trouble
from crawler.spiders.visit import Answer, Learned, Visit
from db.model import ChannelKind, ChannelState
from tests import factory
from tests.crawler.test_channels import HEALTHY, LOOK, rss, told
from tests.factory import NOW, later

YESTERDAY = replace(HEALTHY, entries=20, newest_entry_at=later(days=-1), good_at=later(days=-1))


def paced(state: ChannelState, *, new: int = 0, overflowed: bool = False, **headers: str) -> ChannelState:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    state = replace(state, new_entries=new, asked_at=NOW)
    return pace.after_answer(state, Listing(), told, later(days=-1), overflowed=overflowed)


# -- pace


def test_a_channel_that_brings_little_is_asked_less_often_and_daily_again_when_it_brings_something() -> None:
    state = YESTERDAY
    for _ in range(12):
        state = paced(state)
    assert state.pace_hours == pace.SLOWEST
    assert not pace.is_due(replace(state, asked_at=NOW), later(days=3))
    assert pace.is_due(replace(state, asked_at=NOW), later(days=4))
    assert paced(state, new=1).pace_hours == pace.DAILY


def test_a_channel_that_overflows_is_asked_twice_as_often_and_calms_down_slowly() -> None:
    hot = paced(paced(YESTERDAY, new=20, overflowed=True), new=20, overflowed=True)
    assert hot.pace_hours == 6
    assert pace.is_due(replace(hot, asked_at=NOW), later(hours=6), rounds=True)
    assert not pace.is_due(replace(hot, asked_at=NOW), later(hours=3), rounds=True)
    assert paced(hot, new=10).pace_hours == 6
    assert paced(hot, new=2).pace_hours == 9


def test_the_rounds_leave_daily_channels_alone_and_a_crawl_does_not() -> None:
    assert not pace.is_due(YESTERDAY, NOW, rounds=True)
    assert not pace.is_due(None, NOW, rounds=True)
    assert pace.is_due(YESTERDAY, NOW)
    assert pace.is_due(None, NOW)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=3600", 3240), ('public, max-age="600"', 540), ("no-cache, max-age=3600", 0), ("s-maxage=3600", 0),
        ("max-age=99999999", 77760),
    ],
)  # fmt: skip
def test_cache_control_is_honoured_up_to_a_day(header: str, seconds: int) -> None:
    due = paced(YESTERDAY, new=1, cache_control=header).due_at
    assert due == (NOW + timedelta(seconds=seconds) if seconds else None)


def test_ttl_and_closed_hours_of_a_feed_are_honoured() -> None:
    body = rss(NOW).replace(b"<item>", b"<ttl>120</ttl><skipHours><hour>9</hour><hour>10</hour></skipHours><item>", 1)
    found = feeds.read(body, "https://blatt.example/feed")
    assert (found.ttl_seconds, found.closed_hours) == (7200, frozenset({9, 10}))
    state = replace(
        pace.after_answer(replace(YESTERDAY, asked_at=NOW), found, {}, None, overflowed=False), asked_at=NOW
    )
    nine = NOW.replace(hour=9) + timedelta(days=1)
    assert not pace.is_due(state, NOW + timedelta(minutes=100))
    assert not pace.is_due(state, nine)
    assert pace.is_due(state, nine.replace(hour=11))
    assert pace.is_due(state, nine + timedelta(days=1)), "closed hours never close a channel for good"


def test_a_feed_that_closes_every_hour_is_not_believed() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24)).encode()
    body = rss(NOW).replace(b"<item>", b"<skipHours>" + hours + b"</skipHours><item>", 1)
    assert feeds.read(body, "https://blatt.example/feed").closed_hours == frozenset()


def test_the_syndication_modules_period_is_a_ttl() -> None:
    head = b'<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>'
    body = rss(NOW).replace(b'<rss version="2.0"><channel>', head)
    assert feeds.read(body, "https://blatt.example/feed").ttl_seconds == 1800


def test_visits_of_one_day_count_as_one_and_an_index_is_never_poor() -> None:
    state = replace(YESTERDAY, asked_at=NOW, new_entries=0)
    for _ in range(9):
        state = pace.after_answer(state, Listing(), {}, later(hours=-1), overflowed=False)
    assert (state.idle_visits, state.pace_hours) == (0, pace.DAILY)
    index = replace(YESTERDAY, kind=ChannelKind.SITEMAP)
    for _ in range(9):
        index = paced(index)
    assert index.pace_hours == pace.DAILY


# -- failures


def failing(state: ChannelState, what: str, times: int) -> ChannelState:
    for _ in range(times):
        state = trouble(Visit(channel=factory.channel(), state=state), what, "x", NOW).state
    return state


@pytest.mark.parametrize(
    ("what", "weight"), [("gone", 1), ("blocked", 1), ("host-error", 0.5), ("timed-out", 0.25), ("asked-to-wait", 0.25)]
)
def test_failures_are_weighed(what: str, weight: float) -> None:
    assert failing(HEALTHY, what, 2).failures == 2 * weight


def test_a_failing_channel_rests_with_growing_pauses_and_is_never_given_up() -> None:
    rests = [failing(HEALTHY, "gone", times).due_at for times in (1, 2, 3, 5, 8, 50)]
    days = [round((due - NOW).total_seconds() / 86400, 1) if due else 0 for due in rests]
    assert days == [0, 0, 1.8, 3.6, 6.3, 6.3]
    assert pace.is_due(replace(failing(HEALTHY, "gone", 50), asked_at=NOW), later(days=7))


def test_three_errors_stop_nothing_and_a_good_answer_forgets_them() -> None:
    ill = failing(HEALTHY, "timed-out", 3)
    assert pace.is_due(ill, later(days=1))
    assert told(rss(later(hours=-1)), state=ill).state.failures == 0
    assert told(status=304, state=ill).state.failures == 0.75, "a 304 forgives nothing"
    assert told(rss(), state=ill).state.failures == 1.25, "nor does an empty 200"


# -- overflow and gaps


def follow(learned: Learned, *bodies: bytes) -> Learned:
    for body in bodies:
        visit = replace(learned.visit, page=learned.visit.page + 1)
        learned = learn(visit, Answer(url=learned.more[0], status=200, headers={}, body=body), LOOK, NOW)
    return learned


def paged(body: bytes, following: str = "https://blatt.example/feed?p=2") -> bytes:
    link = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="next" href="{following}"/>'.encode()
    return body.replace(b"<item>", link + b"<item>", 1)


def test_an_overflow_is_an_issue_and_is_followed_to_older_pages() -> None:
    learned = told(paged(rss(later(hours=-1), later(hours=-5))), state=YESTERDAY)
    assert [issue.what for issue in learned.issues] == ["overflow"]
    assert "something may have slipped through" in learned.issues[0].detail
    assert learned.state.pace_hours == 12
    assert (learned.state.trouble, learned.state.failures) == ("", 0)
    assert learned.more == ("https://blatt.example/feed?p=2",)
    older = rss(later(hours=-9), later(hours=-30), links=("https://blatt.example/8", "https://blatt.example/9"))
    end = follow(learned, older)
    [gap] = end.gaps
    assert (gap.why, gap.since, gap.until) == ("overflow", later(days=-1), later(hours=-5))
    assert (gap.recovered, gap.pages, gap.lost) == (1, 1, "")
    assert end.more == ()


def test_what_older_pages_do_not_reach_is_said_to_be_lost() -> None:
    learned = told(rss(later(hours=-1), later(hours=-5)), state=YESTERDAY)
    [gap] = learned.gaps
    assert "does not go back to 2026-02-28" in gap.lost
    assert learned.lost == gap or learned.lost is not None


def test_an_ordinary_visit_asks_no_older_page() -> None:
    learned = told(paged(rss(later(hours=-1), later(hours=-30))), state=YESTERDAY)
    assert (learned.more, learned.issues, learned.gaps) == ((), (), ())


def test_wordpress_pages_are_counted_up() -> None:
    body = rss(NOW).replace(b"<item>", b"<generator>https://wordpress.org/?v=6.5</generator><item>", 1)
    assert feeds.read(body, "https://blatt.example/feed/").more == ("https://blatt.example/feed/?paged=2",)
    assert feeds.read(body, "https://blatt.example/feed/?paged=2").more == ("https://blatt.example/feed/?paged=3",)


def test_a_source_that_comes_back_is_asked_for_what_was_missed() -> None:
    ill = replace(
        YESTERDAY,
        trouble="blocked",
        trouble_since=later(days=-5),
        good_at=later(days=-6),
        newest_entry_at=later(days=-6),
        failures=5.0,
    )
    learned = told(paged(rss(later(hours=-1), later(days=-2))), state=ill, oldest=later(days=-3))
    assert (learned.state.trouble, learned.state.failures, learned.state.good_at) == ("", 0, NOW)
    assert learned.visit.oldest == later(days=-6)
    older = rss(later(days=-4), later(days=-7), links=("https://blatt.example/8", "https://blatt.example/9"))
    [gap] = follow(learned, older).gaps
    assert (gap.why, gap.since, gap.until, gap.recovered, gap.lost) == ("blocked", later(days=-6), NOW, 1, "")


def test_trouble_on_an_older_page_ends_the_visit_and_is_no_trouble_of_the_channel() -> None:
    learned = told(paged(rss(later(hours=-1), later(hours=-5))), state=YESTERDAY)
    visit = replace(learned.visit, page=2)
    end = learn(visit, Answer(url=learned.more[0], status=404, headers={}, body=b""), LOOK, NOW)
    assert (end.state.trouble, end.issues, end.more) == ("", (), ())
    assert "does not go back" in end.gaps[0].lost


def test_every_way_that_lists_a_page_is_a_sighting_with_its_place() -> None:
    learned = told(rss(later(hours=-1), later(days=-100), None))
    assert [(one.page, one.position, one.at) for one in learned.sightings] == [
        ("blatt.example/0", 1, NOW),
        ("blatt.example/2", 3, NOW),
    ]
    assert {one.channel for one in learned.sightings} == {factory.FEED}
