"""Addresses in, what their hosts answer now out: for looking at channels before they are watched. Nothing is kept."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery import Ask
from crawler.spiders import faults
from crawler.spiders.faults import Fault
from crawler.spiders.news import headers_of, moved_to
from crawler.spiders.plan import Plan
from crawler.spiders.settings import settings_for
from crawler.spiders.visit import Answer

Onward = Callable[[Answer], Iterable[Ask]]
_ROBOTS = "/robots.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What came of one request: an answer, or the fault that kept it from coming."""

    ask: Ask
    answer: Answer | None = None
    fault: Fault | None = None


class ProbeSpider(Spider):
    """Asks every address once, with all manners; ``onward`` may name further ones by an answer."""

    name = "probe"

    def __init__(self, asks: Iterable[Ask], onward: Onward, found: dict[str, Probed]) -> None:
        super().__init__()
        self._asks, self._onward, self._found = tuple(asks), onward, found

    async def start(self) -> AsyncIterator[Request]:
        """Ask the first addresses."""
        for ask in self._asks:
            if ask.url not in self._found:
                yield self._request(ask)

    def _request(self, ask: Ask) -> Request:
        self._found[ask.url] = Probed(ask=ask)
        return Request(
            ask.url, callback=self.on_answer, errback=self.on_failure, headers=dict(ask.headers), dont_filter=True,
            cb_kwargs={"ask": ask}, meta={"dont_obey_robotstxt": True} if ask.url.endswith(_ROBOTS) else {},
        )  # fmt: skip

    async def on_answer(self, response: Response, ask: Ask) -> AsyncIterator[Request]:
        """Note an answer, and ask what it leads to."""
        answer = Answer(
            url=response.url, status=response.status, headers=headers_of(response), body=response.body,
            moved_to=moved_to(response),
        )  # fmt: skip
        self._found[ask.url] = Probed(ask=ask, answer=answer)
        for further in self._onward(answer):
            if further.url not in self._found:
                yield self._request(further)

    async def on_failure(self, failure: Failure) -> None:
        """Note why there is no answer."""
        ask: Ask = failure.request.cb_kwargs["ask"]  # type: ignore[attr-defined]  # Scrapy hangs the request on it
        self._found[ask.url] = Probed(ask=ask, fault=faults.of(failure.value or RuntimeError("no reason given")))


def probe(plan: Plan, asks: Iterable[Ask], onward: Onward = lambda _: ()) -> list[Probed]:
    """Ask every address of ``asks`` now, in a process that may do so once; in their order, found ones after them."""
    found: dict[str, Probed] = {}
    process = AsyncCrawlerProcess(settings_for(plan))
    process.crawl(process.create_crawler(ProbeSpider), asks, onward, found)
    process.start()
    return list(found.values())
