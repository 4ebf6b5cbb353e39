"""The spider: asks every channel of the plan, then fetches each new link once, and hands all it got to the desk."""

import traceback
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import islice

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import discovery
from crawler.analyst import Analyst
from crawler.spiders import faults
from crawler.spiders.channels import MAX_LINKS, Answer, issue, trouble
from crawler.spiders.desk import Desk
from crawler.spiders.plan import Plan, Progress
from db.model import (
    Candidate,
    Capture,
    Channel,
    ChannelState,
    Counts,
    Issue,
    Level,
    Rejection,
    Source,
)

_CHANNEL_FIRST = 100
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"


class NewsSpider(Spider):
    """One crawl. ``tally`` counts as it goes; ``taken`` holds the links that were taken up and have no end yet."""

    name = "news"

    def __init__(self, plan: Plan, desk: Desk, analyst: Analyst, progress: Progress) -> None:
        super().__init__()
        self.plan, self.desk, self.analyst, self.progress = plan, desk, analyst, progress
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
                refusal = self._refusal(channel)
                if refusal:
                    await self.desk.note([refusal], self.plan.now())
                else:
                    yield self._ask(channel)
        mine = (candidate for candidate in self.desk.waiting if candidate.offer.source in self.sources)
        for candidate in islice(mine, MAX_LINKS):
            yield self._fetch(candidate)

    def _refusal(self, channel: Channel) -> Issue | None:
        """Why ``channel`` is not asked in this run, where there is a reason."""
        if channel.kind not in discovery.READERS:
            words = f"{channel.url}: channels of the kind {channel.kind} cannot be read yet"
            return issue(channel, "unsupported-channel", words)
        state = self.desk.known.get(channel.url)
        if state and state.ask_after and state.ask_after > self.plan.now():
            return issue(channel, "asked-to-wait", f"{channel.url}: asked to be left alone until {state.ask_after}")
        return None

    def _ask(self, channel: Channel, parent: str = "") -> Request:
        self.tally["channels"] += 1
        state = self.desk.known.get(channel.url) or ChannelState(
            url=channel.url, source=channel.source, kind=channel.kind, parent=parent
        )
        headers = {"Accept": _ACCEPT}
        if state.etag:
            headers["If-None-Match"] = state.etag
        if state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        return Request(
            channel.url,
            callback=self.on_channel,
            errback=self.on_channel_failure,
            headers=headers,
            priority=_CHANNEL_FIRST,
            dont_filter=True,
            cb_kwargs={"channel": channel, "state": state},
        )

    async def on_channel(self, response: Response, channel: Channel, state: ChannelState) -> AsyncIterator[Request]:
        """Read a channel's answer; fetch its new links and ask its further sitemaps."""
        now = self.plan.now()
        answer = Answer(url=response.url, status=response.status, headers=_headers(response), body=response.body)
        learned, fresh = await self.desk.channel(channel, state, answer, self.plan.oldest, now)
        self.tally["answered"] += learned.state.answered_at == now
        self.tally["unchanged"] += response.status == 304
        children = list(learned.children)
        if response.status == 304:
            children = [replace(channel, url=one.url) for one in self.desk.known.values() if one.parent == channel.url]
        for child in children:
            if child.url != channel.url:
                yield self._ask(child, parent=channel.url)
        for candidate in fresh[:MAX_LINKS]:
            yield self._fetch(candidate)
        self.progress(self.counts)

    async def on_channel_failure(self, failure: Failure) -> None:
        """Note why a channel could not be asked."""
        asked: Request = failure.request  # type: ignore[attr-defined]  # Scrapy hangs the request on the failure
        channel, state = asked.cb_kwargs["channel"], asked.cb_kwargs["state"]
        fault = faults.of(failure.value or RuntimeError("no reason given"))
        now = self.plan.now()
        learned = trouble(
            channel, replace(state, asked_at=now, status=0), fault.what, f"{channel.url}: {fault.detail}", now
        )
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

    async def on_page(self, response: Response, candidate: Candidate) -> None:
        """Archive a page, analyse it, give the outcome its place."""
        if response.status != 200:
            return await self._failed(candidate, faults.of_status(response.status, response.url))
        source = self.sources[candidate.offer.source]
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
            await self._analyse(capture, candidate, source)
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
        await self.desk.settle(
            faults.rejection(candidate, fault, self.plan.now()), self.sources[candidate.offer.source]
        )
        return self._ended(candidate, "rejections")

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


def _headers(response: Response) -> dict[str, str]:
    return {name.lower(): value for name, value in _all_headers(response)}


def _all_headers(response: Response) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
