"""Duration: how long the asset runs at a stretch."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.capability.spread import Spread, spread
from characterise.episodes import Episodes

EDGE_ERROR_H: Final = 0.25
"""A run begins and ends inside half-hours that count whole: the error of its length, hours."""


def duration_h(episodes: Episodes, keep: npt.NDArray[np.bool_], n_rows: int) -> Spread:
    """Distribution of the length of whole runs, hours; runs that a gap cuts are left out.

    Parameters
    ----------
    keep
        (N,) runs that count.
    """
    counted = keep & episodes.whole
    row = episodes.row[counted]
    hours = episodes.slots[counted].astype(np.float32) / np.float32(2)
    n = np.bincount(row, minlength=n_rows).astype(np.int32)
    return spread(row, hours, n_rows, n, np.full(n_rows, EDGE_ERROR_H, dtype=np.float32))
