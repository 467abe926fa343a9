"""What a store does to the days of a load: a clock's steps, empty evenings, days that cancel out."""

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
    """Surest rise by the clock from 22 to 7 h, and surest fall from 15 to 20 h, in their own sd.

    A step of a hundredth of the load's size counts little, however sure.
    """
    floor = 0.05 * size
    up = down = 0.0
    for s in range(48):
        if isnan(rise[s]):
            continue
        sure = rise[s] / (spread[s] + floor)
        if s >= 44 or s < 14:
            up = max(up, sure)
        elif 30 <= s < 40:
            down = max(down, -sure)
    return up, down


@njit(cache=True)
def _around(mean, s, way, lowest):  # type: ignore[no-untyped-def]
    """Least or largest mean of the four hours before (-1) or after (1) a half-hour."""
    found = mean[(s + way) % 48]
    for k in range(2, 9):
        other = mean[(s + way * k) % 48]
        found = min(found, other) if lowest else max(found, other)
    return found


@njit(cache=True)
def hump_and_valley(mean, size):  # type: ignore[no-untyped-def]
    """Highest hump of the mean night (22-6 h) and deepest valley where loads rise (5-9, 16-21 h).

    Both between lower, or higher, hours within four hours on either side, as shares of ``size``.
    Loads rise towards breakfast, opening and supper: only a store that gives makes a valley there.
    """
    hump = valley = -1.0
    for s in range(48):
        if s >= 44 or s < 12:
            hump = max(hump, mean[s] - max(_around(mean, s, -1, True), _around(mean, s, 1, True)))
        if 10 <= s < 18 or 32 <= s < 42:
            lower = min(_around(mean, s, -1, False), _around(mean, s, 1, False)) - mean[s]
            valley = max(valley, lower)
    return hump / size, valley / size


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
def day_swings(net, slot, mean, size):  # type: ignore[no-untyped-def]
    """How the parts of a day make up for each other.

    Parameters
    ----------
    mean
        (48,) usual power by wall clock.

    Returns
    -------
    tuple
        Share of a median day's excursions that cancel; log ratio of its two largest sides;
        correlation of day-to-day changes of the night with those of the day after it, and with
        those of the day before it; log of the rarer of half-hours far above and far below.
    """
    days = net.shape[0]
    ratios = np.empty(days)
    highs = np.empty(days)
    lows = np.empty(days)
    nights = np.full(days, np.nan)
    rests = np.full(days, np.nan)
    far = np.float32(0.15) * size
    n = above = below = total_known = 0
    for d in range(days):
        total = absolute = high = low = night = rest = 0.0
        known = 0
        for j in range(48):
            x = net[d, j]
            r = x - mean[slot[d, j]]
            if isnan(r):
                continue
            known += 1
            total += r
            absolute += abs(r)
            high = max(high, r)
            low = min(low, r)
            above += r > far
            below += r < -far
            if j < _NIGHT_ENDS:
                night += x
            else:
                rest += x
        total_known += known
        if known >= 46 and absolute > 1e-6:
            ratios[n] = abs(total) / absolute
            highs[n] = high
            lows[n] = -low
            nights[d] = night
            rests[d] = rest
            n += 1
    if n < 10:
        return np.nan, np.nan, np.nan, np.nan, np.nan
    a, b, c, e = np.empty(days), np.empty(days), np.empty(days), np.empty(days)
    same = after = 0
    for d in range(1, days):
        dn, dr = nights[d] - nights[d - 1], rests[d] - rests[d - 1]
        if isnan(dn):
            continue
        a[same], b[same] = dn, dr
        same += 1
        if d >= 2 and not isnan(rests[d - 2]):
            c[after], e[after] = dn, rests[d - 1] - rests[d - 2]
            after += 1
    up, down = np.median(highs[:n]), np.median(lows[:n])
    return (
        1 - np.median(ratios[:n]),
        np.log((min(up, down) + 0.02) / (max(up, down) + 0.02)),
        _correlation(same, a, b),
        _correlation(after, c, e),
        np.log10(min(above, below) / total_known + 1e-3),
    )
