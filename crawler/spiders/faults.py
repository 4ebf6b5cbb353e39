"""What went wrong with a request in, its name and plain words out."""

from dataclasses import dataclass
from datetime import datetime

from scrapy import exceptions
from scrapy.exceptions import IgnoreRequest

from crawler.spiders.guard import PRIVATE, RefusedAddressError
from crawler.spiders.manners import HostAsksToWaitError, RobotsForbidError, RobotsUnreachableError
from db.model import Candidate, Rejection, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failed request: the issue's name, words for a person, whether the next run should try again.

    ``rejects``: it is the page's or its host's wish, so the page is rejected and nobody needs to look.
    """

    what: str
    detail: str
    again: bool = True
    rejects: bool = False
    is_bug: bool = False


def of(error: BaseException) -> Fault:
    """The fault that ``error`` means; where robots.txt could not be had for want of a connection, that is the fault."""
    if isinstance(error, RobotsUnreachableError) and error.__cause__:
        return of(error.__cause__)
    for kind, what, again, rejects in _KINDS:
        if isinstance(error, kind):
            return _named(what, str(error), again=again, rejects=rejects)
    return Fault(what="fetch-failed", detail=f"{type(error).__name__}: {error}")


def of_status(status: int, url: str) -> Fault:
    """The fault that an HTTP status other than 200 means for a page."""
    return Fault(
        what="http-error", detail=f"{url} answered {status}", again=status in {401, 403, 408, 429} or status >= 500
    )


def bug(trace: str) -> Fault:
    """A bug in the analysis of one page; the trace is kept to its last 2,000 characters."""
    return Fault(what="analysis-failed", detail=trace[-2000:], again=False, is_bug=True)


def rejection(candidate: Candidate, fault: Fault, now: datetime) -> Rejection:
    """The rejection of a page that was not fetched because of ``fault``."""
    return Rejection(
        url=candidate.url,
        source=candidate.offer.source,
        stage=Stage.FETCH,
        reason=fault.what.replace("-", " "),
        detail=fault.detail,
        fetched_at=now,
        offered_at=candidate.offer.offered_at,
        headline=candidate.offer.title,
    )


_KINDS: tuple[tuple[type[BaseException], str, bool, bool], ...] = (
    (RobotsForbidError, "forbidden-by-robots", False, True),
    (RobotsUnreachableError, "robots-unreachable", True, False),
    (HostAsksToWaitError, "asked-to-wait", True, False),
    (RefusedAddressError, "refused-address", False, False),
    (IgnoreRequest, "redirect-loop", False, False),
    (exceptions.DownloadTimeoutError, "timed-out", True, False),
    (exceptions.DownloadCancelledError, "too-large", False, True),
    (exceptions.CannotResolveHostError, "unknown-host", True, False),
    (exceptions.DownloadConnectionRefusedError, "unreachable", True, False),
    (exceptions.DownloadFailedError, "unreachable", True, False),
    (exceptions.ResponseDataLossError, "cut-off", True, False),
)
_WORDS = {
    "timed-out": "the host did not answer in time",
    "unknown-host": "the host's name cannot be resolved",
    "unreachable": "no connection to the host",
    "too-large": "larger than 10 MB, cut off",
    "cut-off": "the answer ended too early",
    "redirect-loop": "redirected too many times",
}


def _named(what: str, detail: str, *, again: bool, rejects: bool) -> Fault:
    if what == "unknown-host" and PRIVATE in detail:
        return Fault(what="refused-address", detail=detail, again=False)
    words = _WORDS.get(what, "")
    text = f"{words} ({detail})" if words and detail else (words or detail)
    return Fault(what=what, detail=text, again=again, rejects=rejects)
