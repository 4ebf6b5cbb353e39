"""The pages of stories show what belongs together, side by side, each fact with its sentence."""

import html
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.db.web_browser import Visitor
from tests.db.web_world import World, build

LAID = """
INSERT INTO stories (id, anchor, title, lead, lead_report, first_report, first_seen, newest, origin, reports, originals,
    origins, languages, countries, made_at, changed_at) VALUES
    (1, 1, 'A <b>sergeant</b> & his way', 'He left. He arrived.', 1, 1, '2026-03-01T06:00:00+00:00',
    '2026-03-03T06:00:00+00:00', 'AFP', 4, 2, 2, '["en", "ru"]', '["fi"]', '2026', '2026');
INSERT INTO stories (id, anchor, forward, title, lead, origin, reports, originals, origins, languages, countries,
    made_at, changed_at) VALUES (2, 2, 1, '', '', '', 0, 0, 0, '[]', '[]', '2026', '2026');
INSERT INTO placements (report, story, original, parent, relation, likeness, fixed, "order") VALUES
    (1, 1, 1, NULL, 'first', 0, 0, '1'), (2, 1, 1, 1, 'copy', 1, 0, '2'), (3, 1, 1, 1, 'version', .9, 0, '3'),
    (4, 1, 4, 1, 'event', .4, 0, '4');
INSERT INTO series (id, type, unit, per, territory, organisation) VALUES
    (1, 'verdicts', 'cases', '', 'ru', 'Mediazona'), (2, 'deserters', 'people', '', 'ru', '');
INSERT INTO figures (report, start, "end", quote, series, type, low, high, unit, counted, territory, starts, ends,
    period_certainty, cumulative, per, speaker, organisation, certainty, known_from)
    SELECT id, 10, 20, substr(text, 11, 10), CASE id WHEN 4 THEN 2 ELSE 1 END,
        CASE id WHEN 4 THEN 'deserters' ELSE 'verdicts' END, CASE id WHEN 3 THEN 8000 ELSE 7318 END,
        CASE id WHEN 3 THEN 9000 END, CASE id WHEN 4 THEN 'people' ELSE 'cases' END, '', 'ru', '2025-01-01',
        '2025-12-31', 1, 0, '', '', CASE id WHEN 4 THEN '' ELSE 'Mediazona' END, 1, '2026' FROM texts WHERE id < 5;
INSERT INTO decisions (report, start, "end", quote, kind, country, people, decided_on, decided_by, articles, sentence,
    certainty, known_from)
    SELECT id, 0, 40, substr(text, 1, 40), 'asylum-granted', 'fi', 3, '2026-02-28', '', '', '', 1, '2026'
    FROM texts WHERE id IN (1, 3);
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = build(tmp_path_factory.mktemp("stories"))
    with sqlite3.connect(found.db) as connection:
        connection.executescript(LAID)
    return found


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def test_the_list_leads_to_stories_and_leaves_out_those_that_were_merged(visitor: Visitor) -> None:
    page = visitor.page("/stories")
    assert page.count("story-card") == 1
    assert 'href="/story/1"' in page
    assert "4 reports" in page
    assert "2 independent origins" in page


def test_copies_are_folded_under_their_original_and_versions_are_marked(visitor: Visitor) -> None:
    page = visitor.page("/story/1")
    assert page.index("1 copy of the same text") < page.index('href="/report/2"')
    assert "told again" in page
    assert "another original" in page
    assert page.count('class="told-title"') == 4
    assert page.count('href="/capture/') == 4


def test_figures_of_one_type_stand_side_by_side_with_their_sentences(visitor: Visitor, world: World) -> None:
    page = visitor.page("/story/1")
    verdicts = page[page.index("<h3>Verdicts") :]
    assert "different values" in verdicts
    assert "7,318 or more" in verdicts
    assert "8,000 to 9,000" in verdicts
    assert "says <bdi>Mediazona</bdi>" in verdicts
    assert "· 2025 ·" in verdicts
    assert page.index("<h3>Deserters") < page.index("<h3>Verdicts")
    with sqlite3.connect(world.db) as connection:
        [(quote,)] = connection.execute("SELECT quote FROM figures WHERE report = 4").fetchall()
    assert f'title="asked">{html.escape(quote, quote=False)}</mark>' in page
    assert 'href="/report/4#at-10"' in page
    assert 'id="at-10"' in visitor.page("/report/4")


def test_a_decision_of_two_reports_is_one_with_both_sentences(visitor: Visitor) -> None:
    page = visitor.page("/story/1")
    decided = page[page.index("Decided and done") : page.index("Cite this")]
    assert decided.count("<strong>Asylum granted</strong> · Finland · 3 people · 28 February 2026") == 1
    assert decided.count("#at-0") == 2


def test_a_merged_number_leads_on_and_an_unknown_one_is_said_to_be(visitor: Visitor) -> None:
    answer = visitor.get("/story/2")
    assert (answer.status_code, answer.headers["location"]) == (302, "/story/1")
    assert visitor.get("/story/77").status_code == 404
    assert visitor.get("/story/x").status_code == 404
    assert visitor.get("/stories?before=x").status_code == 200


def test_what_was_scraped_stays_text(visitor: Visitor) -> None:
    for path in ("/stories", "/story/1"):
        page = visitor.page(path)
        assert "A &lt;b&gt;sergeant&lt;/b&gt; &amp; his way" in page
        assert "<script" not in page
        assert " style=" not in page


def test_a_report_says_its_facts_and_its_story(visitor: Visitor) -> None:
    page = visitor.page("/report/1")
    assert 'href="/story/1"' in page
    assert "Verdicts: 7,318 or more cases, Russia, 2025, says Mediazona" in page
    assert "Asylum granted, Finland, 3 people, 28 February 2026" in page
    assert 'class="fact"' in page
    assert '<a id="at-0"></a><span class="deed" lang="en" dir="ltr">Asylum granted, Finland' in page  # in the text


def test_a_country_that_a_sentence_does_not_name_is_only_probable(tmp_path: Path) -> None:
    world = build(tmp_path)
    with sqlite3.connect(world.db) as connection:
        connection.executescript(LAID + "UPDATE decisions SET certainty = .6;")
    with Visitor(world.db, world.archive) as visitor:
        assert "Asylum granted, probably Finland, 3 people" in visitor.page("/report/1")
        assert "<strong>Asylum granted</strong> · probably Finland" in visitor.page("/story/1")


def test_a_report_says_in_which_channel_it_was_found(visitor: Visitor, world: World) -> None:
    with sqlite3.connect(world.db) as connection:
        connection.execute(
            "INSERT OR IGNORE INTO sightings SELECT p.key, (SELECT min(url) FROM channels WHERE kind = 'feed'), "
            "'2026-03-01T06:00:00+00:00', 3 FROM pages p WHERE p.report = 1"
        )
    page = visitor.page("/report/1")
    assert re.search(r'<dt>Found</dt><dd><a href="/deserters/channels\?url=[^"]+">in a feed</a>', page)
    assert "1 Mar 2026, 06:00 UTC, place 3 of its list" in page
    assert "in no channel of the watch list" in visitor.page("/report/2")


def test_figures_of_one_type_share_an_axis_and_of_another_do_not(visitor: Visitor) -> None:
    page = visitor.page("/figures?type=verdicts")
    assert page.count('<svg class="plot"') == 1
    assert "<h1>Verdicts" in page
    assert '<strong>Verdicts</strong><span class="count">3</span>' in page
    assert 'type=deserters">Deserters</a><span class="count">1</span>' in page
    points = page[page.index('<svg class="plot"') :].partition("</svg>")[0]
    assert points.count("<circle") == 2  # two reports say one value, a third another
    assert "<title>7,318 or more, says Mediazona, Russia, 2025</title>" in points
    assert 'href="/report/3#at-10"' in points
    assert "in 2 reports" in page


def test_figures_open_with_a_type_and_say_when_there_is_none(visitor: Visitor) -> None:
    assert "<h1>Verdicts" in visitor.page("/figures")
    assert "<h1>Deserters <span" in visitor.page("/figures?type=deserters&territory=ru")
    assert visitor.get("/figures?type=bananas").status_code == 404


def test_figures_can_be_asked_for_by_who_states_them(visitor: Visitor) -> None:
    page = visitor.page("/figures?type=verdicts&territory=ru")
    assert 'territory=ru&amp;organisation=Mediazona"><bdi>Mediazona</bdi></a><span class="count">3</span>' in page
    chosen = visitor.page("/figures?type=verdicts&organisation=Mediazona")
    assert "as <bdi>Mediazona</bdi> states them" in chosen
    assert re.search(r'The same as <a href="[^"]+&amp;organisation=Mediazona', chosen)
    assert chosen.count("<circle") == 2
    assert "<circle" not in visitor.page("/figures?type=verdicts&organisation=Nobody")


def test_the_front_page_shows_who_says_how_many(visitor: Visitor) -> None:
    page = visitor.page("/")
    assert "Newest figures, and who says so" in page
    assert "says <bdi>Mediazona</bdi>" in page
    assert '<svg class="weeks"' in page


def test_a_share_is_listed_and_not_drawn(tmp_path: Path) -> None:
    world = build(tmp_path)
    with sqlite3.connect(world.db) as connection:
        connection.executescript(LAID)
        connection.execute("INSERT INTO series (id, type, territory, organisation) VALUES (9, 'share', 'ru', '')")
        connection.execute(
            'INSERT INTO figures (report, start, "end", quote, series, type, low, high, unit, counted, territory, '
            "starts, ends, period_certainty, cumulative, per, speaker, organisation, certainty, known_from) "
            "SELECT id, 0, 4, substr(text, 1, 4), 9, 'share', 60, 60, 'percent', '', 'ru', '2025-01-01', '2025-12-31', "
            "1, 0, '', '', '', 1, '2026' FROM texts WHERE id = 1"
        )
    with Visitor(world.db, world.archive) as visitor:
        page = visitor.page("/figures?type=share")
        assert "60 %" in page
        assert '<svg class="plot"' not in page
        assert '<svg class="plot"' in visitor.page("/figures?type=verdicts")


def test_stories_of_a_day_are_told_from_those_of_the_week_and_the_rest_is_counted(tmp_path: Path) -> None:
    world = build(tmp_path)
    today, earlier = ((datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds") for days in (0, 4))
    story = (
        "INSERT INTO stories (anchor, title, lead, lead_report, first_report, first_seen, newest, origin, reports, "
        "originals, origins, languages, countries, made_at, changed_at) "
        "VALUES (1, ?, '', 1, 1, ?, ?, '', 1, 1, 1, '[]', '[]', '2026', '2026')"
    )
    with sqlite3.connect(world.db) as connection:
        connection.executemany(story, [(f"Today {number}", today, today) for number in range(11)])
        connection.executemany(story, [(f"Before {number}", earlier, earlier) for number in range(2)])
    with Visitor(world.db, world.archive) as visitor:
        page = visitor.page("/")
    day, _, week = page.partition("Earlier this week")
    week = week.partition("All stories")[0]
    assert len(re.findall(r">Today \d+<", day)) == 8
    assert ">3 more</a>" in day
    assert re.findall(r">(Before \d|Today \d+)<", week) == ["Before 1", "Before 0"]
    assert "more</a>" not in week
