"""Every write may be repeated, in any order, and a kill in the middle leaves no half of it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import search
from db.model import Analysis, Candidate, Issue, Offer, Place
from db.store import MAX_TRIES, Store
from tests import factory
from tests.db.tables import ask, dump, opened, sound
from tests.factory import NOW, URL, later

ROOT = Path(__file__).parents[2]


def test_saving_twice_equals_saving_once(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.save(factory.analysis(), page="p", report="r")
        once = dump(tmp_path)
        assert not store.save(factory.analysis(), page="p", report="r")
    assert dump(tmp_path) == once
    assert len(once["articles"]) == len(once["texts"]) == len(once["pages"]) == 1


def two_of_which_one_fails(store: Store) -> None:
    with store.together():
        store.save(factory.analysis(), page="p", report="r")
        store.run = 9  # there is none
        store.save(factory.analysis(f"{URL}2"), page="p2", report="r2")


def test_what_is_written_together_stands_as_one_piece_or_not_at_all(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        empty = dump(tmp_path)
        with pytest.raises(sqlite3.IntegrityError):
            two_of_which_one_fails(store)
        store.run = 0
        assert dump(tmp_path) == empty
        with store.together():
            store.save(factory.analysis(), page="p", report="r")
            assert dump(tmp_path) == empty  # as others see it
            store.save(factory.analysis(f"{URL}2"), page="p2", report="r2")
        assert len(dump(tmp_path)["articles"]) == 2


def test_rejecting_twice_equals_rejecting_once(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.reject(factory.rejection(), page="p", source=factory.source())
        once = dump(tmp_path)
        store.reject(factory.rejection(), page="p", source=factory.source())
    assert dump(tmp_path) == once
    assert len(once["pages"]) == 1


def test_a_report_is_stored_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        run = store.begin_run("crawl", NOW)
        store.save(factory.analysis(), page="p", report="r")
    wanted = (
        "url, source, title, text, language, authors, published_at, published_from, first_seen, fetched_at, score, "
        "why, reasons, archive_file, archive_offset, sha256"
    )
    [row] = ask(tmp_path, f"SELECT {wanted} FROM reports")  # a literal
    article = factory.article()
    assert row == (
        URL, "de/blatt", article.headline, article.text, "de", '["Anna Blau"]', "2026-03-01T07:30:00+00:00", "feed",
        "2026-03-01T09:30:00+00:00", "2026-03-01T09:35:00+00:00", 0.8765, "who and what",
        '[{"role": "what", "term": "deserteur*", "zone": "title", "start": 0, "end": 9, "quote": "Deserteur"}]',
        "2026/03/a.warc.gz", 700, "ab" * 32,
    )  # fmt: skip
    [page] = ask(tmp_path, "SELECT outcome, run, report, archive_file, answer FROM pages")
    assert page == ("report", run, 1, "2026/03/a.warc.gz", "keep")


# -- several captures of one report


def captured(minutes: int, place: int, text: str = "Derselbe Text.", url: str = URL) -> Analysis:
    """The same report, captured some minutes after the others."""
    told = factory.capture(url, fetched_at=later(minutes=minutes), place=Place(file="a", offset=place), body=b"")
    return factory.analysis(url, capture=told, article=factory.article(url, canonical_url=URL, text=text))


def after(outcomes: list[tuple[str, Analysis]]) -> dict[str, list[tuple[object, ...]]]:
    with TemporaryDirectory() as folder:
        with opened(Path(folder)) as store:
            for page, outcome in outcomes:
                store.save(outcome, page=page, report="r")
        assert sound(Path(folder))
        return dump(Path(folder))


def test_of_two_captures_of_one_report_the_earliest_stands_whatever_came_first() -> None:
    early, late = captured(1, 10, "Der erste Text."), captured(60, 20, "Der geänderte Text.")
    there, back = after([("p", early), ("p", late)]), after([("p", late), ("p", early)])
    assert there == back
    assert there["texts"] == [(1, "Deserteur erhält Asyl", "Der erste Text.")]
    assert "2026-03-01T09:31:00+00:00" in there["articles"][0]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["p", "q"])), min_size=2, max_size=4, unique=True))
@settings(max_examples=25)
def test_captures_of_one_report_from_two_pages_may_come_in_any_order(seen: list[tuple[int, str]]) -> None:
    outcomes = [(page, captured(minutes, minutes, url=f"{URL}?{page}")) for minutes, page in seen]
    ends = [after(list(order)) for order in permutations(outcomes)]
    content = [[sorted(row[1:] for row in end[table]) for table in ("articles", "texts", "pages")] for end in ends]
    assert all(one == content[0] for one in content)
    assert len(content[0][0]) == 1


def test_another_page_that_claims_a_reports_address_but_says_something_else_is_a_report_of_its_own() -> None:
    other = captured(9, 30, "Ein ganz anderer Text.", f"{URL}/2")
    other = replace(other, article=replace(other.article, headline="Eine andere Zeile"))
    end = after([("p", captured(1, 10)), ("q", other), ("p", captured(1, 10)), ("q", other)])
    assert [row[1:4] for row in end["articles"]] == [("r", URL, URL), ("q", f"{URL}/2", f"{URL}/2")]


def test_a_rejected_later_capture_never_demotes_a_report(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.save(factory.analysis(), page="p", report="r")
        store.settle_channel(factory.haul([], [factory.candidate(key="q")], []), NOW)
        before = dump(tmp_path)
        store.reject(factory.rejection(fetched_at=later(days=1)), page="p", source=factory.source())
        store.fail(factory.candidate(key="p"), factory.issue(), later(days=2), again=False)
    now = dump(tmp_path)
    assert (now["pages"], now["articles"], now["candidates"]) == (
        before["pages"],
        before["articles"],
        before["candidates"],
    )


def test_a_report_found_in_an_older_capture_lifts_a_rejected_page(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.reject(factory.rejection(fetched_at=later(days=1)), page="p", source=factory.source())
        store.save(factory.analysis(), page="p", report="r")
    assert ask(tmp_path, "SELECT outcome, report FROM pages") == [("report", 1)]


def test_of_two_rejections_the_latest_stands_and_the_first_sight_is_remembered(tmp_path: Path) -> None:
    early = factory.rejection(reason="early", fetched_at=NOW, offered_at=NOW)
    late = factory.rejection(reason="late", fetched_at=later(days=1), offered_at=later(days=1))
    for folder, order in (("a", (early, late)), ("b", (late, early))):
        (tmp_path / folder).mkdir()
        with opened(tmp_path / folder) as store:
            for one in order:
                store.reject(one, page="p", source=factory.source())
        assert ask(tmp_path / folder, "SELECT reason, first_seen FROM pages") == [("late", "2026-03-01T09:30:00+00:00")]


# -- full text


def found(folder: Path, words: str) -> list[tuple[object, ...]]:
    return ask(folder, "SELECT rowid FROM lemmas WHERE lemmas MATCH ? ORDER BY 1", search.parse(words).match())


def test_full_text_follows_a_report_that_is_replaced(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.save(captured(60, 2, "Das alte Wort."), page="p", report="r")
        assert found(tmp_path, "alte") == [(1,)]
        store.save(captured(1, 1, "Das neue Wort."), page="p", report="r")
    assert found(tmp_path, "alte") == []
    assert found(tmp_path, "neue") == [(1,)]
    assert sound(tmp_path)


def test_a_text_that_another_tool_changed_is_found_by_its_words_after_the_next_opening(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.save(captured(60, 2, "Das alte Wort."), page="p", report="r")
    with sqlite3.connect(tmp_path / "d.db") as connection:
        connection.execute("UPDATE texts SET text='etwas anderes'")
    with opened(tmp_path) as store:
        assert found(tmp_path, "alte") == [(1,)]
        store.save(captured(1, 1, "Das neue Wort."), page="p", report="r")
    with opened(tmp_path):
        assert found(tmp_path, "alte") == found(tmp_path, "anderes") == []
        assert found(tmp_path, "neue") == [(1,)]
    assert sound(tmp_path)


def test_a_report_is_found_by_the_names_of_its_authors(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        article = factory.article(text="Er ging.", authors=("Ellery Quince",))
        store.save(factory.analysis(article=article), page="p", report="r")
    assert found(tmp_path, "quince") == [(1,)]


@pytest.mark.parametrize(("word", "asked"), [("réfugiés", "refugies"), ("КАЗАНЬ", "казань"), ("Nguyễn", "nguyen")])
def test_full_text_folds_case_and_marks(tmp_path: Path, word: str, asked: str) -> None:
    with opened(tmp_path) as store:
        store.save(factory.analysis(article=factory.article(text=f"Er kam aus {word}.")), page="p", report="r")
    assert found(tmp_path, asked) == [(1,)]
    assert found(tmp_path, "unfindbar") == []


# -- channels and candidates


class StopError(Exception):
    """A stand-in for whatever may break in the middle."""


def breaking() -> Iterator[Issue]:
    """Issues of which the second is never reached."""
    yield factory.issue()
    raise StopError


def test_what_a_channel_taught_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        before = dump(tmp_path)
        with pytest.raises(StopError):
            store.settle_channel(factory.haul([factory.state(etag="new")], [factory.candidate()], breaking()), NOW)
        assert dump(tmp_path) == before
        assert store.settle_channel(factory.haul([factory.state(etag="new")], [factory.candidate()], []), NOW)
    assert ask(tmp_path, "SELECT etag FROM channels") == [("new",)]


def test_what_the_database_refuses_leaves_nothing_of_its_transaction(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        before = dump(tmp_path)
        stranger = factory.candidate("https://blatt.example/2", offer=factory.offer(source="xx/unknown"))
        with pytest.raises(sqlite3.IntegrityError):
            store.settle_channel(
                factory.haul([factory.state(etag="new")], [factory.candidate(), stranger], [factory.issue()]), NOW
            )
    assert dump(tmp_path) == before


def test_a_link_that_is_known_as_page_or_as_candidate_is_not_offered_again(tmp_path: Path) -> None:
    one, two, three = (factory.candidate(f"https://blatt.example/{n}") for n in range(3))
    with opened(tmp_path) as store:
        store.reject(factory.rejection(one.url), page=one.key, source=factory.source())
        assert store.settle_channel(factory.haul([], [one, two, two], []), NOW) == [two]
        assert store.settle_channel(factory.haul([], [one, two, three], []), NOW) == [three]
        assert store.waiting() == [two, three]


def test_a_channels_state_comes_back_as_it_went_in(tmp_path: Path) -> None:
    states = [
        factory.state(
            etag='W/"x"', last_modified="Mon", trouble="gone", trouble_since=NOW, asked_at=NOW, answered_at=NOW,
            status=410, entries=3, newest_entry_at=NOW, new_links_at=NOW, ask_after=NOW,
        ),
        factory.state(url="https://blatt.example/2", parent=factory.FEED),
    ]  # fmt: skip
    with opened(tmp_path) as store:
        store.settle_channel(factory.haul(states, [], []), NOW)
        assert store.channel_states() == {state.url: state for state in states}


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
days = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the strategy adds the zone
moments = st.none() | days.map(lambda moment: moment.replace(microsecond=0))


@given(st.builds(Offer, source=st.just("de/blatt"), channel=words, title=words, summary=words, published_at=moments,
                 offered_at=moments, oldest=moments), st.integers(0, 2))  # fmt: skip
@settings(max_examples=30)
def test_a_candidate_comes_back_from_the_database_as_it_went_in(offer: Offer, tries: int) -> None:
    sent = Candidate(url=URL, key="k", offer=offer, tries=tries)
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        store.settle_channel(factory.haul([], [sent], []), NOW)
        [back] = store.waiting()
    wanted = offer if offer.offered_at else replace(offer, offered_at=NOW)
    assert back == replace(sent, offer=wanted)


def test_a_page_that_could_not_be_fetched_is_tried_in_three_runs_and_then_given_up(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.settle_channel(factory.haul([], [factory.candidate()], []), NOW)
        for tries in range(MAX_TRIES - 1):
            store.begin_run("crawl", later(days=tries))
            [waiting] = store.waiting()
            assert waiting.tries == tries
            store.fail(waiting, factory.issue(), NOW, again=True)
            assert ask(tmp_path, "SELECT count(*) FROM pages") == [(0,)]
        store.fail(store.waiting()[0], factory.issue(what="timed-out"), NOW, again=True)
        assert store.waiting() == []
        assert store.settle_channel(factory.haul([], [factory.candidate()], []), NOW) == []
    assert ask(tmp_path, "SELECT outcome, stage, reason FROM pages") == [("failed", "fetch", "timed-out")]
    assert ask(tmp_path, "SELECT count(*) FROM issues") == [(MAX_TRIES,)]


def test_a_failure_for_good_is_not_tried_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.settle_channel(factory.haul([], [factory.candidate()], []), NOW)
        store.fail(factory.candidate(), factory.issue(what="gone"), NOW, again=False)
        assert store.waiting() == []
    assert ask(tmp_path, "SELECT outcome, reason FROM pages") == [("failed", "gone")]


def test_links_are_counted_by_source_once_however_far_they_came(tmp_path: Path) -> None:
    fresh = [factory.candidate(f"https://blatt.example/{n}") for n in range(3)]
    with opened(tmp_path) as store:
        store.settle_channel(factory.haul([], fresh, []), NOW)
        store.reject(factory.rejection(fresh[0].url), page=fresh[0].key, source=factory.source())
        assert store.links_since(later(hours=-1)) == {"de/blatt": 3}
        assert store.links_since(later(hours=1)) == {}


def test_a_source_that_left_the_watch_list_stays_known_but_is_not_enabled(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.know_sources([factory.source("fr/feuille")])
    assert ask(tmp_path, "SELECT id, enabled, reason FROM sources ORDER BY id") == [
        ("de/blatt", 0, "not on the watch list any more"),
        ("fr/feuille", 1, ""),
    ]
