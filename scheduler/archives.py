"""A period or a dead link in, the lines of what public archives hold of it out; reading is the backfill's."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from crawler.discovery import Ask, ccnews, wayback
from crawler.errors import ChannelUnreadableError, ConfigurationError, DesertersError
from crawler.spiders import Plan, probing
from crawler.spiders.probing import Probed
from crawler.spiders.visit import Answer
from crawler.urls import is_web
from scheduler.backfill.files import WarcFile
from scheduler.backfill.remote import Manners
from scheduler.config import Config
from scheduler.jobs import utc_now

Days = tuple[date | None, date | None]
_PAGES = 50  # of a list of captures


def lines(config: Config, what: str, days: Days, *, below: bool = False) -> Iterator[str]:
    """One line a WARC file (``ccnews``), or one a capture of the page ``what``: when, and the address to read it at.

    Raises:
        ConfigurationError: ``what`` is neither, or ``ccnews`` comes without its first and last day.
        DesertersError: the archive cannot be asked.
    """
    if what == "ccnews":
        yield from _files(config, days)
    elif is_web(what):
        yield from _captures(config, wayback.address(what, *days, below=below))
    else:
        raise ConfigurationError(f"{what}: is neither ccnews nor an http or https address")


def of_ccnews(config: Config, days: Days, *, mirror: str = "", bytes_a_second: int = 0) -> list[WarcFile]:
    """Common Crawl's news files of a period, to be read as they come; at ``mirror`` where that is given.

    Raises:
        ConfigurationError: a day is missing, or the first comes after the last.
        DesertersError: the list cannot be had.
    """
    manners = Manners(user_agent=config.user_agent, bytes_a_second=bytes_a_second)
    return [
        WarcFile(place=url, archive=config.archive, manners=manners)
        for url in _files(config, days, mirror or ccnews.ENDPOINT)
    ]


def _files(config: Config, days: Days, endpoint: str = ccnews.ENDPOINT) -> Iterator[str]:
    since, until = days
    if since is None or until is None or until < since:
        raise ConfigurationError("ccnews needs its first and last day: --from 2026-03-01 --to 2026-03-31")
    start, end = _midnight(since), _midnight(until + timedelta(days=1))
    asked = [Ask(url=url) for url in ccnews.months(since, until, f"{endpoint.rstrip('/')}/")]
    for probed in probing.probe(_plan(config), asked):
        answer = _answer(probed)
        yield from (file.url for file in ccnews.read(answer.body, answer.url, start, end))


def _captures(config: Config, address: str) -> Iterator[str]:
    pages: list[Answer] = []

    def onward(answer: Answer) -> Iterable[Ask]:
        pages.append(answer)
        more = wayback.read(answer.body, answer.url)[1] if answer.status == 200 and len(pages) < _PAGES else ""
        return [Ask(url=more)] if more else []

    for probed in probing.probe(_plan(config), [Ask(url=address)], onward):
        answer = _answer(probed)
        for found in wayback.read(answer.body, answer.url)[0]:
            yield f"{found.captured_at:%Y-%m-%dT%H:%M:%SZ} {found.status} {found.raw_url}"


def _answer(probed: Probed) -> Answer:
    if probed.answer is None:
        raise DesertersError(f"{probed.ask.url}: {probed.fault.detail if probed.fault else 'gave no answer'}")
    if probed.answer.status != 200:
        wayback_says = probed.answer.body[:200].decode("utf-8", errors="replace")
        raise ChannelUnreadableError("http-error", f"{probed.ask.url} answered {probed.answer.status}: {wayback_says}")
    return probed.answer


def _plan(config: Config) -> Plan:
    return Plan(
        sources=(), oldest=None, limit_seconds=config.limit_seconds, user_agent=config.user_agent,
        timeout_seconds=config.timeout_seconds, allow_private=config.allow_private, now=utc_now,
    )  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
