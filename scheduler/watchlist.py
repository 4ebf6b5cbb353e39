"""The watch list looked at and written: every channel tried now, a site's channels found, OPML in and out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import listparser
import yaml
from lxml import etree

from crawler import discovery, relevance, sources
from crawler.discovery import Ask, Asking, finding
from crawler.errors import ConfigurationError
from crawler.sources import Publishers
from crawler.spiders import Plan, probing
from crawler.spiders.channels import learn
from crawler.spiders.probing import Probed
from crawler.spiders.visit import Answer, Look, Visit
from crawler.urls import is_web, registrable
from db.model import Channel, ChannelKind, ChannelState, Engine, Source
from scheduler.config import Config
from scheduler.jobs import utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a channel gives now: HTTP status (0 without an answer), bytes, entries, newest date, a verdict in words."""

    channel: Channel
    status: int = 0
    size: int = 0
    entries: int = 0
    relevant: int = 0
    newest: datetime | None = None
    verdict: str = ""
    is_well: bool = False


def check(config: Config, chosen: Sequence[Source]) -> list[Checked]:
    """Try every channel of ``chosen`` once, now, with all manners; nothing is written."""
    now = utc_now()
    wanted = [channel for source in chosen for channel in source.channels]
    lacking = [one for one in wanted if discovery.needs_key(one) and one.engine not in config.keys]
    asks = {channel: _ask(channel, config, now) for channel in wanted if channel not in lacking}
    told = {probed.ask.url: probed for probed in probing.probe(_plan(config, chosen), asks.values())}
    look = Look(mentions=relevance.mentions, publishers=Publishers(chosen))
    found = [_checked(channel, told[ask.url], look, now) for channel, ask in asks.items()]
    return [*found, *(Checked(channel=one, verdict=f"off: no key for {one.engine}", is_well=True) for one in lacking)]


def _ask(channel: Channel, config: Config, now: datetime) -> Ask:
    key = config.keys.get(channel.engine, "") if isinstance(channel.engine, Engine) else ""
    asking = Asking(since=now - timedelta(days=config.since_days), now=now, key=key)
    if channel.kind is ChannelKind.GDELT:  # the newest files, since a missing minute is normal
        asking = replace(asking, since=now - timedelta(minutes=38))
    return discovery.first(channel, asking)


def _checked(channel: Channel, probed: Probed, look: Look, now: datetime) -> Checked:
    if probed.answer is None:
        why = probed.fault.detail if probed.fault else "gave no answer"
        return Checked(channel=channel, verdict=f"{probed.fault.what if probed.fault else 'no answer'}: {why}")
    state = ChannelState(url=channel.url, source=channel.source, kind=channel.kind)
    learned = learn(Visit(channel=channel, state=state), probed.answer, look, now)
    troubles = [issue for issue in learned.issues if issue.what not in {"moved", "too-many-links"}]
    notes = [f"{issue.what}: {issue.detail}" for issue in learned.issues] or ["good"]
    titles = (f"{one.offer.title}\n{one.offer.summary}" for one in learned.candidates)
    return Checked(
        channel=channel, status=probed.answer.status, size=len(probed.answer.body), entries=learned.state.entries,
        relevant=sum(map(relevance.mentions, titles)), newest=learned.state.newest_entry_at, verdict="; ".join(notes),
        is_well=not troubles,
    )  # fmt: skip


def _plan(config: Config, chosen: Sequence[Source]) -> Plan:
    return Plan(
        sources=tuple(chosen), oldest=None, limit_seconds=config.limit_seconds, user_agent=config.user_agent,
        delay_seconds=config.delay_seconds, timeout_seconds=config.timeout_seconds,
        allow_private=config.allow_private, now=utc_now,
    )  # fmt: skip


# -- finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSite:
    """A site as it describes itself, and the channels that were found on it."""

    name: str
    homepage: str
    language: str
    channels: tuple[Checked, ...]
    why_none: str = ""


def find(config: Config, url: str) -> FoundSite:
    """Look for the feeds and sitemaps of the site at ``url``: those it names, its robots.txt names, and usual places.

    Raises:
        ConfigurationError: ``url`` is no web address.
    """
    if not is_web(url):
        raise ConfigurationError(f"{url}: is no http or https address")
    home = "{0.scheme}://{0.netloc}/".format(urlsplit(url))
    first = [Ask(url=url), Ask(url=f"{home}robots.txt"), *(Ask(url=found) for found in finding.usual(home))]
    named = {url, f"{home}robots.txt"}

    def onward(answer: Answer) -> Iterable[Ask]:
        is_page = answer.status == 200 and answer.url.rstrip("/") in {one.rstrip("/") for one in named}
        return [Ask(url=found) for found in finding.named(answer.body, answer.url)[:40]] if is_page else []

    probed = probing.probe(_plan(config, ()), first, onward)
    front = probed[0].answer
    name, language = finding.about(front.body, url) if front else (urlsplit(url).netloc, "")
    found = {one.channel.url: one for probe in probed[2:] if (one := _found(probe))}
    why = "" if front else (probed[0].fault.detail if probed[0].fault else "no answer")
    return FoundSite(name=name, homepage=url, language=language, channels=tuple(found.values()), why_none=why)


