"""What the terminal shows of a backfill: a line while it runs, a table at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.live import Live
from rich.text import Text

from scheduler import show
from scheduler.backfill.progress import Standing
from scheduler.jobs import RunReport


class Follower:
    """Takes each standing of a run, and shows it where there is somebody to look."""

    def __init__(self, live: Live | None) -> None:
        self._live, self.last = live, Standing(files=0, done=0, known=0, pages=0, kept=0, seconds=0.0, left=None)

    def __call__(self, standing: Standing) -> None:
        """The run now stands so."""
        self.last = standing
        if self._live:
            self._live.update(Text(line(standing)))


@contextmanager
def progress(console: Console) -> Iterator[Follower]:
    """A line that follows the run; silent where the console is no terminal."""
    if not console.is_terminal:
        yield Follower(None)
        return
    with Live(Text("starting"), console=console, refresh_per_second=4, transient=True) as live:
        yield Follower(live)


def line(standing: Standing) -> str:
    """How far a run is, in one line."""
    left = "not known before a first file was read" if standing.left is None else _span(standing.left)
    files, pace = f"{standing.done:,}/{standing.files:,}", f"{standing.pages_a_second:,.0f} a second"
    return f"files {files} · pages {standing.pages:,} ({pace}) · kept {standing.kept:,} · time left {left}"


def run_report(console: Console, report: RunReport, standing: Standing) -> None:
    """The table at the end of a backfill, its troubles, the newest titles, and what to do next."""
    counts = report.counts
    rows = {
        "files": f"{counts.channels:,}",
        "files read to their end": f"{counts.answered:,}",
        "of these by an earlier run": f"{standing.known:,}",
        "pages read": f"{counts.captures:,}",
        "reports kept": f"{counts.analyses:,}",
        "of these new": f"{counts.new_reports:,}",
        "pages not kept": f"{counts.rejections:,}",
        "reports that would not be kept now, and are marked": f"{counts.doubted:,}",
        "pages that failed": f"{counts.candidates_in_issues:,}",
        "time": _span(standing.seconds),
        "pages a second": f"{standing.pages_a_second:,.0f}",
    }
    show.run_report(console, report, rows)


def _span(seconds: float) -> str:
    """A span of time as 1 day, 2:03:04."""
    return str(timedelta(seconds=round(seconds)))
