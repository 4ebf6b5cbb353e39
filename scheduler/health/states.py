"""A channel's last visit and its own history in, its health in one word and one sentence out. Pure.

A 304 and an empty 200 leave trouble as it is: only an answer with entries makes a channel well again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import mean

from db.model import Channel, ChannelState, Health
from db.queries.history import Visited
from scheduler.health.waits import longest

BLIND = frozenset(
    {Health.EMPTY, Health.STALE, Health.MOVED, Health.BLOCKED, Health.BROKEN, Health.UNREACHABLE}
)  # in which a channel gives nothing that can be relied on
_ENOUGH = 5  # gaps between new entries, from which a rhythm is known
_UNKNOWN = timedelta(days=30)  # how long a channel of unknown rhythm may be quiet
_SHORTEST = timedelta(hours=49)  # two daily visits and a little
_MEANING: Mapping[str, Health] = {
    "empty-body": Health.EMPTY, "no-entries": Health.EMPTY, "stale-feed": Health.STALE, "gone": Health.MOVED,
    "blocked": Health.BLOCKED, "asked-to-wait": Health.BLOCKED, "bot-wall": Health.BLOCKED,
    "forbidden-by-robots": Health.BLOCKED, "no-preview": Health.BLOCKED, "timed-out": Health.UNREACHABLE,
    "unknown-host": Health.UNREACHABLE, "unreachable": Health.UNREACHABLE, "cut-off": Health.UNREACHABLE,
    "host-error": Health.UNREACHABLE, "robots-unreachable": Health.UNREACHABLE, "fetch-failed": Health.UNREACHABLE,
}  # fmt: skip
_WORDS: Mapping[str, str] = {
    "empty-body": "it answers with nothing",
    "no-entries": "it answers, but lists nothing",
    "gone": "there is nothing at its address any more; it may have moved",
    "blocked": "the host refuses us (401, 403 or 451)",
    "asked-to-wait": "the host asks to be asked less often (429)",
    "bot-wall": "the host puts a wall against robots before it",
    "forbidden-by-robots": "robots.txt forbids it",
    "no-preview": "Telegram shows no public preview of it",
    "timed-out": "the host does not answer in time",
    "unknown-host": "the host's name is not known any more",
    "unreachable": "the host cannot be reached",
    "cut-off": "the host breaks its answers off",
    "host-error": "the host has an error of its own (5xx)",
    "robots-unreachable": "the host's robots.txt cannot be had, so nothing is asked",
    "html-instead-of-feed": "a web page stands where its list was; the address may have changed",
    "not-a-feed": "what it answers is no list that can be read",
    "not-a-list": "what it answers is no list that can be read",
    "not-a-page": "what it answers is no web page",
    "not-an-answer": "the service's answer cannot be read",
    "bad-query": "the service does not take the query",
    "damaged-feed": "its list is damaged; what could be read was read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How a channel is wont to bring something new: the mean wait, and the longest that is no cause for worry."""

    usual: timedelta
    longest: timedelta
    last_new: datetime | None


def unasked(channel: Channel) -> ChannelState:
    """The state of a channel that nobody has asked yet."""
    return ChannelState(url=channel.url, source=channel.source, kind=channel.kind)


def rhythm(visits: Sequence[Visited], newest: datetime | None) -> Rhythm:
    """The rhythm that ``visits`` of one channel, in order of time, show; ``newest`` is the date of its newest entry."""
    moments = [visit.at for visit in visits if visit.new_entries]
    last = max(filter(None, (moments[-1] if moments else None, newest)), default=None)
    waits = [(later - earlier) / timedelta(days=1) for earlier, later in pairwise(moments)]
    if len(waits) < _ENOUGH:
        return Rhythm(usual=_UNKNOWN, longest=_UNKNOWN, last_new=last)
    patience = max(timedelta(days=longest(waits)), _SHORTEST)
    return Rhythm(usual=timedelta(days=mean(waits)), longest=patience, last_new=last)


def judged(state: ChannelState, known: Rhythm, why_off: str, now: datetime) -> ChannelState:
    """``state`` with its health, since when, and the words for a person; ``why_off`` is empty for what is asked."""
    health, told = _health(state, known, why_off, now)
    since = state.health_since if state.health is health and state.health_since else now
    return replace(state, health=health, health_since=since, told=told)


def _health(state: ChannelState, known: Rhythm, why_off: str, now: datetime) -> tuple[Health, str]:
    if why_off:
        return Health.OFF, why_off
    if state.asked_at is None:
        return Health.NEW, "it has not been asked yet"
    if state.trouble and state.trouble not in {"stale-feed", "damaged-feed"}:
        return _MEANING.get(state.trouble, Health.BROKEN), _trouble(state, now)
    return _well(state, known, now)


def _well(state: ChannelState, known: Rhythm, now: datetime) -> tuple[Health, str]:
    """How a channel is that answers and can be read: something new, nothing for longer than usual, or nothing yet."""
    damaged = f"; {_WORDS['damaged-feed']}" if state.trouble == "damaged-feed" else ""
    if state.new_entries and state.answered_at == state.asked_at and state.status == 200:
        return Health.FRESH, f"{state.new_entries} new entries at the last visit{damaged}"
    wait = now - known.last_new if known.last_new else None
    if wait and wait > known.longest:
        usual = "" if known.usual >= _UNKNOWN else f"; usually something comes every {_span(known.usual)}"
        return Health.STALE, f"nothing new for {_span(wait)}{usual}"
    since = f"; the last came {_span(wait)} ago" if wait else ""
    return Health.QUIET, f"nothing new at the last visit, which is usual for it{since}{damaged}"


def _trouble(state: ChannelState, now: datetime) -> str:
    words = _WORDS.get(state.trouble, state.trouble.replace("-", " "))
    since = f", for {_span(now - state.trouble_since)}" if state.trouble_since and state.trouble_since < now else ""
    good = f"; last good on {state.good_at:%Y-%m-%d}" if state.good_at else "; it has never been good"
    return f"{words}{since}{good}"


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
