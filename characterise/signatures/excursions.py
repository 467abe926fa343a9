"""Short excursions of a large load, up and down: what comes and goes within hours."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

WEEK = 7
"""Days after which a building's day is alike."""


@njit(cache=True)
def carried_forward(x, z):  # type: ignore[no-untyped-def]
    """Fill (T,) ``z`` with ``x``, unknown values by the last known one, zero before the first."""
    last = np.float32(0.0)
    for t in range(x.shape[0]):
        if not isnan(x[t]):
            last = x[t]
        z[t] = last


@njit(cache=True)
def lowest(z, half, out):  # type: ignore[no-untyped-def]
    """Fill (T,) ``out`` with the least of ``z`` within ``half`` half-hours either side."""
    out[:] = z
    _spread(half, out)


@njit(cache=True)
def highest(z, half, out):  # type: ignore[no-untyped-def]
    """Fill (T,) ``out`` with the most of ``z`` within ``half`` half-hours either side."""
    out[:] = -z
    _spread(half, out)
    out[:] = -out


@njit(cache=True)
def _spread(half, out):  # type: ignore[no-untyped-def]
    """Spread each value to where it is the least within ``half`` half-hours either side.

    Windows are doubled until two of them cover the whole, so that the cost goes with the
    logarithm of the window.
    """
    n = out.shape[0]
    head = out[: 2 * half].copy()
    covered = 1
    while covered < 2 * half + 1:
        step = min(covered, 2 * half + 1 - covered)
        for t in range(n - step):
            out[t] = min(out[t], out[t + step])
        covered += step
    _centred(half, out)
    least = head[0]
    reach = 0
    for t in range(min(half, n)):
        while reach < min(t + half, n - 1):
            reach += 1
            least = min(least, head[reach])
        out[t] = least


@njit(cache=True)
def _centred(half, out):  # type: ignore[no-untyped-def]
    """Move what was found from each half-hour on to the middle of its window."""
    for t in range(out.shape[0] - 1, half - 1, -1):
        out[t] = out[t - half]


@njit(cache=True)
def bumps(z, half, out, work):  # type: ignore[no-untyped-def]
    """Fill (T,) ``out`` with what stands out of ``z`` upward for ``2 half`` half-hours at most.

    Parameters
    ----------
    z, out, work
        (T,) load, kW, no gaps; the answer, kW, never negative; work space.

    Notes
    -----
    White top-hat of mathematical morphology (Serra 1982): the load less its opening, the highest
    of the lowest within a window. A rise that lasts longer than the window leaves nothing.
    """
    lowest(z, half, work)
    highest(work, half, out)
    for t in range(z.shape[0]):
        out[t] = z[t] - out[t]


@njit(cache=True)
def unlike_other_weeks(x, out):  # type: ignore[no-untyped-def]
    """Fill (D, 48) ``out`` with ``x`` less the same half-hours one and two weeks before and after.

    Of four such readings the mean of the middle two is taken, of three the middle one; NaN where
    the half-hour or all of them are unknown. A building's schedule goes, season included, and what
    is left of its own noise is as often up as down.
    """
    days = x.shape[0]
    for d in range(days):
        for j in range(48):
            total = np.float32(0.0)
            low = np.float32(np.inf)
            high = np.float32(-np.inf)
            n = 0
            for weeks in (-2, -1, 1, 2):
                k = d + WEEK * weeks
                if 0 <= k < days:
                    value = x[k, j]
                    if not isnan(value):
                        total += value
                        low = min(low, value)
                        high = max(high, value)
                        n += 1
            if n == 0:
                out[d, j] = np.nan
                continue
            if n > 2:
                total -= low + high
                n -= 2
            out[d, j] = x[d, j] - total / n


@njit(cache=True)
def slot_counts(part, known, width, counts):  # type: ignore[no-untyped-def]
    """Fill (48, bins) ``counts`` of ``part`` by half-hour of the day, in bins ``width`` kW wide."""
    counts[:] = 0
    last = counts.shape[1] - 1
    for t in range(part.shape[0]):
        if not isnan(known[t]):
            counts[t % 48, min(int(part[t] / width), last)] += 1


@njit(cache=True)
def reached(counts, width, share):  # type: ignore[no-untyped-def]
    """Value under which ``share`` of ``counts`` lie, kW, evenly spread in a bin; NaN of none."""
    total = 0
    for count in counts:
        total += count
    if total == 0:
        return np.nan
    need = share * total
    below = 0.0
    for k in range(counts.shape[0]):
        if below + counts[k] >= need:
            return width * (k + (need - below) / max(counts[k], 1))
        below += counts[k]
    return width * counts.shape[0]
