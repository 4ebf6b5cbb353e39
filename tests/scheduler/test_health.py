"""A channel's health, a source's expectations, what is blind: judged by their own history."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from db.model import ChannelState, Health, Sample, SourceDay
from db.queries.history import Visited
from scheduler.health import expectations, states
from scheduler.health.days import days_of
from tests import factory
from tests.factory import NOW, later

GOOD = factory.state(asked_at=NOW, answered_at=NOW, good_at=NOW, status=200, entries=20)
RHYTHM = states.Rhythm(usual=timedelta(days=1), longest=timedelta(days=3), last_new=later(days=-1))
START = date(2026, 1, 5)


def health(state: ChannelState, known: states.Rhythm = RHYTHM, why_off: str = "") -> tuple[Health, str]:
    judged = states.judged(state, known, why_off, NOW)
    return judged.health, judged.told


# -- states


@pytest.mark.parametrize(
    ("trouble", "wanted"),
    [
        ("blocked", Health.BLOCKED), ("bot-wall", Health.BLOCKED), ("asked-to-wait", Health.BLOCKED),
        ("no-preview", Health.BLOCKED), ("gone", Health.MOVED), ("not-a-feed", Health.BROKEN),
        ("html-instead-of-feed", Health.BROKEN), ("empty-body", Health.EMPTY), ("no-entries", Health.EMPTY),
        ("timed-out", Health.UNREACHABLE), ("unknown-host", Health.UNREACHABLE), ("host-error", Health.UNREACHABLE),
    ],
)  # fmt: skip
def test_every_trouble_has_its_state_and_plain_words(trouble: str, wanted: Health) -> None:
    ill = replace(GOOD, trouble=trouble, trouble_since=later(days=-3), good_at=later(days=-4))
    found, told = health(ill)
    assert found is wanted
    assert "for 3 days; last good on 2026-02-25" in told
    assert trouble not in told or trouble == "moved"


def test_new_entries_are_fresh_and_none_is_quiet_until_the_rhythm_is_over() -> None:
    assert health(replace(GOOD, new_entries=4)) == (Health.FRESH, "4 new entries at the last visit")
    assert health(GOOD)[0] is Health.QUIET
    silent = replace(RHYTHM, last_new=later(days=-4))
    found, told = health(GOOD, silent)
    assert found is Health.STALE
    assert told == "nothing new for 4 days; usually something comes every 24 hours"


def test_a_304_with_new_entries_of_before_is_not_fresh() -> None:
    assert health(replace(GOOD, new_entries=4, status=304))[0] is Health.QUIET


def test_what_is_off_says_why_and_what_was_never_asked_is_new() -> None:
    assert health(GOOD, why_off="robots.txt forbids it") == (Health.OFF, "robots.txt forbids it")
    assert health(factory.state())[0] is Health.NEW


def test_a_state_keeps_its_beginning_while_it_lasts() -> None:
    known = replace(GOOD, health=Health.QUIET, health_since=later(days=-2))
    assert states.judged(known, RHYTHM, "", NOW).health_since == later(days=-2)
    assert states.judged(replace(known, new_entries=1), RHYTHM, "", NOW).health_since == NOW


def visited(day: int, new: int, **changes: object) -> Visited:
    told = Visited(
        channel="c", source="de/blatt", at=later(days=day), status=200, trouble="", entries=20, new_entries=new
    )
    return replace(told, **changes)  # type: ignore[arg-type]  # the names are Visited's


def test_the_rhythm_is_the_channels_own() -> None:
    weekly = states.rhythm([visited(day, int(day % 7 == 0)) for day in range(-60, 0)], None)
    assert weekly.usual == timedelta(days=7)
    assert timedelta(days=10) < weekly.longest < timedelta(days=14)
    daily = states.rhythm([visited(day, 3) for day in range(-60, 0)], later(days=-1))
    assert timedelta(hours=49) <= daily.longest < timedelta(days=3)
    assert states.rhythm([visited(-2, 1), visited(-1, 1)], None).longest == timedelta(days=30)


# -- days


def test_a_day_sums_what_a_sources_channels_gave() -> None:
    visits = [
        visited(0, 3),
        visited(0, 0, channel="d", trouble="blocked", status=403),
        visited(0, 2, source="fr/feuille"),
    ]
    sample = Sample(source="de/blatt", page="p", at=NOW, characters=900, dated=True, authored=False)
    ours, theirs = days_of(
        visits, {}, {"de/blatt": [sample, replace(sample, page="q", characters=500, dated=False)]}, NOW.date()
    )
    assert (ours.visits, ours.answers, ours.candidates, ours.trouble) == (2, 1, 3, "blocked")
    assert (ours.samples, ours.characters, ours.dated, ours.authored) == (2, 700, 0.5, 0)
    assert (theirs.source, theirs.candidates, theirs.characters) == ("fr/feuille", 2, None)


# -- expectations, on simulated histories

WEEK = np.array([1.15, 1.2, 1.15, 1.1, 1.1, 0.7, 0.6])


def history(random: np.random.Generator, rate: float, days: int, *, stop: int = 9999) -> list[SourceDay]:
    """Days of a source whose links come by chance, with a weekly rhythm; none from the day ``stop`` on."""
    counts = [0 if day >= stop else int(random.poisson(rate * WEEK[day % 7] / WEEK.mean())) for day in range(days)]
    return [
        SourceDay(source="a", day=START + timedelta(days=day), visits=1, answers=1, candidates=count)
        for day, count in enumerate(counts)
    ]


def regular(every: int, days: int, *, stop: int) -> list[SourceDay]:
    """Days of a source that brings one link every ``every`` days, like clockwork."""
    counts = [int(day % every == 0 and day < stop) for day in range(days)]
    return [
        SourceDay(source="a", day=START + timedelta(days=day), visits=1, answers=1, candidates=count)
        for day, count in enumerate(counts)
    ]


def noticed(days: list[SourceDay], stop: int) -> int:
    """After how many days a stop is noticed."""
    return next(number - stop + 1 for number in range(stop, len(days)) if expectations.volume(days[: number + 1]))


def test_at_most_one_source_day_in_two_hundred_is_a_false_alarm() -> None:
    random = np.random.default_rng(7)
    alarms, total = 0, 0
    for rate in (0.3, 1, 3, 8, 25, 100):
        for _ in range(8):
            days = history(random, rate, 80)
            alarms += sum(expectations.volume(days[: number + 1]) is not None for number in range(30, 80))
            total += 50
    assert total == 2400
    assert alarms / total <= 1 / 200


@pytest.mark.parametrize("rate", [6, 10, 30, 100])
def test_a_stop_of_a_daily_source_is_noticed_within_two_days(rate: float) -> None:
    random = np.random.default_rng(3)
    delays = [noticed(history(random, rate, 80, stop=50), 50) for _ in range(20)]
    assert max(delays) <= 2


@pytest.mark.parametrize("every", [1, 2, 3, 7])
def test_a_stop_of_a_regular_source_is_noticed_within_two_of_its_intervals(every: int) -> None:
    stop = max(12 * every, 20 // every * every)
    last = stop - every
    assert noticed(regular(every, stop + 5 * every, stop=stop), stop) + stop - 1 - last <= 2 * every


def test_a_jump_is_noticed_and_a_flood_after_a_pause_is_none() -> None:
    days = history(np.random.default_rng(1), 10, 40)
    flood = replace(days[-1], candidates=90)
    found = expectations.volume([*days[:-1], flood])
    assert found
    assert found.what == "volume-jump"
    assert found.detail.startswith("90 links today, where ")
    assert expectations.volume([*days[:-4], flood]) is None


def test_reports_that_stop_coming_are_noticed_although_links_go_on() -> None:
    days = [replace(day, reports=day.candidates // 4) for day in history(np.random.default_rng(4), 40, 40)]
    assert expectations.reports(days) is None
    blind = [*days[:-2], replace(days[-2], reports=0), replace(days[-1], reports=0)]
    found = expectations.reports(blind)
    assert found
    assert found.what == "report-drop"
    assert expectations.volume(blind) is None
    assert expectations.reports([replace(day, reports=0) for day in days]) is None


def test_nothing_is_expected_of_a_source_that_is_new() -> None:
    assert expectations.volume(history(np.random.default_rng(1), 10, 12, stop=10)) is None


def samples(
    random: np.random.Generator, days: int, *, change: int = 9999, shrink: float = 1.0, dated: float = 0.95
) -> list[Sample]:
    """Eight pages a day of lengths that vary as real ones do; from the day ``change`` on shorter, and seldom dated."""
    made = []
    for day in range(days):
        for number in range(8):
            length = random.lognormal(8, 0.5) * (shrink if day >= change else 1.0)
            has_date = random.random() < (dated if day >= change else 0.95)
            at = NOW + timedelta(days=day, minutes=number)
            made.append(
                Sample(source="a", page=f"{day}-{number}", at=at, characters=int(length), dated=has_date, authored=True)
            )
    return made


def test_a_loss_of_two_fifths_of_the_text_is_noticed_within_three_days() -> None:
    random = np.random.default_rng(11)
    found = [expectations.layout(samples(random, 28, change=25, shrink=0.6)) for _ in range(20)]
    assert sum(any(one.what == "shorter-bodies" for one in each) for each in found) >= 17
    first = next(one for each in found for one in each if one.what == "shorter-bodies")
    assert "shorter" in first.detail
    assert abs((first.since - (NOW + timedelta(days=25)).date()).days) <= 1


def test_dates_that_are_gone_are_noticed_within_three_days() -> None:
    random = np.random.default_rng(12)
    found = [expectations.layout(samples(random, 28, change=25, dated=0.2)) for _ in range(20)]
    assert all([one.what for one in each] == ["fewer-dates"] for each in found)


def test_pages_that_vary_as_ever_raise_at_most_one_alarm_in_two_hundred_source_days() -> None:
    random = np.random.default_rng(13)
    judged = [expectations.layout(samples(random, days)) for days in range(20, 29) for _ in range(60)]
    assert sum(map(bool, judged)) / len(judged) <= 1 / 200
