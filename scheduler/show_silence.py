"""What was watched in, a page that can be cited out."""

from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scheduler.silence import Fault, Silence

_MANY = 6  # sources that share a fate, from which they are counted too


def show(console: Console, found: Silence, *, software: str, made_at: datetime) -> None:
    """Print ``found``: the span, what of it was watched without fault, each outage by its days, and the versions."""
    table = Table(title=f"Watched from {found.since} to {found.until} (UTC)", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("days", str(found.days))
    table.add_row("crawls", str(found.runs))
    table.add_row("sources watched", str(len(found.sources)))
    table.add_row("of these on every day without trouble", str(found.whole))
    table.add_row("languages", " ".join(found.languages) or "none")
    table.add_row("pages read", str(found.pages))
    table.add_row("reports found", str(found.reports))
    table.add_row("version of terms", " ".join(found.terms) or "none")
    table.add_row("snapshot", f"{found.held} reports held, SHA-256 {found.snapshot}")
    table.add_row("made", f"{made_at:%Y-%m-%d %H:%M} UTC by {software}")
    console.print(table)
    for fault in found.faults:
        console.print(f"  {escape(line(fault))}", soft_wrap=True, highlight=False)


def line(fault: Fault) -> str:
    """Who was blind, why, and on which days."""
    names, days = fault.sources, fault.days
    parts = (f"{first}" if first == last else f"{first} to {last}" for first, last in fault.spans)
    who = ", ".join(names) if len(names) < _MANY else f"{len(names)} sources ({', '.join(names)})"
    what = f"in trouble ({fault.what})" if fault.what else "not asked"
    return f"{who}: {what} on {len(days)} {'day' if len(days) == 1 else 'days'}: {', '.join(parts)}"
