"""The health of the watch, after a run: the database in, how every channel and source is out, all written down."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from crawler import discovery
from db.model import Channel, Engine, Health, Issue, Level, Recall, Sample, Source, Trouble
from db.queries import history, open_trouble_names
from db.queries.history import Visited
from db.store import Store
from scheduler.config import Config
from scheduler.health import blindness, expectations, recall, states
from scheduler.health.blindness import Watched
from scheduler.health.days import days_of

__all__ = ["assess", "note_run"]

_GONE = "not asked any more: its source is off, or it is gone from the watch list"
_A_DAY = timedelta(hours=23)  # so that of daily visits there is one in it
_RHYTHM = timedelta(days=60)
_REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The visits of the last weeks, the keys that are set, whether this run asked all sources, and when."""

    keys: Mapping[Engine, str]
    visits: Sequence[Visited]
    is_whole: bool
    now: datetime


def assess(store: Store, config: Config, asked: Iterable[Source], now: datetime, *, is_whole: bool) -> None:
    """Judge every channel and source by its own history, and write it down.

    ``asked`` are the sources of this run; ``is_whole``: these are all, so that languages can be judged too.
    """
    path, keys = config.db, config.keys
    sources = tuple(asked)
    visits = history.visits(path, now - _RHYTHM)
    _settle_states(store, sources, _Asked(keys=keys, visits=visits, is_whole=is_whole, now=now))
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    recent = [visit for visit in visits if visit.at >= today]
    samples = history.samples(path, now - timedelta(days=expectations.HISTORY))
    store.keep_days(days_of(recent, history.pages_read(path, today), samples, today.date()))
    issues = _expectations(path, sources, samples, (visits, now))
    store.note(issues, now)
    watched = Watched(
        sources=sources, states=store.channel_states(), issues=issues, known=open_trouble_names(path),
        is_whole=is_whole, now=now,
    )  # fmt: skip
    store.keep_troubles(blindness.troubles(watched), now)
    store.keep_recall(_recall(path, now), now)


def note_run(store: Store, path: Path, wrong: Trouble | None, now: datetime) -> None:
    """Open, follow or end the trouble of the run as a whole; those of sources and languages stay as they are."""
    others = [trouble for trouble in open_trouble_names(path) if trouble.scope != "run"]
    store.keep_troubles([*others, *([wrong] if wrong else [])], now)


def _settle_states(store: Store, sources: Iterable[Source], asked: _Asked) -> None:
    by_channel: dict[str, list[Visited]] = {}
    for visit in asked.visits:
        by_channel.setdefault(visit.channel, []).append(visit)
    listed = [(source, channel) for source in sources for channel in source.channels]
    why_off = {channel.url: _why_off(source, channel, asked.keys) for source, channel in listed}
    store.know_channels(states.unasked(channel) for _, channel in listed)
    known = store.channel_states()
    if asked.is_whole:
        mine = (url for url, state in known.items() if not state.parent)
        why_off = {**dict.fromkeys(mine, _GONE), **why_off}
    judged = [
        states.judged(
            state, states.rhythm(by_channel.get(url, []), state.newest_entry_at), why_off.get(url, ""), asked.now
        )
        for url, state in known.items()
        if state.asked_at or url in why_off
    ]
    store.settle_health(judged)
    gone_off = (one for one in judged if one.health is Health.OFF and known[one.url].health is not Health.OFF)
    store.note([_off(one.source, one.url, one.told) for one in gone_off], asked.now)


def _why_off(source: Source, channel: Channel, keys: Mapping[Engine, str]) -> str:
    if not source.enabled:
        return source.reason
    if discovery.needs_key(channel) and channel.engine not in keys:
        return f"off until the configuration has a key for {channel.engine}"
    return ""


def _off(source: str, channel: str, told: str) -> Issue:
    return Issue(what="off", level=Level.INFO, detail=f"{channel}: {told}", source=source, channel=channel)


def _expectations(
    path: Path, sources: Iterable[Source], samples: Mapping[str, list[Sample]], last: tuple[list[Visited], datetime]
) -> list[Issue]:
    """What lies outside each source's own history, and below what its watch list file asks for.

    Today is the last 24 hours, so that a second run soon after midnight does not find an empty day.
    """
    visits, now = last
    recent = Counter[str]()
    for visit in visits:
        recent[visit.source] += visit.new_entries if visit.at > now - _A_DAY else 0
    found = history.days(path, (now - _REMEMBERED).date(), now.date())
    found.sort(key=lambda day: (day.source, day.day))
    by_source = {name: list(days) for name, days in groupby(found, lambda day: day.source)}
    issues = []
    for source in sources:
        days = by_source.get(source.id, [])
        well = [day for day in days[1:] if day.answers]  # the first day has all that a channel listed by then
        if well and well[-1].day == now.date():
            well[-1] = replace(well[-1], candidates=max(well[-1].candidates, recent[source.id]))
            counts = (expectations.volume(well), expectations.reports(well))
            changes = [*filter(None, counts), *expectations.layout(samples.get(source.id, []))]
            issues += [_issue(source, change.what, change.detail) for change in changes]
        answered = days and days[-1].day == now.date() and days[-1].answers
        if (
            answered
            and recent[source.id] < source.min_candidates
            and not any(one.source == source.id for one in issues)
        ):
            issues.append(_issue(source, "fewer-links-than-expected", _too_few(source, recent[source.id])))
    return issues


def _too_few(source: Source, count: int) -> str:
    return f"{count} links within a day; its file expects at least {source.min_candidates}"


def _issue(source: Source, what: str, detail: str) -> Issue:
    return Issue(what=what, level=Level.WARNING, detail=f"{source.name}: {detail}", source=source.id)


def _recall(path: Path, now: datetime) -> list[Recall]:
    """The estimates of this month and the two before it; older ones stand as they were made."""
    first = (now.replace(day=1) - timedelta(days=45)).strftime("%Y-%m")
    made = []
    for (language, month), counts in history.sighted(path, [first, now.strftime("%Y-%m")]).items():
        found = recall.estimate(counts)
        made.append(
            Recall(
                language=language,
                month=month,
                method=found.method,
                held=found.held,
                total=found.total,
                total_low=found.low,
                total_high=found.high,
                at_least=found.at_least,
                assumption=found.assumption,
            )
        )
    return made
