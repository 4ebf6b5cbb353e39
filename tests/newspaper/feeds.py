"""A publisher in, its channels out: RSS 2.0, Atom, RSS 1.0 (RDF), JSON Feed, news sitemap and robots.txt."""

import gzip
import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.newspaper.press import Page, Site

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_EAST = timezone(timedelta(hours=3))


def rss(site: Site) -> bytes:
    """RSS 2.0."""
    items = "\n".join(_rss_item(page) for page in site.pages)
    return (
        f"""{_DECLARATION}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>{escape(site.name)}</title>
<link>{site.base}/</link>
<description>{escape(site.motto)}</description>
<language>{site.languages[0]}</language>
<lastBuildDate>{format_datetime(site.newest)}</lastBuildDate>
{items}
</channel>
</rss>
"""
    ).encode()


def _rss_item(page: Page) -> str:
    return f"""<item>
<title>{escape(page.title)}</title>
<link>{escape(page.tracked)}</link>
<guid isPermaLink="false">{page.url}</guid>
<pubDate>{format_datetime(page.published)}</pubDate>
<dc:creator>{escape(page.author)}</dc:creator>
<category>{escape(page.section)}</category>
<description>{escape(page.description)}</description>
</item>"""


def atom(site: Site) -> bytes:
    """Atom 1.0, with times east of Greenwich."""
    entries = "\n".join(_atom_entry(page) for page in site.pages)
    return (
        f"""{_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.languages[0]}">
<id>{site.base}/</id>
<title>{escape(site.name)}</title>
<subtitle>{escape(site.motto)}</subtitle>
<link rel="alternate" href="{site.base}/"/>
<updated>{_east(site.newest)}</updated>
{entries}
</feed>
"""
    ).encode()


def _atom_entry(page: Page) -> str:
    return f"""<entry xml:lang="{page.language}">
<id>{page.url}</id>
<title>{escape(page.title)}</title>
<link rel="alternate" type="text/html" href="{escape(page.tracked)}"/>
<author><name>{escape(page.author)}</name></author>
<published>{_east(page.published)}</published>
<updated>{_east(page.published)}</updated>
<summary>{escape(page.description)}</summary>
</entry>"""


def _east(moment: datetime) -> str:
    return moment.astimezone(_EAST).isoformat()


def rdf(site: Site) -> bytes:
    """RSS 1.0."""
    order = "".join(f'<rdf:li rdf:resource="{page.url}"/>' for page in site.pages)
    items = "\n".join(_rdf_item(page) for page in site.pages)
    return (
        f"""{_DECLARATION}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="{site.base}/">
<title>{escape(site.name)}</title>
<link>{site.base}/</link>
<description>{escape(site.motto)}</description>
<items><rdf:Seq>{order}</rdf:Seq></items>
</channel>
{items}
</rdf:RDF>
"""
    ).encode()


def _rdf_item(page: Page) -> str:
    return f"""<item rdf:about="{page.url}">
<title>{escape(page.title)}</title>
<link>{escape(page.tracked)}</link>
<description>{escape(page.description)}</description>
<dc:creator>{escape(page.author)}</dc:creator>
<dc:language>{page.language}</dc:language>
<dc:date>{page.published.isoformat()}</dc:date>
</item>"""


def json_feed(site: Site) -> bytes:
    """JSON Feed 1.1."""
    items = [
        {
            "id": page.url,
            "url": page.tracked,
            "title": page.title,
            "summary": page.description,
            "date_published": page.published.isoformat(),
            "authors": [{"name": page.author}],
            "language": page.language,
            "tags": [page.section],
        }
        for page in site.pages
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": f"{site.base}/",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def sitemap_index(site: Site) -> bytes:
    """A gzip index that names the news sitemap."""
    return gzip.compress(
        f"""{_DECLARATION}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>{site.base}/sitemaps/news.xml</loc><lastmod>{site.newest.isoformat()}</lastmod></sitemap>
</sitemapindex>
""".encode(),
        mtime=0,
    )


def news_sitemap(site: Site) -> bytes:
    """A sitemap with the news extension."""
    urls = "\n".join(_sitemap_url(site, page) for page in site.pages)
    return (
        f"""{_DECLARATION}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
{urls}
</urlset>
"""
    ).encode()


def _sitemap_url(site: Site, page: Page) -> str:
    publication = f"<news:name>{escape(site.name)}</news:name><news:language>{page.language}</news:language>"
    return f"""<url>
<loc>{page.url}</loc>
<lastmod>{page.published.isoformat()}</lastmod>
<news:news>
<news:publication>{publication}</news:publication>
<news:publication_date>{page.published.isoformat()}</news:publication_date>
<news:title>{escape(page.title)}</news:title>
</news:news>
</url>"""


def robots(site: Site) -> bytes:
    """What machines may not read, how fast they may read the rest, and where the sitemap is."""
    lines = ["User-agent: *", "Disallow: /private/"]
    lines += [f"Crawl-delay: {site.crawl_delay}"] if site.crawl_delay else []
    lines += [
        "",
        *(f"Sitemap: {site.base}{channel['sitemap']}" for channel in site.sources.values() if "sitemap" in channel),
    ]
    return "\n".join(lines).strip().encode() + b"\n"
