"""What the terminal shows: progress while something runs, a table at its end, one page's way."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from crawler.sources import WatchList
from crawler.spiders import Progress
from db.model import Counts, Source
from scheduler.jobs import RunReport
from scheduler.watchlist import Checked

MEANINGS = {
    "empty-body": "answered with nothing",
    "html-instead-of-feed": "answered with a web page where its feed was",
    "not-a-feed": "answered with something that is no feed",
    "damaged-feed": "sent a feed that is damaged; what could be read was",
    "no-entries": "sent a feed that lists nothing",
    "stale-feed": "has listed nothing new for a month",
    "too-many-links": "listed more links than one run takes; the rest follow",
    "blocked": "refuses us",
    "asked-to-wait": "asked to be left alone for a while",
    "gone": "has moved or closed its feed",
    "host-error": "has an error of its own",
    "http-error": "answered with an error",
    "timed-out": "did not answer in time",
    "unknown-host": "has a name that cannot be resolved",
    "unreachable": "cannot be reached",
    "cut-off": "cut its answer off",
    "redirect-loop": "redirects without end",
    "refused-address": "leads to an address that is not public",
    "robots-unreachable": "does not say what robots may do, so nothing was fetched",
    "forbidden-by-robots": "forbids robots",
    "overflow": "listed nothing but new links; something may have slipped through, so it is asked more often",
    "moved": "has moved for good; write its new address down",
    "bot-wall": "puts a wall against robots before its feed",
    "no-preview": "shows no public preview on Telegram",
    "not-a-list": "answered with something that is no list",
    "not-a-page": "answered with something that is no web page",
    "not-an-answer": "answered with something that cannot be read",
    "bad-query": "does not take the query",
    "undelivered": "a message could not be delivered; it is kept and tried again",
    "off": "is off",
    "volume-drop": "offers far fewer links than it used to",
    "report-drop": "gives far fewer reports than it used to",
    "report-jump": "gives far more reports than it used to",
    "volume-jump": "offers far more links than it used to",
    "shorter-bodies": "has much shorter texts than before; its layout may have changed",
    "fewer-dates": "shows dates on fewer pages than before; its layout may have changed",
    "fewer-authors": "shows authors on fewer pages than before; its layout may have changed",
    "fewer-links-than-expected": "offered fewer links than it should",
    "bad-source-file": "has a watch list file with a mistake",
    "analysis-failed": "has pages on which the analysis failed: a bug",
    "counts-do-not-add-up": "the run's counts do not add up: a bug",
    "damaged-archive": "an archive file is damaged; what stands before the damage was read",
    "fetch-failed": "could not be fetched",
    "read-before": "archive files were read by an earlier run; --again reads them once more",
    "set-aside": "an archive file was set aside: three workers failed on it; the others were read",
    "unfit-worker": "a worker of the cluster cannot be used, and gets nothing to do",
}


@contextmanager
def progress(console: Console) -> Iterator[Progress]:
    """A line that follows the counts; silent where the console is no terminal."""
    if not console.is_terminal:
        yield lambda _: None
        return
    with Live(Text("starting"), console=console, refresh_per_second=4, transient=True) as live:
        yield lambda counts: live.update(Text(_line(counts)))


def _line(counts: Counts) -> str:
    done = counts.analyses + counts.rejections + counts.candidates_in_issues
    return (
        f"channels {counts.answered}/{counts.channels} answered · pages {done}/{counts.candidates} · "
        f"reports {counts.analyses} · not kept {counts.rejections} · failed {counts.candidates_in_issues}"
    )


def crawl_report(console: Console, report: RunReport) -> None:
    """The table at the end of a crawl, its troubles, the newest titles, and what to do next."""
    counts = report.counts
    rows = {
        "sources asked": counts.sources,
        "channels asked": counts.channels,
        "channels that answered": counts.answered,
        "of these unchanged (304)": counts.unchanged,
        "sources in trouble": report.sources_in_trouble,
        "links taken up": counts.candidates,
        "pages read": counts.captures,
        "reports kept": counts.analyses,
        "of these new": counts.new_reports,
        "pages not kept": counts.rejections,
        "links that failed or wait": counts.candidates_in_issues,
    }
    run_report(console, report, {name: str(number) for name, number in rows.items()})


def run_report(console: Console, report: RunReport, rows: Mapping[str, str]) -> None:
    """The table of ``rows`` at the end of a run, its troubles, the newest titles, and what to do next."""
    table = Table(title=f"Run {report.run}: {report.outcome}", title_justify="left", show_header=False)
    for name, number in rows.items():
        table.add_row(name, number)
    console.print(table)
    _troubles(console, report)
    for headline in report.newest:
        console.print(f"  [dim]{escape(headline.source)} {headline.language}[/dim] {escape(headline.title)}")
    if not report.nothing_answered:
        console.print(
            "Next: [bold]deserters serve[/bold] shows the reports; the table `issues` says more of each trouble."
        )


def _troubles(console: Console, report: RunReport) -> None:
    for trouble in report.troubles:
        names = [name for name in trouble.sources if name]
        who = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        meaning = MEANINGS.get(trouble.what, trouble.what)
        console.print(f"  [yellow]{trouble.what}[/yellow]: {escape(who)} {meaning}".replace(":  ", ": "))
        if len(names) <= 1:
            console.print(f"    [dim]{escape(trouble.detail[:200])}[/dim]")


def watch_list(console: Console, found: WatchList) -> None:
    """The watch list as a table, then what is wrong in it."""
    table = Table(title="Watch list", title_justify="left")
    for heading in ("id", "name", "kind", "languages", "channels", "asked"):
        table.add_column(heading, overflow="fold")
    for source in found.sources:
        table.add_row(
            source.id, source.name, source.kind, " ".join(source.languages), _channels(source), _asked(source)
        )
    console.print(table)
    on, off = len(found.enabled), len(found.sources) - len(found.enabled)
    console.print(f"{on} sources are asked, {off} are not.")
    for problem in found.problems:
        console.print(f"[red]{escape(str(problem))}[/red]")


def _channels(source: Source) -> str:
    kinds = [channel.kind.value for channel in source.channels]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "none"


def _asked(source: Source) -> str:
    return "yes" if source.enabled else f"no: {source.reason}"


def checked(console: Console, found: Sequence[Checked]) -> None:
    """What channels give now: status, kind, size, entries and those on the topic, newest date, verdict."""
    table = Table(title="Channels", title_justify="left")
    for heading in ("channel", "kind", "status", "bytes", "entries", "on topic", "newest", "verdict"):
        table.add_column(heading, overflow="fold")
    for one in found:
        name = f"{one.channel.source} " if one.channel.source else ""
        newest = f"{one.newest:%Y-%m-%d %H:%M}" if one.newest else ""
        numbers = (str(one.status or ""), str(one.size or ""), str(one.entries), str(one.relevant))
        verdict = f"[{'green' if one.is_well else 'red'}]{escape(one.verdict)}[/]"
        table.add_row(escape(f"{name}{one.channel.url}"), one.channel.kind, *numbers, newest, verdict)
    console.print(table)
    well = sum(one.is_well for one in found)
    console.print(f"{well} of {len(found)} channels are well.")
