"""ReliefWeb's API v2: one page of reports in, entries out (apidoc.reliefweb.int).

``appname`` must have been approved by ReliefWeb; at most 1,000 calls a day.
"""

from urllib.parse import parse_qs, urlencode, urlsplit

from crawler.discovery.feeds import plain
from crawler.discovery.listing import MAX_SUMMARY, Ask, Asking, Entry, Listing, parse_time
from crawler.discovery.search.json_body import JsonObject, items, loaded, number

ENDPOINT = "https://api.reliefweb.int/v2/reports"
NEEDS_KEY = True
_ROWS = 100


def first(query: str, asking: Asking, base: str = ENDPOINT) -> Ask:
    """The newest reports that match ``query``."""
    told = [
        ("query[value]", query), ("query[operator]", "AND"), ("sort[]", "date.created:desc"), ("limit", str(_ROWS)),
        *(("fields[include][]", name) for name in ("title", "url", "date", "body", "language")),
    ]  # fmt: skip
    return Ask(
        url=f"{base}?{urlencode([*told, ('offset', '0'), ('appname', asking.key)])}", shown=f"{base}?{urlencode(told)}"
    )


def read(body: bytes, url: str) -> Listing:
    """Entries of one page of results, and the address of the next page."""
    told = loaded(body, url)
    found = items(told, "data", url)
    start = int(parse_qs(urlsplit(url).query).get("offset", ["0"])[0])
    ends = not found or start + len(found) >= number(told, "totalCount", 0)
    return Listing(
        entries=tuple(entry for item in found if (entry := _entry(item.get("fields") or {}))),
        more=() if ends else (_page(url, start + len(found)),),
    )


def _entry(fields: JsonObject) -> Entry | None:
    url = fields.get("url_alias") or fields.get("url")
    if not url:
        return None
    date = fields.get("date") or {}
    return Entry(
        url=str(url),
        title=str(fields.get("title") or ""),
        summary=plain(str(fields.get("body") or ""))[:MAX_SUMMARY],
        published_at=parse_time(str(date.get("original") or date.get("created") or "")),
        elsewhere=True,
    )


def _page(url: str, offset: int) -> str:
    told = [(name, value) for name, values in parse_qs(urlsplit(url).query).items() for value in values]
    kept = [(name, value) for name, value in told if name != "offset"]
    return f"{url.partition('?')[0]}?{urlencode([*kept, ('offset', str(offset))])}"
