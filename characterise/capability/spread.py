"""Five order statistics of what was seen, each with a distribution-free interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

Float = npt.NDArray[np.float32]

LEVELS: Final = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Quantile of each of `characterise.frames.STATISTICS`."""
_Z: Final = 1.645
"""Normal quantile of a central 90 % interval."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days that count for each of K series: the current regime, at most the last 12 months."""

    first: npt.NDArray[np.int32]
    """(K,) first day index."""
    end: npt.NDArray[np.int32]
    """(K,) day index after the last."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Order statistics of K series; NaN where a series has nothing."""

    value: Float
    """(K, 5) by `characterise.frames.STATISTICS`."""
    lower: Float
    """(K, 5) lower end of a 90 % interval."""
    upper: Float
    """(K, 5) upper end of it."""
    n_episodes: npt.NDArray[np.int32]
    """(K,) runs that the statistics rest on."""


def spread(
    row: npt.NDArray[np.int32],
    value: Float,
    n_rows: int,
    n_episodes: npt.NDArray[np.int32],
    error: Float,
) -> Spread:
    """Statistics of values grouped by series.

    Parameters
    ----------
    row, value
        (N,) series of each value, ascending, and the value.
    n_episodes
        (K,) independent runs among them: half-hours of one run say the same thing many times.
    error
        (K,) standard error of a single value from what else happens behind the meter, in the
        unit of ``value``; widens every interval.

    Notes
    -----
    The interval of a quantile p runs between the quantiles p -+ 1.645 sqrt(p (1 - p) / n), n being
    the runs, which assumes no distribution. The extremes reach 2.3 / n into the sample on their
    inner side and as far again beyond it on the outer.
    """
    table = _statistics(row, value, n_rows, n_episodes, np.array(LEVELS))
    middle, low, high = table[:, :, 0], table[:, :, 1], table[:, :, 2]
    margin = (_Z * error)[:, None]
    below = np.hypot(middle - low, margin)
    above = np.hypot(high - middle, margin)
    return Spread(
        middle, np.maximum(middle - below, 0).astype(np.float32), middle + above, n_episodes
    )


@njit(cache=True)
def _quantile(part, n, level):  # type: ignore[no-untyped-def]
    """Quantile of the sorted ``part[:n]``, linear between order statistics."""
    at = min(max(level, 0.0), 1.0) * (n - 1)
    below = int(at)
    above = min(below + 1, n - 1)
    return part[below] + (part[above] - part[below]) * np.float32(at - below)


@njit(cache=True)
def _statistics(row, value, n_rows, n_episodes, levels):  # type: ignore[no-untyped-def]
    """(K, 5, 3) value and the two ends of its interval; NaN where a series has no value."""
    n_levels = levels.shape[0]
    out = np.full((n_rows, n_levels, 3), np.float32(np.nan), dtype=np.float32)
    start = 0
    while start < row.shape[0]:
        end = start
        while end < row.shape[0] and row[end] == row[start]:
            end += 1
        part = np.sort(value[start:end])
        n, runs = end - start, max(1, n_episodes[row[start]])
        for i in range(n_levels):
            p = levels[i]
            half = _Z * np.sqrt(p * (1.0 - p) / runs)
            middle = _quantile(part, n, p)
            low, high = _quantile(part, n, p - half), _quantile(part, n, p + half)
            if p == 0.0:
                high = _quantile(part, n, min(1.0, 2.3 / runs))
                low = middle - (high - middle)
            if p == 1.0:
                low = _quantile(part, n, 1.0 - min(1.0, 2.3 / runs))
                high = middle + (middle - low)
            out[row[start], i, 0] = middle
            out[row[start], i, 1] = low
            out[row[start], i, 2] = high
        start = end
    return out
