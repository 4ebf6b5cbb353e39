"""The command line: one command a verb; words in, an exit code out.

Exit codes: 0 done (also with some sources in trouble), 1 nothing could be done, 2 the command or a setting is wrong.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler import sources as watch_list
from crawler.errors import ConfigurationError
from scheduler import (
    cli_alerts,
    cli_backfill,
    cli_giving,
    cli_people,
    cli_sources,
    cli_stories,
    evaluating,
    jobs,
    show,
    show_silence,
    timetable,
)
from scheduler import config as configuration
from scheduler import explain as explaining
from scheduler import silence as silences
from scheduler.jobs import RunReport
from scheduler.options import (
    NOTHING_DONE,
    ArchiveOption,
    ConfigOption,
    DbOption,
    OwnArchive,
    PrivateOption,
    SourcesOption,
    err,
    out,
    plainly,
)
from scheduler.sharing import sharing

app = typer.Typer(
    name="deserters", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Watches the world's news for reports on Russian military deserters and their asylum.",
    epilog="Exit codes: 0 done, 1 nothing could be done, 2 the command or a setting is wrong.",
)  # fmt: skip
app.add_typer(cli_sources.app, name="sources")
app.add_typer(cli_alerts.app, name="alerts")
app.add_typer(cli_stories.app, name="stories")
app.command("backfill", cls=OwnArchive)(cli_backfill.command)
app.command()(cli_people.password)
app.command()(cli_giving.bundle)
app.command()(cli_giving.publish)


@app.command()
def crawl(
    db: DbOption = None,
    archive: ArchiveOption = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only this source, by id; may be repeated.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="How far back links are taken: 7d, 36h, 2w (default: 7d).")] = None,
    allow_private: PrivateOption = None,
    limit_seconds: Annotated[
        float | None, typer.Option(help="Longest time of the crawl in seconds (default: 10800).")
    ] = None,
    rounds: Annotated[
        bool, typer.Option("--rounds", help="Only channels that must be asked more often than daily.")
    ] = False,
) -> None:
    """Ask every source once, fetch what is new, keep what matters, tell who wants to know."""
    with plainly():
        settings = configuration.load(
            {
                "db": db, "archive": archive, "sources": sources, "since": since, "allow_private": allow_private,
                "limit_seconds": limit_seconds,
            },
            config,
        )  # fmt: skip
        with show.progress(out) as progress:
            report = jobs.crawl(settings, source or (), progress, rounds=rounds)
        show.crawl_report(out, report)
        _end(report)


def _end(report: RunReport) -> None:
    """Leave with 1 where nothing could be done."""
    if report.seems_offline:
        err.print(
            "deserters: no source could be reached, so there seems to be no network; nothing was lost. "
            "`make demo` shows the same job on a newspaper of our own without one.",
            style="red",
            soft_wrap=True,
        )
    if report.nothing_answered or report.outcome == "failed":
        raise typer.Exit(NOTHING_DONE)


@app.command()
def explain(
    target: Annotated[str, typer.Argument(help="An address, an HTML file or a WARC file.")],
    db: DbOption = None,
    archive: ArchiveOption = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
    allow_private: PrivateOption = None,
) -> None:
    """Show what every stage makes of one page, and why it is kept or not."""
    with plainly():
        settings = configuration.load(
            {"db": db, "archive": archive, "sources": sources, "allow_private": allow_private}, config
        )
        explaining.explain(out, settings, target)


@app.command()
def evaluate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Labelled rows, one JSON object a line.", exists=True, dir_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    stories: Annotated[bool, typer.Option("--stories", help="Judge by story_id which rows tell of one event.")] = False,
    reviews: Annotated[
        bool, typer.Option("--reviews", help="Estimate from what people answered on the site (or the FILE of it).")
    ] = False,
    db: DbOption = None,
    config: ConfigOption = None,
) -> None:
    """Score the judge, the facts or the stories on labelled files, or the judge by what people reviewed."""
    from scheduler import evaluating_facts  # noqa: PLC0415  # it brings the rules of facts along

    with plainly():
        if reviews:
            path = files[0] if files else configuration.load({"db": db}, config).reviews_file
            _evaluate_reviews(path, as_json=as_json)
            return
        if not files:
            raise ConfigurationError("evaluate: name a file of labelled rows, or ask for --reviews")
        rows = evaluating_facts.read(files)
        if stories or evaluating_facts.is_of_facts(rows) or evaluating_facts.is_of_stories(rows):
            told = evaluating_facts.scored(rows, stories=stories)
            if as_json:
                typer.echo(evaluating_facts.as_json(told))
            else:
                evaluating_facts.show(out, told)
            return
        for file in files:
            found = evaluating.evaluate_file(file)
            if as_json:
                typer.echo(evaluating.as_json(found))
            else:
                evaluating.show(out, found)


def _evaluate_reviews(path: Path, *, as_json: bool) -> None:
    from scheduler import evaluating_reviews  # noqa: PLC0415  # it brings statistics along

    found = evaluating_reviews.evaluate_file(path)
    if as_json:
        typer.echo(evaluating_reviews.as_json(found))
    else:
        evaluating_reviews.show(out, found)
    if found.overall.precision is None and found.overall.recall is None:
        raise typer.Exit(NOTHING_DONE)


@app.command()
def silence(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, UTC.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, UTC.")],
    language: Annotated[str, typer.Option(help="Only sources in this language.")] = "",
    source: Annotated[str, typer.Option(help="Only this source, by id.")] = "",
    db: DbOption = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
) -> None:
    """Say what was watched in a span of days, so that "we found nothing" can be cited."""
    with plainly():
        settings = configuration.load({"db": db, "sources": sources}, config)
        known = silences.watched(settings.db) or watch_list.load(settings.sources).sources
        span = (since.date(), until.date())
        found = silences.look(settings.db, span, known, language=language, source=source)
        show_silence.show(out, found, software=jobs.software(), made_at=jobs.utc_now())


@app.command()
def archives(
    what: Annotated[str, typer.Argument(help="ccnews (Common Crawl's news files) or the address of a page.")],
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, UTC.")] = None,
    below: Annotated[bool, typer.Option("--below", help="Also the pages below the address.")] = False,
    config: ConfigOption = None,
) -> None:
    """List which WARC files, or which captures in the Wayback Machine, hold a period or a dead link."""
    from scheduler import archives as listing  # noqa: PLC0415  # it brings the crawler along

    with plainly():
        settings = configuration.load({}, config)
        days = (since.date() if since else None, until.date() if until else None)
        for line in listing.lines(settings, what, days, below=below):
            typer.echo(line)


@app.command()
def serve(
    db: DbOption = None,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (default: 8001).")] = None,
    public: Annotated[
        Path | None, typer.Option(help="Show the public edition in this folder instead.", file_okay=False)
    ] = None,
    whole_file: Annotated[
        bool, typer.Option("--whole-file", help="With --public: give its whole SQLite file to everyone.")
    ] = False,
) -> None:
    """Show the database, or a public edition, in the browser, with Datasette."""
    from db.web import serve as serving  # noqa: PLC0415  # Datasette takes half a second to import; the crawl has no use for it

    with plainly():
        settings = configuration.load({"db": db, "archive": archive, "host": host, "port": port}, config)
        if public:
            given = cli_giving.edition(public, whole_file=whole_file, contact=settings.contact)
            serving.serve_public(given, settings.host, settings.port)
            return
        serving.serve(settings.db, settings.archive, settings.host, settings.port, sharing(settings))


@app.command()
def schedule(
    db: DbOption = None,
    archive: ArchiveOption = None,
    sources: SourcesOption = None,
    config: ConfigOption = None,
    times: Annotated[str | None, typer.Option(help="Times of day, with commas between (default: 05:30).")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone of these times (default: UTC).")] = None,
    allow_private: PrivateOption = None,
) -> None:
    """Crawl at the same times every day, until told to stop."""
    with plainly():
        given = {"db": db, "archive": archive, "sources": sources, "allow_private": allow_private}
        settings = configuration.load({**given, "times": times, "zone": zone}, config)
        timetable.run(settings, config)


@app.command()
def propose(
    db: DbOption = None,
    config: ConfigOption = None,
    count: Annotated[int, typer.Option(min=1, help="How many reports, the newest first.")] = 20,
) -> None:
    """Let a language model propose facts; each must quote the text, or is dropped and counted (extra llm)."""
    from scheduler import proposing  # noqa: PLC0415  # it brings an optional library along

    with plainly():
        done = proposing.propose(configuration.load({"db": db}, config), count)
        words = f"{done.reports} reports: {done.kept} facts kept, {done.dropped} dropped by the quote guard"
        out.print(f"{words}, {done.unread} answers that were none.")


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="The new SQLite file.", dir_okay=False)],
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day, UTC; its end counts.")],
    db: DbOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the database as it was known at the end of a day, byte for byte the same each time."""
    from scheduler.exporting import export_as_of  # noqa: PLC0415  # it brings the rules of stories along

    with plainly():
        settings = configuration.load({"db": db}, config)
        count = export_as_of(settings.db, target, as_of.date())
        out.print(
            f"{target}: {count} reports as known on {as_of:%Y-%m-%d}, without the table of protected names and places."
        )


@app.command()
def prune(
    db: DbOption = None,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="Age in days from which captures may go (default: 30).")
    ] = None,
) -> None:
    """Drop old captures of pages that did not become reports; captures of kept reports stay."""
    with plainly():
        settings = configuration.load({"db": db, "archive": archive, "keep_days": days}, config)
        done = jobs.prune_archive(settings, settings.keep_days)
        out.print(f"{done.files} files looked at, {done.changed} rewritten or removed, {done.freed_bytes} bytes freed.")


def main() -> None:
    """Entry point of ``deserters``."""
    app()


if __name__ == "__main__":
    main()
