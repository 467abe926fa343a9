"""What a store does to the days of a load: steps by the clock, empty evenings, days that cancel."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

_NIGHT_ENDS = 14
"""UTC half-hour (7 h) that parts a day's night, when stores fill, from the rest of it."""


@njit(cache=True)
def clock_day(net, slot, size, mean, rise, spread):  # type: ignore[no-untyped-def]
    """Mean of each wall-clock half-hour, and mean and sd of the rise into it, kW.

    Parameters
    ----------
    net, slot
        (D, 48) kW, and wall-clock slot of each half-hour.
    size
        Usual size of the load; what is beyond twice that counts as twice that.
    mean, rise, spread
        (48,) filled; NaN where under five days are known.
    """
    count = np.zeros(48)
    steps = np.zeros(48)
    total = np.zeros(48)
    first = np.zeros(48)
    second = np.zeros(48)
    before = np.float32(np.nan)
    most = 2 * size
    for d in range(net.shape[0]):
        for j in range(48):
            x = net[d, j]
            if isnan(x):
                before = x
                continue
            x = min(max(x, -most), most)
            s = slot[d, j]
            count[s] += 1
            total[s] += x
            if not isnan(before):
                step = x - before
                steps[s] += 1
                first[s] += step
                second[s] += step * step
            before = x
    for s in range(48):
        mean[s] = total[s] / count[s] if count[s] >= 5 else np.nan
        if steps[s] >= 5:
            rise[s] = first[s] / steps[s]
            spread[s] = np.sqrt(max(second[s] / steps[s] - rise[s] * rise[s], 0.0))
        else:
            rise[s] = spread[s] = np.nan


@njit(cache=True)
def clock_steps(rise, spread, size):  # type: ignore[no-untyped-def]
    """Surest rise by the clock from 22 to 7 h and surest fall from 15 to 20 h, in their own sd.

    The sd counts as a twentieth of the load's size more, so that no small step is sure. Third
    comes the kW of that rise.
    """
    floor = 0.05 * size
    up = down = kw = 0.0
    for s in range(48):
        if isnan(rise[s]):
            continue
        sure = rise[s] / (spread[s] + floor)
        if s >= 44 or s < 14:
            if sure > up:
                up, kw = sure, rise[s]
        elif 30 <= s < 40:
            down = max(down, -sure)
    return up, down, kw


@njit(cache=True)
def evening(mean):  # type: ignore[no-untyped-def]
    """How empty the mean evening (17-21 h) is against the day, and how full 0-6 h against it."""
    late = night = all_day = 0.0
    n_late = n_night = n_day = 0
    for s in range(48):
        if isnan(mean[s]):
            continue
        all_day += abs(mean[s])
        n_day += 1
        if 34 <= s < 42:
            late += max(mean[s], 0.0)
            n_late += 1
        elif s < 12:
            night += max(mean[s], 0.0)
            n_night += 1
    if not n_late or not n_night:
        return np.nan, np.nan
    level = late / n_late + 0.02
    return np.log((all_day / n_day + 0.02) / level), np.log((night / n_night + 0.02) / level)


@njit(cache=True)
def _correlation(n, a, b):  # type: ignore[no-untyped-def]
    """Of the day-to-day changes of two columns, NaN under ten."""
    if n < 10:
        return np.nan
    ma, mb = a[:n].mean(), b[:n].mean()
    saa = sbb = sab = 0.0
    for i in range(n):
        saa += (a[i] - ma) ** 2
        sbb += (b[i] - mb) ** 2
        sab += (a[i] - ma) * (b[i] - mb)
    return sab / np.sqrt(saa * sbb) if saa > 0 and sbb > 0 else np.nan


@njit(cache=True)
def day_swings(net, slot, mean):  # type: ignore[no-untyped-def]
    """How the parts of a day make up for each other.

    Parameters
    ----------
    mean
        (48,) usual power by wall clock.

    Returns
    -------
    tuple
        Share of a mean day's excursions that cancel, and correlation of day-to-day changes of the
        night with those of the day after it; NaN under ten whole days.
    """
    days = net.shape[0]
    nights = np.empty(days)
    rests = np.empty(days)
    n = same = 0
    cancelled = 0.0
    night_before = rest_before = np.nan
    for d in range(days):
        total = absolute = night = rest = 0.0
        known = 0
        for j in range(48):
            x = net[d, j]
            r = x - mean[slot[d, j]]
            if isnan(r):
                continue
            known += 1
            total += r
            absolute += abs(r)
            if j < _NIGHT_ENDS:
                night += x
            else:
                rest += x
        if known < 46 or absolute <= 1e-6:
            night_before = rest_before = np.nan
            continue
        n += 1
        cancelled += 1 - abs(total) / absolute
        if not isnan(night_before):
            nights[same] = night - night_before
            rests[same] = rest - rest_before
            same += 1
        night_before, rest_before = night, rest
    if n < 10:
        return np.nan, np.nan
    return cancelled / n, _correlation(same, nights, rests)
