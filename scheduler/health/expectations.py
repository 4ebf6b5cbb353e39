"""A source's own history in, what lies outside it out: fewer or more links, shorter bodies, missing fields. Pure.

Links are counted against a rate with a weekly rhythm and the source's own dispersion (a negative binomial where days
vary more than by chance, a normal approximation where they vary less; Cameron and Trivedi, Regression Analysis of
Count Data, 2nd ed. 2013, sections 3.3 and 4.2). Bodies and fields are samples in order of time, in which ``ruptures``
(Truong, Oudre and Vayatis 2020) finds the likeliest day of change; a rank test or an exact test then decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from math import log1p, sqrt
from statistics import mean, median

import numpy as np
import ruptures
from scipy import stats

from db.model import Sample, SourceDay
from scheduler.health.waits import longest

HISTORY = 28  # days
_LEAST_DAYS = 14  # of history, before anything is expected
_WINDOWS = (1, 2, 3, 5, 8, 13)  # days over which a drop is looked for; quiet sources need the longer ones
_RARE = 8e-4  # chance of a count, at or below which it is outside what is expected
_LEAST_WAITS = 6
_CAUTION = 1.5  # by which a dispersion above chance is taken for larger, since a month tells it badly
_WEEKLY = 7.0  # expected links a weekday that stand for "like any other day" before its own are believed
_CHANCE, _REGULAR = 1.25, 0.55  # dispersions between them may be chance
_DROP, _JUMP = 0.5, 2.5  # of what is expected; smaller changes are not worth a person's time
_LEAST_SAMPLES, _LEAST_BEFORE = 8, 30
_RARE_CHANGE = 3e-4
_SHORTER, _FEWER = 0.78, 0.35  # median length left over, share of pages lost, that is worth a person's time
_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something outside what a source's history allows: an issue's name, words for a person, and since when."""

    what: str
    detail: str
    since: date


def volume(days: Sequence[SourceDay]) -> Finding | None:
    """Whether the last of ``days`` (in order; those in trouble left out) brought too few or too many links."""
    for size in _WINDOWS:
        history, window = days[-HISTORY - size : -size], days[-size:]
        if len(history) >= _LEAST_DAYS and (found := _compared(history, window, "links")):
            return found
    return _stop(days)


def reports(days: Sequence[SourceDay]) -> Finding | None:
    """The same of the reports that were kept, where there are so many that a lack of them says something."""
    counted = [replace(day, candidates=day.reports) for day in days]
    for size in _WINDOWS:
        history, window = counted[-HISTORY - size : -size], counted[-size:]
        if len(history) >= _LEAST_DAYS and (found := _compared(history, window, "reports")):
            return replace(found, what=found.what.replace("volume", "report"))
    return None


def _stop(days: Sequence[SourceDay]) -> Finding | None:
    """Whether a source that brings something now and then has brought nothing for longer than its waits allow."""
    moments = [day.day for day in days if day.candidates]
    waits = [(later - earlier).days for earlier, later in pairwise(moments)]
    if len(waits) < _LEAST_WAITS:
        return None
    usual, silent = mean(waits), (days[-1].day - moments[-1]).days
    if silent < 2 or silent <= longest(waits):
        return None
    words = f"no link for {silent} days, where one comes every {usual:.1f} days"
    return Finding(what="volume-drop", detail=words, since=moments[-1] + timedelta(days=1))


def _compared(history: Sequence[SourceDay], window: Sequence[SourceDay], of: str) -> Finding | None:
    rate = mean(day.candidates for day in history)
    expected = sum(_expected(history, rate, day.day.weekday()) for day in window)
    count = sum(day.candidates for day in window)
    spread = _dispersion(history, rate)
    span = "today" if len(window) == 1 else f"in the last {len(window)} days"
    words = f"{count} {of} {span}, where {expected:.0f} are usual"
    still = window[-1].candidates < max(1.0, _DROP * _expected(history, rate, window[-1].day.weekday()))
    if still and count < _DROP * expected and _chance(count, expected, spread, below=True) < _RARE:
        return Finding(what="volume-drop", detail=words, since=window[0].day)
    follows = (window[0].day - history[-1].day).days == 1  # after a pause more comes at once
    is_much = follows and len(window) == 1 and count > max(_JUMP * expected, expected + 10)
    if is_much and _chance(count, expected, spread, below=False) < _RARE:
        return Finding(what="volume-jump", detail=words, since=window[0].day)
    return None


