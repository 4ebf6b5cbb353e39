"""Findings from outside the watch list in, sources that it could get out: ranked, and as entries of its form."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.errors import ConfigurationError
from crawler.facts.organisations import newsrooms
from crawler.sources import WatchList
from crawler.urls import registrable
from db.queries import publishers
from db.queries.publishers import Cited, Publisher
from db.schema import is_behind
from scheduler.config import Config

_HEADS = ("publisher", "independent", "originals", "reports", "share", "languages", "last", "found by", "example")
_CITED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Publishers that the watch list lacks, best first; newsrooms that reports go back to and that no source is named.

    ``listed`` counts publishers that gave reports before their domain came on the watch list; ``fewer`` those that gave
    fewer reports than were asked for.
    """

    publishers: tuple[Publisher, ...]
    cited: tuple[Cited, ...]
    listed: int
    fewer: int


def suggested(config: Config, watch_list: WatchList, *, least: int = 1) -> Suggested:
    """What the database knows of publishers outside ``watch_list`` that gave ``least`` reports.

    Raises:
        ConfigurationError: there is no database yet, or it has the shape of an earlier version.
    """
    if not config.db.is_file():
        raise ConfigurationError(f"{config.db}: there is no such database; crawl first, or name it with --db")
    if is_behind(config.db):
        raise ConfigurationError(f"{config.db}: has an earlier version's shape; the next crawl brings it up to date")
    known = {registrable(urlsplit(source.homepage).hostname or "") for source in watch_list.sources}
    found = publishers.unwatched(config.db)
    new = [each for each in found if registrable(urlsplit(each.homepage).hostname or "") not in known]
    enough = tuple(each for each in new if each.reports >= least)
    names = [source.name for source in watch_list.sources] + [each.name for each in found]
    return Suggested(
        publishers=enough, cited=tuple(_strangers(publishers.cited(config.db), names)),
        listed=len(found) - len(new), fewer=len(new) - len(enough),
    )  # fmt: skip


def _strangers(cited: Iterable[Cited], names: Iterable[str]) -> list[Cited]:
    """The newsrooms among ``cited`` that nobody of these names is."""
    known = [_bare(name) for name in names]
    press = newsrooms()
    return [each for each in cited if each.name in press and not any(_bare(each.name) in name for name in known)]


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum()).removeprefix("the")


def as_json(found: Suggested) -> str:
    """One JSON object."""
    told = asdict(found)
    for row, each in zip(told["publishers"], found.publishers, strict=True):
        row["share"] = round(each.share, 3)
    return json.dumps(told, ensure_ascii=False, indent=2)


def as_yaml(found: Sequence[Publisher]) -> str:
    """An entry of the watch list for each, with what is known of it and no more: a file of its own each.

    No channel is known, so an entry is not enabled until somebody has found one.
    """
    return "".join(f"--- # {_told(each)}\n{_entry(each)}" for each in found)


def _told(one: Publisher) -> str:
    return (
        f"<country>/{one.name.partition('.')[0]}.yml: {one.reports} reports, {one.originals} originals, "
        f"{one.independent} independent, last {one.last[:10]}, {one.example}"
    )


def _entry(one: Publisher) -> str:
    entry = {
        "name": one.name,
        "homepage": one.homepage,
        "languages": list(one.languages),
        "enabled": False,
        "reason": f"no channel is known yet; `deserters sources add {one.homepage}` looks for some",
        "channels": [],
    }
    return yaml.safe_dump(entry, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)


def show(console: Console, found: Suggested, most: int) -> None:
    """A table of the first ``most``, whom reports go back to, and what to do next; says so where there is nothing."""
    if found.publishers:
        table = Table(title="Publishers that are not on the watch list", title_justify="left")
        for heading in _HEADS:
            table.add_column(heading, overflow="fold")
        for each in found.publishers[:most]:
            counts = (str(each.independent), str(each.originals), str(each.reports), f"{each.share:.0%}")
            ways = ", ".join(each.ways) or "archives"
            table.add_row(
                escape(each.name), *counts, " ".join(each.languages), each.last[:10], ways, escape(each.example)
            )
        console.print(table)
        if len(found.publishers) > most:
            console.print(f"{len(found.publishers) - most} more; --most shows them.")
        console.print(
            "Next: [bold]deserters sources add URL[/bold] looks for channels; --yaml prints entries to fill in."
        )
    else:
        console.print("There is nothing to propose: no report comes from a publisher that is not on the watch list.")
    if found.fewer:
        console.print(f"{found.fewer} publishers gave fewer reports than --least asks for.")
    if found.listed:
        console.print(f"{found.listed} publishers of older reports are on the watch list by now.")
    if found.cited:
        told = ", ".join(f"{each.name} ({each.originals})" for each in found.cited[:_CITED])
        console.print(f"Newsrooms that reports go back to, and no source is called: {escape(told)}.", soft_wrap=True)
