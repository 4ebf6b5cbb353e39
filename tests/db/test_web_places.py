"""Places: outlines that are drawn where they are, numbers that their rows prove, and no more than countries."""

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from db.store import Store
from db.web import country, names, outlines, places
from tests.db.web_browser import Visitor
from tests.db.web_world import World, build

CRIMEA = {"Simferopol": (34.1, 45.0), "Sevastopol": (33.55, 44.62), "Kerch": (36.3, 45.3)}
TOLD = """
UPDATE articles SET published_at = '2025-02-10T08:00:00+00:00' WHERE id = 5;
INSERT INTO stories (id, anchor, title, lead, lead_report, first_seen, newest, origin, reports, originals, origins,
    languages, countries, made_at, changed_at)
    VALUES (1, 1, 'Three men at the border', '', 1, '2026', '2026-11-20T00:00:00+00:00', '', 4, 2, 2, '["en"]',
    '["fi", "ru"]', '', '');
INSERT INTO placements VALUES (1, 1, 1, NULL, 'first', 1, 0, ''), (2, 1, 1, 1, 'copy', 1, 0, ''),
    (3, 1, 1, 1, 'version', 1, 0, ''), (4, 1, 4, 1, 'event', 1, 0, '');
"""
MENTION = """INSERT INTO mentions (report, start, "end", quote, kind, name, country, role, certainty, known_from,
    known_until) SELECT id, 0, 4, substr(text, 1, 4), :kind, :name, '', '', 1, '2026', :until FROM texts
    WHERE id = :id"""
DECISION = """INSERT INTO decisions (report, start, "end", quote, kind, country, decided_by, articles, sentence,
    certainty, known_from, known_until) SELECT id, 2, 30, substr(text, 3, 28), :kind, :country, 'the court', '', '', 1,
    '2026', :until FROM texts WHERE id = :id"""
HIDDEN = """INSERT INTO protected_mentions (report, start, "end", quote, kind, name, country, role, certainty,
    known_from) SELECT id, 0, 4, substr(text, 1, 4), 'city', 'Hidden-upon-Sea', 'fi', '', 1, '2026' FROM texts"""


def tell(connection: sqlite3.Connection) -> None:
    """Finland: named by 1 to 5 (twice by 1), granted by 1, its copy 2 and 4, refused by the version 3 and by 5."""
    connection.executescript(TOLD)
    for report in (1, 1, 2, 3, 4, 5):
        connection.execute(MENTION, {"id": report, "kind": "country", "name": "fi", "until": None})
    connection.execute(MENTION, {"id": 6, "kind": "country", "name": "fi", "until": "2026-11-01"})
    for report, name in ((6, "mt"), (7, "qz"), (7, "<b>x")):
        connection.execute(MENTION, {"id": report, "kind": "country", "name": name, "until": None})
    for report, kind, name in (
        (1, "organisation", "Migri"),
        (7, "organisation", "Far"),
        (1, "person", "A. Judge"),
    ):
        connection.execute(MENTION, {"id": report, "kind": kind, "name": name, "until": None})
    granted, refused = "asylum-granted", "asylum-refused"
    for report, kind, where in ((1, granted, "fi"), (2, granted, "fi"), (4, granted, "fi"), (3, refused, "fi")):
        connection.execute(DECISION, {"id": report, "kind": kind, "country": where, "until": None})
    for report, kind, where in ((5, refused, "fi"), (5, "deported", ""), (6, "extradited", "kz")):
        connection.execute(DECISION, {"id": report, "kind": kind, "country": where, "until": None})
    connection.execute(DECISION, {"id": 6, "kind": granted, "country": "fi", "until": "2026-11-01"})
    connection.execute(HIDDEN)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = build(tmp_path_factory.mktemp("places"))
    with sqlite3.connect(found.db) as connection:
        tell(connection)
    return found


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def is_in(point: tuple[float, float], lines: list[list[tuple[float, float]]]) -> bool:
    """Whether a point lies within the rings of one part, by how often a ray to the east meets them."""
    x, y = point
    inside = False
    for line in lines:
        for (ax, ay), (bx, by) in zip(line, line[1:] + line[:1], strict=True):
            inside ^= (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax
    return inside


def is_on(point: tuple[float, float], code: str) -> bool:
    return any(is_in(point, part) for part in outlines.rings(code))


def drawn(path: str) -> list[list[tuple[float, float]]]:
    """The rings of a path that is made of M, l and z."""
    found = []
    for told in re.findall(r"M([^z]+)z", path):
        numbers = [int(each) for each in re.findall(r"-?\d+", told)]
        x = y = 0
        ring = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((float(x), float(y)))
        found.append(ring)
    return found


def row(page: str, name: str) -> list[tuple[str, str]]:
    """The cells of a country's row, each with where it leads."""
    [found] = [each for each in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f"<strong>{name}</strong>" in each]
    cells = re.findall(r"<td.*?</td>", found, re.DOTALL)
    links = [re.search(r'href="([^"]*)"', each) for each in cells]
    texts = [re.sub(r"<[^>]*>", "", each).strip() for each in cells]
    return [(text, unescape(link[1]) if link else "") for text, link in zip(texts, links, strict=True)]


@pytest.mark.parametrize("place", CRIMEA)
def test_crimea_lies_in_ukraine(place: str) -> None:
    assert is_on(CRIMEA[place], "ua")
    assert not is_on(CRIMEA[place], "ru")


@pytest.mark.parametrize("drawing", [outlines.near(), outlines.world()], ids=["near", "world"])
def test_crimea_is_drawn_in_ukraine(drawing: outlines.Drawing) -> None:
    frame = outlines._NEAR if drawing.name == "near" else outlines._WORLD
    shapes = {shape.code: drawn(shape.path) for shape in drawing.shapes}
    point = frame.placed(CRIMEA["Simferopol"])
    assert is_in(point, shapes["ua"])
    assert not is_in(point, shapes["ru"])
    assert is_in(frame.placed((37.6, 55.8)), shapes["ru"])


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ((41.0, 43.0), "ge"), ((43.97, 42.25), "ge"), ((29.6, 46.85), "md"), ((33.3, 35.2), "cy"), ((33.4, 34.9), "cy"),
        ((21.15, 42.65), "xk"), ((20.5, 54.7), "ru"), ((187.0, 66.5), "ru"), ((44.1, 9.6), "so"), ((71.5, 51.2), "kz"),
    ],
)  # fmt: skip
def test_places_lie_in_their_countries(point: tuple[float, float], code: str) -> None:
    assert is_on(point, code)


