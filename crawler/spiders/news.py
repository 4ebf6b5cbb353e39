"""The spider: asks every channel of the plan, then fetches each new link once, and hands all it got to the desk."""

import traceback
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import discovery
from crawler.analyst import Analyst
from crawler.discovery import Asking, finding
from crawler.spiders import faults, pace
from crawler.spiders.channels import MAX_LINKS, issue, trouble
from crawler.spiders.desk import Desk
from crawler.spiders.plan import Plan, Progress
from crawler.spiders.visit import Answer, Learned, Visit
from db.model import (
    Candidate,
    Capture,
    Channel,
    ChannelKind,
    ChannelState,
    Counts,
    Gap,
    Issue,
    Level,
    Offer,
    Recheck,
    Rejection,
    Source,
)

_CHANNEL_FIRST = 100
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"
_MAPS_OF_ROBOTS = 3  # of one host; news sitemaps only, since others list all that a site ever had
_FOR_GOOD = {301, 308}
_CLOCKS_DIFFER = timedelta(hours=1)  # between a publisher's and ours


class NewsSpider(Spider):
    """One crawl. ``tally`` counts as it goes; ``taken`` holds the links that were taken up and have no end yet."""

    name = "news"

    def __init__(self, plan: Plan, desk: Desk, analyst: Analyst, progress: Progress) -> None:
        super().__init__()
        self.plan, self.desk, self.analyst, self.progress = plan, desk, analyst, progress
        self.channels = {channel.url for source in plan.sources for channel in source.channels}
        self.sources = {source.id: source for source in plan.sources}
        self.tally: Counter[str] = Counter(sources=len(plan.sources))
        self.taken: dict[str, Candidate] = {}

    @property
    def counts(self) -> Counts:
        """What was done so far."""
        return Counts(**self.tally)

    # -- channels

    async def start(self) -> AsyncIterator[Request]:
        """Ask every channel that can be read, then fetch what earlier runs left."""
        for source in self.plan.sources:
            for channel in source.channels:
                state = self.desk.known.get(channel.url)
                refusal = self._refusal(channel, state)
                if refusal:
                    await self.desk.note([refusal], self.plan.now())
                elif self._is_due(channel, state):
                    yield self._ask(Visit(channel=channel, state=state or _unasked(channel), oldest=self.plan.oldest))
        for candidate in islice(filter(self._is_mine, self.desk.waiting), MAX_LINKS):
            yield self._fetch(candidate)
        for recheck in [] if self.plan.rounds else await self.desk.due(self.plan.now(), self.sources):
            yield self._fetch_again(recheck)

    def _is_mine(self, candidate: Candidate) -> bool:
        """Whether a source of this plan offered it, or its publisher is one."""
        known = self.desk.known.get(candidate.offer.channel)
        return candidate.offer.source in self.sources or bool(known and known.source in self.sources)

    def _refusal(self, channel: Channel, state: ChannelState | None) -> Issue | None:
        """Why ``channel`` is not asked in this run, where that must be said."""
        if state and state.ask_after and state.ask_after > self.plan.now():
            return issue(channel, "asked-to-wait", f"{channel.url}: asked to be left alone until {state.ask_after}")
        return None

    def _is_due(self, channel: Channel, state: ChannelState | None) -> bool:
        if discovery.needs_key(channel) and not self._key(channel):
            return False
        return self.plan.urgent or pace.is_due(state, self.plan.now(), rounds=self.plan.rounds)

    def _key(self, channel: Channel) -> str:
        return self.plan.keys.get(channel.engine, "") if channel.engine else ""

    def _ask(self, visit: Visit, parent: str = "", url: str = "") -> Request:
        """The request that begins ``visit``, or that goes on at ``url``."""
        self.tally["channels"] += visit.page == 1
        state, key = visit.state, self._key(visit.channel)
        if parent and not state.parent:
            visit = replace(visit, state=replace(state, parent=parent))
        if not url:
            since = visit.oldest or self.plan.oldest or self.plan.now()
            asking = Asking(since=since, now=self.plan.now(), position=state.position, key=key)
            first = discovery.first(visit.channel, asking)
            url, visit = first.url, replace(visit, headers=first.headers, secret=key)
        headers = {"Accept": _ACCEPT, **dict(visit.headers)}
        if visit.page == 1 and visit.gap is None and url == visit.channel.url:
            headers |= {name: value for name, value in _validators(state) if value}
        return Request(
            url,
            callback=self.on_channel,
            errback=self.on_channel_failure,
            headers=headers,
            priority=_CHANNEL_FIRST,
            dont_filter=True,
            cb_kwargs={"visit": visit},
        )

    async def on_channel(self, response: Response, visit: Visit) -> AsyncIterator[Request]:
        """Read a channel's answer; fetch its new links, ask its further sitemaps and the older pages of its list."""
        now = self.plan.now()
        answer = Answer(
            url=response.url, status=response.status, headers=headers_of(response), body=response.body,
            moved_to=moved_to(response),
        )  # fmt: skip
        learned, fresh = await self.desk.channel(visit, answer, now)
        if visit.page == 1:
            self.tally["answered"] += learned.state.answered_at == now
            self.tally["unchanged"] += response.status == 304
        for request in self._onward(learned, answer):
            yield request
        for candidate in fresh[:MAX_LINKS]:
            yield self._fetch(candidate)
        self.progress(self.counts)

    def _onward(self, learned: Learned, answer: Answer) -> Iterator[Request]:
        """Where a visit leads: older pages of the list, further sitemaps, and the sitemaps that may mend its gap."""
        visit, known = learned.visit, self.desk.known
        for url in learned.more:
            yield self._ask(replace(visit, page=visit.page + 1), url=url)
        children = list(learned.children)
        if answer.status == 304:
            mine = (one.url for one in known.values() if one.parent == visit.channel.url)
            children = [replace(visit.channel, url=url, kind=ChannelKind.SITEMAP) for url in mine]
        for child in children:
            if child.url != visit.channel.url and self._has_changed(child, learned):
                gap = visit.gap and replace(visit.gap, channel=child.url)
                state = known.get(child.url) or _unasked(child)
                yield self._ask(Visit(channel=child, state=state, oldest=visit.oldest, gap=gap), visit.channel.url)
        if learned.lost and visit.channel.kind is not ChannelKind.SITEMAP:
            yield from self._sitemaps_for(learned.lost)

    def named_in_robots(self, url: str, body: bytes) -> list[Request]:
        """Requests for the news sitemaps that the robots.txt at ``url`` names, for the sources at home on its host."""
        home = urlsplit(url).netloc
        mine = [source for source in self.plan.sources if urlsplit(source.homepage).netloc == home]
        named = [one for one in finding.named(body, url) if "news" in one.lower() and one not in self.channels]
        asked = []
        for address in named[:_MAPS_OF_ROBOTS] if mine and not self.plan.rounds else ():
            self.channels.add(address)
            channel = Channel(source=mine[0].id, kind=ChannelKind.SITEMAP, url=address)
            state = self.desk.known.get(address) or _unasked(channel)
            if self._is_due(channel, state):
                asked.append(self._ask(Visit(channel=channel, state=state, oldest=self.plan.oldest), parent=url))
        return asked

    def _has_changed(self, child: Channel, learned: Learned) -> bool:
        """Whether a further sitemap may hold what its last answer did not: by the index's ``lastmod``."""
        state, told = self.desk.known.get(child.url), learned.modified.get(child.url)
        if learned.visit.gap or state is None or state.trouble or not state.answered_at or not told:
            return True
        return told >= state.answered_at - _CLOCKS_DIFFER

    def _sitemaps_for(self, lost: Gap) -> Iterator[Request]:
        """Ask the source's sitemaps for a span that its list no longer shows."""
        source = self.sources.get(lost.source)
        for channel in source.channels if source else ():
            if channel.kind is ChannelKind.SITEMAP:
                state = self.desk.known.get(channel.url) or _unasked(channel)
                gap = replace(lost, channel=channel.url, recovered=0, pages=0)
                yield self._ask(Visit(channel=channel, state=state, oldest=lost.since, gap=gap))

    async def on_channel_failure(self, failure: Failure) -> None:
        """Note why a channel could not be asked."""
        asked: Request = failure.request  # type: ignore[attr-defined]  # Scrapy hangs the request on the failure
        visit: Visit = asked.cb_kwargs["visit"]
        fault = faults.of(failure.value or RuntimeError("no reason given"))
        now = self.plan.now()
        if visit.page == 1:
            visit = replace(visit, state=replace(visit.state, asked_at=now, status=0))
        learned = trouble(visit, fault.what, f"{visit.channel.url}: {fault.detail}", now)
        await self.desk.remember(learned, now)
        self.progress(self.counts)

    # -- pages

    def _fetch(self, candidate: Candidate) -> Request:
        self.tally["candidates"] += 1
        self.taken[candidate.key] = candidate
        return Request(
            candidate.url,
            callback=self.on_page,
            errback=self.on_page_failure,
            dont_filter=True,
            cb_kwargs={"candidate": candidate},
        )

    def _source(self, candidate: Candidate) -> Source:
        """The publisher of a link: a source of the plan, another that is known, or one made from the address."""
        named = candidate.offer.source
        return self.sources.get(named) or self.plan.publishers.of(candidate.url, named)

    async def on_page(self, response: Response, candidate: Candidate) -> None:
        """Archive a page, analyse it, give the outcome its place."""
        if response.status != 200:
            return await self._failed(candidate, faults.of_status(response.status, response.url))
        capture = Capture(
            url=response.url,
            requested_url=candidate.url,
            fetched_at=self.plan.now(),
            status=response.status,
            headers=_all_headers(response),
            body=response.body,
            offer=candidate.offer,
        )
        self.tally["captures"] += 1
        try:
            await self._analyse(capture, candidate, self._source(candidate))
        except Exception:  # noqa: BLE001  # the boundary of one page: a bug costs this page, and says so
            await self._failed(candidate, faults.bug(traceback.format_exc()))
        return None

    async def _analyse(self, capture: Capture, candidate: Candidate, source: Source) -> None:
        filed = await self.desk.file(capture, source)
        if isinstance(filed, Rejection):
            return self._ended(candidate, "rejections")
        outcome = await self.analyst.analysed(filed, source)
        self.tally["new_reports"] += await self.desk.settle(outcome, source)
        return self._ended(candidate, "rejections" if isinstance(outcome, Rejection) else "analyses")

    async def on_page_failure(self, failure: Failure) -> None:
        """A page that could not be fetched: a rejection where that is the host's wish, else an issue."""
        candidate: Candidate = failure.request.cb_kwargs["candidate"]  # type: ignore[attr-defined]  # set by Scrapy
        fault = faults.of(failure.value or RuntimeError("no reason given"))
        if not fault.rejects:
            return await self._failed(candidate, fault)
        await self.desk.settle(faults.rejection(candidate, fault, self.plan.now()), self._source(candidate))
        return self._ended(candidate, "rejections")

    # -- kept reports, looked at again

    def _fetch_again(self, recheck: Recheck) -> Request:
        validators = (("If-None-Match", recheck.etag), ("If-Modified-Since", recheck.last_modified))
        return Request(
            recheck.url,
            callback=self.on_kept_page,
            errback=self.on_kept_page_failure,
            headers={name: value for name, value in validators if value},
            priority=-_CHANNEL_FIRST,
            dont_filter=True,
            cb_kwargs={"recheck": recheck},
        )

    async def on_kept_page(self, response: Response, recheck: Recheck) -> None:
        """Compare a kept report with its page as it is now."""
        now = self.plan.now()
        if response.status != 200:
            return await self.desk.rechecked(recheck, response.status, now)
        source = self.sources[recheck.source]
        capture = Capture(
            url=response.url, requested_url=recheck.url, fetched_at=now, status=200, headers=_all_headers(response),
            body=response.body, offer=Offer(source=recheck.source, title=recheck.title),
        )  # fmt: skip
        try:
            outcome = await self.analyst.analysed(await self.desk.refile(capture), source)
            await self.desk.reconsider(recheck, outcome, source, now)
        except Exception:  # noqa: BLE001  # the boundary of one page, as above
            fault = faults.bug(traceback.format_exc())
            told = Issue(what=fault.what, level=Level.ERROR, detail=fault.detail, source=source.id, url=recheck.url)
            await self.desk.note([told], now)
        return None

    async def on_kept_page_failure(self, failure: Failure) -> None:
        """A kept report that could not be fetched again: it is tried another day."""
        asked: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        await self.desk.rechecked(asked.cb_kwargs["recheck"], 0, self.plan.now())

    # -- ends

    async def _failed(self, candidate: Candidate, fault: faults.Fault) -> None:
        level = Level.ERROR if fault.is_bug else Level.WARNING
        told = Issue(
            what=fault.what, level=level, detail=fault.detail, source=candidate.offer.source,
            channel=candidate.offer.channel, url=candidate.url,
        )  # fmt: skip
        await self.desk.fail(candidate, told, self.plan.now(), again=fault.again)
        self._ended(candidate, "candidates_in_issues")

    def _ended(self, candidate: Candidate, how: str) -> None:
        self.taken.pop(candidate.key, None)
        self.tally[how] += 1
        self.progress(self.counts)


def _unasked(channel: Channel) -> ChannelState:
    return ChannelState(url=channel.url, source=channel.source, kind=channel.kind)


def _validators(state: ChannelState) -> tuple[tuple[str, str], ...]:
    return ("If-None-Match", state.etag), ("If-Modified-Since", state.last_modified)


def moved_to(response: Response) -> str:
    """The final address, where every redirect that led there was for good."""
    told: dict[str, Any] = response.meta
    reasons = told.get("redirect_reasons") or []
    return response.url if reasons and all(reason in _FOR_GOOD for reason in reasons) else ""


def headers_of(response: Response) -> dict[str, str]:
    """Headers of an answer by lower-case name."""
    return {name.lower(): value for name, value in _all_headers(response)}


def _all_headers(response: Response) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
