"""The figures of an article's passages in, one probability out: a sum of learned weights, kept in ``weights.json``."""

import json
from functools import cache
from math import exp
from pathlib import Path

from crawler.relevance.reading import Reading

WEIGHTS = Path(__file__).parent / "weights.json"
_STEEPEST = 30.0  # beyond it the logistic function is 0 or 1 to the last digit


@cache
def weights(path: Path = WEIGHTS) -> dict[str, float]:
    """The learned weight of each figure; ``bias`` is what an article without any starts from."""
    return {str(name): float(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}


def score(reading: Reading) -> float:
    """How probable it is, from 0 to 1, that one passage of the article read is about the topic."""
    return max((probability(figures) for figures in reading.figures()), default=0.0)


def probability(figures: dict[str, float]) -> float:
    """How probable it is, from 0 to 1, that a passage with these ``figures`` is about the topic."""
    learned = weights()
    total = learned["bias"] + sum(learned.get(name, 0.0) * value for name, value in figures.items())
    return 1.0 / (1.0 + exp(-max(min(total, _STEEPEST), -_STEEPEST)))
