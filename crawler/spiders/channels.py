"""One answer of a channel in; what to remember, the links worth fetching and the issues out. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from crawler import discovery
from crawler.discovery import Entry, Listing
from crawler.errors import ChannelUnreadableError
from crawler.urls import key
from db.model import Candidate, Channel, ChannelKind, ChannelState, Issue, Level, Offer

STALE_AFTER = timedelta(days=30)
MAX_CHILDREN = 500
MAX_LINKS = 5000  # of one channel in one run; further ones wait in the database for the next
LONGEST_REST = 7 * 86400.0  # seconds; a host that asks for more is asked again after a week all the same
_MEANINGS = {401: "blocked", 403: "blocked", 451: "blocked", 429: "asked-to-wait", 404: "gone", 410: "gone"}
_WORDS = {
    "blocked": "the host refuses us",
    "asked-to-wait": "the host asks to be asked less often",
    "gone": "it is not there any more; look for its new address",
    "host-error": "the host has an error of its own",
    "http-error": "the host gives nothing that can be read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a channel's host sent: status, headers that matter (lower-case names), body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What one answer taught: the channel's new state, new links, further sitemaps to ask, and issues."""

    state: ChannelState
    candidates: tuple[Candidate, ...] = ()
    children: tuple[Channel, ...] = ()
    issues: tuple[Issue, ...] = ()


def learn(channel: Channel, state: ChannelState, answer: Answer, oldest: datetime | None, now: datetime) -> Learned:
    """Read ``answer`` to ``channel``; links that the channel dates before ``oldest`` are left out."""
    state = replace(state, asked_at=now, status=answer.status)
    if answer.status == 304:
        return _unchanged(channel, replace(state, answered_at=now), now)
    if answer.status != 200:
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        state = replace(state, ask_after=now + timedelta(seconds=min(wait, LONGEST_REST)) if wait else None)
        return trouble(channel, state, *_refused(answer), now)
    state = replace(state, ask_after=None)
    try:
        listing = discovery.read(channel, answer.body, answer.url, answer.headers.get("content-type", ""))
    except ChannelUnreadableError as error:
        return trouble(channel, replace(state, answered_at=now), error.what, error.detail, now)
    return _read(channel, replace(state, answered_at=now), answer, listing, _Window(oldest=oldest, now=now))


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header (seconds or a date, RFC 9110 section 10.2.3) asks to wait; ``None`` without."""
    value = header.strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds()) if value else None
    except (ValueError, TypeError):
        return None


def trouble(channel: Channel, state: ChannelState, what: str, detail: str, now: datetime) -> Learned:
    """``channel`` is in trouble called ``what``; its validators are forgotten, so that the next answer comes whole."""
    since = state.trouble_since if state.trouble == what and state.trouble_since else now
    state = replace(state, trouble=what, trouble_since=since, etag="", last_modified="")
    return Learned(state=state, issues=(issue(channel, what, detail),))


def issue(channel: Channel, what: str, detail: str, level: Level = Level.WARNING) -> Issue:
    """An issue of ``channel``."""
    return Issue(what=what, level=level, detail=detail, source=channel.source, channel=channel.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    oldest: datetime | None
    now: datetime

    def takes(self, entry: Entry) -> bool:
        return self.oldest is None or entry.dated is None or entry.dated >= self.oldest


def _read(channel: Channel, state: ChannelState, answer: Answer, listing: Listing, window: _Window) -> Learned:
    wanted = [entry for entry in listing.entries if window.takes(entry)]
    candidates = _candidates(channel, wanted, window)
    children = sorted(filter(window.takes, listing.children), key=lambda entry: entry.dated or window.now, reverse=True)
    state = replace(
        state,
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        entries=len(listing.entries) + len(listing.children),
        newest_entry_at=max(filter(None, (listing.newest, state.newest_entry_at)), default=None),
    )
    flaws = [(listing.flaw, f"{answer.url}: {listing.flaw_detail}")] if listing.flaw else []
    if len(wanted) > MAX_LINKS or len(children) > MAX_CHILDREN:
        words = f"{answer.url} lists {len(wanted)} links and {len(children)} sitemaps; one run takes"
        flaws.append(("too-many-links", f"{words} {MAX_LINKS} and {MAX_CHILDREN}; further links wait for the next"))
    state, issues = _judged(channel, state, flaws, window.now)
    further = tuple(_child(channel, entry) for entry in children[:MAX_CHILDREN])
    return Learned(state=state, candidates=candidates, children=further, issues=issues)


def _candidates(channel: Channel, entries: Iterable[Entry], window: _Window) -> tuple[Candidate, ...]:
    found: dict[str, Candidate] = {}
    for entry in entries:
        offer = Offer(
            source=channel.source,
            channel=channel.url,
            title=entry.title,
            summary=entry.summary,
            published_at=_believable(entry.published_at, window.now),
            offered_at=window.now,
            oldest=window.oldest,
        )
        found.setdefault(key(entry.url), Candidate(url=entry.url, key=key(entry.url), offer=offer))
    return tuple(found.values())


def _believable(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment <= now + timedelta(days=1) else None


def _child(channel: Channel, entry: Entry) -> Channel:
    return replace(channel, url=entry.url, kind=ChannelKind.SITEMAP)


def _unchanged(channel: Channel, state: ChannelState, now: datetime) -> Learned:
    """A 304 says nothing of the channel's health: whatever trouble it was in, it stays in."""
    if state.trouble and state.trouble != "stale-feed":
        return Learned(
            state=state, issues=(issue(channel, state.trouble, f"{channel.url}: still, and unchanged (304)"),)
        )
    state, issues = _judged(channel, state, [], now)
    return Learned(state=state, issues=issues)


def _judged(
    channel: Channel, state: ChannelState, flaws: list[tuple[str, str]], now: datetime
) -> tuple[ChannelState, tuple[Issue, ...]]:
    """The state with its trouble, and the issues: flaws of this answer, and that nothing new comes any more."""
    newest = state.newest_entry_at
    if newest and newest < now - STALE_AFTER:
        flaws = [*flaws, ("stale-feed", f"{channel.url}: the newest entry is of {newest:%Y-%m-%d}, over a month old")]
    serious = next((what for what, _ in flaws if what != "too-many-links"), "")
    since = state.trouble_since if serious and state.trouble == serious else (now if serious else None)
    issues = tuple(issue(channel, what, detail) for what, detail in flaws)
    return replace(state, trouble=serious, trouble_since=since), issues


def _refused(answer: Answer) -> tuple[str, str]:
    what = "host-error" if answer.status >= 500 else _MEANINGS.get(answer.status, "http-error")
    return what, f"{answer.url} answered {answer.status}: {_WORDS[what]}"
