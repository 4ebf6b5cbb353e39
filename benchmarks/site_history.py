"""The watch list in, five years of its watching out: runs, channels, visits, days, recall, troubles and issues."""

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from benchmarks.site_plan import YEARS
from benchmarks.site_texts import LANGUAGES
from db import rows
from db.model import ChannelState, Health, Source

_DAY = timedelta(days=1)
_TROUBLES = ("blocked", "unreachable", "empty", "http-error")


def fill_history(connection: sqlite3.Connection, sources: Sequence[Source], until: datetime) -> None:
    """Write all that is kept of a watch that has gone on for five years up to ``until``."""
    days = [until - YEARS + _DAY * number for number in range(1, YEARS.days + 1)]
    rng = random.Random(13)
    states = list(_channels(sources, until))
    for table, stored in (
        ("channels", map(rows.channel_row, states)),
        ("runs", _runs(days, len(sources), len(states))),
        ("visits", _visits(rng, states, days)),
        ("source_days", _source_days(rng, sources, days)),
        ("recall", _recall(until)),
        ("troubles", _troubles(sources, until)),
        ("issues", _issues(rng, states, days)),
    ):
        _insert(connection, table, stored)
    connection.commit()


def _insert(connection: sqlite3.Connection, table: str, stored: Iterable[rows.Row]) -> None:
    found = iter(stored)
    first = next(found)
    names, marks = ", ".join(first), ", ".join("?" * len(first))
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # table and column names are ours
    connection.executemany(sql, (tuple(row.values()) for row in chain((first,), found)))


def _channels(sources: Sequence[Source], until: datetime) -> Iterator[ChannelState]:
    """The channels of the watch list; one in twenty-five is in trouble."""
    known: set[str] = set()
    for source in sources:
        for channel in source.channels:
            if channel.url in known:
                continue
            known.add(channel.url)
            bad = _TROUBLES[len(known) % 4] if len(known) % 25 == 0 else ""
            yield ChannelState(
                url=channel.url, source=source.id, kind=channel.kind, trouble=bad,
                trouble_since=until - _DAY * 3 if bad else None, asked_at=until, status=503 if bad else 200,
                answered_at=until - _DAY * 3 if bad else until, entries=20, new_entries=3,
                good_at=until - _DAY * 3 if bad else until, new_links_at=until - _DAY,
                health=Health.BROKEN if bad else Health.FRESH, health_since=until - _DAY * 30,
                told="It does not answer as it should." if bad else "",
            )  # fmt: skip


def _runs(days: Sequence[datetime], sources: int, channels: int) -> Iterator[rows.Row]:
    counts = {
        "sources": sources, "channels": channels, "answered": channels - 9, "unchanged": 40, "candidates": 900,
        "analyses": 80, "rejections": 800, "candidates_in_issues": 20, "captures": 880, "new_reports": 70,
    }  # fmt: skip
    for day in days:
        yield {
            "kind": "crawl", "started_at": rows.stamp(day - timedelta(minutes=40)), "finished_at": rows.stamp(day),
            "outcome": "done", **counts, "counts": json.dumps(counts), "terms": "1",
        }  # fmt: skip


def _visits(rng: random.Random, states: Sequence[ChannelState], days: Sequence[datetime]) -> Iterator[rows.Row]:
    for state in states:
        for day in days:
            bad = rng.random() < 0.04
            yield {
                "channel": state.url, "at": rows.stamp(day - timedelta(minutes=rng.randrange(40))),
                "source": state.source, "status": 503 if bad else 200, "trouble": "http-error" if bad else "",
                "entries": 0 if bad else 20, "new_entries": 0 if bad else rng.randrange(6),
            }  # fmt: skip


def _source_days(rng: random.Random, sources: Sequence[Source], days: Sequence[datetime]) -> Iterator[rows.Row]:
    for source in sources:
        for day in days:
            yield {
                "source": source.id, "day": day.date().isoformat(), "visits": 2, "answers": 2, "trouble": "",
                "candidates": rng.randrange(30), "pages": rng.randrange(30), "reports": rng.randrange(4), "samples": 2,
                "dated": 1.0, "authored": 0.8, "characters": 2400.0,
            }  # fmt: skip


def _recall(until: datetime) -> Iterator[rows.Row]:
    for language in LANGUAGES:
        for number in range(60):
            year, month = divmod(until.year * 12 + until.month - 1 - number, 12)
            yield {
                "language": language, "month": f"{year}-{month + 1:02}", "method": "chapman", "held": 80,
                "total": 100.0, "total_low": 90.0, "total_high": 125.0, "share": 0.8, "share_low": 0.64,
                "share_high": 0.89, "at_least": 80.0, "assumption": "two lists that do not know of each other",
                "made_at": rows.stamp(until),
            }  # fmt: skip


def _troubles(sources: Sequence[Source], until: datetime) -> Iterator[rows.Row]:
    told = [("language", code) for code in ("kk", "he")] + [("source", source.id) for source in sources[:8]]
    for number, (scope, name) in enumerate(told):
        yield {
            "scope": scope, "name": name, "what": "silent", "detail": "Nothing new for a week.",
            "since": rows.stamp(until - _DAY * 9), "noticed_at": rows.stamp(until - _DAY * 2),
            "mended_at": rows.stamp(until - _DAY) if number > 6 else None,
        }  # fmt: skip


def _issues(rng: random.Random, states: Sequence[ChannelState], days: Sequence[datetime]) -> Iterator[rows.Row]:
    for run, day in enumerate(days, start=1):
        for state in rng.sample(states, 6):
            yield {
                "run": run, "at": rows.stamp(day), "source": state.source, "channel": state.url, "url": state.url,
                "level": "warning", "what": "http-error", "detail": f"{state.url} answered with HTTP 503",
            }  # fmt: skip
