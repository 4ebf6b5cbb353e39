"""The commands that give something away: a case bundle, the public edition."""

from pathlib import Path
from typing import Annotated

import typer

from db.publishing import published
from db.web.public import Public
from scheduler import bundling, publishing
from scheduler import config as configuration
from scheduler.options import ArchiveOption, ConfigOption, DbOption, SourcesOption, err, out, plainly


def bundle(
    target: Annotated[Path, typer.Argument(help="The new ZIP file.", dir_okay=False)],
    story: Annotated[int | None, typer.Option(min=1, help="Number of a story.")] = None,
    report: Annotated[list[int] | None, typer.Option("--report", help="Number of a report; may be repeated.")] = None,
    db: DbOption = None,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """Pack a story or some reports with their captures, facts and footnotes, and a verifier that works offline."""
    with plainly():
        settings = configuration.load({"db": db, "archive": archive}, config)
        made = bundling.make(settings, target, story=story, reports=report or ())
        out.print(f"{target}: {made.reports} reports, {made.captures} captures.", soft_wrap=True)
        for number, why in made.missing.items():
            err.print(f"report {number} has no capture in it: {why}", style="yellow", markup=False, soft_wrap=True)
        if made.left_out:
            err.print(f"{made.left_out} more reports of the story did not fit.", style="yellow")
        out.print(f"SHA-256 of its manifest.json: {made.manifest_sha256}", soft_wrap=True)


def publish(
    folder: Annotated[Path, typer.Argument(help="Folder of the public edition.", file_okay=False)],
    db: DbOption = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
) -> None:
    """Put a public edition into a folder: without protected names, reviews, secrets, and texts that are not free."""
    with plainly():
        settings = configuration.load({"db": db, "sources": sources}, config)
        made = publishing.make(settings, folder)
        told = f"{made.reports} reports, {made.excerpts} of them as excerpts; in {made.hidden} something is hidden"
        out.print(f"{folder}: {told}; {made.bytes / 1e6:,.1f} MB.", soft_wrap=True)
        out.print(f"Next: [bold]deserters serve --public {folder}[/bold] shows it.", soft_wrap=True)


def edition(folder: Path, *, whole_file: bool, contact: str) -> Public:
    """The public edition in ``folder``, to be served."""
    return Public(edition=published(folder), whole_file=whole_file, contact=contact)
