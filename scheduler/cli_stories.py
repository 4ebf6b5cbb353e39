"""The commands on stories: show them, and put right by hand what belongs together."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from db.queries import stories as asked
from db.store import Store
from scheduler import config as configuration
from scheduler import jobs, rulings
from scheduler.options import NOTHING_DONE, ConfigOption, DbOption, err, out, plainly

app = typer.Typer(no_args_is_help=True, help="Show stories, and put right by hand what belongs together.")
NoteOption = Annotated[str, typer.Option(help="Why; kept with the ruling.")]
_SHOWN = 20


@app.command("list")
def listed(
    db: DbOption = None, config: ConfigOption = None,
    count: Annotated[int, typer.Option(min=1, help="How many.")] = _SHOWN,
) -> None:  # fmt: skip
    """The stories with the newest reports: how many reports, and from how many independent origins."""
    with plainly():
        settings = configuration.load({"db": db}, config)
        table = Table("story", "newest", "reports", "origins", "languages", "title")
        for one in asked.newest_stories(settings.db, count):
            counts = (str(one.id), one.newest[:10], str(one.reports), str(one.origins))
            table.add_row(*counts, one.languages, escape(one.title))
        out.print(table)


@app.command()
def show(
    story: Annotated[int, typer.Argument(help="Number of the story; a merged one leads to where it went.")],
    db: DbOption = None, config: ConfigOption = None,
) -> None:  # fmt: skip
    """One story: its lead, its reports in order with what each is to the others, and its figures side by side."""
    with plainly():
        settings = configuration.load({"db": db}, config)
        found = asked.story(settings.db, story)
        if found is None:
            _none(f"story {story}")
            return
        out.print(f"[bold]{found.id}. {escape(found.title)}[/bold]")
        if found.id != story:
            out.print(f"story {story} was merged into {found.id}")
        out.print(f"{escape(found.lead)}\n")
        out.print(f"{found.reports} reports, {found.originals} originals, {found.origins} independent origins")
        table = Table("at", "report", "relation", "source", "language", "title")
        for each in asked.timeline(settings.db, found.id):
            relation = each.relation if each.report == each.original else f"{each.relation} of {each.original}"
            table.add_row(each.at[:16], str(each.report), relation, each.source, each.language, escape(each.title))
        out.print(table)
        _figures(asked.figures(settings.db, found.id))


def _figures(figures: list[asked.Stated]) -> None:
    if not figures:
        return
    table = Table("type", "value", "says", "period", "originals", "quote")
    for each in figures:
        whose = each.said_by or "-"
        table.add_row(each.type, each.value, whose, each.period, str(each.originals), escape(each.quote))
    out.print(table)


@app.command()
def merge(
    story: Annotated[int, typer.Argument(help="Number of a story.")],
    other: Annotated[int, typer.Argument(help="Number of the story that it is one with.")],
    db: DbOption = None, config: ConfigOption = None, note: NoteOption = "",
) -> None:  # fmt: skip
    """Make two stories one, for good; the later number leads to the earlier from then on."""
    with plainly():
        settings = configuration.load({"db": db}, config)
        reports = [asked.first_report(settings.db, number) for number in (story, other)]
        if not all(reports):
            _none(f"story {other if reports[0] else story}")
        if reports[0] == reports[1]:
            _refuse(f"stories {story} and {other} are one already")
        with Store(settings.db, holder="deserters stories") as store:
            store.merge(reports[0], reports[1], jobs.utc_now(), note)
        kept = asked.story(settings.db, story)
        out.print(f"Both are story {kept.id if kept else story} now.")


@app.command()
def split(
    report: Annotated[int, typer.Argument(help="Number of the report that does not belong.")],
    db: DbOption = None, config: ConfigOption = None, note: NoteOption = "",
) -> None:  # fmt: skip
    """Part a report, and what goes back to it, from the rest of its story for good; each keeps the number it began."""
    _rule("split", report, (db, config), note)


@app.command()
def pin(
    report: Annotated[int, typer.Argument(help="Number of the report that is right where it is.")],
    db: DbOption = None, config: ConfigOption = None, note: NoteOption = "",
) -> None:  # fmt: skip
    """Keep a report in its story, whatever arrives later."""
    _rule("pin", report, (db, config), note)


@app.command()
def apply(db: DbOption = None, config: ConfigOption = None) -> None:
    """Take up what people asked of stories on the site; the next crawl would do so too."""
    with plainly():
        settings = configuration.load({"db": db}, config)
        with Store(settings.db, holder="deserters stories") as store:
            found = rulings.take_up(store, settings.db, settings.reviews_file, jobs.utc_now())
        for ruling in found.done:
            out.print(f"{ruling.kind}: done (review {ruling.token})")
        for ruling in found.waiting:
            out.print(f"{ruling.kind}: waits, since a report of it is in no story (review {ruling.token})")
        if not (found.done or found.waiting):
            out.print("Nothing waits.")


def _rule(kind: str, report: int, files: tuple[DbOption, ConfigOption], note: str) -> None:
    with plainly():
        settings = configuration.load({"db": files[0]}, files[1])
        if not asked.is_placed(settings.db, report):
            _none(f"report {report}")
        others = asked.beside(settings.db, report)
        if kind == "split" and not others:
            _refuse(f"report {report} is alone in its story; there is nothing to split it from")
        with Store(settings.db, holder="deserters stories") as store:
            ruling = store.split if kind == "split" else store.pin
            ruling(report, jobs.utc_now(), note)
        out.print(f"Report {report}: {kind}; kept for good.")
        if kind == "split":
            mine, *rest = asked.stories_of(settings.db, [report, *others])
            left = ", ".join(str(story) for story in sorted(set(rest) - {mine}))
            out.print(f"It is in story {mine} now; what it was split from is story {left}.")


def _refuse(why: str) -> None:
    err.print(f"deserters: {why}", style="red", soft_wrap=True)
    raise typer.Exit(NOTHING_DONE)


def _none(what: str) -> None:
    err.print(
        f"deserters: there is no {what}; `deserters stories list` shows what there is", style="red", soft_wrap=True
    )
    raise typer.Exit(NOTHING_DONE)
