"""A publisher and a page in, HTML out: articles, front pages, section pages and short notices."""

import json
from collections.abc import Iterable
from html import escape
from string import Template

from tests.newspaper.press import HERE, Page, Site, words

MOST_BESIDE = 5  # headlines in the column beside an article

_STYLE = Template((HERE / "style.css").read_text(encoding="utf-8"))

_SHELL = Template("""<!DOCTYPE html>
<html lang="$language">
<head>
$charset<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
$head<link rel="icon" href="data:,">
<style>$style</style>
</head>
<body>
<header class="mast"><a href="/">$name</a><p>$motto</p></header>
<nav>$nav</nav>
<div class="page">
$main
</div>
<footer>
<p>$notice</p>
<p>&copy; $name &middot; $updated: $now &middot; <a href="/private/staff-room" rel="nofollow">$staff</a></p>
</footer>
</body>
</html>
""")

_ARTICLE = Template("""<main>
<article>
<p class="kicker">$section</p>
<h1>$title</h1>
<p class="standfirst">$description</p>
<p class="byline">$by <span rel="author">$author</span> &middot; <time datetime="$iso">$shown</time></p>
<div class="text">
$text
</div>
</article>
</main>
<aside class="more"><h2>$more</h2>
<ul>
$beside
</ul>
</aside>""")


def article(site: Site, page: Page, *, canonical: str = "", more: str = "") -> str:
    """The page as HTML; ``canonical`` stands in for its own address, ``more`` is markup behind its last paragraph."""
    said = words(page.language)
    text = "\n".join(f"<p>{escape(part)}</p>" for part in page.paragraphs)
    main = _ARTICLE.substitute(
        section=escape(page.section),
        title=escape(page.title),
        description=escape(page.description),
        by=said["by"],
        author=escape(page.author),
        iso=page.published.isoformat(),
        shown=f"{page.published:%d.%m.%Y, %H:%M}",
        text=f"{text}\n{more}" if more else text,
        more=said["more"],
        beside="\n".join(_headline(other) for other in _beside(site, page)),
    )
    return shell(
        site, page.language, f"{page.title} | {site.name}", main, head=_head(site, page, canonical or page.url)
    )


def front(site: Site, shelf: str = "") -> str:
    """The front page, or the page of the section in the folder ``shelf``."""
    language = next((page.language for page in site.pages if page.shelf == shelf), site.languages[0])
    heading = site.shelves[shelf] if shelf else words(language)["home"]
    teasers = "\n".join(_teaser(page) for page in site.pages if page.shelf == shelf or not (shelf or page.trait))
    return shell(
        site, language, f"{heading} | {site.name}", f"<main>\n<p class='kicker'>{heading}</p>\n{teasers}\n</main>"
    )


def notice(site: Site, title: str, text: str, head: str = "") -> str:
    """A page that is no article and has little to say."""
    main = f"<main>\n<h1>{escape(title)}</h1>\n{text}\n</main>"
    return shell(site, site.languages[0], title, main, head=head)


def shell(site: Site, language: str, title: str, main: str, head: str = "") -> str:
    """``main`` between the site's header and footer."""
    said = words(language)
    links = [("/", said["home"]), *site.shelves.items()]
    return _SHELL.substitute(
        language=language,
        charset='<meta charset="utf-8">\n' if site.charset == "utf-8" else "",
        title=escape(title),
        head=head,
        style=_STYLE.substitute(colour=site.colour),
        name=escape(site.name),
        motto=escape(site.motto),
        nav="".join(f'<a href="{path}">{escape(label)}</a>' for path, label in links),
        main=main,
        notice=said["notice"],
        updated=said["updated"],
        now=f"{site.born:%d.%m.%Y}",
        staff=said["staff"],
    )


def encoded(html: str, charset: str) -> bytes:
    """``html`` in ``charset``; what the charset does not hold is written as a character reference."""
    if charset != "utf-8":
        html = html.replace('<meta charset="utf-8">\n', "")
    return html.encode(charset, errors="xmlcharrefreplace")


def _beside(site: Site, page: Page) -> Iterable[Page]:
    others = [other for other in site.pages if other.path != page.path and not other.path.startswith("/private/")]
    return sorted(others, key=lambda other: other.language != page.language)[:MOST_BESIDE]


def _headline(page: Page) -> str:
    return f'<li><a href="{page.path}" lang="{page.language}">{escape(page.title)}</a></li>'


def _teaser(page: Page) -> str:
    return (
        f'<div class="teaser" lang="{page.language}"><h2><a href="{page.path}">{escape(page.title)}</a></h2>'
        f"<p>{escape(page.description)}</p></div>"
    )


def _head(site: Site, page: Page, canonical: str) -> str:
    properties = {
        "og:type": "article",
        "og:title": page.title,
        "og:description": page.description,
        "og:url": page.url,
        "og:site_name": site.name,
        "article:published_time": page.published.isoformat(),
        "article:section": page.section,
    }
    lines = [f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()]
    lines.append(f'<meta name="description" content="{escape(page.description)}">')
    lines.append(f'<meta name="author" content="{escape(page.author)}">')
    lines.append(f'<link rel="canonical" href="{escape(canonical)}">')
    lines.append(f'<script type="application/ld+json">{_linked(site, page)}</script>')
    return "\n".join(lines) + "\n"


def _linked(site: Site, page: Page) -> str:
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.title,
        "description": page.description,
        "inLanguage": page.language,
        "articleSection": page.section,
        "datePublished": page.published.isoformat(),
        "dateModified": page.published.isoformat(),
        "author": [{"@type": "Person", "name": page.author}],
        "publisher": {"@type": "Organization", "name": site.name, "url": f"{site.base}/"},
        "mainEntityOfPage": {"@type": "WebPage", "@id": page.url},
        "isAccessibleForFree": page.trait != "paywall",
    }
    return json.dumps(told, ensure_ascii=page.charset != "utf-8").replace("<", "\\u003c")
