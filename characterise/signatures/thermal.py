"""Heating against outdoor temperature: balance point, slope, and which half-hours carry it."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

BALANCE_POINTS = np.arange(10.0, 20.5, 0.5)
"""Outdoor temperatures at which heating may stop, degC."""


@njit(cache=True)
def heating_line(load, temp):  # type: ignore[no-untyped-def]
    """Least squares of daily load on degrees below the best balance point.

    Parameters
    ----------
    load
        (D,) mean daily load, kW, NaN where unknown.
    temp
        (D,) mean daily temperature, degC, NaN where unknown.

    Returns
    -------
    balance (degC), base (kW), slope (kW/K), r2 and how many days were used; NaN when under 30
    days are known or under 10 of them are cold.

    Notes
    -----
    Change-point model of PRISM (Fels 1986), the balance point by grid.
    """
    best = (np.nan, np.nan, np.nan, np.nan, 0)
    most = -1.0
    for balance in BALANCE_POINTS:
        n = 0
        cold = 0
        sx = 0.0
        sy = 0.0
        sxx = 0.0
        sxy = 0.0
        syy = 0.0
        for d in range(load.shape[0]):
            if not isnan(load[d]) and not isnan(temp[d]):
                x = max(0.0, balance - temp[d])
                y = load[d]
                n += 1
                cold += x > 0
                sx += x
                sy += y
                sxx += x * x
                sxy += x * y
                syy += y * y
        if n < 30 or cold < 10:
            continue
        vx = sxx - sx * sx / n
        vy = syy - sy * sy / n
        if vx <= 1e-9 or vy <= 1e-12:
            continue
        cxy = sxy - sx * sy / n
        r2 = cxy * cxy / vx / vy if cxy > 0 else 0.0
        if r2 > most + 1e-6:
            most = r2
            slope = max(0.0, cxy / vx)
            best = (balance, sy / n - slope * sx / n, slope, r2, n)
    return best


@njit(cache=True)
def daily_means(net, use, out):  # type: ignore[no-untyped-def]
    """Fill (D,) mean load over the half-hours ``use`` (48,) of each day; NaN under 80 % known."""
    wanted = use.sum()
    for d in range(net.shape[0]):
        total = 0.0
        known = 0
        for j in range(48):
            if use[j] and not isnan(net[d, j]):
                total += net[d, j]
                known += 1
        out[d] = total / known if known and known >= 0.8 * wanted else np.nan


_OWN_DAY: Final = 0.65
"""Weight of the day itself: a building's time constant of about a day, 1 - 1/e."""


@njit(cache=True)
def damped(temp, out):  # type: ignore[no-untyped-def]
    """Fill (D,) the temperature that a building feels: walls keep a part of the days before."""
    before = np.nan
    for d in range(temp.shape[0]):
        out[d] = temp[d] if isnan(before) else _OWN_DAY * temp[d] + (1 - _OWN_DAY) * before
        before = out[d]


@njit(cache=True)
def dark_all_year(sun, out):  # type: ignore[no-untyped-def]
    """Fill (48,) true where the sun never stands over three degrees; all true if under four do."""
    count = 0
    for j in range(48):
        out[j] = True
        for d in range(sun.shape[0]):
            if sun[d, j] > 0.05:
                out[j] = False
                break
        count += out[j]
    if count < 4:
        out[:] = True


_LEAST_SPREAD: Final = 0.25
"""Standard deviation of the driver, as a share of its cut, under which a slot says nothing."""


@njit(cache=True)
def slot_slopes(net, driver, cut, slopes, bases, gains):  # type: ignore[no-untyped-def]
    """Line of each half-hour of the day on what drives it: degrees of cold, or sunshine.

    Parameters
    ----------
    net
        (D, 48) kW.
    driver
        (D, 48) never negative, NaN where unknown.
    cut
        Driver above which a day counts as driven; at zero it counts as idle.
    slopes, bases
        (48,) filled: kW per unit of the driver, never negative, and kW at zero. A slot in which
        the driver hardly moves (the sun at dusk) has no line: its slope is zero.
    gains
        (48,) filled: share of driven days' scatter that idle days do not show, 0 to 1.
    """
    for j in range(48):
        n = 0
        sx = 0.0
        sy = 0.0
        sxx = 0.0
        sxy = 0.0
        for d in range(net.shape[0]):
            if not isnan(net[d, j]) and not isnan(driver[d, j]):
                n += 1
                sx += driver[d, j]
                sy += net[d, j]
                sxx += driver[d, j] * driver[d, j]
                sxy += driver[d, j] * net[d, j]
        vx = sxx - sx * sx / n if n else 0.0
        moved = n >= 20 and vx > n * (_LEAST_SPREAD * cut) ** 2
        slopes[j] = max(0.0, (sxy - sx * sy / n) / vx) if moved else 0.0
        bases[j] = sy / n - slopes[j] * sx / n if n else 0.0
        square_driven = 0.0
        square_idle = 0.0
        n_driven = 0
        n_idle = 0
        for d in range(net.shape[0]):
            if not isnan(net[d, j]) and not isnan(driver[d, j]):
                left = net[d, j] - bases[j] - slopes[j] * driver[d, j]
                if driver[d, j] > cut:
                    square_driven += left * left
                    n_driven += 1
                elif driver[d, j] <= 0:
                    square_idle += left * left
                    n_idle += 1
        gains[j] = 0.5
        if n_driven >= 10 and n_idle >= 10 and square_driven > 0:
            gains[j] = max(0.0, 1.0 - square_idle / n_idle / (square_driven / n_driven))


@njit(cache=True)
def split_by_line(net, temp, balance, drawn):  # type: ignore[no-untyped-def]
    """Fill ``drawn`` (D, 48) heating, kW: the temperature's part, and its share of what is left.

    Parameters
    ----------
    net
        (D, 48) kW.
    temp
        (D,) mean daily temperature, degC.
    balance
        Outdoor temperature at which heating stops, degC.

    Notes
    -----
    For each half-hour of the day: ``slope x cold + gain x (load - base - slope x cold)``, where
    the gain is the share of cold days' scatter that mild days lack: the linear least-squares
    (Wiener) split of two uncorrelated parts.
    """
    days = net.shape[0]
    cold = np.empty((days, 48))
    slopes = np.empty(48)
    bases = np.empty(48)
    gains = np.empty(48)
    for d in range(days):
        cold[d, :] = max(0.0, balance - temp[d]) if not isnan(temp[d]) else np.nan
    slot_slopes(net, cold, 3.0, slopes, bases, gains)
    for d in range(days):
        if not cold[d, 0] > 0:
            continue
        for j in range(48):
            expected = slopes[j] * cold[d, 0]
            heat = expected + gains[j] * (net[d, j] - bases[j] - expected)
            drawn[d, j] = max(0.0, min(heat, max(net[d, j], 0.0)))
