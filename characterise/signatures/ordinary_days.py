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
def predictors(total, count, warmth, sun, at, weekday, season, out):  # type: ignore[no-untyped-def]
    """Fill (P,) predictors of the window at ``at``; false where the load before it is unknown.

    Parameters
    ----------
    total, count
        Of `prefix_sums`, of the load.
    warmth, sun
        Mean temperature and irradiance of the day.
    season
        (2,) cosine and sine of the time of year.
    """
    if at < _FAR[1]:
        return False
    out[0] = 1.0
    out[1] = window_mean(total, count, at - _NEAR[1], at - _NEAR[0])
    out[2] = window_mean(total, count, at - _FAR[1], at - _FAR[0])
    out[3] = warmth
    out[4] = sun
    out[5] = 1.0 if weekday == 0 else 0.0
    out[6] = 1.0 if weekday == 4 else 0.0
    out[7] = season[0]
    out[8] = season[1]
    return not (isnan(out[1]) or isnan(out[2]))


@njit(cache=True)
def standardise(x, centre, scale):  # type: ignore[no-untyped-def]
    """Centre and scale (n, P) predictors in place; what is unknown sits at the centre."""
    n = len(x)
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
def expect(x, y, length):  # type: ignore[no-untyped-def]
    """(P, T) ridge coefficients, and (n, T) expected less observed of the ordinary days.

    Days far off in the window's mean, by a first fit of it alone, are left out. Residuals are
    widened as if each day had been left out itself, by the mean leverage.
    """
    n, width = x.shape
    turned = np.ascontiguousarray(x.T)
    gram = np.dot(turned, x)
    gram[0, 0] += 1e-9
    for p in range(1, width):
        gram[p, p] += _PRIOR_DAYS
    mean = np.empty(n)
    for i in range(n):
        mean[i] = y[i, LEAD : LEAD + length].mean()
    mean = np.abs(np.dot(x, np.linalg.solve(gram, np.dot(turned, mean))) - mean)
    used = mean <= _OUTLIER * 1.4826 * np.median(mean) + 1e-9
    across = np.dot(turned, y)
    if used.sum() >= LEAST_DAYS:
        for far in np.flatnonzero(~used):
            for p in range(width):
                for q in range(width):
                    gram[p, q] -= x[far, p] * x[far, q]
                for t in range(y.shape[1]):
                    across[p, t] -= x[far, p] * y[far, t]
    beta = np.linalg.solve(gram, across)
    off = np.dot(x, beta) - y
    return beta, off * (n / max(n - width, 0.5 * n))


@njit(cache=True)
def most_of(values):  # type: ignore[no-untyped-def]
    """Three robust sd of values about zero, up to which `drift` lets each of them count."""
    return 3 * 1.4826 * np.median(np.abs(values))


@njit(cache=True)
def drift(values, days, at, own, most, out):  # type: ignore[no-untyped-def]
    """Fill what the ordinary days around each of the days ``at`` are off by, drawn to zero.

    Parameters
    ----------
    values, days
        (n,) what ordinary days are off by, and their ascending numbers; a value counts as ``most``
        at most.
    at
        (k,) ascending day numbers.
    own
        Whether ``at`` are the ordinary days themselves, each of which is left out of its own.
    """
    first = stop = 0
    total = 0.0
    for i in range(len(at)):
        while stop < len(days) and days[stop] <= at[i] + _NEIGHBOUR_DAYS:
            total += min(max(values[stop], -most), most)
            stop += 1
        while first < stop and days[first] < at[i] - _NEIGHBOUR_DAYS:
            total -= min(max(values[first], -most), most)
            first += 1
        mine = min(max(values[i], -most), most) if own else 0.0
        out[i] = (total - mine) / (stop - first - own + _NEIGHBOUR_PRIOR)
