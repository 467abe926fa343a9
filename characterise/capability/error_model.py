"""How far a capability figure lies from the asset's own meter, as measured in training.

Notes
-----
A figure's difficulty is its own sampling interval with what the rest of the site adds, as a share
of the value. In training the logarithm of truth over estimate, less its median, is divided by it.
The quantiles of those scores, by class, parameter and statistic, make the interval of any other
figure and the chance that the truth lies within 20 % of it: normalised split conformal prediction
(Papadopoulos et al. 2002) and its predictive distribution (Vovk et al. 2019).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.frames import STATISTICS
from characterise.model import UnreadableModel

Array = npt.NDArray[np.float64]
FORMAT: Final = 1
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
    quantiles: Mapping[str, Array]
    """Quantiles of the scores at `LEVELS`."""

    def of(self, asset_class: str, parameter: str, statistic: str) -> tuple[float, Array]:
        """Median and (L,) quantiles of one kind of figure."""
        name = f"{asset_class}/{parameter}/{statistic}"
        unknown = (2 * LEVELS - 1) * UNMEASURED
        return self.middle.get(name, 0.0), self.quantiles.get(name, unknown)

    def state(self, asset_class: str, parameter: str, value: Array, difficulty: Array) -> Stated:
        """Intervals and chances of (K, 5) values by `characterise.frames.STATISTICS`.

        Parameters
        ----------
        difficulty
            (K, 5) of `difficulty`.
        """
        lower, upper, near = (np.full(value.shape, np.nan) for _ in range(3))
        for place, statistic in enumerate(STATISTICS):
            middle, scores = self.of(asset_class, parameter, statistic)
            hard, told = difficulty[:, place], value[:, place]
            lower[:, place] = told * np.exp(middle + hard * np.interp(LOWER, LEVELS, scores))
            upper[:, place] = told * np.exp(middle + hard * np.interp(UPPER, LEVELS, scores))
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
    source = path or files("characterise.model") / "capability.json"
    try:
        body = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableModel(
            f"no capability errors at {source}: {error}; run `make train`"
        ) from error
    if body.get("format") != FORMAT or len(body.get("levels", ())) != len(LEVELS):
        raise UnreadableModel(f"{source} holds no capability errors of format {FORMAT}")
    quantiles = {name: np.array(one) for name, one in body["quantiles"].items()}
    return ErrorModel(body["middle"], quantiles)
