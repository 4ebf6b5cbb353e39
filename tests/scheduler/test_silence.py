"""What was watched in a span can be cited: sources, days in trouble, pages, versions, a snapshot."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from crawler.errors import ConfigurationError
from db.model import ChannelKind, ChannelState, Counts, Source
from scheduler import silence
from tests import factory
from tests.db.tables import opened
from tests.factory import NOW, later
from tests.running import Desk

DAYS = 10
OUTAGE = range(3, 6)
SOURCES = [
    factory.source(
        f"zz/s{number}",
        homepage=f"https://s{number}.example/",
        languages=("ru",) if number < 6 else ("en", "fr"),
        channels=(),
    )
    for number in range(12)
]


def lived(folder: Path) -> Path:
    """Ten days of twelve sources: the first five could not be reached on three days, the last was not asked on one."""
    with opened(folder) as store:
        store.know_sources(SOURCES)
        for day in range(DAYS):
            now = NOW + timedelta(days=day)
            store.begin_run("crawl", now, "terms-1" if day < 5 else "terms-2")
            states = [visit(source, number, day) for number, source in enumerate(SOURCES) if (number, day) != (11, 9)]
            store.settle_channel(factory.haul(states), now)
            store.finish_run("done", Counts(), now)
        store.save(factory.analysis(), page="p", report="r")
    return folder / "d.db"


def visit(source: Source, number: int, day: int) -> ChannelState:
    blind = number < 5 and day in OUTAGE
    return ChannelState(
        url=f"{source.homepage}feed", source=source.id, kind=ChannelKind.FEED, asked_at=NOW + timedelta(days=day),
        answered_at=None if blind else NOW + timedelta(days=day), status=0 if blind else 200,
        trouble="unreachable" if blind else "",
    )  # fmt: skip


def look(
    path: Path, first: int = 0, last: int = DAYS - 1, sources: Sequence[Source] = SOURCES, **more: str
) -> silence.Silence:
    start = NOW.date()
    return silence.look(path, (start + timedelta(days=first), start + timedelta(days=last)), sources, **more)


def test_an_outage_of_five_sources_for_three_days_appears_exactly(tmp_path: Path) -> None:
    found = look(lived(tmp_path))
    blind = {
        one.id: [day for day, what in one.trouble if what == "unreachable"] for one in found.sources if one.trouble
    }
    wanted = [NOW.date() + timedelta(days=day) for day in OUTAGE]
    assert blind == {f"zz/s{number}": wanted for number in range(5)}
    assert {one.id: one.missed for one in found.sources if one.missed} == {"zz/s11": (NOW.date() + timedelta(days=9),)}
    assert (found.days, found.runs, len(found.sources)) == (10, 10, 12)
    assert found.languages == ("en", "fr", "ru")
    assert found.terms == ("terms-1", "terms-2")


def test_a_part_of_the_span_shows_its_part_alone(tmp_path: Path) -> None:
    path = lived(tmp_path)
    assert all(not one.trouble and not one.missed for one in look(path, 6, 8).sources)
    assert look(path, 6, 8).terms == ("terms-2",)
    assert [one.id for one in look(path, language="en").sources] == [f"zz/s{number}" for number in range(6, 12)]
    assert [one.id for one in look(path, source="zz/s3").sources] == ["zz/s3"]
    assert all(len(one.missed) == 5 for one in look(path, -5, -1).sources)


def test_the_snapshot_changes_with_the_reports_and_with_nothing_else(tmp_path: Path) -> None:
    path = lived(tmp_path)
    before = look(path).snapshot
    assert look(path, 0, 3).snapshot == before
    with opened(tmp_path) as store:
        other = replace(factory.analysis(), sha256="0" * 64)
        capture = replace(other.capture, url="https://blatt.example/other", requested_url="https://blatt.example/other")
        store.save(replace(other, capture=capture), page="q", report="q")
    assert look(path).snapshot != before
    assert look(path).held == 2


def test_wrong_spans_and_names_are_wrong_use(tmp_path: Path) -> None:
    path = lived(tmp_path)
    with pytest.raises(ConfigurationError, match="lies before"):
        look(path, 5, 2)
    with pytest.raises(ConfigurationError, match="not on the watch list"):
        look(path, source="zz/nobody")
    with pytest.raises(ConfigurationError, match="no database"):
        look(tmp_path / "none.db")


def test_days_are_told_as_spans() -> None:
    days = [date(2026, 3, day) for day in (1, 2, 3, 7, 9, 10)]
    assert silence.spans(days) == [(days[0], days[2]), (days[3], days[3]), (days[4], days[5])]


def test_the_command_prints_a_page_that_can_be_cited(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lived(tmp_path).rename(desk.db)
    for source in SOURCES:
        file = desk.sources / f"{source.id}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        told = f"name: {source.name}\nhomepage: {source.homepage}\nlanguages: {list(source.languages)}\n"
        file.write_text(f"{told}channels:\n  - feed: {source.homepage}feed\n")
    last = later(days=DAYS - 1).date()
    done = desk.run("silence", "--from", str(NOW.date()), "--to", str(last))
    assert done.returncode == 0, done.stderr
    assert (
        "zz/s0, zz/s1, zz/s2, zz/s3, zz/s4: in trouble (unreachable) on 3 days: 2026-03-04 to 2026-03-06" in done.stdout
    )
    assert "zz/s11: not asked on 1 day: 2026-03-10" in done.stdout
    assert "terms-1 terms-2" in done.stdout
    assert "SHA-256" in done.stdout
    assert desk.run("silence", "--from", str(last), "--to", str(NOW.date())).returncode == 2
