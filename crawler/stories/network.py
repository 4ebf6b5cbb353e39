"""Measures in, a chance out: a small network of one hidden layer, its weights read from a file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any

_MOST = 30.0  # of a logit


@dataclass(frozen=True, slots=True)
class Network:
    """Weights of a network with inputs that also go straight to its one output.

    ``hidden`` has a row of weights for each unit of the hidden layer (hyperbolic tangent), ``offsets`` and ``out`` a
    number for each, ``straight`` one for each input.
    """

    hidden: tuple[tuple[float, ...], ...]
    offsets: tuple[float, ...]
    out: tuple[float, ...]
    straight: tuple[float, ...]
    constant: float

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Network":
        """The network that a JSON object tells, field by field."""
        return cls(
            hidden=tuple(tuple(row) for row in told["hidden"]),
            offsets=tuple(told["offsets"]),
            out=tuple(told["out"]),
            straight=tuple(told["straight"]),
            constant=float(told["constant"]),
        )

    def chance(self, values: Sequence[float]) -> float:
        """From 0 to 1, for one value for each input."""
        units = (
            math.tanh(sum(map(mul, row, values)) + offset)
            for row, offset in zip(self.hidden, self.offsets, strict=True)
        )
        logit = self.constant + sum(map(mul, self.straight, values)) + sum(map(mul, self.out, units))
        return 1 / (1 + math.exp(-max(-_MOST, min(_MOST, logit))))
