"""One answer of a channel in; what to remember, the links worth fetching and the issues out. Pure.

A visit begins with the channel's own address and may go on to older pages of its list: until one reaches back to what
is known already (previews, searches), or where something has slipped through (feeds, after trouble or an overflow).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from crawler import discovery
from crawler.discovery import PAGES, Entry, Listing
from crawler.errors import ChannelUnreadableError
from crawler.spiders import pace
from crawler.spiders.links import found_in, takes
from crawler.spiders.visit import Answer, Learned, Look, Visit
from db.model import Channel, ChannelKind, ChannelState, Gap, Issue, Level

STALE_AFTER = timedelta(days=30)
MAX_CHILDREN = 500
MAX_LINKS = 5000  # of one channel in one run; further ones wait in the database for the next
LONGEST_REST = 7 * 86400.0  # seconds; a host that asks for more is asked again after a week all the same
LONGEST_GAP = timedelta(days=60)  # older gaps are not asked for
SHORTEST_GAP = timedelta(hours=30)  # a shorter one lies between two daily visits
_PAGED = frozenset({ChannelKind.TELEGRAM, ChannelKind.SEARCH})  # their lists are read back to what is known
_CHAINED = frozenset({ChannelKind.GDELT})  # their files are read one after another
_MANY_FILES = 24  # two hours of files
_MEANINGS = {401: "blocked", 403: "blocked", 451: "blocked", 429: "asked-to-wait", 404: "gone", 410: "gone"}
_WORDS = {
    "blocked": "the host refuses us",
    "asked-to-wait": "the host asks to be asked less often",
    "gone": "it is not there any more; look for its new address",
    "host-error": "the host has an error of its own",
    "http-error": "the host gives nothing that can be read",
}


def learn(visit: Visit, answer: Answer, look: Look, now: datetime) -> Learned:
    """Read ``answer`` to the ``visit``; links that the channel dates before ``visit.oldest`` are left out."""
    if visit.page > 1:
        return _further(visit, answer, look, now)
    visit = replace(_with(visit, asked_at=now, status=answer.status), answered_before=visit.state.answered_at)
    listing = discovery.missing(visit.channel, answer.url, now) if answer.status == 404 else None
    if listing is None and answer.status == 304:
        return _unchanged(_with(visit, answered_at=now), answer, now)
    if listing is None and answer.status != 200:
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        until = now + timedelta(seconds=min(wait, LONGEST_REST)) if wait else None
        return trouble(_with(visit, ask_after=until), *_refused(answer), now)
    visit = _with(visit, ask_after=None, answered_at=now)
    try:
        read = listing or _listing(visit, answer, now)
    except ChannelUnreadableError as error:
        return trouble(visit, error.what, error.detail, now)
    return _read(visit, answer, read, look, now)


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header (seconds or a date, RFC 9110 section 10.2.3) asks to wait; ``None`` without."""
    value = header.strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds()) if value else None
    except (ValueError, TypeError):
        return None


def trouble(visit: Visit, what: str, detail: str, now: datetime) -> Learned:
    """The channel is in trouble called ``what``; its validators are forgotten, so that the next answer comes whole.

    On an older page of a list it is only the end of the visit.
    """
    if visit.page > 1:
        return _ended(visit, Learned(visit=visit))
    state = visit.state
    state = replace(
        state, trouble=what, trouble_since=(state.trouble == what and state.trouble_since) or now,
        failures=state.failures + pace.weight(what), etag="", last_modified="",
    )  # fmt: skip
    visit = replace(visit, state=pace.after_failure(state, now))
    return Learned(visit=visit, issues=(issue(visit.channel, what, visit.clean(detail)),))


def issue(channel: Channel, what: str, detail: str, level: Level = Level.WARNING) -> Issue:
    """An issue of ``channel``."""
    return Issue(what=what, level=level, detail=detail, source=channel.source, channel=channel.url)