def test_countries_that_matter_have_an_outline_however_small() -> None:
    small = {"lt", "lv", "ee", "ge", "am", "md", "lu", "mt", "me", "xk", "il", "cy", "si", "mk", "sg", "qa", "li"}
    assert small <= outlines.codes()
    assert outlines.codes() >= set(names.load().countries) - {"zz"} - territories_without_an_outline()
    assert {shape.code for shape in outlines.near().shapes if shape.is_dot} >= {"mt"}
    assert outlines.FILE.stat().st_size < 120_000


def territories_without_an_outline() -> set[str]:
    """Parts of other countries with codes of their own, which the atlas draws with them, and some atolls."""
    return {"bq", "cc", "cx", "gf", "gi", "gp", "mq", "re", "sj", "tk", "yt"}


def test_no_country_is_torn_across_the_map() -> None:
    for shape in outlines.world().shapes:
        for ring in drawn(shape.path):
            width = max(x for x, _ in ring) - min(x for x, _ in ring)
            assert width < outlines.world().width / 2, shape.code
    russia = next(shape for shape in outlines.world().shapes if shape.code == "ru")
    across = [x for ring in drawn(russia.path) for x, _ in ring]
    assert min(across) > outlines.world().width / 2  # Chukotka stands with the rest of it, in the east


@pytest.mark.parametrize(
    "counts", [[1], [1, 2], [3], [7, 7], [1, 12], [3, 99], [1, 4711], [1300, 56_568], [999_999], [500_000, 3_000_000]]
)
def test_the_shades_cover_every_number_once(counts: list[int]) -> None:
    ranges = places._ranges(counts)
    assert 1 <= len(ranges) <= places.TONES
    assert [each.first for each in ranges[1:]] == [each.last + 1 for each in ranges[:-1]]
    assert ranges[0].first <= min(counts)
    assert (ranges[-1].last, ranges[-1].tone) == (0, places.TONES)
    assert ranges[-1].first <= max(counts)
    assert places._ranges([]) == ()


def test_a_row_counts_reports_and_originals_and_reprints_once(visitor: Visitor) -> None:
    cells = row(visitor.page("/places"), "Finland")
    assert [text for text, _ in cells] == ["Finland", "5", "3", "2", "2", "0", "0", "0", "0"]


def test_each_number_leads_to_rows_that_prove_it(visitor: Visitor) -> None:
    _, (_, reports), (_, originals), (_, granted), (_, refused), *_ = row(visitor.page("/places"), "Finland")
    assert reports == "/search?q=country%3Afi"
    proof = [visitor.rows(link.replace("?", ".json?")) for link in (originals, granted, refused)]
    assert [len(rows) for rows in proof] == [6, 3, 2]
    assert {rows["report"] for rows in proof[0]} == {1, 2, 3, 4, 5}
    assert {rows["kind"] for rows in proof[1]} == {"asylum-granted"}


def test_what_no_longer_stands_in_a_report_is_not_counted(visitor: Visitor, world: World) -> None:
    with sqlite3.connect(world.db) as connection:
        told = "SELECT count(*) FROM decisions WHERE country = 'fi' AND kind = 'asylum-granted'"
        assert connection.execute(told).fetchone() == (4,)
    page = visitor.page("/places?country=fi")
    assert page.count("<strong>Asylum granted</strong>") == 2  # of 1 and 4; 2 is a copy, 6 says so no longer


