"""The command that reads WARC files: files, folders, our own archive, or Common Crawl's news of a period."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from crawler.errors import ConfigurationError
from scheduler import config as configuration
from scheduler import show_backfill
from scheduler.backfill import backfill, local
from scheduler.backfill.estimate import Estimate, estimate
from scheduler.backfill.workers import Workers
from scheduler.options import (
    NOTHING_DONE,
    ArchiveOption,
    ConfigOption,
    DbOption,
    PrivateOption,
    SourcesOption,
    out,
    plainly,
)

ProcessesOption = Annotated[
    int, typer.Option("--processes", min=0, help="Processes of this machine (0: one a core, where it is worth it).")
]
SchedulerOption = Annotated[
    str, typer.Option("--scheduler", help="Address of a Dask scheduler whose workers read: tcp://HOST:8786.")
]
LendOption = Annotated[
    str, typer.Option("--lend-at", help="HOST[:PORT] of this machine at which those workers fetch its files.")
]


def command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="WARC files or folders; without any, our own archive is read again.", exists=True),
    ] = None,
    ccnews: Annotated[bool, typer.Option("--ccnews", help="Common Crawl's news files of --from to --to.")] = False,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, UTC.")] = None,
    own: Annotated[bool, typer.Option("--own", hidden=True)] = False,
    again: Annotated[bool, typer.Option("--again", help="Also files that an earlier run has read.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many files, bytes and hours.")] = False,
    megabytes_a_second: Annotated[
        float, typer.Option("--megabytes-a-second", min=0.0, help="Most that is taken from a host (0: all it gives).")
    ] = 0.0,
    processes: ProcessesOption = 0,
    scheduler: SchedulerOption = "",
    lend_at: LendOption = "",
    mirror: Annotated[str, typer.Option(help="Another address of Common Crawl's data.")] = "",
    db: DbOption = None,
    archive: ArchiveOption = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
    allow_private: PrivateOption = None,
) -> None:
    """Read WARC files through the same judgement as the crawl; files that were read before are passed over.

    After a change of terms, `deserters backfill` (or `backfill --archive`) reads our own archive again: what is kept
    now is added, what would not be kept is marked, nothing is deleted.
    """
    with plainly():
        given = {"db": db, "archive": archive, "sources": sources, "allow_private": allow_private}
        settings, rate = configuration.load(given, config), round(megabytes_a_second * 1_000_000)
        _check(files, own=own, ccnews=ccnews)
        workers = Workers(scheduler=scheduler, processes=processes, lend_at=lend_at)
        if ccnews:
            from scheduler import archives  # noqa: PLC0415  # it brings the crawler along

            days = (since.date() if since else None, until.date() if until else None)
            found = archives.of_ccnews(settings, days, mirror=mirror, bytes_a_second=rate)
        else:
            found = local(files or [settings.archive], settings.archive)
        if dry_run:
            _tell(estimate(settings.db, found, bytes_a_second=rate))
            return
        with show_backfill.progress(out) as follow:
            report = backfill(settings, found, follow, again=again or not (files or ccnews), workers=workers)
        show_backfill.run_report(out, report, follow.last)
        if report.nothing_answered or report.outcome == "failed":
            raise typer.Exit(NOTHING_DONE)


def _check(files: list[Path] | None, *, own: bool, ccnews: bool) -> None:
    if own and (files or ccnews):
        raise ConfigurationError(
            "backfill: --archive alone reads our own archive again, nothing else; name a folder, or leave it out"
        )
    if ccnews and files:
        raise ConfigurationError("backfill: name files, or ask for --ccnews, not both")


def _tell(found: Estimate) -> None:
    table = Table(title="What would be read", title_justify="left", show_header=False)
    table.add_row("files", f"{found.files:,}")
    table.add_row("of these read before", f"{found.known:,}")
    table.add_row("bytes of the others", f"{found.size:,}" + (" or more" if found.untold else ""))
    table.add_row(
        "hours", f"{found.hours:.1f}" if found.hours is not None else "not known before a first file was read"
    )
    out.print(table)