def finished(learned: Learned, fresh: int) -> Learned:
    """``learned``, once it is known how many of its links are new: of lists without dates that alone says it."""
    state = learned.state
    if learned.visit.page > 1 or fresh <= state.new_entries:
        return learned
    return replace(learned, visit=_with(learned.visit, new_entries=fresh, new_links_at=state.asked_at, idle_visits=0))


def _with(visit: Visit, **changes: datetime | str | float | None) -> Visit:
    return replace(visit, state=replace(visit.state, **changes))  # type: ignore[arg-type]  # the names are ChannelState's


def _listing(visit: Visit, answer: Answer, now: datetime) -> Listing:
    kind = answer.headers.get("content-type", "")
    return discovery.read(visit.channel, answer.body, answer.url, kind, now)


# -- the first page


def _read(visit: Visit, answer: Answer, listing: Listing, look: Look, now: datetime) -> Learned:
    before = visit.state
    visit = _aimed(visit, listing, now)
    state = replace(
        before,
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        entries=len(listing.entries) + len(listing.children),
        newest_entry_at=max(filter(None, (listing.newest, before.newest_entry_at)), default=None),
        new_entries=_younger(listing, before),
        position=listing.position or before.position,
    )
    found = found_in(visit, listing, look, now)
    children = [child for child in listing.children if takes(visit, child)]
    flaws = list(_flaws(visit, answer, listing, (len(found.candidates), len(children))))
    state, issues = _judged(visit.channel, state, flaws, now)
    state = pace.after_answer(state, listing, answer.headers, visit.answered_before, overflowed=visit.overflowed)
    children.sort(key=lambda entry: entry.dated or now, reverse=True)
    learned = replace(
        found, visit=replace(visit, state=state), issues=issues,
        children=tuple(_child(visit.channel, entry) for entry in children[:MAX_CHILDREN]),
        more=_more(visit, listing, now),
        modified={child.url: child.modified_at for child in children if child.modified_at},
    )  # fmt: skip
    return learned if learned.more else _ended(learned.visit, learned)


def _aimed(visit: Visit, listing: Listing, now: datetime) -> Visit:
    """The visit with how far back it goes: to what is known, to where trouble began, or to the overflow's far end."""
    newest = visit.state.newest_entry_at
    gap = visit.gap or _gap_of(visit, now)
    overflowed = _has_overflowed(visit, listing)
    if gap is None and overflowed and newest and listing.oldest:
        gap = _gap(visit.channel, "overflow", newest, listing.oldest)
    reach = gap.since if gap else None
    if visit.channel.kind in _PAGED:
        known = max(filter(None, (newest, visit.oldest)), default=None)
        reach = min(filter(None, (known, reach)), default=None)
    oldest = min(visit.oldest, gap.since) if gap and visit.oldest else visit.oldest
    return replace(visit, gap=gap, reach=reach, oldest=oldest, overflowed=overflowed)


def _gap_of(visit: Visit, now: datetime) -> Gap | None:
    """The span of the trouble that ends with this answer."""
    state = visit.state
    began = state.good_at or state.trouble_since
    is_outage = state.trouble and state.trouble not in {"stale-feed", "too-many-links", "damaged-feed"}
    if not is_outage or not began or now - began < SHORTEST_GAP:
        return None
    return _gap(visit.channel, state.trouble, max(began, now - LONGEST_GAP), now)


def _gap(channel: Channel, why: str, since: datetime, until: datetime) -> Gap:
    return Gap(source=channel.source, channel=channel.url, why=why, since=since, until=until)


def _has_overflowed(visit: Visit, listing: Listing) -> bool:
    """Whether even the oldest entry is younger than the newest of the visit before: others may have slipped through."""
    newest = visit.state.newest_entry_at
    lists_newest = visit.channel.kind in {ChannelKind.FEED, ChannelKind.SITEMAP} and not listing.children
    return bool(
        visit.state.entries
        and lists_newest
        and newest
        and listing.oldest
        and listing.oldest > newest
        and len(listing.entries) > 1
    )