def _found(probed: Probed) -> Checked | None:
    answer = probed.answer
    if answer is None or answer.status != 200 or not answer.body.strip():
        return None
    told = finding.what(answer.body, answer.url, answer.headers.get("content-type", ""))
    if told is None or not (told[1].entries or told[1].children):
        return None
    kind, listing = told
    return Checked(
        channel=Channel(source="", kind=kind, url=answer.url), status=200, size=len(answer.body),
        entries=len(listing.entries) + len(listing.children), newest=listing.newest, is_well=True, verdict="good",
        relevant=sum(relevance.mentions(f"{one.title}\n{one.summary}") for one in listing.entries),
    )  # fmt: skip


def write(site: FoundSite, folder: Path, country: str) -> Path:
    """Write the file of ``site`` below ``folder``: its feeds, or its sitemaps where it has none.

    Raises:
        ConfigurationError: there is a file of that name already, or nothing was found.
    """
    if not site.channels:
        raise ConfigurationError(
            f"{site.homepage}: no feed or sitemap was found{f' ({site.why_none})' if site.why_none else ''}"
        )
    slug = re.sub(r"[^a-z0-9]+", "_", registrable(urlsplit(site.homepage).hostname or "site").rsplit(".", 1)[0]).strip(
        "_"
    )
    path = folder / country / f"{slug or 'site'}.yml"
    if path.exists():
        raise ConfigurationError(f"{path}: exists already; edit it, or remove it first")
    feeds = [one.channel for one in site.channels if one.channel.kind is ChannelKind.FEED]
    maps = [
        one.channel for one in site.channels if one.channel.kind is ChannelKind.SITEMAP and "news" in one.channel.url
    ]
    chosen = [*feeds, *maps] or [one.channel for one in site.channels]
    _write(path, site.name, site.homepage, (site.language,) if site.language else (), chosen)
    return path


def _write(path: Path, name: str, homepage: str, languages: Sequence[str], channels: Iterable[Channel]) -> None:
    told = {
        "name": name, "homepage": homepage, "country": path.parent.name, "languages": list(languages), "enabled": True,
        "channels": [{channel.kind.value: channel.url} for channel in channels],
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        yaml.safe_dump(told, allow_unicode=True, sort_keys=False, default_flow_style=None), encoding="utf-8"
    )


# -- OPML (opml.org, version 2.0)


def to_opml(chosen: Iterable[Source]) -> bytes:
    """The feeds of ``chosen`` as OPML 2.0, a folder for each country."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Deserters: the watch list"
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for source in chosen:
        for channel in source.channels:
            if channel.kind is ChannelKind.FEED:
                folder = folders.get(source.country)
                if folder is None:
                    folder = folders[source.country] = etree.SubElement(body, "outline", text=source.country)
                told = {
                    "text": source.name,
                    "title": source.name,
                    "type": "rss",
                    "xmlUrl": channel.url,
                    "htmlUrl": source.homepage,
                }
                etree.SubElement(folder, "outline", attrib=told)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def from_opml(body: bytes, where: str, folder: Path) -> tuple[list[Path], list[str]]:
    """Write a file below ``folder`` for each site in an OPML list; the files written, and the feeds known already.

    Raises:
        ConfigurationError: the body is no OPML, or lists no feed.
    """
    told = listparser.parse(body)
    if told.bozo and not told.feeds:
        raise ConfigurationError(f"{where}: is no OPML that can be read ({told.bozo_exception})")
    if not told.feeds:
        raise ConfigurationError(f"{where}: lists no feed")
    known = (
        {channel.url for source in sources.load(folder).sources for channel in source.channels}
        if folder.is_dir()
        else set()
    )
    sites: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for feed in told.feeds:
        if is_web(feed.url) and feed.url not in known:
            country = next((tag for tag in feed.tags if re.fullmatch(r"[a-z]{2}", tag)), "zz")
            sites.setdefault((country, registrable(urlsplit(feed.url).hostname or "")), []).append(
                (feed.title or feed.url, feed.url)
            )
    written = [_imported(folder, *site, feeds) for site, feeds in sites.items()]
    return written, [feed.url for feed in told.feeds if feed.url in known]


def _imported(folder: Path, country: str, domain: str, feeds: Sequence[tuple[str, str]]) -> Path:
    slug = re.sub(r"[^a-z0-9]+", "_", domain.rsplit(".", 1)[0]).strip("_") or "site"
    path, number = folder / country / f"{slug}.yml", 2
    while path.exists():
        path, number = folder / country / f"{slug}_{number}.yml", number + 1
    channels = [Channel(source="", kind=ChannelKind.FEED, url=url) for url in dict.fromkeys(url for _, url in feeds)]
    _write(path, feeds[0][0], f"https://{domain}/", (), channels)
    return path