def _expected(history: Sequence[SourceDay], rate: float, weekday: int) -> float:
    """Links expected on one ``weekday``: its own mean, drawn to that of all days where it is little known."""
    same = [day.candidates for day in history if day.day.weekday() == weekday]
    if not rate:
        return 0.0
    return rate * (sum(same) + _WEEKLY) / (rate * len(same) + _WEEKLY)


def _dispersion(history: Sequence[SourceDay], rate: float) -> float:
    """Variance of a day over its mean, 1 where days vary as by chance (Pearson's statistic, weekly rhythm removed)."""
    if not rate:
        return 1.0
    told = [(day.candidates, max(_expected(history, rate, day.day.weekday()), 0.05)) for day in history]
    found = sum((count - wanted) ** 2 / wanted for count, wanted in told) / max(len(told) - 5, 1)
    return max(0.1, found if _REGULAR <= found <= _CHANCE else found * _CAUTION)


def _chance(count: int, expected: float, spread: float, *, below: bool) -> float:
    """The chance of ``count`` or less (or more) with the mean ``expected`` and ``spread`` times that as variance."""
    if spread > _CHANCE:
        size = expected / (spread - 1)
        law = stats.nbinom(size, 1 / spread)
        return float(law.cdf(count) if below else law.sf(count - 1))
    if spread >= _REGULAR:
        return float(stats.poisson(expected).cdf(count) if below else stats.poisson(expected).sf(count - 1))
    away = (count + 0.5 - expected if below else expected - count + 0.5) / sqrt(spread * expected)
    return float(stats.norm.cdf(away))


def layout(samples: Sequence[Sample]) -> list[Finding]:
    """What has changed in how a source's pages read, in ``samples`` of it in order of time."""
    if len(samples) < _LEAST_BEFORE + _LEAST_SAMPLES:
        return []
    found = (
        _shorter(samples),
        _fewer(samples, [sample.dated for sample in samples], "fewer-dates", "a date"),
        _fewer(samples, [sample.authored for sample in samples], "fewer-authors", "an author"),
    )
    return [one for one in found if one]


def _shorter(samples: Sequence[Sample]) -> Finding | None:
    lengths = [sample.characters for sample in samples]
    at = _change(samples, [log1p(length) for length in lengths])
    if at is None:
        return None
    before, after = lengths[:at], lengths[at:]
    usual, now = median(before), median(after)
    if now > _SHORTER * usual:
        return None
    chance = float(stats.mannwhitneyu(after, before, alternative="less").pvalue)
    less = 1 - now / max(usual, 1)
    words = f"the text of its pages is {less:.0%} shorter: {now:.0f} characters, where {usual:.0f} are usual"
    return _since(samples, at, "shorter-bodies", words) if chance < _RARE_CHANGE else None


def _fewer(samples: Sequence[Sample], has: Sequence[bool], what: str, name: str) -> Finding | None:
    at = _change(samples, [float(one) for one in has])
    if at is None:
        return None
    before, after = has[:at], has[at:]
    usual, now = mean(before), mean(after)
    if usual - now < _FEWER:
        return None
    counts = [[sum(after), len(after) - sum(after)], [sum(before), len(before) - sum(before)]]
    chance = float(stats.fisher_exact(counts, alternative="less").pvalue)
    words = f"{now:.0%} of its pages show {name}, where {usual:.0%} are usual"
    return _since(samples, at, what, words) if chance < _RARE_CHANGE else None


def _change(samples: Sequence[Sample], series: Sequence[float]) -> int | None:
    """The likeliest place of one change in ``series``, where that lies in the last days and leaves enough behind it."""
    if len(set(series)) < 2:
        return None
    search = ruptures.Binseg(model="l2", min_size=_LEAST_SAMPLES, jump=1).fit(np.asarray(series))
    at = int(search.predict(n_bkps=1)[0])
    is_recent = at < len(samples) and samples[-1].at - samples[at].at <= _RECENT
    return at if is_recent and at >= _LEAST_BEFORE else None


def _since(samples: Sequence[Sample], at: int, what: str, words: str) -> Finding:
    day = samples[at].at.date()
    return Finding(what=what, detail=f"{words}, since {day}; its layout may have changed", since=day)
