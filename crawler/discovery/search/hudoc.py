"""HUDOC, the case law of the European Court of Human Rights: its search as RSS in, entries out. No key is needed."""

from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from crawler.discovery import feeds
from crawler.discovery.listing import Ask, Asking, Listing

ENDPOINT = "https://hudoc.echr.coe.int/app/transform/rss"
NEEDS_KEY = False
_ROWS = 20


def first(query: str, asking: Asking, base: str = ENDPOINT) -> Ask:
    """The newest documents that match ``query``; HUDOC knows no bound by time in its feed."""
    del asking
    told = {
        "library": "echreng", "query": f"contentsitename:ECHR AND ({query})", "sort": "kpdate Descending",
        "start": "0", "length": str(_ROWS),
    }  # fmt: skip
    return Ask(url=f"{base}?{urlencode(told, quote_via=quote)}")


def read(body: bytes, url: str) -> Listing:
    """Entries of one page of documents, and the address of the next where this one is full."""
    found = feeds.read(body, url)
    told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    following = {**told, "start": str(int(told.get("start", "0")) + _ROWS)}
    more = f"{url.partition('?')[0]}?{urlencode(following, quote_via=quote)}"
    return replace(found, more=(more,) if len(found.entries) >= _ROWS else ())
