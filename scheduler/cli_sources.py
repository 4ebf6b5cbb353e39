"""The verbs of ``deserters sources``: list, check, add, propose, export, import."""

from pathlib import Path
from typing import Annotated

import typer

from crawler import sources as watch_list
from crawler.errors import ConfigurationError
from scheduler import config as configuration
from scheduler import jobs, show
from scheduler.options import NOTHING_DONE, ConfigOption, DbOption, PrivateOption, SourcesOption, err, out, plainly

app = typer.Typer(help="List the watch list and check it; add sources; carry them in and out as OPML.")


@app.callback(invoke_without_command=True)
def sources(context: typer.Context, sources: SourcesOption = None, config: ConfigOption = None) -> None:
    """List the watch list and check it, without the network; or do what a verb says."""
    if context.invoked_subcommand:
        return
    with plainly():
        found = watch_list.load(configuration.load({"sources": sources}, config).sources)
        show.watch_list(out, found)
        if found.problems:
            raise typer.Exit(NOTHING_DONE)


@app.command()
def check(
    ids: Annotated[list[str] | None, typer.Argument(help="Sources by id (default: all that are enabled).")] = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
    allow_private: PrivateOption = None,
) -> None:
    """Try every channel now, with the network, and say what each gives; nothing is written."""
    from scheduler import watchlist  # noqa: PLC0415  # it brings the crawler along

    with plainly():
        settings = configuration.load({"sources": sources, "allow_private": allow_private}, config)
        found = watch_list.load(settings.sources)
        checked = watchlist.check(settings, jobs.chosen(found, ids or ()))
        show.checked(out, checked)
        if not any(one.is_well for one in checked):
            raise typer.Exit(NOTHING_DONE)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Front page of the site.")],
    country: Annotated[str, typer.Option(help="Country of the newsroom, ISO 3166-1 alpha-2.")] = "zz",
    sources: SourcesOption = None,
    config: ConfigOption = None,
    allow_private: PrivateOption = None,
) -> None:
    """Find the feeds and sitemaps of a site, show what each gives, and write its file."""
    from scheduler import watchlist  # noqa: PLC0415  # it brings the crawler along

    with plainly():
        if len(country) != 2 or not country.isalpha() or country != country.lower():
            raise ConfigurationError(f"--country {country}: write two small letters, such as de")
        settings = configuration.load({"sources": sources, "allow_private": allow_private}, config)
        site = watchlist.find(settings, url)
        show.checked(out, site.channels)
        path = watchlist.write(site, settings.sources, country)
        name = f"{path.parent.name}/{path.stem}"
        out.print(f"Wrote {path}; look it over, then try [bold]deserters sources check {name}[/bold].", soft_wrap=True)


@app.command()
def propose(
    most: Annotated[int, typer.Option(min=1, help="How many are shown.")] = 30,
    least: Annotated[int, typer.Option(min=1, help="Fewest reports that a publisher must have given.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print entries for the watch list, to be filled in.")] = False,
    db: DbOption = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
) -> None:
    """Show which publishers outside the watch list gave reports: those of archives, GDELT and links in posts."""
    from scheduler import suggesting  # noqa: PLC0415  # it brings the crawler along

    with plainly():
        if as_json and as_yaml:
            raise ConfigurationError("sources propose: ask for --json or --yaml, not both")
        settings = configuration.load({"db": db, "sources": sources}, config)
        found = suggesting.suggested(settings, watch_list.load(settings.sources), least=least)
        if as_json:
            typer.echo(suggesting.as_json(found))
        elif as_yaml and found.publishers:
            typer.echo(suggesting.as_yaml(found.publishers[:most]), nl=False)
        else:
            suggesting.show(err if as_yaml else out, found, most)


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write (default: the screen).")] = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the feeds of the watch list as OPML, for any feed reader."""
    from scheduler import watchlist  # noqa: PLC0415  # it brings the crawler along

    with plainly():
        body = watchlist.to_opml(watch_list.load(configuration.load({"sources": sources}, config).sources).sources)
        if file:
            file.write_bytes(body)
        else:
            typer.echo(body.decode())


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file.", exists=True, dir_okay=False)],
    sources: SourcesOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a file for each site that an OPML list names; feeds that are watched already are left alone."""
    from scheduler import watchlist  # noqa: PLC0415  # it brings the crawler along

    with plainly():
        folder = configuration.load({"sources": sources}, config).sources
        written, known = watchlist.from_opml(file.read_bytes(), str(file), folder)
        for path in written:
            out.print(f"Wrote {path}", soft_wrap=True, highlight=False)
        if known:
            err.print(f"{len(known)} feeds are watched already.")
