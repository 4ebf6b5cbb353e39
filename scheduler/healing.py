"""Captures read again after a source's rules were mended: the archive in, the reports that were missed out."""

import hashlib
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from crawler import flow
from crawler.analyst import Analyst
from db import queries
from db.archive import read
from db.errors import ArchiveError
from db.model import Analysis, Gap, Haul, Place, Source
from db.store import Store
from scheduler.config import Config


def reread(store: Store, config: Config, asked: Iterable[Source], now: datetime) -> None:
    """Read again what was not kept of every source whose rules have changed since the last run, and say what came back.

    Captures are kept for ``keep_days``; older ones are gone.
    """
    known = queries.rules_digests(config.db)
    changed = [source for source in asked if known.get(source.id, "") != digest(source)]
    if not changed:
        return
    with closing(Analyst()) as analyst:
        for source in changed:
            _reread(store, config, source, analyst, now)
            store.ruled(source.id, digest(source))


def digest(source: Source) -> str:
    """The version of a source's rules; empty where it has none."""
    return hashlib.sha256(repr(source.rules).encode()).hexdigest()[:12] if source.rules else ""


def _reread(store: Store, config: Config, source: Source, analyst: Analyst, now: datetime) -> None:
    since = now - timedelta(days=config.keep_days)
    places = queries.rejected_places(config.db, source.id, since)
    found = sum(_kept(store, config, source, analyst, place) for place in places)
    if places:
        gap = Gap(
            source=source.id,
            channel="",
            why="rules-changed",
            since=since,
            until=now,
            recovered=found,
            pages=len(places),
        )
        store.settle_channel(Haul(gaps=(gap,)), now)


def _kept(store: Store, config: Config, source: Source, analyst: Analyst, place: Place) -> bool:
    """Whether the capture at ``place`` is a report now; what cannot be read any more is passed over."""
    try:
        capture = replace(read(config.archive, place), place=place)
    except (ArchiveError, OSError):
        return False
    outcome = flow.triage(capture) or analyst.analyse(capture, source)
    return isinstance(outcome, Analysis) and flow.settle(outcome, source, store)
