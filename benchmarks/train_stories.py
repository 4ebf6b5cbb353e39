"""Learn ``crawler/stories/weights.json`` from labelled reports, or check it on events that it has not seen.

    python -m benchmarks.train_stories [--check]

Reads our own sets and those of ``../shared``. Our dated set is read twice more: with all its events moved into one
week, since events of a set must not be told apart by their days alone, and without days, lightly weighed.
"""

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy.optimize import minimize

from benchmarks.stories import SHARED, own_rows, rows_of
from crawler import facts, stories
from crawler.stories import comparing
from crawler.stories.evaluate import Labelled, grouped, labelled, pairs
from crawler.stories.network import Network
from crawler.tally import Tally

FOLDS = 5
UNITS = 8  # of the hidden layer of one network
SEEDS = 3  # networks learnt from different starts; what is shipped is their mean
STRENGTH = 0.0004  # of the pull of weights towards zero
# How much a set weighs, and all its unlike pairs against all its like ones. Where many events fall into one week, as
# they do in life, what is unlike weighs most: one wrong link joins two stories.
WEIGHTS = {
    "own, dated": (1.0, 3.0),
    "own, one week": (1.0, 40.0),
    "own, undated": (0.2, 3.0),
    "own long, dated": (1.0, 20.0),
    "own long, undated": (0.2, 3.0),
    "shared texts, undated": (2.0, 2.0),
    "feed items (en, pl)": (8.0, 1.0),
    "shared pages, undated": (0.3, 3.0),
}
# Sets of which it is known whether two reports go back to one original.
ORIGINALS = frozenset({"own, dated", "own, one week", "own, undated", "own long, dated", "own long, undated",
                       "shared texts, undated"})  # fmt: skip
A_WEEK = 739_000  # the first day of the week into which events are moved

