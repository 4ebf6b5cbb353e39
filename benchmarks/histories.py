"""Expectations and recall on simulated histories: false alarms, delays, power, coverage; written into docs/quality.md.

    python -m benchmarks.histories [--write]

Histories and worlds are those of the tests, in larger numbers and with other seeds.
"""

import argparse
from statistics import median

import numpy as np

from benchmarks.month import DOCUMENT
from benchmarks.table import write_rows
from scheduler.health import expectations
from scheduler.health.recall import estimate
from tests.scheduler.test_health import history, noticed, regular, samples
from tests.scheduler.test_recall import GDELT, OWN, POSTS, covered, world

DAYS, STOP = 110, 80


def volumes() -> list[list[str]]:
    """False alarms and delays of a stop, by links a day."""
    random, rows = np.random.default_rng(101), []
    for rate in (0.3, 1, 3, 8, 25, 100):
        histories = [history(random, rate, DAYS) for _ in range(12)]
        judged = [expectations.volume(days[: number + 1]) for days in histories for number in range(30, DAYS)]
        alarms = sum(found is not None for found in judged)
        delays = []
        for _ in range(25):
            days = history(random, rate, DAYS + 60, stop=STOP)
            delays.append(
                next((n - STOP + 1 for n in range(STOP, DAYS + 60) if expectations.volume(days[: n + 1])), 99)
            )
        rows.append([f"by chance, {rate:g} a day", f"{alarms} in {len(judged)}", f"{median(delays):g}, {max(delays)}"])
    for every in (1, 2, 7):
        stop = 12 * every if every > 1 else 24
        delay = noticed(regular(every, stop + 5 * every, stop=stop), stop) + every - 1
        rows.append([f"one every {every} days, like clockwork", "-", f"{delay} (since its last link)"])
    return rows


def layouts() -> list[list[str]]:
    """False alarms of text lengths and dates, and how often a loss of two fifths is noticed in time."""
    random = np.random.default_rng(102)
    calm = [expectations.layout(samples(random, days)) for days in range(20, 29) for _ in range(60)]
    rows = [["no change", f"{sum(map(bool, calm))} in {len(calm)} source-days"]]
    for days in (1, 2, 3):
        found = [expectations.layout(samples(random, 25 + days, change=25, shrink=0.6)) for _ in range(80)]
        hits = sum(any(one.what == "shorter-bodies" for one in each) for each in found)
        rows.append([f"text 40 % shorter for {days} days", f"noticed in {hits} of {len(found)}"])
    return rows


def recalls() -> list[list[str]]:
    """How often the 95 % interval covers the truth."""
    random, rows = np.random.default_rng(103), []
    for name, ways, depends in (
        ("three ways, independent", (OWN, GDELT, POSTS), False),
        ("three ways, two of them dependent", (OWN, GDELT, POSTS), True),
        ("two ways, independent", (OWN, GDELT), False),
    ):
        made = [world(random, ways, depends=depends) for _ in range(500)]
        found = [(one, estimate(one.counts)) for one in made]
        widths = [each.high / each.total for _, each in found if each.high and each.total]
        lacking = sum(each.total is None for _, each in found)
        rows.append([name, f"{covered(found):.3f}", f"{median(widths):.2f}", f"{lacking} of {len(found)}"])
    return rows


def main() -> None:
    """Measure, show, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    tables = (
        ("Expectations of links", ["history", "false alarms", "days until a stop is noticed: median, most"], volumes()),
        ("Expectations of text", ["eight pages a day", "measured"], layouts()),
        ("Recall on simulated worlds", ["world", "coverage", "high / total", "not enough data"], recalls()),
    )
    for title, heads, rows in tables:
        print(title, *(" | ".join(row) for row in [heads, *rows]), sep="\n")
        if told.write:
            write_rows(title, heads, rows, "python -m benchmarks.histories --write", DOCUMENT)


if __name__ == "__main__":
    main()
