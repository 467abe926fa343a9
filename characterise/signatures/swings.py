"""What a store does to a load: sign flips after dark, days that cancel out, empty evenings."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit


@njit(cache=True)
def _usual_size(net, work):  # type: ignore[no-untyped-def]
    """95th percentile of the absolute load, and how many half-hours are known."""
    n = 0
    for d in range(net.shape[0]):
        for j in range(48):
            if not isnan(net[d, j]):
                work[n] = abs(net[d, j])
                n += 1
    if n == 0:
        return np.float32(np.nan), n
    place = n - 1 - n // 20
    return np.partition(work[:n], place)[place], n


@njit(cache=True)
def after_dark(net, sun, work):  # type: ignore[no-untyped-def]
    """Log share of energy exported after dark, share of dark at zero, log sign flips a week.

    NaN under ten known days.
    """
    size, n = _usual_size(net, work)
    if n < 480:
        return np.nan, np.nan, np.nan
    n_dark = zero = flips = 0
    through = exported = 0.0
    last = np.float32(0.0)
    for d in range(net.shape[0]):
        for j in range(48):
            x = net[d, j]
            if isnan(x):
                continue
            through += abs(x)
            if sun[d, j] > 0:
                continue
            n_dark += 1
            exported += max(-x, np.float32(0.0))
            zero += abs(x) <= 0.015 * size
            if abs(x) > 0.1 * size:
                flips += x * last < 0
                last = x
    share = np.log10(exported / max(through, 1e-6) + 1e-4)
    return share, zero / max(n_dark, 1), np.log1p(336.0 * flips / n)


@njit(cache=True)
def daily_balance(net, centre):  # type: ignore[no-untyped-def]
    """Share of a median day's excursions that cancel, and log ratio of its two largest sides.

    Parameters
    ----------
    centre
        (48,) usual day. NaN under ten whole days.
    """
    days = net.shape[0]
    ratios = np.empty(days)
    highs = np.empty(days)
    lows = np.empty(days)
    n = 0
    for d in range(days):
        total = absolute = high = low = 0.0
        known = 0
        for j in range(48):
            r = net[d, j] - centre[j]
            if not isnan(r):
                known += 1
                total += r
                absolute += abs(r)
                high = max(high, r)
                low = min(low, r)
        if known >= 40 and absolute > 1e-6:
            ratios[n] = abs(total) / absolute
            highs[n] = high
            lows[n] = -low
            n += 1
    if n < 10:
        return np.nan, np.nan
    up, down = np.median(highs[:n]), np.median(lows[:n])
    sides = np.log((min(up, down) + 0.02) / (max(up, down) + 0.02))
    return 1 - np.median(ratios[:n]), sides


@njit(cache=True)
def evening(centre, slot):  # type: ignore[no-untyped-def]
    """How empty the usual evening (17-21 h) is against the day, and how full 0-6 h against it.

    Parameters
    ----------
    centre, slot
        (48,) usual day, and the local wall-clock slot of each of its half-hours.
    """
    late = night = all_day = 0.0
    n_late = n_night = n_day = 0
    for j in range(48):
        if isnan(centre[j]):
            continue
        all_day += abs(centre[j])
        n_day += 1
        if 34 <= slot[j] < 42:
            late += max(centre[j], 0.0)
            n_late += 1
        elif slot[j] < 12:
            night += max(centre[j], 0.0)
            n_night += 1
    if not n_late or not n_night:
        return np.nan, np.nan
    level = late / n_late + 0.02
    return np.log((all_day / n_day + 0.02) / level), np.log((night / n_night + 0.02) / level)
