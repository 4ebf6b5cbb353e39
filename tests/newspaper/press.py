"""The stock of the newspaper: publishers and pages from YAML in, dated and addressed values out."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_AGE = re.compile(r"(\d+)([hd])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One article; ``trait`` names what is wrong with how it is served, empty where nothing is."""

    url: str
    path: str
    language: str
    section: str
    author: str
    title: str
    description: str
    published: datetime
    paragraphs: tuple[str, ...]
    charset: str
    trait: str

    @property
    def shelf(self) -> str:
        """The folder of the page's section, such as ``/world/``."""
        return self.path[: self.path.index("/", 1) + 1]

    @property
    def tracked(self) -> str:
        """The address as feeds offer it, with a tracker's parameters."""
        return f"{self.url}?utm_source=feed&utm_medium=syndication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One publisher on its own loopback address; ``pages`` are in order, the newest first."""

    id: str
    name: str
    motto: str
    host: str
    base: str
    colour: str
    languages: tuple[str, ...]
    kind: str
    format: str
    charset: str
    crawl_delay: int
    bad: bool
    sources: dict[str, dict[str, str]]
    pages: tuple[Page, ...]
    born: datetime

    @property
    def newest(self) -> datetime:
        """When the site last published something."""
        return self.pages[0].published

    @property
    def shelves(self) -> dict[str, str]:
        """The name of each section by its folder."""
        return {page.shelf: page.section for page in reversed(self.pages) if page.shelf != "/private/"}


def hosts(*, manners: bool) -> dict[str, str]:
    """Loopback address of each publisher by its id; those with bad manners only where ``manners`` is false."""
    return {name: told["host"] for name, told in _sites().items() if not (manners and told.get("bad"))}


def load(port: int, born: datetime, *, manners: bool) -> tuple[Site, ...]:
    """Every publisher, as served on ``port`` by a server that started at ``born``."""
    known = hosts(manners=manners)
    pages = [_yaml(path) for path in sorted((HERE / "pages").glob("*.yml"))]
    return tuple(_site(name, port, born, [page for page in pages if page["site"] == name]) for name in known)


def words(language: str) -> dict[str, str]:
    """What a page in ``language`` says around its article."""
    said: dict[str, str] = _yaml(HERE / "words.yml")[language]
    return said


@cache
def _yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _sites() -> dict[str, dict[str, Any]]:
    return _yaml(HERE / "sites.yml")


def _site(name: str, port: int, born: datetime, told: list[dict[str, Any]]) -> Site:
    site = _sites()[name]
    base = f"http://{site['host']}:{port}"
    charset = site.get("charset", "utf-8")
    pages = [_page(page, base, charset, born) for page in told]
    return Site(
        id=name,
        name=site["name"],
        motto=site["motto"],
        host=site["host"],
        base=base,
        colour=site["colour"],
        languages=tuple(site["languages"]),
        kind=site["kind"],
        format=site["format"],
        charset=charset,
        crawl_delay=site.get("crawl_delay", 0),
        bad=site.get("bad", False),
        sources=site["sources"],
        pages=tuple(sorted(pages, key=lambda page: page.published, reverse=True)),
        born=born,
    )


def _page(told: dict[str, Any], base: str, charset: str, born: datetime) -> Page:
    published = born - _age(told["age"])

    def dated(text: str) -> str:
        return text.replace("{last_year}", str(published.year - 1)).strip()

    return Page(
        url=base + told["path"],
        path=told["path"],
        language=told["language"],
        section=told["section"],
        author=told["author"],
        title=dated(told["title"]),
        description=dated(told["description"]),
        published=published,
        paragraphs=tuple(" ".join(part.split()) for part in dated(told.get("text", "")).split("\n\n") if part.strip()),
        charset=told.get("charset", charset),
        trait=told.get("trait", ""),
    )


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no age; write 5h or 3d")
    return timedelta(hours=int(found[1])) if found[2] == "h" else timedelta(days=int(found[1]))
