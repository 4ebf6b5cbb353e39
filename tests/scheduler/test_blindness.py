"""What is blind: sources by their channels, languages by their sources; and what the ways that sighted a report say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db.model import Channel, ChannelKind, ChannelState, Haul, Health, Issue, Level, Sighting, Source, Trouble
from db.queries import history, open_trouble_names
from db.store import Store
from scheduler import health
from scheduler.config import Config
from scheduler.health import blindness
from scheduler.health.blindness import Watched
from tests import factory
from tests.db.tables import opened
from tests.factory import NOW, later


def source(name: str, *languages: str, channels: int = 1) -> Source:
    urls = [f"https://{name}.example/{number}" for number in range(channels)]
    listed = tuple(Channel(source=f"zz/{name}", kind=ChannelKind.FEED, url=url) for url in urls)
    return factory.source(
        f"zz/{name}", homepage=f"https://{name}.example/", languages=languages or ("ru",), channels=listed
    )


def state(url: str, found: Health, failures: float = 0.0) -> ChannelState:
    name = url.split("//")[1].split(".", maxsplit=1)[0]
    return ChannelState(
        url=url, source=f"zz/{name}", kind=ChannelKind.FEED, health=found, health_since=later(days=-2),
        failures=failures, told="words",
    )  # fmt: skip


def seen(
    sources: list[Source], states: list[ChannelState], known: tuple[Trouble, ...] = (), *,
    issues: tuple[Issue, ...] = (), is_whole: bool = True,
) -> Mapping[tuple[str, str], Trouble]:  # fmt: skip
    told = Watched(
        sources=sources, states={one.url: one for one in states}, issues=issues, known=known, is_whole=is_whole, now=NOW
    )
    return {(one.scope, one.name): one for one in blindness.troubles(told)}


A, B, A2 = "https://a.example/0", "https://b.example/0", "https://a.example/1"


@pytest.mark.parametrize(
    ("found", "failures", "is_blind"),
    [
        (Health.BLOCKED, 1.0, True), (Health.EMPTY, 0.5, True), (Health.UNREACHABLE, 0.25, False),
        (Health.UNREACHABLE, 0.5, True), (Health.STALE, 0.0, True), (Health.QUIET, 0.0, False),
        (Health.FRESH, 0.0, False), (Health.NEW, 0.0, False), (Health.OFF, 5.0, False),
    ],
)  # fmt: skip
def test_a_source_is_blind_when_its_channel_is_and_that_weighs_enough(
    found: Health,
    failures: float,
    is_blind: bool,  # noqa: FBT001  # a case
) -> None:
    troubles = seen([source("a"), source("b")], [state(A, found, failures), state(B, Health.FRESH)])
    assert (("source", "zz/a") in troubles) is is_blind


def test_a_source_with_one_good_eye_is_not_blind() -> None:
    two = source("a", channels=2)
    assert not seen([two], [state(A, Health.BLOCKED, 3), state(A2, Health.QUIET)])
    assert seen([two], [state(A, Health.BLOCKED, 3), state(A2, Health.MOVED, 1)])[("source", "zz/a")].since == later(
        days=-2
    )


def test_a_trouble_lasts_until_something_is_well_again_however_light_the_failure() -> None:
    open_one = Trouble(scope="source", name="zz/a", what="stale", detail="x", since=later(days=-4))
    light = [state(A, Health.UNREACHABLE, 0.25), state(B, Health.FRESH)]
    assert ("source", "zz/a") not in seen([source("a"), source("b")], light)
    assert ("source", "zz/a") in seen([source("a"), source("b")], light, (open_one,))


def test_a_language_is_blind_when_all_its_sources_are() -> None:
    three = [source("a", "ka", "ru"), source("b", "ka"), source("c", "ru")]
    states = [state(A, Health.BLOCKED, 1), state(B, Health.MOVED, 1), state("https://c.example/0", Health.FRESH)]
    troubles = seen(three, states)
    assert ("language", "ka") in troubles
    assert "none of the 2 sources" in troubles[("language", "ka")].detail
    assert ("language", "ru") not in troubles


def test_a_run_of_one_source_says_nothing_of_languages_or_of_others() -> None:
    known = (
        Trouble(scope="language", name="ka", what="blind", detail="x", since=NOW),
        Trouble(scope="source", name="zz/b", what="moved", detail="x", since=NOW),
    )
    troubles = seen([source("a", "ru")], [state(A, Health.BLOCKED, 1)], known, is_whole=False)
    assert set(troubles) == {("source", "zz/a"), ("source", "zz/b"), ("language", "ka")}


def test_what_lies_outside_a_history_is_a_trouble_and_a_jump_is_none() -> None:
    told = Issue(what="shorter-bodies", level=Level.WARNING, detail="x", source="zz/a")
    assert seen([source("a")], [state(A, Health.FRESH)], issues=(told,))[("source", "zz/a")].what == "shorter-bodies"
    assert not seen([source("a")], [state(A, Health.FRESH)], issues=(replace(told, what="volume-jump"),))


# -- in the database


def test_troubles_are_opened_followed_and_ended(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.keep_troubles([Trouble(scope="source", name="zz/a", what="blocked", detail="one", since=NOW)], NOW)
        store.keep_troubles(
            [Trouble(scope="source", name="zz/a", what="moved", detail="two", since=later(days=1))], later(days=1)
        )
        [one] = open_trouble_names(tmp_path / "d.db")
        assert (one.what, one.detail, one.since) == ("moved", "two", NOW)
        health.note_run(
            store, tmp_path / "d.db", Trouble(scope="run", name="crawl", what="run", detail="x", since=NOW), NOW
        )
        assert len(open_trouble_names(tmp_path / "d.db")) == 2
        health.note_run(store, tmp_path / "d.db", None, later(days=2))
        store.keep_troubles([], later(days=2))
        assert open_trouble_names(tmp_path / "d.db") == []
        assert [row["mended_at"] for row in store._db.query("SELECT mended_at FROM troubles")] == [
            "2026-03-03T09:30:00+00:00"
        ] * 2


def sighted(store: Store, number: int, *kinds: ChannelKind) -> None:
    """A report that channels of ``kinds`` have listed."""
    analysis = factory.analysis()
    url = f"https://blatt.example/{number}"
    article = replace(analysis.article, url=url, canonical_url=url, headline=f"T{number}", text=f"Text {number}.")
    capture = replace(analysis.capture, url=url, requested_url=url)
    store.save(replace(analysis, article=article, capture=capture), page=f"p{number}", report=f"r{number}")
    states = [ChannelState(url=f"https://c.example/{kind}", source="de/blatt", kind=kind) for kind in kinds]
    seen_by = [Sighting(page=f"p{number}", channel=one.url, at=NOW, position=1) for one in states]
    store.settle_channel(Haul(states=tuple(states), sightings=tuple(seen_by)), NOW)


def test_reports_are_counted_by_the_exact_ways_that_sighted_them(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        sighted(store, 1, ChannelKind.FEED)
        sighted(store, 2, ChannelKind.FEED, ChannelKind.SITEMAP)
        sighted(store, 3, ChannelKind.FEED, ChannelKind.GDELT)
        sighted(store, 4, ChannelKind.GDELT, ChannelKind.TELEGRAM, ChannelKind.FRONTPAGE)
        sighted(store, 5, ChannelKind.SEARCH)
    counts = history.sighted(tmp_path / "d.db", ["2026-02", "2026-03"])
    [found] = counts.values()
    assert found == {frozenset({"own"}): 2, frozenset({"own", "gdelt"}): 1, frozenset({"own", "gdelt", "telegram"}): 1}


def test_recall_is_written_with_its_interval_or_as_not_enough_data(tmp_path: Path) -> None:
    path = tmp_path / "d.db"
    with opened(tmp_path) as store:
        for number in range(40):
            ways = [ChannelKind.FEED] * (number % 3 != 0) + [ChannelKind.GDELT] * (number % 3 != 1)
            sighted(store, number, *ways)
        health.assess(store, Config(db=path), [], NOW + timedelta(hours=1), is_whole=True)
        [row] = store._db.query("SELECT * FROM recall")
    assert (row["method"], row["held"]) == ("chapman", 40)
    assert row["total_low"] <= row["total"] <= row["total_high"]
    assert row["share_low"] <= row["share"] <= row["share_high"] <= 1
    assert row["share"] == pytest.approx(40 / row["total"])


def test_a_channel_that_left_the_watch_list_is_off_and_says_so(tmp_path: Path) -> None:
    known = ChannelState(
        url="https://old.example/feed", source="de/blatt", kind=ChannelKind.FEED, asked_at=later(days=-3)
    )
    child = replace(known, url="https://a.example/map-1.xml", parent=A)
    with opened(tmp_path) as store:
        store.know_sources([factory.source(), source("a")])
        store.settle_channel(Haul(states=(known, child)), NOW)
        config = Config(db=tmp_path / "d.db")
        health.assess(store, config, [source("a")], NOW, is_whole=False)
        assert store.channel_states()[known.url].health is not Health.OFF
        health.assess(store, config, [source("a")], NOW, is_whole=True)
        found = store.channel_states()
    assert (found[known.url].health, found[A].health) == (Health.OFF, Health.NEW)
    assert "gone from the watch list" in found[known.url].told
    assert found[child.url].health is not Health.OFF
