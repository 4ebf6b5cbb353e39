"""Measures in, a chance out: a small network of one hidden layer, its weights read from a file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_MOST = 30.0  # of a logit

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Network:
    """Weights of a network with inputs that also go straight to its one output.

    ``hidden`` has a row of weights for each unit of the hidden layer (hyperbolic tangent), ``offsets`` and ``out`` a
    number for each, ``straight`` one for each input.
    """

    hidden: Array
    offsets: Array
    out: Array
    straight: Array
    constant: float

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Network":
        """The network that a JSON object tells, field by field."""
        hidden, offsets, out, straight = (np.array(told[name]) for name in ("hidden", "offsets", "out", "straight"))
        return cls(hidden, offsets, out, straight, float(told["constant"]))

    def chance(self, values: Sequence[float]) -> float:
        """From 0 to 1, for one value for each input."""
        given = np.array(values)
        units = np.tanh(self.hidden @ given + self.offsets)
        logit = self.constant + float(self.straight @ given) + float(self.out @ units)
        return 1 / (1 + math.exp(-max(-_MOST, min(_MOST, logit))))
