"""How the watch goes: a Datasette database and a moment in, its sources with their last days, gaps and recall out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from db.model import BLIND, HARMLESS
from db.queries.news import ANSWERED
from db.web.pages import rows_of

DAYS = 28
GROUPS: Mapping[str, str] = {"trouble": "In trouble", "well": "Well", "new": "Not asked yet", "off": "Not watched"}
_GAPS, _RUNS = 10, 5
_STEP, _FOOT, _HIGH = 4, 18, 17  # of a spark line: a day, the ground, the highest bar; troubles stand below the ground
_SILENT = "SELECT name FROM troubles WHERE scope = 'language' AND mended_at IS NULL ORDER BY name"
_SOURCES = (
    "SELECT id, name, country, languages, kind, enabled, reason FROM sources WHERE watched = 1 "
    "ORDER BY name COLLATE NOCASE, id"
)
_CHANNELS = (
    "SELECT source, url, kind, health, health_since, good_at, asked_at, told, trouble, trouble_since FROM channels "
    "WHERE parent = '' ORDER BY source, kind, url"
)
_ODD = "SELECT name, what, detail, since FROM troubles WHERE scope = 'source' AND mended_at IS NULL"
_DAYS_OF = (
    "SELECT d.source, d.day, d.trouble, d.candidates, d.reports, d.visits FROM sources s JOIN source_days d "
    "ON d.source = s.id AND d.day >= ? AND d.day <= ? WHERE s.watched = 1"
)
_RECALL = "SELECT * FROM recall ORDER BY language, month DESC"
_GAPS_NEWEST = (
    "SELECT g.id, g.source, s.name AS source_name, g.why, g.since, g.until, g.recovered, g.pages, g.lost FROM gaps g "
    "JOIN sources s ON s.id = g.source ORDER BY g.id DESC LIMIT ?"
)
_RUNS_NEWEST = (
    "SELECT r.id, r.kind, r.started_at, r.outcome, r.sources, r.answered, r.channels, r.new_reports, "
    "(SELECT count(*) FROM issues i WHERE i.run = r.id AND i.level <> 'info') AS issues "
    "FROM runs r ORDER BY r.id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The watch in a line: of the sources ``asked`` in the last 24 hours how many answered, and silent languages."""

    well: int
    asked: int
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel as a person wants to hear of it: its health, since when, the words for it, when it was last good."""

    kind: str
    health: str
    since: str
    good_at: str
    told: str

    @property
    def is_blind(self) -> bool:
        """Whether it gives nothing that can be relied on."""
        return self.health in BLIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """Four weeks in a drawing: paths of what was offered day by day and of the days in trouble, and it in words."""

    bars: str
    troubles: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A source: which group it is in, what is wrong in sentences, its channels, and its last four weeks."""

    id: str
    name: str
    country: str
    languages: tuple[str, ...]
    kind: str
    group: str
    wrong: tuple[str, ...]
    since: str
    good_at: str
    channels: tuple[Channel, ...]
    spark: Spark
    offered: int
    reports: int

    @property
    def healths(self) -> tuple[str, ...]:
        """The healths of its channels, each once."""
        return tuple(dict.fromkeys(each.health for each in self.channels))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What share of a language's reports of a month is held, as far as can be estimated; ``earlier`` could be."""

    newest: Mapping[str, Any]
    earlier: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Everything that the page of sources shows."""

    pulse: Pulse
    sources: tuple[Watched, ...]
    recall: tuple[Recalled, ...]
    gaps: tuple[Mapping[str, Any], ...]
    runs: tuple[Mapping[str, Any], ...]


async def pulse(database: Any, now: datetime) -> Pulse:
    """How many sources answered within the 24 hours before ``now``, and which languages are silent."""
    [answered] = await rows_of(database, ANSWERED, [(now - timedelta(days=1)).isoformat(timespec="seconds")])
    silent = tuple(row["name"] for row in await rows_of(database, _SILENT))
    return Pulse(well=answered["well"], asked=answered["asked"], silent=silent)


async def watch(database: Any, now: datetime) -> Watch:
    """The watch as it is ``now`` (UTC)."""
    last = now.astimezone(UTC).date()
    first = last - timedelta(days=DAYS - 1)
    channels = _by_source(await rows_of(database, _CHANNELS))
    odd = {row["name"]: row for row in await rows_of(database, _ODD)}
    days = _by_source(await rows_of(database, _DAYS_OF, [str(first), str(last)]))
    return Watch(
        pulse=await pulse(database, now),
        sources=tuple(
            _watched(row, channels.get(row["id"], []), days.get(row["id"], []), odd.get(row["id"]), first)
            for row in await rows_of(database, _SOURCES)
        ),
        recall=_recalled(await rows_of(database, _RECALL)),
        gaps=tuple(await rows_of(database, _GAPS_NEWEST, [_GAPS])),
        runs=tuple(await rows_of(database, _RUNS_NEWEST, [_RUNS])),
    )


def _by_source(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["source"], []).append(row)
    return found


def _watched(
    row: Mapping[str, Any], channels: list[Mapping[str, Any]], days: list[Mapping[str, Any]],
    odd: Mapping[str, Any] | None, first: date,
) -> Watched:  # fmt: skip
    seen = tuple(_channel(each) for each in channels)
    blind = [each for each in seen if each.is_blind]
    wrong = [f"{each.kind}: {each.told}" if len(seen) > 1 else each.told for each in blind]
    if odd and odd["what"] not in BLIND:
        wrong.append(odd["detail"])
    group = _group(row, seen, is_wrong=bool(wrong))
    of_state = [each.since for each in (blind or seen) if each.since]
    return Watched(
        id=row["id"], name=row["name"], country=row["country"], languages=tuple(json.loads(row["languages"] or "[]")),
        kind=row["kind"], group=group, wrong=(row["reason"],) if group == "off" else tuple(dict.fromkeys(wrong)),
        since=min(of_state, default="") or (odd["since"] if odd else ""),
        good_at=max((each.good_at for each in seen), default=""), channels=seen, spark=spark(days, first),
        offered=sum(each["candidates"] for each in days), reports=sum(each["reports"] for each in days),
    )  # fmt: skip


def _channel(row: Mapping[str, Any]) -> Channel:
    """A channel; what is in trouble and was not judged since is called broken."""
    health = row["health"]
    hidden = row["trouble"] not in HARMLESS and health not in BLIND and health != "off"
    return Channel(
        kind=row["kind"], health="broken" if hidden else health,
        since=(row["trouble_since"] if hidden else row["health_since"]) or "", good_at=row["good_at"] or "",
        told=row["trouble"].replace("-", " ") if hidden or not row["told"] else row["told"],
    )  # fmt: skip


def _group(row: Mapping[str, Any], channels: tuple[Channel, ...], *, is_wrong: bool) -> str:
    healths = {each.health for each in channels}
    if not row["enabled"] or (healths and healths <= {"off"}):
        return "off"
    if is_wrong:
        return "trouble"
    return "new" if healths <= {"new"} else "well"


def spark(days: Iterable[Mapping[str, Any]], first: date) -> Spark:
    """Four weeks from ``first`` on: a bar for what was offered, a hair where nothing was, a wedge for trouble."""
    known = [((date.fromisoformat(row["day"]) - first).days, row) for row in days]
    most = max((row["candidates"] for _, row in known), default=0) or 1
    bars, troubles = [], []
    for place, row in sorted(known, key=lambda each: each[0]):
        high = round(max(0.6, _HIGH * row["candidates"] / most), 1)
        bars.append(f"M{place * _STEP} {_FOOT}v-{high:g}h3v{high:g}z")
        if row["trouble"] not in HARMLESS:
            troubles.append(f"M{place * _STEP - 0.5:g} 25l2-5 2 5z")
    offered = sum(row["candidates"] for _, row in known)
    told = f"{offered:,} link{'' if offered == 1 else 's'} in {DAYS} days, asked on {len(known)}"
    blind = f", in trouble on {len(troubles)}" if troubles else ""
    return Spark(bars="".join(bars), troubles="".join(troubles), told=told + blind)


def _recalled(rows: Iterable[Mapping[str, Any]]) -> tuple[Recalled, ...]:
    """The newest month of each language, and the newest that could be estimated where that one could not."""
    months: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        called = f"{date.fromisoformat(row['month'] + '-01'):%B %Y}"
        months.setdefault(row["language"], []).append({**row, "called": called})
    found = []
    for each in months.values():
        estimated = next((row for row in each if row["share"] is not None), None)
        found.append(Recalled(newest=each[0], earlier=estimated if estimated is not each[0] else None))
    return tuple(sorted(found, key=lambda each: (-each.newest["held"], each.newest["language"])))
