"""How load answers the weather's own swings: what season, term and daylight cannot imitate.

A cold spell moves a heat pump and leaves lamps, terms and holidays alone. Every day is therefore
compared with the four weeks around it, in eight parts of the local day.
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

PARTS: Final = 8
"""Parts of the local day, three hours each."""
WHOLE: Final = 8
"""Column of the whole day's mean."""
STEPS: Final = 9
"""Column of the mean change from one hour to the next."""
COLUMNS: Final = 10
NO_HEAT_C: Final = 16.0
"""Outdoor temperature above which no building is taken to heat."""
_HALF_WINDOW: Final = 14
"""Days to either side that a day is compared with."""
_LEAST_DAYS: Final = 20
_STRIDE: Final = 13
"""Every 13th half-hour stands for all where a quantile is wanted; 13 and 48 share no factor."""


@njit(cache=True)
def ceiling(net, share, work):  # type: ignore[no-untyped-def]
    """Power that ``share`` of half-hours stay below, kW; NaN where nothing is known.

    Load cut at the nine-tenths level keeps a heat pump's hours and loses the peaks of cars,
    showers and ovens, which drown the answer to the weather.
    """
    days, slots = net.shape
    n = 0
    for i in range(0, days * slots, _STRIDE):
        x = net[i // slots, i % slots]
        if not isnan(x):
            work[n] = x
            n += 1
    if n == 0:
        return np.nan
    return np.sort(work[:n])[min(n - 1, int(share * n))]


@njit(cache=True)
def parts_of_days(net, top, slot, out):  # type: ignore[no-untyped-def]
    """Fill (D, 10) each three hours' mean, the day's, and the mean hourly step; NaN if unknown.

    Parameters
    ----------
    net
        (D, 48) kW, cut at ``top`` first.
    slot
        (D, 48) local wall-clock slot.

    Returns
    -------
    Mean of what is drawn, kW.

    Notes
    -----
    A step is the change over two half-hours, so that hourly readings split in two are told no
    calmer than they are.
    """
    total = np.zeros(PARTS)
    known = np.zeros(PARTS)
    drawn = 0.0
    seen = 0
    for d in range(net.shape[0]):
        total[:] = 0.0
        known[:] = 0.0
        steps = 0.0
        count = 0
        for j in range(48):
            x = min(net[d, j], top)
            if isnan(net[d, j]):
                continue
            part = slot[d, j] // 6
            total[part] += x
            known[part] += 1
            drawn += max(x, 0.0)
            seen += 1
            if j > 1 and not isnan(net[d, j - 2]):
                steps += abs(x - min(net[d, j - 2], top))
                count += 1
        whole = 0.0
        for k in range(PARTS):
            out[d, k] = total[k] / known[k] if known[k] >= 3 else np.nan
            whole += out[d, k]
        out[d, WHOLE] = whole / PARTS
        out[d, STEPS] = steps / count if count >= 30 else np.nan
    return drawn / seen if seen else np.nan


@njit(cache=True)
def swings(x, out):  # type: ignore[no-untyped-def]
    """Fill (D,) ``x`` less its mean over the four weeks around; NaN where half of them are not."""
    days = x.shape[0]
    total = 0.0
    known = 0
    for d in range(-_HALF_WINDOW, days):
        ahead = d + _HALF_WINDOW
        if ahead < days and not isnan(x[ahead]):
            total += x[ahead]
            known += 1
        behind = d - _HALF_WINDOW - 1
        if behind >= 0 and not isnan(x[behind]):
            total -= x[behind]
            known -= 1
        if d >= 0:
            out[d] = x[d] - total / known if known > _HALF_WINDOW else np.nan


@njit(cache=True)
def answers(load, weather, chosen, slopes, fits):  # type: ignore[no-untyped-def]
    """Least squares of the load's swings on those of light, days off and degrees.

    Parameters
    ----------
    load
        (D, 9) swings of each part of the day and of the whole, kW.
    weather
        (D, 3) swings of irradiance, of "no working day", and of degrees below (or above) a
        threshold.
    chosen
        (D,) days to use.
    slopes, fits
        (9,) filled: kW per degree, and the partial correlation with the degrees, -1 to 1.

    Returns
    -------
    Days used; 0 where they are under 20 or the degrees hardly move, and nothing is filled.
    """
    s = np.zeros((3, 3))
    xy = np.zeros((3, WHOLE + 1))
    yy = np.zeros(WHOLE + 1)
    n = _products(load, weather, chosen, s, xy, yy)
    if n < _LEAST_DAYS or s[2, 2] < 0.25 * n:
        return 0
    for a in range(2):
        if s[a, a] > 1e-6 * n:
            _take_out(a, s, xy, yy)
    for k in range(WHOLE + 1):
        slopes[k] = xy[2, k] / max(s[2, 2], 1e-9)
        size = np.sqrt(max(s[2, 2] * yy[k], 1e-12))
        fits[k] = min(1.0, max(-1.0, xy[2, k] / size))
    return n


@njit(cache=True)
def _products(load, weather, chosen, s, xy, yy):  # type: ignore[no-untyped-def]
    """Add up the products of weather and load over the chosen days that know all; how many."""
    n = 0
    for d in range(load.shape[0]):
        if not chosen[d] or isnan(weather[d].sum()) or isnan(load[d].sum()):
            continue
        n += 1
        for a in range(3):
            for b in range(a, 3):
                s[a, b] += weather[d, a] * weather[d, b]
            for k in range(WHOLE + 1):
                xy[a, k] += weather[d, a] * load[d, k]
        for k in range(WHOLE + 1):
            yy[k] += load[d, k] * load[d, k]
    return n


@njit(cache=True)
def _take_out(a, s, xy, yy):  # type: ignore[no-untyped-def]
    """Leave of the later weather and of the load what weather ``a`` does not explain."""
    for b in range(a + 1, 3):
        share = s[a, b] / s[a, a]
        for c in range(b, 3):
            s[b, c] -= share * s[a, c]
        for k in range(WHOLE + 1):
            xy[b, k] -= share * xy[a, k]
    for k in range(WHOLE + 1):
        yy[k] -= xy[a, k] * xy[a, k] / s[a, a]