def test_the_map_says_in_words_what_it_shows(visitor: Visitor) -> None:
    page = visitor.page("/places")
    assert page.count("<title>Finland: 5 reports, 3 originals</title>") == 2
    assert page.count("<title>Malta: 1 report, 1 original</title>") == 2
    assert re.search(r"Malta: .*?<circle", page)
    assert page.count('href="/places?country=fi"') == 3  # both maps and the table
    assert page.index("map-near") < page.index("map-world")


def test_a_country_without_name_or_outline_stays_in_the_table(visitor: Visitor) -> None:
    page = visitor.page("/places")
    assert [text for text, _ in row(page, "qz")][:3] == ["qz", "1", "1"]
    assert "&lt;b&gt;x" in page
    assert "<b>x" not in page
    assert visitor.get("/places?country=qz").status_code == 200
    assert "country not told" in page


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ("", ["Finland", "Kazakhstan", "Malta"]), ("sort=granted", ["Finland", "Kazakhstan", "Malta"]),
        ("sort=extradited", ["Kazakhstan", "Finland", "Malta"]), ("sort=country", ["Finland", "Kazakhstan", "Malta"]),
        ("sort='; DROP TABLE", ["Finland", "Kazakhstan", "Malta"]),
    ],
)  # fmt: skip
def test_the_table_is_sorted_by_what_is_asked_for(visitor: Visitor, asked: str, order: list[str]) -> None:
    page = visitor.page(f"/places?{quote(asked, safe='=')}")
    at = [page.index(f"<strong>{name}</strong>") for name in order]
    assert at == sorted(at)
    assert page.count("aria-sort=") == 1


def test_a_year_is_that_of_the_reports(visitor: Visitor) -> None:
    cells = row(visitor.page("/places?year=2025"), "Finland")
    assert [text for text, _ in cells][:5] == ["Finland", "1", "1", "0", "1"]
    assert cells[1][1] == "/search?q=country%3Afi%20after%3A2025%20before%3A2026"
    proof = visitor.page(cells[4][1].partition("#")[0])
    assert proof.count("<strong>Asylum refused</strong>") == 1
    assert 'href="/report/5#at-2"' in proof
    assert "No report is of 1999" in visitor.page("/places?year=1999")
    assert "No report of 1999 names Finland" in visitor.page("/places?country=fi&year=1999")


@pytest.mark.parametrize(
    "asked", ["year=26", "year=next", "year=%D9%A2%D9%A0%D9%A2%D9%A5", "country=qq", "country=%00", "country=fi&kind=x"]
)
def test_what_is_not_there_is_a_friendly_404(visitor: Visitor, asked: str) -> None:
    answer = visitor.get(f"/places?{asked}")
    assert answer.status_code == 404
    assert "the page of" in answer.text


def test_a_country_shows_its_time_its_quotes_its_stories_and_its_organisations(visitor: Visitor) -> None:
    page = visitor.page("/places?country=FI")
    assert "5 reports</a> name it; they go back to 3 originals." in page
    bars = re.findall(r"<title>([^<]*): (\d+)</title>", page)
    assert ("2025, quarter 1", "1") in bars
    assert sum(int(count) for _, count in bars) == 5 + 2 + 2  # reports, granted, refused
    assert 'href="/report/4#at-2"' in page
    assert "by <bdi>the court</bdi>" in page
    assert "Three men at the border" in page
    assert "<bdi>Migri</bdi>" in page
    assert "<bdi>Far</bdi>" not in page


def test_nobody_and_no_town_is_named(visitor: Visitor) -> None:
    for path in ("/places", "/places?country=fi", "/places?country=fi&year=2026"):
        page = visitor.page(path)
        assert "Hidden-upon-Sea" not in page
        assert "A. Judge" not in page


def test_older_decisions_follow_page_by_page(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(country, "LISTED", 2)
    path, found = "/places?country=fi", []
    for _ in range(3):
        page = visitor.page(path)
        found += re.findall(r'href="(/report/\d+#at-2)"', page)
        more = re.search(r'href="([^"]*)" rel="next"', page)
        if not more:
            break
        path = unescape(more[1])
    assert sorted(found) == [f"/report/{number}#at-2" for number in (1, 3, 4, 5)]
    assert found[-1] == "/report/5#at-2"
    assert visitor.get("/places?country=fi&before=x,99999999999999999999").status_code == 200


def test_an_empty_watch_has_its_places(tmp_path: Path) -> None:
    with Store(tmp_path / "empty.db", holder="tests"):
        pass
    with Visitor(tmp_path / "empty.db", tmp_path) as visitor:
        assert "No report has named a country yet" in visitor.page("/places")
        assert "No report names Finland" in visitor.page("/places?country=fi")


@pytest.mark.parametrize(
    ("seen", "year", "periods"),
    [
        ({"2025-3", "2026-1"}, "", ["2025-3", "2025-4", "2026-1"]), ({"2024", "2026"}, "", ["2024", "2025", "2026"]),
        (set(), "", []), ({"2026-05"}, "2026", [f"2026-{month:02}" for month in range(1, 13)]),
    ],
)  # fmt: skip
def test_periods_without_reports_are_shown_too(seen: set[str], year: str, periods: list[str]) -> None:
    assert country._periods(seen, year) == periods
