"""The health of channels in, what has gone blind out: a source, a language, each with what is wrong and since when.

A source is blind when none of its channels gives anything that can be relied on and their failures weigh enough, so
that one time-out wakes nobody; a language when all of its sources are.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from db.model import ChannelState, Health, Issue, Source, Trouble
from db.queries import open_trouble_names
from scheduler.health.states import BLIND

ENOUGH = 1.0  # weight of failures in a row: one hard, two soft or four temporary ones
_WITHOUT_FAILURE = frozenset({Health.STALE})  # nothing fails, and nothing comes


def troubles(
    states: Iterable[ChannelState], sources: Iterable[Source], issues: Iterable[Issue], now: datetime, path: Path
) -> list[Trouble]:
    """All that is blind now; what was not looked at in this run stays as it was."""
    asked = {source.id: source for source in sources}
    channels: dict[str, list[ChannelState]] = {}
    for state in states:
        if not state.parent and state.health is not Health.OFF:
            channels.setdefault(state.source, []).append(state)
    outside = {issue.source: issue for issue in issues if issue.what != "volume-jump"}
    found = [
        trouble for source in asked.values() if (trouble := _of(source, channels.get(source.id, []), outside, now))
    ]
    looked_at = {*asked, *_spoken(asked.values())}
    left = [one for one in open_trouble_names(path) if one.scope == "run" or one.name not in looked_at]
    blind = {trouble.name for trouble in found if trouble.what in BLIND}
    return [*found, *left, *_languages(asked.values(), channels, blind, now)]


def _spoken(sources: Iterable[Source]) -> set[str]:
    return {language for source in sources for language in source.languages}


def _of(source: Source, channels: Sequence[ChannelState], outside: dict[str, Issue], now: datetime) -> Trouble | None:
    ours = [state for state in channels if state.url in {channel.url for channel in source.channels}]
    if ours and all(_is_blind(state) for state in ours):
        worst = max(ours, key=lambda state: (state.failures, state.url))
        since = min(state.health_since or now for state in ours)
        told = f"{source.name}: {worst.told}"
        return Trouble(scope="source", name=source.id, what=worst.health.value, detail=told, since=since)
    issue = outside.get(source.id)
    return Trouble(scope="source", name=source.id, what=issue.what, detail=issue.detail, since=now) if issue else None


def _is_blind(state: ChannelState) -> bool:
    return state.health in BLIND and (state.failures >= ENOUGH or state.health in _WITHOUT_FAILURE)


def _languages(
    sources: Iterable[Source], channels: dict[str, list[ChannelState]], blind: set[str], now: datetime
) -> list[Trouble]:
    by_language: dict[str, list[Source]] = {}
    for source in sources:
        if source.enabled and channels.get(source.id):
            for language in source.languages:
                by_language.setdefault(language, []).append(source)
    return [
        Trouble(
            scope="language",
            name=language,
            what="blind",
            since=now,
            detail=f"none of the {len(found)} sources in this language gives anything",
        )
        for language, found in sorted(by_language.items())
        if all(source.id in blind for source in found)
    ]
