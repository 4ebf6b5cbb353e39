"""What was watched in, a page that can be cited out."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scheduler.silence import Silence, SourceSilence, spans

_MANY = 6  # sources that share a fate, from which they are counted too


def show(console: Console, found: Silence, *, software: str, made_at: datetime) -> None:
    """Print ``found``: the span, what of it was watched without fault, each outage by its days, and the versions."""
    whole = [one for one in found.sources if not one.trouble and not one.missed]
    pages, reports = (sum(getattr(one, name) for one in found.sources) for name in ("pages", "reports"))
    table = Table(title=f"Watched from {found.since} to {found.until} (UTC)", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("days", str(found.days))
    table.add_row("crawls", str(found.runs))
    table.add_row("sources watched", str(len(found.sources)))
    table.add_row("of these on every day without trouble", str(len(whole)))
    table.add_row("languages", " ".join(found.languages) or "none")
    table.add_row("pages read", str(pages))
    table.add_row("reports found", str(reports))
    table.add_row("version of terms", " ".join(found.terms) or "none")
    table.add_row("snapshot", f"{found.held} reports held, SHA-256 {found.snapshot}")
    table.add_row("made", f"{made_at:%Y-%m-%d %H:%M} UTC by {software}")
    console.print(table)
    for line in faults(found.sources):
        console.print(f"  {escape(line)}", soft_wrap=True, highlight=False)


def faults(sources: Iterable[SourceSilence]) -> list[str]:
    """A line for each span of days in which the same sources were in the same trouble, or were not asked."""
    groups: dict[tuple[str, tuple[date, ...]], list[str]] = {}
    for one in sources:
        for what in sorted({what for _, what in one.trouble}):
            days = tuple(day for day, found in one.trouble if found == what)
            groups.setdefault((f"in trouble ({what})", days), []).append(one.id)
        if one.missed:
            groups.setdefault(("not asked", one.missed), []).append(one.id)
    return [_line(names, days, what) for (what, days), names in groups.items()]


def _line(names: Sequence[str], days: Sequence[date], what: str) -> str:
    parts = (f"{first}" if first == last else f"{first} to {last}" for first, last in spans(days))
    who = ", ".join(names) if len(names) < _MANY else f"{len(names)} sources ({', '.join(names)})"
    return f"{who}: {what} on {len(days)} {'day' if len(days) == 1 else 'days'}: {', '.join(parts)}"
