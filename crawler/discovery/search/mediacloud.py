"""Media Cloud's search API: one page of stories in, entries out (search.mediacloud.org).

A free key is asked for as ``Authorization: Token KEY``; people's keys get two requests a minute.
"""

from urllib.parse import parse_qs, urlencode, urlsplit

from crawler.discovery.listing import Ask, Asking, Entry, Listing, parse_time
from crawler.discovery.search.json_body import JsonObject, items, loaded

ENDPOINT = "https://search.mediacloud.org/api/search/story-list"
NEEDS_KEY = True


def first(query: str, asking: Asking, base: str = ENDPOINT) -> Ask:
    """The stories that match ``query`` since ``asking.since``; the key travels in a header."""
    told = {
        "q": query, "start": f"{asking.since:%Y-%m-%d}", "end": f"{asking.now:%Y-%m-%d}",
        "platform": "onlinenews-mediacloud", "page_size": "100",
    }  # fmt: skip
    url = f"{base}?{urlencode(told)}"
    return Ask(url=url, headers=(("Authorization", f"Token {asking.key}"),), shown=url)


def read(body: bytes, url: str) -> Listing:
    """Entries of one page of stories, and the address of the next page."""
    told = loaded(body, url)
    token = told.get("pagination_token")
    stories = items(told, "stories", url)
    return Listing(
        entries=tuple(_entry(story) for story in stories if story.get("url")),
        more=(_page(url, str(token)),) if token and stories else (),
    )


def _entry(story: JsonObject) -> Entry:
    return Entry(
        url=str(story["url"]),
        title=str(story.get("title") or ""),
        published_at=parse_time(str(story.get("publish_date") or "")),
        modified_at=parse_time(str(story.get("indexed_date") or story.get("collect_date") or "")),
        language=str(story.get("language") or ""),
        elsewhere=True,
    )


def _page(url: str, token: str) -> str:
    told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    return f"{url.partition('?')[0]}?{urlencode({**told, 'pagination_token': token})}"
