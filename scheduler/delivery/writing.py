"""What is to be told in, subject and text of a message out; plain text, no secrets. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from crawler.urls import registrable
from db.queries.news import Found, Told
from db.queries.stories import Moved, StoryLine

_MANY = 3  # sources of one host with one trouble, from which they are one line
_SHOWN = 25  # reports listed in one message
_WORDS = {
    "empty": "gives nothing", "stale": "has gone silent", "moved": "has moved or closed", "blocked": "refuses us",
    "broken": "cannot be read", "unreachable": "cannot be reached", "blind": "is blind",
    "run": "reached nobody or failed",
    "volume-drop": "offers far fewer links than usual", "report-drop": "gives far fewer reports than usual",
    "shorter-bodies": "has much shorter texts than usual",
    "fewer-dates": "shows fewer dates than usual", "fewer-authors": "shows fewer authors than usual",
    "fewer-links-than-expected": "offers fewer links than it should",
}  # fmt: skip


def alarm(troubles: Sequence[Told]) -> tuple[str, str]:
    """An alarm about troubles that are new."""
    one = f"{_name(troubles[0])} {_words(troubles[0].what)}"
    subject = f"Deserters: {one if len(troubles) == 1 else f'{len(troubles)} troubles in the watch'}"
    return subject, "\n".join(_lines(troubles))


def mended(troubles: Sequence[Told]) -> tuple[str, str]:
    """The news that troubles have ended."""
    lines = [
        f"- {_name(one)}: well again since {_minute(one.mended_at)}; {one.what} since {_minute(one.since)}"
        for one in troubles
    ]
    one = f"{_name(troubles[0])} is well again"
    return f"Deserters: {one if len(troubles) == 1 else f'{len(troubles)} troubles are mended'}", "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a digest tells: new reports, new stories, figures that changed, troubles, and how many sources answered."""

    found: Sequence[Found]
    stories: Sequence[StoryLine]
    figures: Sequence[Moved]
    troubles: Sequence[Told]
    answered: tuple[int, int]


def digest(news: News, now: datetime) -> tuple[str, str]:
    """The morning's digest: what is new, and what is wrong with the watch."""
    well, asked = news.answered
    new = f"{_count(news.found)}." if news.found else "No new reports."
    lines = [new, f"{well} of {asked} sources answered without fault.", ""]
    lines += ["New stories:", *_stories(news.stories), ""] if news.stories else ["No new stories.", ""]
    lines += ["Figures that changed:", *_figures(news.figures), ""] if news.figures else ["No figure changed.", ""]
    lines += ["New reports:", *_reports(news.found), ""] if news.found else []
    lines += ["In trouble:", *_lines(news.troubles)] if news.troubles else ["Nothing is in trouble."]
    return f"Deserters, {now:%d %B %Y}: {_told(news)}", "\n".join(lines)


def _told(news: News) -> str:
    stories = f"{len(news.stories)} new stor{'y' if len(news.stories) == 1 else 'ies'}, " if news.stories else ""
    return f"{stories}{_count(news.found)}"


def _stories(stories: Sequence[StoryLine]) -> Iterable[str]:
    for one in stories[:_SHOWN]:
        origins = f"{one.origins} independent origin{'' if one.origins == 1 else 's'}"
        reports = f"{one.reports} report{'' if one.reports == 1 else 's'}"
        yield f"- {one.title}\n  story {one.id}: {reports}, {origins}; {one.languages}\n  {one.url}"
    if len(stories) > _SHOWN:
        yield f"and {len(stories) - _SHOWN} more; the site has them all."


def _figures(figures: Sequence[Moved]) -> Iterable[str]:
    for one in figures[:_SHOWN]:
        whose = f", {one.whose}" if one.whose else ""
        yield f"- {one.what}{whose}: {one.old or 'nothing'} became {one.new or 'nothing'}\n  {one.title}\n  {one.url}"


def watch(name: str, found: Sequence[Found]) -> tuple[str, str]:
    """New reports of one watch."""
    subject = f"{name}: {found[0].title}" if len(found) == 1 else f"{name}: {_count(found)}"
    return subject[:200], "\n".join(_reports(found))


def _count(found: Sequence[Found]) -> str:
    return f"{len(found)} new report{'' if len(found) == 1 else 's'}"


def _reports(found: Sequence[Found]) -> Iterable[str]:
    for one in found[:_SHOWN]:
        day = (one.published_at or one.first_seen)[:10]
        yield f"- {one.title}\n  {one.source}, {one.language}, {day}\n  {one.url}"
    if len(found) > _SHOWN:
        yield f"and {len(found) - _SHOWN} more; the site has them all."


def _lines(troubles: Sequence[Told]) -> Iterable[str]:
    """A line a trouble; several sources of one host with the same trouble are one."""
    groups: dict[tuple[str, str, str], list[Told]] = {}
    for one in troubles:
        host = registrable(urlsplit(one.host).hostname or "") if one.scope == "source" else ""
        groups.setdefault((one.scope, one.what, host or one.name), []).append(one)
    for (scope, what, host), group in groups.items():
        if scope == "source" and len(group) >= _MANY:
            names = ", ".join(one.name for one in group)
            yield f"- {host}: {len(group)} sources, each {_words(what)}: {names}"
        else:
            yield from (f"- {_name(one)} {_words(one.what)} since {_minute(one.since)}: {one.detail}" for one in group)


def _name(one: Told) -> str:
    return {"language": f"language {one.name}", "run": "the run"}.get(one.scope, one.name)


def _words(what: str) -> str:
    return _WORDS.get(what, what.replace("-", " "))


def _minute(stamp: str) -> str:
    return f"{stamp[:10]} {stamp[11:16]}"