def _younger(listing: Listing, before: ChannelState) -> int:
    newest = before.newest_entry_at
    return sum(1 for entry in listing.entries if newest and entry.dated and entry.dated > newest)


def _more(visit: Visit, listing: Listing, now: datetime) -> tuple[str, ...]:
    """The addresses where this visit goes on."""
    if not listing.more or visit.page >= PAGES.get(visit.channel.kind, 1):
        return ()
    if visit.channel.kind in _CHAINED or len(listing.more) > 1:
        return listing.more
    oldest = listing.oldest
    reached = oldest is not None and visit.reach is not None and oldest <= visit.reach
    stays = oldest is None or oldest > now - LONGEST_GAP
    return listing.more if visit.reach and not reached and listing.entries and stays else ()


def _flaws(visit: Visit, answer: Answer, listing: Listing, counts: tuple[int, int]) -> Iterator[tuple[str, str]]:
    shown = visit.clean(answer.url)
    if listing.flaw:
        yield listing.flaw, visit.clean(f"{answer.url}: {listing.flaw_detail}")
    links, children = counts
    if links > MAX_LINKS or children > MAX_CHILDREN:
        words = f"{shown} lists {links} links and {children} sitemaps; one run takes"
        yield "too-many-links", f"{words} {MAX_LINKS} and {MAX_CHILDREN}; further links wait for the next"
    if answer.moved_to:
        yield (
            "moved",
            f"{visit.channel.url} has moved for good to {visit.clean(answer.moved_to)}; write that address down",
        )
    if visit.overflowed and visit.state.newest_entry_at and listing.oldest:
        newest, oldest = visit.state.newest_entry_at, listing.oldest
        words = (
            f"{shown}: the oldest of its {len(listing.entries)} entries is of {oldest:%Y-%m-%d %H:%M}, the newest of"
        )
        yield (
            "overflow",
            (
                f"{words} the visit before of {newest:%Y-%m-%d %H:%M}: something may have slipped through; "
                "it is asked more often from now on"
            ),
        )


# -- further pages


def _further(visit: Visit, answer: Answer, look: Look, now: datetime) -> Learned:
    """An older page, or the next file, of a list."""
    listing = discovery.missing(visit.channel, answer.url, now) if answer.status == 404 else None
    try:
        if listing is None and answer.status != 200:
            return trouble(visit, *_refused(answer), now)
        listing = listing or _listing(visit, answer, now)
    except ChannelUnreadableError as error:
        return trouble(visit, error.what, error.detail, now)
    found = found_in(visit, listing, look, now)
    state = replace(
        visit.state,
        position=listing.position or visit.state.position,
        newest_entry_at=max(filter(None, (listing.newest, visit.state.newest_entry_at)), default=None),
        status=answer.status if answer.status == 200 else visit.state.status,
        entries=visit.state.entries + len(listing.entries),
        new_entries=visit.state.new_entries + sum(_is_younger(visit, entry) for entry in listing.entries),
    )
    recovered = [one for one in found.candidates if _is_within(visit.gap, one.offer.published_at)]
    gap = visit.gap and replace(visit.gap, pages=visit.gap.pages + 1, recovered=visit.gap.recovered + len(recovered))
    visit = replace(visit, state=state, gap=gap)
    learned = replace(found, visit=visit, more=_more(visit, listing, now))
    reached = listing.oldest is not None and visit.reach is not None and listing.oldest <= visit.reach
    if learned.more:
        return learned
    if visit.channel.kind in _CHAINED and visit.page >= _MANY_FILES and not state.entries:
        return _nothing_there(learned, now)
    return _ended(visit, learned, reached=reached)


def _is_younger(visit: Visit, entry: Entry) -> bool:
    """Whether an entry of an older page, or of a further file, is new since the visit before."""
    return visit.reach is None or bool(entry.dated and entry.dated > visit.reach)


