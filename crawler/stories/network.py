"""Rows of measures in, a chance for each out: a small network of one hidden layer, its weights read from a file."""

from collections.abc import Mapping
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

    def chances(self, values: Array) -> Array:
        """From 0 to 1 for each row of ``values``, which has one for each input."""
        units = np.tanh(values @ self.hidden.T + self.offsets)
        logits = self.constant + values @ self.straight + units @ self.out
        found: Array = 1 / (1 + np.exp(-np.clip(logits, -_MOST, _MOST)))
        return found
