"""How often a channel is asked: what its last visits brought in, when it is asked again out. Pure.

A channel that brings little is asked less often, one that overflows more often; what it asks for itself (RSS ``ttl``
and ``skipHours``, Cache-Control, Retry-After) comes first. After failures it rests with growing pauses, and is never
given up.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.discovery import Listing
from db.model import ChannelKind, ChannelState

DAILY = 24.0  # hours; the pace of a channel of which nothing special is known
FASTEST, SLOWEST = 1.0, 96.0  # hours
_SAME_DAY = timedelta(hours=12)
_NEVER_SLOW = frozenset({ChannelKind.SITEMAP, ChannelKind.GDELT})
_IDLE = 4  # visits in a row without anything new, after which a channel is asked less often
_CROWDED = 0.25  # share of a list that may be new before a quick channel keeps its pace
_SLACK = 0.9  # a visit may come this much before its time, since runs do not begin to the minute
_LONGEST_WISH = timedelta(days=1)  # a channel that asks to be left alone for longer is asked daily all the same
_PATIENT = timedelta(hours=36)  # after this long a channel is asked even in its closed hours
_RESTS = ((8.0, 168.0), (5.0, 96.0), (3.0, 48.0))  # weight of failures in a row, hours of rest
WEIGHTS: Mapping[str, float] = {  # of one failure: hard 1, soft 0.5, temporary 0.25
    "gone": 1.0, "blocked": 1.0, "bot-wall": 1.0, "not-a-feed": 1.0, "not-a-list": 1.0, "not-a-page": 1.0,
    "html-instead-of-feed": 1.0, "no-preview": 1.0, "bad-query": 1.0, "unknown-host": 1.0, "forbidden-by-robots": 1.0,
    "refused-address": 1.0, "redirect-loop": 1.0, "http-error": 1.0,
    "empty-body": 0.5, "no-entries": 0.5, "host-error": 0.5, "too-large": 0.5, "not-an-answer": 0.5,
    "robots-unreachable": 0.5,
}  # fmt: skip
TEMPORARY = 0.25


def weight(trouble: str) -> float:
    """How heavily one failure called ``trouble`` weighs."""
    return WEIGHTS.get(trouble, TEMPORARY)


def is_due(state: ChannelState | None, now: datetime, *, rounds: bool = False) -> bool:
    """Whether the channel should be asked ``now``; ``rounds``: between the daily crawls, where only quick ones are."""
    if state is None or state.asked_at is None:
        return not rounds
    since = now - state.asked_at
    if rounds and (state.pace_hours >= DAILY or since < timedelta(hours=state.pace_hours * _SLACK)):
        return False
    if state.due_at and now < state.due_at:
        return False
    return str(now.hour) not in state.closed_hours.split(",") or since > _PATIENT


def after_answer(
    state: ChannelState, listing: Listing, headers: Mapping[str, str], before: datetime | None, *, overflowed: bool
) -> ChannelState:
    """The state with the pace that this answer teaches; the answer before it came at ``before``.

    Visits of one day count as one, so that a channel which is asked again at once is not taken for a poor one. Sitemaps
    are never asked less often: an index has nothing new of its own.
    """
    now = state.asked_at or state.answered_at
    assert now is not None  # noqa: S101  # a channel that answers was asked
    counts = before is None or now - before > _SAME_DAY
    idle = 0 if state.new_entries else state.idle_visits + counts
    pace = _paced(state, idle, overflowed=overflowed) if counts or overflowed or state.new_entries else state.pace_hours
    wish = min(timedelta(seconds=max(listing.ttl_seconds, _max_age(headers))), _LONGEST_WISH)
    slow = timedelta(hours=pace) if pace > DAILY else timedelta()
    rest = max(wish, slow) * _SLACK
    return replace(
        state,
        pace_hours=pace,
        idle_visits=idle,
        due_at=now + rest if rest else None,
        closed_hours=",".join(map(str, sorted(listing.closed_hours))),
    )


def after_failure(state: ChannelState, now: datetime) -> ChannelState:
    """The state with the pause that its failures in a row ask for."""
    rest = next((hours for heavy, hours in _RESTS if state.failures >= heavy), 0.0)
    return replace(state, due_at=now + timedelta(hours=rest) * _SLACK if rest else None)


def _paced(state: ChannelState, idle: int, *, overflowed: bool) -> float:
    pace = state.pace_hours
    if overflowed:
        return max(FASTEST, min(pace, DAILY) / 2)
    if pace < DAILY:
        roomy = state.new_entries <= _CROWDED * state.entries
        return min(DAILY, pace * 1.5) if roomy else pace
    if not idle or state.kind in _NEVER_SLOW:
        return DAILY
    return min(pace * 1.5, SLOWEST) if idle >= _IDLE else pace


def _max_age(headers: Mapping[str, str]) -> float:
    """Seconds for which the answer is fresh, as its Cache-Control says (RFC 9111 section 5.2.2.1)."""
    told = headers.get("cache-control", "").lower()
    found = re.search(r"(?<!s-)max-age\s*=\s*\"?(\d+)", told)
    return 0.0 if not found or "no-cache" in told or "no-store" in told else float(found[1])
