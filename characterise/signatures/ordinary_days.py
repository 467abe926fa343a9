"""What a site draws around a local time of day, learnt from its days without a signal.

A ridge regression by site and starting half-hour: the load of each half-hour of the window on the
load of the hours before it, temperature and sun in it, Monday, Friday and the time of year.
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

LEAD: Final = 2
"""Half-hours before the window whose load is foretold with it, to see the step at its start."""
TAIL: Final = 4
"""Half-hours after the window, in which what was put off is taken again."""
_NEAR: Final = (2, 6)
_FAR: Final = (6, 26)
"""Half-hours before the window whose mean loads tell the level of the day; the last hour, in
which a site may already prepare, is left out."""
N_PREDICTORS: Final = 9
LEAST_DAYS: Final = 12
"""Ordinary days without which nothing is expected."""
_PRIOR_DAYS: Final = 2.0
"""Weight of no effect, in days."""
_OUTLIER: Final = 6.0
"""Days this many robust sd off the first fit are left out of the second."""
_NEIGHBOUR_DAYS: Final = 10
_NEIGHBOUR_PRIOR: Final = 4.0


@njit(cache=True)
def prefix_sums(x, total, count):  # type: ignore[no-untyped-def]
    """Fill (N + 1,) running sums of the known values of (N,), and how many they are."""
    for t in range(len(x)):
        known = not isnan(x[t])
        total[t + 1] = total[t] + (x[t] if known else 0.0)
        count[t + 1] = count[t] + known


@njit(cache=True)
def window_mean(total, count, first, stop):  # type: ignore[no-untyped-def]
    """Mean of the known values in a window; NaN where under half of it is known."""
    n = count[stop] - count[first]
    if 2 * n < stop - first or n == 0:
        return np.nan
    return (total[stop] - total[first]) / n


@njit(cache=True)
def predictors(load, warmth, sun, at, length, weekday, of_year, out):  # type: ignore[no-untyped-def]
    """Fill (P,) predictors of the window at ``at``; false where the load before it is unknown.

    Parameters
    ----------
    load, warmth, sun
        Pairs of `prefix_sums`.
    of_year
        Time of year, radians.
    """
    if at < _FAR[1]:
        return False
    stop = min(at + length, len(load[0]) - 1)
    out[0] = 1.0
    out[1] = window_mean(load[0], load[1], at - _NEAR[1], at - _NEAR[0])
    out[2] = window_mean(load[0], load[1], at - _FAR[1], at - _FAR[0])
    out[3] = window_mean(warmth[0], warmth[1], at - 2, stop)
    out[4] = window_mean(sun[0], sun[1], at, stop)
    out[5] = 1.0 if weekday == 0 else 0.0
    out[6] = 1.0 if weekday == 4 else 0.0
    out[7] = np.cos(of_year)
    out[8] = np.sin(of_year)
    return not (isnan(out[1]) or isnan(out[2]))


@njit(cache=True)
def standardise(x, n, centre, scale):  # type: ignore[no-untyped-def]
    """Centre and scale (n, P) predictors in place; what is unknown sits at the centre."""
    for p in range(1, x.shape[1]):
        total = square = 0.0
        known = 0
        for i in range(n):
            if not isnan(x[i, p]):
                total += x[i, p]
                square += x[i, p] * x[i, p]
                known += 1
        centre[p] = total / known if known else 0.0
        spread = square / known - centre[p] * centre[p] if known else 0.0
        scale[p] = 1.0 / np.sqrt(spread) if spread > 1e-12 + 1e-9 * centre[p] ** 2 else 0.0
    centre[0], scale[0] = 0.0, 1.0
    for i in range(n):
        place(x[i], centre, scale)


@njit(cache=True)
def place(row, centre, scale):  # type: ignore[no-untyped-def]
    """Bring one day's predictors to the scale of the ordinary days, at most 4 sd from them."""
    for p in range(1, len(row)):
        z = 0.0 if isnan(row[p]) else (row[p] - centre[p]) * scale[p]
        # The level of the day may go further than it ever went; weather and calendar may not.
        row[p] = z if p <= 2 else min(max(z, -4.0), 4.0)


@njit(cache=True)
def fit(x, y, used, n):  # type: ignore[no-untyped-def]
    """(P, T) ridge coefficients of the first ``n`` days that are used."""
    size, width = x.shape[1], y.shape[1]
    gram = np.zeros((size, size))
    right = np.zeros((size, width))
    for i in range(n):
        if not used[i]:
            continue
        for p in range(size):
            v = x[i, p]
            for q in range(p + 1):
                gram[p, q] += v * x[i, q]
            for t in range(width):
                right[p, t] += v * y[i, t]
    for p in range(size):
        for q in range(p):
            gram[q, p] = gram[p, q]
        gram[p, p] += _PRIOR_DAYS if p else 1e-9
    return np.linalg.solve(gram, right)


@njit(cache=True)
def expect(x, y, n, length, residual):  # type: ignore[no-untyped-def]
    """(P, T) coefficients; fills (n, T) expected less observed of the ordinary days.

    Residuals are widened as if each day had been left out, by the mean leverage.
    """
    used = np.ones(n, np.bool_)
    beta = fit(x, y, used, n)
    mean = np.empty(n)
    for turn in range(2):
        for i in range(n):
            mean[i] = 0.0
            for t in range(y.shape[1]):
                told = 0.0
                for p in range(x.shape[1]):
                    told += x[i, p] * beta[p, t]
                residual[i, t] = told - y[i, t]
                if LEAD <= t < LEAD + length:
                    mean[i] += residual[i, t] / length
        if turn == 1:
            break
        far = _OUTLIER * 1.4826 * np.median(np.abs(mean)) + 1e-9
        left = 0
        for i in range(n):
            used[i] = abs(mean[i]) <= far
            left += used[i]
        if left == n or left < LEAST_DAYS:
            break
        beta = fit(x, y, used, n)
    widen = n / max(n - x.shape[1], 0.5 * n)
    for i in range(n):
        for t in range(y.shape[1]):
            residual[i, t] *= widen
    return beta


@njit(cache=True)
def drift(values, days, n, day, skip, most):  # type: ignore[no-untyped-def]
    """What the ordinary days around ``day`` are off by, drawn to zero; none beyond ``most``."""
    total = 0.0
    near = 0
    first = np.searchsorted(days[:n], day - _NEIGHBOUR_DAYS)
    for i in range(first, n):
        if days[i] > day + _NEIGHBOUR_DAYS:
            break
        if i != skip:
            total += min(max(values[i], -most), most)
            near += 1
    return total / (near + _NEIGHBOUR_PRIOR)