Matrix = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of reports of one set: measures, whether of one event and of one original (nan: unknown), and which."""

    found: Matrix
    event: Matrix
    original: Matrix
    which: list[tuple[int, int]]


def sets() -> dict[str, list[Labelled]]:
    """The labelled sets by name."""
    own, long = (labelled(own_rows(name), facts.find) for name in ("stories", "long_stories"))
    texts = [row for row in rows_of(SHARED / "topic_texts.jsonl") if row["event"] != "n"]
    items = [row for row in rows_of(SHARED / "relevance_feed_items.jsonl") if row["story_id"]]
    pages = [{**row, "lang": row["language"]} for row in rows_of(SHARED / "relevance_pages.jsonl") if row["story_id"]]
    return {
        "own, dated": own,
        "own, one week": _one_week([*own, *_renumbered(long, len(own))]),
        "own, undated": _undated(own),
        "own long, dated": long,
        "own long, undated": _undated(long),
        "shared texts, undated": labelled(texts, facts.find),
        "feed items (en, pl)": labelled(items, facts.find),
        "shared pages, undated": labelled(pages, facts.find),
    }


def _one_week(rows: Sequence[Labelled]) -> list[Labelled]:
    """The same reports, each event moved so that all begin within three days."""
    first: dict[str, int] = {}
    for row in rows:
        first[row.event] = min(first.get(row.event, row.report.day), row.report.day)
    begin = {event: A_WEEK + number % 3 for number, event in enumerate(sorted(first))}
    return [_moved(row, row.report.day - first[row.event] + begin[row.event]) for row in rows]


def _renumbered(rows: Sequence[Labelled], by: int) -> list[Labelled]:
    """The same reports behind ``by`` others in one set, with labels of their own."""
    return [
        replace(
            row, event=f"long {row.event}", original=row.original and f"long {row.original}",
            report=replace(row.report, report=row.report.report + by, order=(row.report.order[0], f"{number + by:06}")),
        )
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip


def _undated(rows: Sequence[Labelled]) -> list[Labelled]:
    return [_moved(row, 0) for row in rows]


def _moved(row: Labelled, day: int) -> Labelled:
    print_ = replace(row.fingerprint, day=day)
    traits = stories.place.read(print_)
    return replace(row, fingerprint=print_, report=replace(row.report, traits=traits, order=(day, row.report.order[1])))


def measured(rows: Sequence[Labelled]) -> Pairs:
    """The pairs of ``rows`` that are near enough in time to be compared."""
    found, events, originals, which = [], [], [], []
    for i, one in enumerate(rows):
        near = [j for j in range(i + 1, len(rows)) if _is_near(one, rows[j])]
        if near:
            told = comparing.measures(one.report.traits, [rows[j].report.traits for j in near])
            found.append(np.column_stack(list(told.values())))
        for j in near:
            other = rows[j]
            events.append(one.event == other.event)
            known = bool(one.original and other.original) or one.event != other.event
            originals.append(float(one.original == other.original != "") if known else np.nan)
            which.append((i, j))
    return Pairs(found=np.vstack(found), event=np.array(events, float), original=np.array(originals), which=which)


def _is_near(one: Labelled, other: Labelled) -> bool:
    days = (one.report.day, other.report.day)
    return not all(days) or abs(days[0] - days[1]) <= stories.DAYS


def learnt(known: Mapping[str, Pairs], masks: Mapping[str, Matrix]) -> dict[str, dict[str, Any]]:
    """Weights by what they tell, of networks learnt from ``known`` sets, of each the pairs that its mask leaves."""
    told = {}
    for target in ("event", "original"):
        parts = []
        for name, each in known.items():
            if target == "event" or name in ORIGINALS:
                mask = masks.get(name, np.ones(len(each.which), bool))
                truth = getattr(each, target)[mask]
                sure = ~np.isnan(truth)
                parts.append((each.found[mask][sure], truth[sure], WEIGHTS[name]))
        told[target] = _mean([_fitted(parts, seed) for seed in range(SEEDS)])
    return told


def _fitted(parts: Sequence[tuple[Matrix, Matrix, tuple[float, float]]], seed: int) -> dict[str, Matrix]:
    """A network learnt from ``parts``, in each of which like and unlike pairs have a fixed weight."""
    x, y = np.vstack([found for found, _, _ in parts]), np.concatenate([truth for _, truth, _ in parts])
    weights = np.concatenate(
        [
            light * np.where(truth == 1, 1 / max(1, truth.sum()), unlike / max(1, (1 - truth).sum()))
            for _, truth, (light, unlike) in parts
        ]
    )
    weights /= weights.sum()
    inputs = x.shape[1]
    ends = np.cumsum([inputs * UNITS, UNITS, UNITS, inputs])

    def parted(theta: Matrix) -> tuple[Matrix, ...]:
        hidden, offsets, out, straight, constant = np.split(theta, ends)
        return hidden.reshape(inputs, UNITS), offsets, out, straight, constant

    def loss(theta: Matrix) -> tuple[float, Matrix]:
        hidden, offsets, out, straight, constant = parted(theta)
        units = np.tanh(x @ hidden + offsets)
        chance = 1 / (1 + np.exp(-np.clip(units @ out + x @ straight + constant, -30, 30)))
        value = -(weights * (y * np.log(chance + 1e-9) + (1 - y) * np.log(1 - chance + 1e-9))).sum()
        slope = (chance - y) * weights
        inner = np.outer(slope, out) * (1 - units * units)
        slopes = [(x.T @ inner).ravel(), inner.sum(0), units.T @ slope, x.T @ slope, [slope.sum()]]
        pull = np.append(theta[:-1], 0.0)
        return value + STRENGTH * (pull**2).sum() / 2, np.concatenate(slopes) + STRENGTH * pull

    start = np.random.default_rng(seed).normal(0, 0.3, ends[-1] + 1)
    theta = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
    return dict(zip(("hidden", "offsets", "out", "straight", "constant"), parted(theta), strict=True))


def _mean(networks: Sequence[Mapping[str, Matrix]]) -> dict[str, Any]:
    """One network whose logit is the mean of those of ``networks``."""
    count = len(networks)

    def plain(values: Matrix) -> Any:
        return np.round(values, 4).tolist()

    return {
        "hidden": plain(np.hstack([each["hidden"] for each in networks]).T),
        "offsets": plain(np.concatenate([each["offsets"] for each in networks])),
        "out": plain(np.concatenate([each["out"] for each in networks]) / count),
        "straight": plain(sum(each["straight"] for each in networks) / count),
        "constant": plain(sum(each["constant"][0] for each in networks) / count),
    }


def checked() -> dict[tuple[str, str, bool], Tally]:
    """What events that were not learnt from get: each fifth of all events judged by weights from the others.

    By set, label, and whether only pairs across languages count. An event is left out of every set in which it stands.
    """
    known = sets()
    data = {name: measured(rows) for name, rows in known.items()}
    events = sorted({_event(name, row) for name, rows in known.items() for row in rows})
    random.Random(1).shuffle(events)
    fold = {event: number % FOLDS for number, event in enumerate(events)}
    counts: dict[tuple[str, str, bool], list[Tally]] = {}
    for number in range(FOLDS):
        masks = {}
        for name, rows in known.items():
            folds = [fold[_event(name, row)] for row in rows]
            masks[name] = np.array([number not in (folds[i], folds[j]) for i, j in data[name].which])
        networks = {name: Network.read(each) for name, each in learnt(data, masks).items()}
        with patch.object(comparing, "networks", lambda told=networks: told):
            for name, rows in known.items():
                mine = {row.report.report for row in rows if fold[_event(name, row)] == number}
                for label, groups in zip(("event", "original"), grouped(rows), strict=True):
                    for across in (False, True):
                        found = pairs(rows, groups, label, across=across, among=mine)
                        counts.setdefault((name, label, across), []).append(found)
    return {
        key: Tally(*(sum(getattr(each, field) for each in found) for field in ("right", "wrong", "missed")))
        for key, found in counts.items()
    }


def _event(name: str, row: Labelled) -> tuple[str, str]:
    kind = name.partition(",")[0]
    return ("own long", row.event[5:]) if row.event.startswith("long ") else (kind, row.event)


def shipped() -> dict[tuple[str, str, bool], Tally]:
    """What the sets get with the weights that are shipped, by the same keys."""
    told = {}
    for name, rows in sets().items():
        for label, groups in zip(("event", "original"), grouped(rows), strict=True):
            for across in (False, True):
                told[name, label, across] = pairs(rows, groups, label, across=across)
    return told


def main() -> int:
    """Learn and write, or check; print what the sets get."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="learn from four fifths of the events, judge the fifth")
    asked = parser.parse_args()
    if not asked.check:
        weights = learnt({name: measured(rows) for name, rows in sets().items()}, {})
        comparing.WEIGHTS.write_text(json.dumps(weights, separators=(",", ":")) + "\n", encoding="utf-8")
        comparing.networks.cache_clear()
    for (name, label, across), found in (checked() if asked.check else shipped()).items():
        where = "across languages" if across else "all pairs"
        print(f"{name:22} {label:8} {where:16} F1 {found.f1:.3f} P {found.precision:.3f} R {found.recall:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
