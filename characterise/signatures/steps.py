"""Blocks: runs of a constant extra load, with partial first and last half-hours."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

SHORTEST_STEP_KW = 1.4
"""Below this a rise is not looked at as a charger or a battery."""
LONGEST_BLOCK = 44
"""Half-hours (22 h); a longer plateau is a change of the base load."""


@njit(cache=True)
def step_floor(x, scratch):  # type: ignore[no-untyped-def]
    """Smallest rise worth looking at, kW: four robust sd of the hour-to-hour steps of ``x``.

    Steps over two half-hours, so that an hourly source split evenly in two shows its own.

    Parameters
    ----------
    x
        (T,) load in kW, NaN where unusable.
    scratch
        (T,) work space.
    """
    n = 0
    for t in range(2, x.shape[0]):
        step = abs(x[t] - x[t - 2])
        if not isnan(step):
            scratch[n] = step
            n += 1
    if n < 48:
        return np.float32(np.nan)
    return max(np.float32(SHORTEST_STEP_KW), np.float32(4 * 1.4826 * np.median(scratch[:n])))


@njit(cache=True)
def find_blocks(x, floor, starts, stops, powers, spreads):  # type: ignore[no-untyped-def]
    """Fill in the blocks of one series and return how many there are.

    A block rises by at least ``floor`` within two half-hours, stays within half of that rise and
    falls back by 0.6 to 1.6 of it within two; its power is the plateau above the mean of what
    was before and after.

    Parameters
    ----------
    x
        (T,) kW, NaN where unusable.
    floor
        Smallest rise, kW.
    starts, stops
        (T,) filled: first half-hour, and the one after the last, partial ones included.
    powers, spreads
        (T,) filled: kW above the base, and mean absolute deviation of the full half-hours as a
        share of it.
    """
    n = 0
    t = 1
    size = x.shape[0]
    while t < size - 2:
        pre = x[t - 1]
        level = max(x[t], x[t + 1])
        rise = level - pre
        if not (rise >= floor and x[t] - pre >= 0.12 * rise):
            t += 1
            continue
        first = t if x[t] >= pre + 0.88 * rise else t + 1
        level = x[first]
        total = np.float32(0.0)
        stop = first
        while stop < size and stop - first <= LONGEST_BLOCK and x[stop] >= level - 0.5 * rise:
            total += min(x[stop], level + 0.5 * rise)
            level = total / (stop - first + 1)
            stop += 1
        if stop >= size - 1 or stop - first > LONGEST_BLOCK or isnan(x[stop]):
            t = first + 1
            continue
        # A partial first or last full slot can hide in the plateau: leave both out of its level.
        post = min(x[stop], x[stop + 1]) if not isnan(x[stop + 1]) else x[stop]
        low, high = first, stop
        if high - low >= 3:
            high -= 1
        total = np.float32(0.0)
        for k in range(low, high):
            total += x[k]
        level = total / (high - low)
        power = level - 0.5 * (pre + post)
        fall = level - post
        if power < floor or fall < 0.6 * rise or fall > 1.6 * rise:
            t = first + 1
            continue
        spread = np.float32(0.0)
        for k in range(low, high):
            spread += abs(x[k] - level)
        starts[n] = t
        stops[n] = stop + 1 if x[stop] > post + 0.12 * power else stop
        powers[n] = power
        spreads[n] = spread / (high - low) / power
        n += 1
        t = stop
    return n


@njit(cache=True)
def modal_power(powers, weights, n, width):  # type: ignore[no-untyped-def]
    """Power that gathers most weight within a share ``width`` of it; NaN of nothing.

    Notes
    -----
    Mean shift from the best of the powers themselves (Fukunaga and Hostetler 1975), on a log
    scale so that the answer scales with the load.
    """
    best = np.float32(np.nan)
    most = np.float32(0.0)
    stride = max(1, n // 200)
    for i in range(0, n, stride):
        gathered = np.float32(0.0)
        total = np.float32(0.0)
        for k in range(n):
            if abs(powers[k] - powers[i]) <= width * powers[i]:
                gathered += weights[k]
                total += weights[k] * powers[k]
        if gathered > most:
            most = gathered
            best = total / gathered
    return best
