"""One page in, what every stage made of it out: for people who wonder why a report was kept or not."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler import extract, flow, relevance, sources, spiders
from crawler.errors import DesertersError
from crawler.sources import Publishers
from crawler.urls import is_web, key
from db import queries
from db.archive import ArchiveWriter, captures, read
from db.errors import ArchiveError
from db.model import Article, Candidate, Capture, Haul, Offer, Rejection, Source, Verdict
from db.store import Store
from scheduler.config import Config
from scheduler.jobs import software, utc_now

_KNOWN_WORDS = 400  # characters of the text that are shown


class NothingToExplainError(DesertersError):
    """The page cannot be had; the text says why and what to do."""


def explain(console: Console, config: Config, target: str) -> None:
    """Print the way of ``target``: an HTML file, a WARC file, or an address (from the archive if there, else fetched).

    Raises:
        NothingToExplainError: there is no such file, or the page cannot be had.
    """
    publishers = Publishers(sources.load(config.sources).sources)
    for capture in _captures(config, target, publishers):
        source = publishers.of(capture.url, capture.offer.source)
        _print(console, capture, source)


def _captures(config: Config, target: str, publishers: Publishers) -> list[Capture]:
    if is_web(target):
        return [_archived(config, target) or _fetched(config, target, publishers.of(target))]
    path = Path(target)
    if not path.is_file():
        raise NothingToExplainError(f"{target}: is neither an http address nor a file; give one of them")
    if path.name.endswith((".warc", ".warc.gz", ".warc.gz.open")):
        return list(captures(path))
    headers = (("Content-Type", "text/html"),)
    address = f"http://{path.name.lower().replace('_', '-')}.invalid/"
    return [
        Capture(
            url=address,
            fetched_at=utc_now(),
            status=200,
            headers=headers,
            body=path.read_bytes(),
            offer=Offer(source=""),
        )
    ]


def _archived(config: Config, url: str) -> Capture | None:
    place = queries.place_of(config.db, key(url))
    try:
        return read(config.archive, place) if place else None
    except ArchiveError:
        return None


def _fetched(config: Config, url: str, source: Source) -> Capture:
    """The page as the crawl would fetch it, with all its manners, into an archive that is thrown away."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        lone = replace(source, channels=())
        candidate = Candidate(url=url, key=key(url), offer=Offer(source=source.id, offered_at=utc_now()))
        with (
            Store(root / "page.db", holder="deserters explain") as store,
            ArchiveWriter(root / "archive", software=software(), now=utc_now) as archive,
        ):
            store.begin_run("explain", utc_now())
            store.know_sources([lone])
            store.settle_channel(Haul(candidates=(candidate,)), utc_now())
            plan = spiders.Plan(
                sources=(lone,), oldest=None, limit_seconds=120, user_agent=config.user_agent,
                timeout_seconds=config.timeout_seconds, allow_private=config.allow_private, now=utc_now,
            )  # fmt: skip
            spiders.run(plan, store, archive)
        found = [capture for path in (root / "archive").rglob("*.warc.gz") for capture in captures(path)]
        trouble = queries.troubles(root / "page.db", 1)
    if not found:
        raise NothingToExplainError(
            f"{url}: {trouble[0].detail if trouble else 'robots.txt or the page itself forbids it'}"
        )
    return found[0]


def _print(console: Console, capture: Capture, source: Source) -> None:
    table = Table(show_header=False, title=escape(capture.url), title_justify="left", expand=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    told = f"{capture.status}, {len(capture.body)} bytes, {capture.header('content-type') or 'no content type'}"
    table.add_row("capture", escape(f"{told}, fetched {capture.fetched_at.isoformat()}"))
    table.add_row("source", escape(f"{source.id} ({source.name}){'' if source.watched else ', not on the watch list'}"))
    triage = flow.triage(capture)
    table.add_row("triage", escape(f"{triage.reason}: {triage.detail}" if triage else "must be read"))
    document = extract.parse(capture)
    if document is None:
        table.add_row("extract", "the bytes are no HTML")
    else:
        _reading(table, "first reading", extract.article(capture, document, source.rules))
        _reading(table, "second reading", extract.second_reading(capture, document))
    outcome = flow.analyse(capture, source)
    kept = not isinstance(outcome, Rejection)
    verdict = "kept as a report" if kept else f"not kept, at {outcome.stage}: {outcome.reason}"  # type: ignore[union-attr]  # kept says which
    table.add_row("outcome", f"[bold {'green' if kept else 'red'}]{escape(verdict)}[/]")
    console.print(table)


def _reading(table: Table, name: str, found: Article | Rejection | None) -> None:
    if not isinstance(found, Article):
        table.add_row(name, escape(f"{found.reason}: {found.detail}" if found else "nothing to read"))
        return
    date = f"{found.published_at.isoformat()} (from {found.published_from})" if found.published_at else "not found"
    lines = [
        f"headline: {found.headline}",
        f"published: {date}",
        f"language: {found.language}   authors: {', '.join(found.authors) or 'not found'}   by {found.extractor}",
        f"canonical: {found.canonical_url}",
        f"text, {len(found.text)} characters: {found.text[:_KNOWN_WORDS]}…",
    ]
    table.add_row(name, escape("\n".join(lines)))
    table.add_row("verdict", escape(_verdict(relevance.judge(found))))


def _verdict(verdict: Verdict) -> str:
    lines = [f"{verdict.answer} with score {verdict.score:.3f}: {verdict.why}"]
    lines += [
        f"  {reason.role}: “{reason.evidence.quote}” in the {reason.zone} at {reason.evidence.start}"
        for reason in verdict.reasons
    ]
    return "\n".join(lines)