def _nothing_there(learned: Learned, now: datetime) -> Learned:
    """That one file is missing is normal; that all are is the channel's trouble."""
    words = f"{learned.visit.channel.url}: none of the {learned.visit.page} files asked for was there"
    told = trouble(replace(learned.visit, page=1), "no-entries", words, now)
    return replace(told, visit=replace(told.visit, page=learned.visit.page))


def _is_within(gap: Gap | None, moment: datetime | None) -> bool:
    return bool(gap and moment and gap.since <= moment <= gap.until)


def _ended(visit: Visit, learned: Learned, *, reached: bool = False) -> Learned:
    """The end of a visit: where it was to mend a gap, the row that says what came back and what is lost."""
    if visit.gap is None:
        return learned
    first = (
        [one for one in learned.candidates if _is_within(visit.gap, one.offer.published_at)] if visit.page == 1 else []
    )
    gap = replace(visit.gap, recovered=visit.gap.recovered + len(first), pages=max(visit.gap.pages, 1))
    if reached or _reaches(visit, learned):
        return replace(learned, gaps=(gap,))
    words = f"the list does not go back to {gap.since:%Y-%m-%d %H:%M}; what it no longer shows may be lost"
    return replace(learned, gaps=(replace(gap, lost=words),), lost=gap)


def _reaches(visit: Visit, learned: Learned) -> bool:
    """Whether what was listed goes back to the gap's beginning."""
    if visit.gap is None or visit.channel.kind in _CHAINED or learned.children:
        return True
    dates = [one.offer.published_at for one in learned.candidates if one.offer.published_at]
    return bool(dates) and min(dates) <= visit.gap.since


def _child(channel: Channel, entry: Entry) -> Channel:
    return replace(channel, url=entry.url, kind=ChannelKind.SITEMAP)


# -- how the channel is


def _unchanged(visit: Visit, answer: Answer, now: datetime) -> Learned:
    """A 304 says nothing of the channel's health: whatever trouble it was in, it stays in."""
    state, channel = visit.state, visit.channel
    if state.trouble and state.trouble not in {"stale-feed", "overflow", "moved"}:
        told = issue(channel, state.trouble, f"{channel.url}: still, and unchanged (304)")
        return Learned(visit=visit, issues=(told,))
    state, issues = _judged(channel, replace(state, new_entries=0), [], now)
    state = pace.after_answer(state, Listing(), answer.headers, visit.answered_before, overflowed=False)
    return Learned(visit=replace(visit, state=state), issues=issues)


_NEWS = frozenset({"too-many-links", "overflow", "moved"})  # flaws that do not make a channel's list untrue


def _judged(
    channel: Channel, state: ChannelState, flaws: Iterable[tuple[str, str]], now: datetime
) -> tuple[ChannelState, tuple[Issue, ...]]:
    """The state with its trouble, and the issues: flaws of this answer, and that nothing new comes any more."""
    newest, flaws = state.newest_entry_at, list(flaws)
    if newest and newest < now - STALE_AFTER:
        flaws = [*flaws, ("stale-feed", f"{channel.url}: the newest entry is of {newest:%Y-%m-%d}, over a month old")]
    serious = next((what for what, _ in flaws if what not in _NEWS), "")
    since = state.trouble_since if serious and state.trouble == serious else (now if serious else None)
    issues = tuple(issue(channel, what, detail) for what, detail in flaws)
    grave = serious and serious not in {"stale-feed", "damaged-feed"}
    return replace(
        state,
        trouble=serious,
        trouble_since=since,
        failures=state.failures + pace.weight(serious) if grave else 0.0,
        good_at=state.good_at if grave else now,
    ), issues


def _refused(answer: Answer) -> tuple[str, str]:
    what = "host-error" if answer.status >= 500 else _MEANINGS.get(answer.status, "http-error")
    return what, f"{answer.url} answered {answer.status}: {_WORDS[what]}"
