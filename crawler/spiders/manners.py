"""Politeness to hosts: robots.txt by RFC 9309, Crawl-delay, Retry-After (RFC 9110 section 10.2.3)."""

from datetime import UTC, datetime
from time import monotonic

from scrapy import Request, Spider
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure

from crawler.spiders.channels import retry_after
from crawler.spiders.settings import JITTER, LONGEST_WAIT

_FORBID_ALL = b"User-agent: *\nDisallow: /\n"
_WAIT_UNASKED = 10.0  # seconds after a 429 that names no time


class RobotsForbidError(IgnoreRequest):
    """robots.txt does not allow this address."""


class RobotsUnreachableError(IgnoreRequest):
    """robots.txt could not be had, which RFC 9309 reads as: fetch nothing."""


class HostAsksToWaitError(IgnoreRequest):
    """The host asked to be left alone for longer than this run waits."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's robots.txt middleware with RFC 9309's reading of failures, and with Crawl-delay."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreachable: dict[str, str] = {}
        self._causes: dict[str, Exception] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raise where ``rp`` forbids ``request``, or where its host's robots.txt could not be had."""
        host = urlparse_cached(request).netloc
        if host in self._unreachable:
            raise RobotsUnreachableError(self._unreachable[host]) from self._causes.get(host)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsForbidError(f"robots.txt of {urlparse_cached(request).netloc} forbids {request.url}") from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._unreachable[netloc] = (
                f"robots.txt of {netloc} answered {response.status}, so nothing is fetched there"
            )
            response = response.replace(body=_FORBID_ALL)
        elif response.status >= 400:
            response = response.replace(body=b"")
        else:
            self._follow(response)
        await super()._parse_robots(response, netloc, request)
        parser = self._parsers[netloc]
        agent = self.crawler.settings["ROBOTSTXT_USER_AGENT"]
        delay = parser.crawl_delay(agent) if isinstance(parser, RobotParser) else None
        if delay:
            self._slow_down(urlparse_cached(request).hostname or "", delay)

    def _follow(self, response: Response) -> None:
        """Let the crawl ask the news sitemaps that a robots.txt names."""
        named = getattr(self.crawler.spider, "named_in_robots", None)
        assert self.crawler.engine is not None  # noqa: S101  # a middleware lives within a running engine
        for request in named(response.url, response.body) if named else ():
            self.crawler.engine.crawl(request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if not isinstance(exc, IgnoreRequest):
            self._unreachable[netloc] = f"robots.txt of {netloc} could not be fetched ({type(exc).__name__}: {exc})"
            self._causes[netloc] = exc
        super()._robots_error(exc, netloc)

    def _slow_down(self, host: str, delay: float) -> None:
        """Ask ``host`` no faster than its Crawl-delay, up to the longest wait."""
        assert self.crawler.engine is not None  # noqa: S101  # a middleware lives within a running engine
        downloader = self.crawler.engine.downloader
        asked = delay * (1 + JITTER)  # a little more, since hosts count from the arrival of a request
        seconds = min(max(asked, self.crawler.settings.getfloat("DOWNLOAD_DELAY")), LONGEST_WAIT)
        downloader.per_slot_settings[host] = {"concurrency": 1, "delay": seconds, "jitter": 0.0}
        if host in downloader.slots:
            downloader.slots[host].delay, downloader.slots[host].jitter = seconds, 0.0


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's retries, which wait as long as the host asks; a host that asks for more than a run waits is left."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self._left_until: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "PatientRetryMiddleware":
        """Build for one crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise where the host of ``request`` asked to be left alone."""
        host = urlparse_cached(request).hostname or ""
        if self._left_until.get(host, 0.0) > monotonic():
            raise HostAsksToWaitError(f"{host} asked to wait longer than this run does")

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Retry after the wait that ``response`` asks for; ``spider`` is part of Scrapy's signature."""
        del spider
        if response.status in {429, 503} and not request.meta.get("dont_retry"):
            header = (response.headers.get("Retry-After") or b"").decode("latin-1")
            asked = retry_after(header, datetime.now(UTC))
            seconds = asked if asked is not None else _WAIT_UNASKED
            host = urlparse_cached(request).hostname or ""
            if seconds > LONGEST_WAIT:
                self._leave(host, seconds)
                return response
            self._hold(host, seconds)
        return super().process_response(request, response)

    def _leave(self, host: str, seconds: float) -> None:
        """Ask ``host`` nothing more for ``seconds``, also not what already stands in its queue."""
        self._left_until[host] = monotonic() + seconds
        slot = self._slot(host)
        while slot and slot.queue:
            _, waiting = slot.queue.popleft()
            refusal = HostAsksToWaitError(f"{host} asked to wait {seconds:.0f} seconds")
            waiting.errback(Failure(refusal))  # type: ignore[no-untyped-call]  # Twisted leaves it untyped

    def _hold(self, host: str, seconds: float) -> None:
        """Keep the host's queue still for ``seconds``: its slot believes that it was asked that much later."""
        slot = self._slot(host)
        if slot:
            slot.lastseen = monotonic() + max(0.0, seconds - slot.delay)

    def _slot(self, host: str) -> Slot | None:
        assert self.crawler.engine is not None  # noqa: S101  # a middleware lives within a running engine
        return self.crawler.engine.downloader.slots.get(host)
