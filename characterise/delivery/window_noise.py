"""How large the noise of placebo windows is near an event, and how long it lasts."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

_SHRINK: Final = 10.0
"""Windows' worth of weight that all windows keep in the size of the noise near a date."""
WEEK_DAYS: Final = 7
"""Days within which what is not known of one day is partly the same as of another."""


@njit(cache=True)
def season_scale(windows, d_kw, shift, season_days):  # type: ignore[no-untyped-def]
    """Size of the noise near the event's date over that near each window's, itself left out."""
    n = len(shift)
    squares = np.zeros(n + 1)
    for j in range(n):
        squares[j + 1] = squares[j] + (np.sign(d_kw) * windows[j]).sum() ** 2
    scale = np.empty(n + 1)
    for k in range(-1, n):
        centre = shift[k] if k >= 0 else 0
        low = np.searchsorted(shift, centre - season_days * 48 - 2)
        high = np.searchsorted(shift, centre + season_days * 48 + 2, side="right")
        own = squares[k + 1] - squares[k] if k >= 0 else 0.0
        left = 1 if k >= 0 else 0
        rest = (squares[n] - own) / max(n - left, 1)
        near = squares[high] - squares[low] - own
        scale[k + 1] = np.sqrt(max(near + _SHRINK * rest, 0.0) / (high - low - left + _SHRINK))
    if scale.min() <= 0.0:
        return np.ones(n)
    return scale[0] / scale[1:]


@njit(cache=True)
def inflation_of(windows, mean, sigma, rho, cells, d_kw):  # type: ignore[no-untyped-def]
    """Variance of the windows' weighted sums over that of an AR(1) of sigma and rho."""
    n = len(windows)
    sums = np.zeros(n)
    information = 0.0
    for j in range(n):
        x_last, y_last, information = 0.0, 0.0, 0.0
        for i in range(len(cells)):
            kept = rho ** (cells[i] - cells[i - 1]) if i > 0 else 0.0
            fresh = 1.0 - kept * kept
            x = d_kw[i] / sigma[cells[i] % 48]
            y = (windows[j, i] - mean[i]) / sigma[cells[i] % 48]
            information += (x - kept * x_last) ** 2 / fresh
            sums[j] += (x - kept * x_last) * (y - kept * y_last) / fresh
            x_last, y_last = x, y
    if not information > 0:
        return np.nan
    return (sums**2).sum() / (n - 1) * (1.0 + 1.0 / n) / information


@njit(cache=True)
def within_a_week(windows, mean, shift, d_kw):  # type: ignore[no-untyped-def]
    """Correlation of windows at most a week apart, over all such pairs; 0 where they are few."""
    n = len(shift)
    sums = np.zeros(n)
    square = 0.0
    for j in range(n):
        sums[j] = ((windows[j] - mean) * np.sign(d_kw)).sum()
        square += sums[j] ** 2
    together, pairs = 0.0, 0
    for j in range(n):
        k = j + 1
        while k < n and shift[k] - shift[j] <= WEEK_DAYS * 48 + 2:
            together += sums[j] * sums[k]
            pairs += 1
            k += 1
    if pairs < n / 2 or square <= 0.0:
        return 0.0
    return max(together / pairs * n / square, 0.0)
