"""What was typed for a period in, the question that it is out, with what is wrong with it; and the words to cite."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version

from db.model import Source
from db.queries import silence
from db.queries.silence import Silence
from db.web import names

USUAL = 30  # days that are looked at where no period is asked for
MOST = 400  # days of a period


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A period with both its days, of a language or a source where one is asked for.

    Where there are ``troubles``, sentences for a person, it is not answered: what is cited must be what was meant.
    """

    since: date
    until: date
    language: str = ""
    source: str = ""
    troubles: tuple[str, ...] = ()


def read(typed: Mapping[str, str], today: date, sources: Iterable[Source]) -> Question:
    """The question in ``from``, ``to``, ``language`` and ``source`` as typed; the last days where no day is typed."""
    language, source = typed.get("language", ""), typed.get("source", "")
    troubles: list[str] = []
    until = _day(typed.get("to", ""), today, troubles)
    since = _day(typed.get("from", ""), date.fromordinal(max(1, until.toordinal() - USUAL + 1)), troubles)
    if not troubles:
        troubles = [*_of_days(since, until, today), *_of_sources(list(sources), language, source)]
    return Question(since=since, until=until, language=language, source=source, troubles=tuple(troubles))


def _day(typed: str, otherwise: date, troubles: list[str]) -> date:
    try:
        return date.fromisoformat(typed) if typed else otherwise
    except ValueError:
        troubles.append(f"“{typed}” is no day; write it as 2026-03-31.")
        return otherwise


def _of_days(since: date, until: date, today: date) -> list[str]:
    if since > until:
        return [f"The period ends on {_called(until)}, before it begins on {_called(since)}."]
    if until > today:
        return [f"{_called(until)} lies in the future; the last day can be today, {_called(today)} (UTC)."]
    if (until - since).days >= MOST:
        return [f"The period has over {MOST} days; ask for it in parts, or on the command line, which has no bound."]
    return []


def _of_sources(sources: list[Source], language: str, source: str) -> list[str]:
    if source and not silence.chosen(sources, "", source):
        return [f"No source “{source}” is on the watch list; a source is called by country and name, such as fi/yle."]
    if language and not silence.chosen(sources, language, source):
        return [f"No source that was asked for publishes in “{names.language(language)}”."]
    return []


def cited(found: Silence, asked: Question, made_at: datetime) -> str:
    """What was watched and found, in two sentences and the versions that it rests on."""
    who = asked.source or _many(len(found.sources), "source", "sources")
    tongue = f" in {names.language(asked.language)}" if asked.language else ""
    period = (
        f"From {names.day(str(found.since))} to {names.day(str(found.until))} ({_many(found.days, 'day', 'days')}, UTC)"
    )
    if found.since == found.until:
        period = f"On {names.day(str(found.since))} (UTC)"
    well = f"{found.whole:,} of these {'was' if found.whole == 1 else 'were'} asked on every day without trouble"
    if asked.source:
        well = f"it was asked {'on every day without trouble' if found.whole else 'with gaps, which are listed'}"
    return (
        f"{period} Deserters watched {who}{tongue}; {well}. Of {_many(found.pages, 'page', 'pages')} read, "
        f"{_many(found.reports, 'report', 'reports')} on Russian deserters {'was' if found.reports == 1 else 'were'} "
        f"kept. Terms {', '.join(found.terms) or 'not told'}; {_many(found.held, 'report', 'reports')} held, SHA-256 "
        f"{found.snapshot}; made {made_at:%Y-%m-%d %H:%M} UTC by deserters {version('deserters')}."
    )


def _called(day: date) -> str:
    return names.day(day.isoformat())


def _many(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
