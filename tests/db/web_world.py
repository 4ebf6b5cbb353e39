"""A small world for the site: a real database and a real archive, filled through the store and the archive's writer."""

import hashlib
import html
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from db.archive import ArchiveWriter
from db.model import (
    Analysis,
    Answer,
    Article,
    Capture,
    Channel,
    ChannelKind,
    ChannelState,
    Counts,
    Evidence,
    Issue,
    Level,
    Offer,
    Reason,
    Rejection,
    Source,
    SourceKind,
    Stage,
    Verdict,
    Zone,
)
from db.store import Store
from tests import factory

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where the database and the archive stand."""

    db: Path
    archive: Path


def samples() -> list[dict[str, Any]]:
    """The invented reports of ``web_reports.yml``."""
    path = Path(__file__).parent / "web_reports.yml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8")))


def source(told: list[str]) -> Source:
    """A source from its four words in the samples: id, name, country, kind."""
    name, called, country, kind = told
    homepage = f"https://{name.replace('/', '-')}.example/"
    channel = Channel(source=name, kind=ChannelKind.FEED, url=f"{homepage}feed.xml")
    return Source(
        id=name, name=called, homepage=homepage, country=country, kind=SourceKind(kind), channels=(channel,),
        languages=(country,),
    )  # fmt: skip


def capture(origin: Source, slug: str, body: bytes, fetched_at: datetime) -> Capture:
    """A page as a host would serve it."""
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Server", "example"))
    offer = Offer(source=origin.id, channel=origin.channels[0].url, offered_at=fetched_at - timedelta(minutes=3))
    url = f"{origin.homepage}{slug}"
    return Capture(url=url, fetched_at=fetched_at, status=200, headers=headers, body=body, offer=offer)


def reasons(title: str, text: str, wanted: dict[str, list[str]]) -> tuple[Reason, ...]:
    """Every place at which one of the wanted words stands, in title and text."""
    found = []
    for role, words in wanted.items():
        for word in words:
            for zone, where in ((Zone.TITLE, title), (Zone.BODY, text)):
                at = where.find(word)
                if at >= 0:
                    evidence = Evidence(start=at, end=at + len(word), quote=word)
                    found.append(Reason(role=role, term=word.lower(), zone=zone, evidence=evidence))
    return tuple(found)


def analysis(archive: ArchiveWriter, told: dict[str, Any], number: int, published_at: datetime | None) -> Analysis:
    """A kept report: archived, and with its grounds."""
    origin = source(told["source"])
    title, text = told["title"], told["text"].strip()
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    body = f"<!doctype html><title>{html.escape(title)}</title><script>alert(1)</script>{paragraphs}".encode()
    page = capture(origin, f"news/{number}", body, NOW - timedelta(hours=5 * number))
    page = replace(page, place=archive.append(page), body=b"")
    article = Article(
        url=page.url, canonical_url=page.url, headline=title, text=text, language=told["language"],
        authors=tuple(told["authors"]), published_at=published_at,
        published_from=("feed", "json-ld", "meta", "time")[number % 4] if published_at else "",
    )  # fmt: skip
    verdict = Verdict(
        topic="deserters", score=0.97 - number % 7 * 0.06, answer=Answer.KEEP,
        why="deserting or a deserter in the title", reasons=reasons(title, text, told.get("reasons", {})),
    )  # fmt: skip
    return Analysis(
        capture=page, sha256=hashlib.sha256(body).hexdigest(), source=origin, article=article, verdict=verdict
    )


def keep(store: Store, found: Analysis) -> None:
    """Save a report under its own address."""
    key = found.capture.url.removeprefix("https://")
    store.save(found, page=key, report=key)


def build(folder: Path, rounds: int = 1) -> World:
    """All samples ``rounds`` times over, with a run, channels well and unwell, issues, and pages that were not kept."""
    world = World(db=folder / "watch.sqlite", archive=folder / "archive")
    with ExitStack() as stack:
        archive = stack.enter_context(ArchiveWriter(world.archive, software="tests", now=lambda: NOW))
        store = stack.enter_context(Store(world.db, holder="tests"))
        store.begin_run("crawl", NOW - timedelta(minutes=50))
        kept = list(_reports(archive, rounds))
        store.know_sources({found.source.id: found.source for found in kept}.values())
        for found in reversed(kept):
            keep(store, found)
        for number, (origin, reason) in enumerate(_unkept()):
            page = capture(origin, f"other/{number}", b"<p>weather</p>", NOW - timedelta(hours=number))
            rejection = Rejection.of(replace(page, place=archive.append(page)), Stage.RELEVANCE, reason)
            near = number % 2 == 0
            rejection = replace(
                rejection, headline=f"Another page, number {number}", score=0.3 if near else 0.02,
                answer=Answer.REVIEW if near else Answer.DROP,
            )  # fmt: skip
            store.reject(rejection, page=page.url, source=origin)
        _channels(store, [found.source for found in kept])
        store.finish_run("done", _counts(len(kept)), NOW - timedelta(minutes=10))
    return world


def _reports(archive: ArchiveWriter, rounds: int) -> Iterator[Analysis]:
    number = 0
    for turn in range(rounds):
        for told in samples():
            again = {**told, "title": told["title"] + (f" ({turn + 1})" if turn else "")}
            published_at = None if number % 9 == 8 else NOW - timedelta(hours=5 * number + 7)
            yield analysis(archive, again, number, published_at)
            number += 1


def _unkept() -> Iterator[tuple[Source, str]]:
    for number, told in enumerate(samples()[:12]):
        yield source(told["source"]), ("no word of the topic", "another army", "a film or a book")[number % 3]


def _channels(store: Store, sources: list[Source]) -> None:
    states, issues = [], []
    for number, origin in enumerate({origin.id: origin for origin in sources}.values()):
        trouble = ("http-error", "", "", "", "unreachable", "", "not-a-feed")[number % 7]
        states.append(
            ChannelState(
                url=origin.channels[0].url, source=origin.id, kind=ChannelKind.FEED, trouble=trouble,
                trouble_since=NOW - timedelta(days=2) if trouble else None, asked_at=NOW,
                answered_at=NOW - timedelta(days=2) if trouble else NOW, status=503 if trouble else 200, entries=20,
            )
        )  # fmt: skip
        if trouble:
            level = Level.ERROR if trouble == "http-error" else Level.WARNING
            detail = f"{origin.channels[0].url} answered with HTTP 503; it is asked again in the next run"
            issues.append(
                Issue(what=trouble, level=level, detail=detail, source=origin.id, channel=origin.channels[0].url)
            )
    store.settle_channel(factory.haul(states, [], issues), NOW)


def _counts(kept: int) -> Counts:
    return Counts(
        sources=19, channels=19, answered=14, unchanged=2, candidates=kept + 12, analyses=kept, rejections=12,
        captures=kept + 12, new_reports=kept,
    )  # fmt: skip
