"""Rated capacity: the power of operating half-hours, as a distribution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.capability.spread import Float, Spread, Window, spread


def rated_kw(
    power_kw: Float,
    threshold_kw: Float,
    window: Window,
    n_episodes: npt.NDArray[np.int32],
    error_kw: Float,
) -> Spread:
    """Distribution of the operating half-hours of each series in its window.

    Parameters
    ----------
    power_kw
        (K, D, 48) power of one direction.
    threshold_kw
        (K,) of `characterise.episodes.operating_threshold_kw`.
    n_episodes
        (K,) runs in the window.
    error_kw
        (K,) what the rest of the site adds to or takes from a half-hour.

    Notes
    -----
    A half-hour's mean hides what is shorter: a 7.4 kW charger that ran for 20 minutes of it shows
    4.93 kW (domain.md 7).
    """
    row, value = _gather(power_kw, threshold_kw, window.first, window.end)
    return spread(row, value, len(power_kw), n_episodes, error_kw)


@njit(cache=True)
def _gather(power, threshold, first, end):  # type: ignore[no-untyped-def]
    """Series and power of every operating half-hour inside the windows."""
    n_slots = power.shape[2]
    n = 0
    for r in range(power.shape[0]):
        if threshold[r] > 0:
            for d in range(first[r], end[r]):
                for s in range(n_slots):
                    n += power[r, d, s] >= threshold[r]
    row = np.empty(n, dtype=np.int32)
    value = np.empty(n, dtype=np.float32)
    n = 0
    for r in range(power.shape[0]):
        if threshold[r] > 0:
            for d in range(first[r], end[r]):
                for s in range(n_slots):
                    if power[r, d, s] >= threshold[r]:
                        row[n] = r
                        value[n] = power[r, d, s]
                        n += 1
    return row, value
