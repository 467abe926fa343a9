"""Ramp: the largest change between neighbouring half-hours of a run, a lower bound of the truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from characterise.capability.spread import Float, Spread, spread
from characterise.episodes import Episodes

MINUTES = 30.0


def ramp_kw_per_min(
    episodes: Episodes, keep: npt.NDArray[np.bool_], n_rows: int, error_kw: Float
) -> tuple[Spread, Spread]:
    """Distribution over runs of the steepest rise and of the steepest fall, kW a minute.

    Notes
    -----
    The change of a half-hour's mean over 30 minutes. The real ramp may be seconds: what is given
    is a lower bound (domain.md 7).
    """
    row = episodes.row[keep]
    n = np.bincount(row, minlength=n_rows).astype(np.int32)
    # A step is the difference of two half-hours, each with its own error.
    error = (np.sqrt(np.float32(2)) * error_kw / np.float32(MINUTES)).astype(np.float32)
    up = spread(row, episodes.ramp_up_kw[keep] / np.float32(MINUTES), n_rows, n, error)
    down = spread(row, episodes.ramp_down_kw[keep] / np.float32(MINUTES), n_rows, n, error)
    return up, down
