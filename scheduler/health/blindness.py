"""The health of channels in, what has gone blind out: a source, a language, each with what is wrong and since when.

A source is blind when none of its channels gives anything that can be relied on and their failures weigh enough, so
that one time-out wakes nobody; it is well again when one of them is. A language is blind when all of its sources are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.model import ChannelState, Health, Issue, Source, Trouble
from scheduler.health.states import BLIND

ENOUGH = 0.5  # weight of failures in a row: one hard or soft one, or two temporary ones
_WITHOUT_FAILURE = frozenset({Health.STALE})  # nothing fails, and nothing comes
_NO_TROUBLE = frozenset({"volume-jump", "report-jump"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What was looked at: sources with the states of all channels, issues of their histories, troubles that are open.

    ``is_whole``: all sources were asked, so that of languages something can be said too.
    """

    sources: Sequence[Source]
    states: Mapping[str, ChannelState]
    issues: Sequence[Issue]
    known: Sequence[Trouble]
    is_whole: bool
    now: datetime


def troubles(watched: Watched) -> list[Trouble]:
    """All that is blind now; what was not looked at stays as it was."""
    blind = [trouble for source in watched.sources if (trouble := _blind(source, watched))]
    names = {trouble.name for trouble in blind}
    outside = {issue.source: issue for issue in watched.issues if issue.what not in _NO_TROUBLE}
    odd = [_odd(issue, watched) for name, issue in outside.items() if name not in names]
    asked = {source.id for source in watched.sources}
    left = [one for one in watched.known if one.scope == "run" or (one.scope == "source" and one.name not in asked)]
    if watched.is_whole:
        return [*blind, *odd, *left, *_languages(names, watched)]
    return [*blind, *odd, *left, *(one for one in watched.known if one.scope == "language")]


def _blind(source: Source, watched: Watched) -> Trouble | None:
    told = (watched.states.get(channel.url) for channel in source.channels)
    ours = [state for state in told if state and state.health is not Health.OFF]
    is_open = any(one.scope == "source" and one.name == source.id for one in watched.known)
    if not ours or not all(_is_blind(state, is_open=is_open) for state in ours):
        return None
    worst = max(ours, key=lambda state: (state.failures, state.url))
    return Trouble(
        scope="source", name=source.id, what=worst.health.value, detail=f"{source.name}: {worst.told}",
        since=min(state.health_since or watched.now for state in ours),
    )  # fmt: skip


def _is_blind(state: ChannelState, *, is_open: bool) -> bool:
    """Whether a channel gives nothing to rely on; while its source is in trouble, any failure keeps it there."""
    weighs = is_open or state.failures >= ENOUGH or state.health in _WITHOUT_FAILURE
    return state.health in BLIND and weighs


def _odd(issue: Issue, watched: Watched) -> Trouble:
    return Trouble(scope="source", name=issue.source, what=issue.what, detail=issue.detail, since=watched.now)


def _languages(blind: set[str], watched: Watched) -> list[Trouble]:
    by_language: dict[str, list[str]] = {}
    for source in watched.sources:
        if source.enabled and any(channel.url in watched.states for channel in source.channels):
            for language in source.languages:
                by_language.setdefault(language, []).append(source.id)
    return [
        Trouble(
            scope="language", name=language, what="blind", since=watched.now,
            detail=f"none of the {len(names)} sources in this language gives anything",
        )
        for language, names in sorted(by_language.items())
        if blind.issuperset(names)
    ]  # fmt: skip
