"""GDELT's DOC 2.0 search: the articles of a span of time in, entries out; a second way, as the service is often full.

At most 250 articles an answer and no next page: a span that is full is asked again in two halves. One request in five
seconds. Errors come with status 200 as plain sentences.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from crawler.discovery.listing import Ask, Asking, Entry, Listing
from crawler.discovery.search.json_body import JsonObject, items, loaded
from crawler.errors import ChannelUnreadableError
from crawler.urls import is_web

ENDPOINT = "https://api.gdeltproject.org/api/v2/doc/doc"
NEEDS_KEY = False
CAP = 250
_SHORTEST = timedelta(minutes=1)
_OVERLAP = timedelta(seconds=1)  # both bounds are exclusive
_PATIENCE = "limit requests"
_REFUSALS = {
    "too short or too long": "the query is too short or too long",
    "parenthetical": "a bracket in the query is wrong",
    "must be surrounded by ()": "alternatives with OR must stand in brackets",
    "may only appear inside of a ()": "OR may stand only in brackets",
    "illegal character": "the query holds a character that GDELT does not take",
}


def first(query: str, asking: Asking, base: str = ENDPOINT) -> Ask:
    """All of the span from ``asking.since`` to ``asking.now``."""
    told = {"query": query, "mode": "artlist", "format": "json", "maxrecords": str(CAP), "sort": "datedesc"}
    return Ask(
        url=f"{base}?{urlencode({**told, **_span(asking.since, asking.now)})}", shown=f"{base}?{urlencode(told)}"
    )


def read(body: bytes, url: str) -> Listing:
    """Entries of one span of time; where the answer is full, the two halves of the span as further addresses.

    Raises:
        ChannelUnreadableError: the service refuses the query or asks to wait.
    """
    said = body[:400].decode("utf-8", errors="replace").strip().lower()
    if _PATIENCE in said:
        raise ChannelUnreadableError("asked-to-wait", "GDELT takes one request in five seconds, and is often full")
    for mark, meaning in _REFUSALS.items():
        if mark in said[:200] and not said.startswith("{"):
            raise ChannelUnreadableError("bad-query", f"GDELT refuses the query: {meaning}")
    told = loaded(body, url)
    found = items(told, "articles", url) if told else []
    halves = _halves(url) if len(found) >= CAP else ()
    full = len(found) >= CAP and not halves
    return Listing(
        entries=tuple(_entry(item) for item in found if is_web(str(item.get("url") or ""))),
        more=halves,
        flaw="too-many-links" if full else "",
        flaw_detail="one minute holds more articles than an answer can; narrow the query" if full else "",
    )


def _entry(item: JsonObject) -> Entry:
    return Entry(
        url=str(item["url"]), title=str(item.get("title") or ""), modified_at=_moment(str(item.get("seendate") or "")),
        elsewhere=True,
    )  # fmt: skip


def _halves(url: str) -> tuple[str, ...]:
    told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    start, end = _moment(told.get("startdatetime", "")), _moment(told.get("enddatetime", ""))
    if not start or not end or end - start <= _SHORTEST:
        return ()
    middle = start + (end - start) / 2
    spans = ((middle - _OVERLAP, end), (start, middle))
    return tuple(f"{url.partition('?')[0]}?{urlencode({**told, **_span(*span)})}" for span in spans)


def _span(start: datetime, end: datetime) -> dict[str, str]:
    return {"startdatetime": f"{start:%Y%m%d%H%M%S}", "enddatetime": f"{end:%Y%m%d%H%M%S}"}


def _moment(text: str) -> datetime | None:
    for form in ("%Y%m%dT%H%M%SZ", "%Y%m%d%H%M%S"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
