"""The visits, pages and samples of a day in, how each source did on it out. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import mean, median

from db.model import Sample, SourceDay
from db.queries.history import Read, Visited


def days_of(
    visits: Iterable[Visited], read: Mapping[str, Read], samples: Mapping[str, Sequence[Sample]], day: date
) -> list[SourceDay]:
    """How each source that was visited on ``day`` did; ``samples`` may be of other days too."""
    by_source: dict[str, list[Visited]] = {}
    for visit in visits:
        by_source.setdefault(visit.source, []).append(visit)
    return [
        _day(
            source,
            day,
            found,
            read.get(source, Read()),
            [one for one in samples.get(source, ()) if one.at.date() == day],
        )
        for source, found in sorted(by_source.items())
    ]


def _day(source: str, day: date, visits: Sequence[Visited], read: Read, samples: Sequence[Sample]) -> SourceDay:
    return SourceDay(
        source=source,
        day=day,
        visits=len(visits),
        answers=sum(visit.answered for visit in visits),
        trouble=_trouble(visits),
        candidates=sum(visit.new_entries for visit in visits),
        pages=read.pages,
        reports=read.reports,
        samples=len(samples),
        dated=mean(one.dated for one in samples) if samples else None,
        authored=mean(one.authored for one in samples) if samples else None,
        characters=median(one.characters for one in samples) if samples else None,
    )


def _trouble(visits: Sequence[Visited]) -> str:
    """What was wrong at the last visit to a channel of the source; of several, the first in order of name."""
    last = {visit.channel: visit.trouble for visit in visits}
    return min((trouble for trouble in last.values() if trouble and trouble != "stale-feed"), default="")
