"""The Guardian's Open Platform: a page of its content search in, entries out (open-platform.theguardian.com).

A free developer key is for non-commercial use.
"""

from urllib.parse import parse_qs, urlencode, urlsplit

from crawler.discovery.feeds import plain
from crawler.discovery.listing import MAX_SUMMARY, Ask, Asking, Entry, Listing, parse_time
from crawler.discovery.search.json_body import JsonObject, items, loaded, number

ENDPOINT = "https://content.guardianapis.com/search"
NEEDS_KEY = True


def first(query: str, asking: Asking, base: str = ENDPOINT) -> Ask:
    """The newest articles since ``asking.since``, 50 a page."""
    told = {
        "q": query, "from-date": f"{asking.since:%Y-%m-%d}", "order-by": "newest", "page-size": "50",
        "show-fields": "trailText",
    }  # fmt: skip
    return Ask(
        url=f"{base}?{urlencode({**told, 'page': '1', 'api-key': asking.key})}", shown=f"{base}?{urlencode(told)}"
    )


def read(body: bytes, url: str) -> Listing:
    """Entries of one page of results, and the address of the next page."""
    response = loaded(body, url).get("response") or {}
    page, pages = number(response, "currentPage", 1), number(response, "pages", 1)
    return Listing(
        entries=tuple(_entry(item) for item in items(response, "results", url) if item.get("webUrl")),
        more=(_page(url, page + 1),) if page < pages else (),
    )


def _entry(item: JsonObject) -> Entry:
    fields = item.get("fields") or {}
    return Entry(
        url=str(item["webUrl"]),
        title=str(item.get("webTitle") or ""),
        summary=plain(str(fields.get("trailText") or ""))[:MAX_SUMMARY],
        published_at=parse_time(str(item.get("webPublicationDate") or "")),
        elsewhere=True,
    )


def _page(url: str, page: int) -> str:
    told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    return f"{url.partition('?')[0]}?{urlencode({**told, 'page': str(page)})}"
