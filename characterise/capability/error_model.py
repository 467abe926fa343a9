"""How far a capability figure lies from the asset's own meter, as measured in training.

Notes
-----
A figure's difficulty is its own sampling interval with what the rest of the site adds, as a share
of the value. Errors grow with some power of it, between none and one, that training measures. The
logarithm of truth over estimate, less its median, is divided by the difficulty to that power. The
quantiles of those scores, by class, parameter and statistic, make the interval of any other
figure and the chance that the truth lies within 20 % of it: normalised split conformal prediction
(Papadopoulos et al. 2002) and its predictive distribution (Vovk et al. 2019).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.frames import STATISTICS
from characterise.model import read_artefact

Array = npt.NDArray[np.float64]
FORMAT: Final = 2
LEVELS: Final = np.concatenate([[0.005, 0.01], np.arange(1, 40) / 40, [0.99, 0.995]])
"""Levels at which the scores' quantiles are kept."""
LOWER: Final = 0.05
UPPER: Final = 0.95
LEAST_DIFFICULTY: Final = 0.05
MOST_DIFFICULTY: Final = 1.0
WITHIN: Final = 0.2
UNMEASURED: Final = 3.0
"""Scores of a figure that training never met spread evenly over this much either way."""


@dataclass(frozen=True, slots=True)
class Stated:
    """(K, 5) interval of each statistic and the chance that the truth is within 20 % of it."""

    lower: npt.NDArray[np.float32]
    upper: npt.NDArray[np.float32]
    near: Array


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """What is known of each kind of figure, by ``class/parameter/statistic``."""

    middle: Mapping[str, float]
    """Median of the logarithm of truth over estimate."""
    power: Mapping[str, float]
    """With which power of its difficulty a figure's error grows."""
    reach: Mapping[str, tuple[float, float]]
    """Lowest and highest logarithm that training saw, but for one in a hundred either way."""
    quantiles: Mapping[str, Array]
    """Quantiles of the scores at `LEVELS`."""

    def state(self, asset_class: str, parameter: str, value: Array, difficulty: Array) -> Stated:
        """Intervals and chances of (K, 5) values by `characterise.frames.STATISTICS`.

        Parameters
        ----------
        difficulty
            (K, 5) of `difficulty`.
        """
        lower, upper, near = (np.full(value.shape, np.nan) for _ in range(3))
        for place, statistic in enumerate(STATISTICS):
            name = f"{asset_class}/{parameter}/{statistic}"
            scores = self.quantiles.get(name, (2 * LEVELS - 1) * UNMEASURED)
            middle, told = self.middle.get(name, 0.0), value[:, place]
            hard = difficulty[:, place] ** self.power.get(name, 1.0)
            least, most = self.reach.get(name, (-UNMEASURED, UNMEASURED))
            down, up = (
                np.clip(middle + hard * np.interp(level, LEVELS, scores), least, most)
                for level in (LOWER, UPPER)
            )
            lower[:, place], upper[:, place] = told * np.exp(down), told * np.exp(up)
            near[:, place] = _below((np.log(1 + WITHIN) - middle) / hard, scores)
            near[:, place] -= _below((np.log(1 - WITHIN) - middle) / hard, scores)
        return Stated(
            np.minimum(lower, value).astype(np.float32),
            np.maximum(upper, value).astype(np.float32),
            np.where(value > 0, near, np.nan),
        )


def difficulty(
    value: npt.NDArray[np.floating],
    lower: npt.NDArray[np.floating],
    upper: npt.NDArray[np.floating],
) -> Array:
    """Half-width of a sampling interval as a share of the value, within bounds."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.maximum(upper - value, value - lower) / value
    share = np.where(np.isfinite(share), share, MOST_DIFFICULTY)
    return np.asarray(np.minimum(np.hypot(share, LEAST_DIFFICULTY), MOST_DIFFICULTY))


def _below(score: Array, quantiles: Array) -> Array:
    """Share of training scores under ``score``."""
    return np.asarray(np.interp(score, quantiles, LEVELS, left=0.0, right=1.0))


def to_json(model: ErrorModel) -> str:
    """Text of the artefact, the same bytes each time."""
    body = {
        "format": FORMAT,
        "middle": {name: float(f"{one:.5e}") for name, one in sorted(model.middle.items())},
        "power": {name: float(f"{one:.5e}") for name, one in sorted(model.power.items())},
        "reach": {
            name: [float(f"{one:.5e}") for one in pair]
            for name, pair in sorted(model.reach.items())
        },
        "levels": [round(float(level), 6) for level in LEVELS],
        "quantiles": {
            name: [float(f"{one:.5e}") for one in values]
            for name, values in sorted(model.quantiles.items())
        },
    }
    return json.dumps(body, separators=(",", ":"), sort_keys=True) + "\n"


@lru_cache(maxsize=8)
def load_error_model(path: Path | None = None) -> ErrorModel:
    """Read ``capability.json``; the one that came with the program by default.

    Raises
    ------
    UnreadableModel
        There is none, or another program wrote it.
    """
    body = read_artefact("capability.json", path, FORMAT)
    quantiles = {name: np.array(one) for name, one in body["quantiles"].items()}
    reach = {name: (float(a), float(b)) for name, (a, b) in body["reach"].items()}
    return ErrorModel(body["middle"], body["power"], reach, quantiles)
