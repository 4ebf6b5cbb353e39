"""The page of sources says who is blind and since when; the page of a period says what the command says."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from db.model import ChannelKind, ChannelState, Counts, Gap, Health, Recall, Source, SourceDay, SourceKind, Trouble
from db.queries import silence as silences
from db.store import Store
from db.web import front, names, silence, watch
from scheduler import silence as command
from tests import factory
from tests.db.web_browser import Visitor

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
WORDS = "the host refuses us (401, 403 or 451), for 6 days; last good on 2026-11-20"
SOURCES = (
    factory.source("kz/sary", name="Sary <Arka>", country="kz", languages=("kk", "ru"), channels=()),
    factory.source("fi/lehti", name="Lehti", country="fi", languages=("fi",), channels=(), kind=SourceKind.WIRE),
    factory.source("ru/half", name="Half blind", country="ru", languages=("ru",), channels=()),
    factory.source("de/neu", name="Neu", country="de", languages=("de",), channels=()),
    factory.source("de/aus", name="Aus", languages=("de",), channels=(), enabled=False, reason="its terms forbid it"),
)
STATES = (
    ("kz/sary", "feed", Health.BLOCKED, "blocked", 6, WORDS),
    ("fi/lehti", "feed", Health.FRESH, "", 0, "4 new entries at the last visit"),
    ("ru/half", "feed", Health.QUIET, "", 0, "nothing new at the last visit, which is usual for it"),
    ("ru/half", "sitemap", Health.STALE, "stale-feed", 0, "nothing new for 61 days"),
    ("de/neu", "feed", Health.NEW, "", 0, ""),
    ("de/aus", "feed", Health.OFF, "", 0, "its terms forbid it"),
)


def state(each: tuple[str, str, Health, str, int, str]) -> ChannelState:
    """A channel that is in trouble for some days, or that answered now."""
    source, kind, health, trouble, days, told = each
    asked = None if health in {Health.NEW, Health.OFF} else NOW
    good = asked - timedelta(days=days) if asked else None
    return ChannelState(
        url=f"https://{source.replace('/', '-')}.example/{kind}", source=source, kind=ChannelKind(kind), health=health,
        health_since=good or NOW, good_at=good, told=told, trouble=trouble, asked_at=asked, answered_at=good,
        trouble_since=good if trouble else None, status=403 if trouble == "blocked" else 200 if asked else 0,
    )  # fmt: skip


def fill(path: Path) -> None:
    """Five sources, three days of one of them, a gap that healed, a silent language, and two months of recall."""
    states = [state(each) for each in STATES]
    gap = Gap(
        source="fi/lehti", channel=states[1].url, why="timed-out", since=NOW - timedelta(days=9),
        until=NOW - timedelta(days=7), recovered=12, pages=3, lost="its feed goes back no further than yesterday",
    )  # fmt: skip
    days = [
        SourceDay(source="kz/sary", day=TODAY - timedelta(days=30), visits=1, candidates=99, reports=9),
        SourceDay(source="kz/sary", day=TODAY - timedelta(days=10), visits=1, answers=1, candidates=20, reports=2),
        SourceDay(source="kz/sary", day=TODAY - timedelta(days=9), visits=1, answers=1, candidates=10, reports=1),
        SourceDay(source="kz/sary", day=TODAY, visits=1, trouble="blocked"),
    ]
    recall = Recall(
        language="ru", month="2026-09", method="chapman", held=80, total=100.0, total_low=90.0, total_high=160.0,
        at_least=85.0, assumption="the two ways find reports independently of each other",
    )  # fmt: skip
    unknown = Recall(
        language="ru", month="2026-10", method="not enough data", held=4, total=None, total_low=None, total_high=None,
        at_least=None, assumption="",
    )  # fmt: skip
    with Store(path, holder="tests") as store:
        store.know_sources(SOURCES)
        store.begin_run("crawl", NOW - timedelta(minutes=9), "terms-1")
        store.settle_channel(replace(factory.haul([each for each in states if each.asked_at]), gaps=(gap,)), NOW)
        store.know_channels([each for each in states if not each.asked_at])
        store.keep_days(days)
        store.keep_recall([recall, unknown, replace(unknown, language="kk")], NOW)
        blind = Trouble(scope="language", name="kk", what="blind", detail="none", since=NOW)
        odd = Trouble(scope="source", name="fi/lehti", what="layout", detail="half of its texts are gone", since=NOW)
        store.keep_troubles([blind, odd], NOW)
        store.finish_run("done", Counts(sources=4, channels=5, answered=3), NOW)
        store.save(replace(factory.analysis(), source=SOURCES[3]), page="p", report="r")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("watch") / "d.db"
    fill(found)
    return found


@pytest.fixture(scope="module")
def visitor(path: Path) -> Iterator[Visitor]:
    with Visitor(path, path.parent) as opened:
        yield opened


def text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def row(page: str, name: str) -> str:
    found: list[str] = [each for each in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f"<bdi>{name}</bdi>" in each]
    assert len(found) == 1
    return found[0]


def test_sources_in_trouble_come_first_with_what_since_when_and_the_last_good_day(visitor: Visitor) -> None:
    page = visitor.page("/sources")
    order = [page.index(f'id="{group}"') for group in ("trouble", "well", "new", "off") if f'id="{group}"' in page]
    assert len(order) == 3  # fi/lehti answers, but half of its texts are gone: nobody is well
    assert order == sorted(order)
    blocked = row(page, "Sary &lt;Arka&gt;")
    assert WORDS in unescape(blocked)
    assert text(blocked).count(names.day(str(TODAY - timedelta(days=6)))) == 2  # since, and last good
    assert "Kazakhstan Kazakh Russian newspaper" in text(blocked)
    assert 'href="/search?q=source%3Akz/sary"' in blocked
    assert "sitemap: nothing new for 61 days" in text(row(page, "Half blind"))
    assert "half of its texts are gone" in text(row(page, "Lehti"))
    assert "its terms forbid it" in text(page[page.index('id="off"') :])
    assert page.index('id="new"') < page.index("<bdi>Neu</bdi>") < page.index('id="off"')


def test_one_line_says_how_the_watch_is_and_the_front_page_says_the_same(visitor: Visitor) -> None:
    assert "2 of 3 sources answered in the last 24 hours; 3 in trouble ; 1 silent language : Kazakh." in text(
        visitor.page("/sources")
    )
    same = visitor._runner.run(front.front(visitor.site.database))
    assert (same.well, same.asked, same.silent) == (2, 3, ("kk",))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("country=kz", {"Sary <Arka>"}), ("health=stale", {"Half blind"}), ("health=new", {"Neu"}),
        ("kind=wire", {"Lehti"}), ("health=trouble", {"Sary <Arka>", "Half blind", "Lehti"}),
        ("country=kz&kind=wire", set()), ("country=%22%3E%3Cb%3E", set()), ("country=de", {"Neu", "Aus"}),
    ],
)  # fmt: skip
def test_sources_are_chosen_by_country_health_and_kind(visitor: Visitor, asked: str, shown: set[str]) -> None:
    page = visitor.page(f"/sources?{asked}")
    listed = unescape(page[: page.index('id="recall"')])
    assert {source.name for source in SOURCES if f"<bdi>{source.name}</bdi>" in listed} == shown
    assert ("No source is like that" in page) == (not shown)
    assert '"><b>' not in page


def test_four_weeks_are_drawn_day_by_day_and_trouble_has_a_shape_of_its_own(visitor: Visitor) -> None:
    found = visitor._runner.run(watch.watch(visitor.site.database, NOW))
    sary = next(one for one in found.sources if one.id == "kz/sary")
    assert (sary.offered, sary.reports) == (30, 3)  # what is older than four weeks does not count
    assert sary.spark.told == "30 links in 28 days, asked on 3, in trouble on 1"
    assert sary.spark.bars == "M68 18v-17h3v17zM72 18v-8.5h3v8.5zM108 18v-0.6h3v0.6z"
    assert sary.spark.troubles == "M107.5 25l2-5 2 5z"
    drawn = row(visitor.page("/sources"), "Sary &lt;Arka&gt;")
    now = visitor._runner.run(watch.watch(visitor.site.database, datetime.now(UTC)))  # the day may have ended since
    shown = next(one for one in now.sources if one.id == "kz/sary").spark
    assert shown.bars in drawn
    assert f'aria-label="{shown.told}"' in drawn
    assert "source%3Akz/sary%20after%3A28d" in drawn


def test_recall_is_told_with_its_interval_and_method_or_as_unknown(visitor: Visitor) -> None:
    page = visitor.page("/sources")
    told = text(page[page.index('id="recall"') : page.index('id="gaps"')])
    assert "80 % (50 to 89 %) · September 2026 · 80 reports held of about 100" in told
    assert "chapman; assumes that the two ways find reports independently of each other" in told
    assert "October 2026 has not enough data (4 held)" in told
    assert "Kazakh October 2026: not enough data (4 reports held)" in told
    assert re.search(r'class="range-bar" x="50.0" y="1" width="38.9"', page)


def test_gaps_say_what_came_back_and_what_is_lost(visitor: Visitor) -> None:
    page = visitor.page("/sources")
    told = text(page[page.index('id="gaps"') :])
    assert "12 links recovered from 3 older pages; lost: its feed goes back no further than yesterday" in told
    assert "3 of 5 channels answered" in told
    for table in ("runs", "issues", "gaps", "recall", "troubles"):
        assert f'href="/deserters/{table}"' in page


def test_before_the_first_crawl_the_page_says_what_to_do(tmp_path: Path) -> None:
    with Store(tmp_path / "empty.db", holder="tests"):
        pass
    with Visitor(tmp_path / "empty.db", tmp_path) as visitor:
        assert "Nothing is watched yet: no crawl has run." in text(visitor.page("/sources"))
        assert "Nothing was watched then." in text(visitor.page("/silence"))


def test_a_trouble_that_was_not_judged_yet_is_a_trouble() -> None:
    row = {"kind": "feed", "health": "new", "health_since": None, "good_at": None, "told": "", "trouble": "http-error",
           "trouble_since": "2026-11-01T00:00:00+00:00"}  # fmt: skip
    found = watch._channel(row)
    assert (found.is_blind, found.told, found.since) == (True, "http error", "2026-11-01T00:00:00+00:00")
    assert not watch._channel({**row, "trouble": "damaged-feed"}).is_blind


def test_the_page_of_a_period_says_what_the_command_says(visitor: Visitor, path: Path) -> None:
    first = TODAY - timedelta(days=4)
    page = visitor.page(f"/silence?from={first}&to={TODAY}")
    found = command.look(path, (first, TODAY), SOURCES)
    said = text(page)
    assert f"Deserters watched {len(found.sources)} sources; 0 of these were asked on every day" in said
    assert f"{found.held} report held, SHA-256 {found.snapshot}" in said
    assert "Terms terms-1" in said
    assert f"blocked on 1 day: {names.day(str(TODAY))} kz/sary" in said
    assert "not asked on 4 days" in said
    assert f"deserters silence --from {first} --to {TODAY}" in said


def test_a_language_or_a_source_narrows_the_period(visitor: Visitor) -> None:
    ours = text(visitor.page(f"/silence?from={TODAY}&to={TODAY}&language=ru"))
    assert f"On {names.day(str(TODAY))} (UTC) Deserters watched 2 sources in Russian; 1 of these was asked" in ours
    one = text(visitor.page(f"/silence?from={TODAY}&to={TODAY}&source=ru/half"))
    assert "Deserters watched ru/half; it was asked on every day without trouble" in one
    assert "Nowhere: every source was asked on every day, and answered." in one


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("from=2026-03-31&to=2026-03-01", "The period ends on 1 March 2026, before it begins on 31 March 2026."),
        ("from=yesterday", "“yesterday” is no day; write it as 2026-03-31."),
        ("from=2026-02-30", "“2026-02-30” is no day"), ("to=<b>", "“<b>” is no day"),
        ("to=2999-01-01", "1 January 2999 lies in the future; the last day can be today"),
        ("from=2020-01-01", "The period has over 400 days"), ("source=xx/nobody", "No source “xx/nobody” is on the"),
        ("language=sv", "No source that was asked for publishes in “Swedish”."),
        ("language=fi&source=ru/half", "publishes in “Finnish”"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_explained(visitor: Visitor, asked: str, told: str) -> None:
    page = visitor.page(f"/silence?{asked}")
    assert told in text(page.replace("&lt;", "").replace("&gt;", "")).replace("“b”", "“<b>”")
    assert "To cite" not in page
    assert "<b>" not in page


def test_a_period_may_be_asked_for_without_days(visitor: Visitor) -> None:
    asked = silence.read({}, date(2026, 11, 28), SOURCES)
    assert (asked.since, asked.until, asked.troubles) == (date(2026, 10, 30), date(2026, 11, 28), ())
    assert silence.read({"to": "0001-01-03"}, TODAY, ()).since == date(1, 1, 1)
    today = datetime.now(UTC).date()  # the day may have ended since the tests began
    assert f"From {names.day(str(today - timedelta(days=29)))} to" in text(visitor.page("/silence"))


def test_the_watch_list_is_known_as_the_last_crawl_wrote_it(path: Path) -> None:
    known = {one.id: one for one in silences.known_sources(path)}
    wanted = {one.id: replace(one, homepage=known[one.id].homepage) for one in SOURCES}
    assert known == wanted


def test_a_day_is_the_same_day_wherever_this_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        for zone in ("Asia/Tokyo", "America/Los_Angeles"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            assert names.day("2026-03-01") == "1 March 2026"
            assert names.span("2026-03-01", "2026-03-31") == "March 2026"
            assert names.moment("2026-03-01T01:30:00+03:00") == "28 Feb 2026, 22:30 UTC"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_sources_that_no_channel_speaks_for_are_not_asked_yet() -> None:
    row = {"id": "a/b", "name": "B", "country": "de", "languages": '["de"]', "kind": "", "enabled": 1, "reason": ""}
    found = watch._watched(row, [], [], None, TODAY)
    assert (found.group, found.since, found.good_at, found.spark.told) == (
        "new", "", "", "0 links in 28 days, asked on 0",
    )  # fmt: skip


def test_a_source_of_the_model_is_what_the_page_of_a_period_looks_for() -> None:
    chosen = silences.chosen(SOURCES, "ru", "")
    assert [one.id for one in chosen] == ["kz/sary", "ru/half"]
    assert all(isinstance(one, Source) for one in chosen)
