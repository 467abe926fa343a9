"""Chargers of a business or a car park: bumps on a building's day, of no one size."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

from characterise.signatures.excursions import (
    WEEK,
    bumps,
    carried_forward,
    highest,
    reached,
    slot_counts,
    unlike_other_weeks,
)

FLEET_STATISTICS: Final = (
    "fleet_up_hours",
    "fleet_up_spell",
    "fleet_up_rare",
    "fleet_up_long",
    "fleet_bumps",
    "fleet_over_swing",
    "fleet_awake",
    "fleet_kw",
    "fleet_rough_kw",
    "fleet_lone",
)
"""Columns that `fleet_statistics` fills, in order."""
PARTIAL_KW = 2.5
"""A third of the smallest charger, 7 to 7.4 kW: half an hour that it ran in for ten minutes."""
EDGE_KW = 1.75
"""A quarter of it: the first and last half-hours of a run."""
_RESOLUTION_KW = 0.15
"""What a large meter may round to: it keeps ratios of next to nothing near one."""
_SHORT, _LONG, _HALF_DAY, _DAY = 2, 4, 6, 12
"""Half-widths of windows, half-hours: bumps of 2, 4, 6 and 12 h."""
_RARE = 0.1
"""Lone half-hours a week that say next to nothing."""
_LEAST_DAYS = 28
_BINS = 96


@njit(cache=True)
def _mean_known(part, x):  # type: ignore[no-untyped-def]
    total = 0.0
    n = 0
    for t in range(x.shape[0]):
        if not isnan(x[t]):
            total += part[t]
            n += 1
    return total / max(n, 1)


@njit(cache=True)
def _lopsided(up, down, width, share, out):  # type: ignore[no-untyped-def]
    """Fill (48,) log ratio of bumps to dips at one share of days."""
    for j in range(48):
        a = reached(up[j], width, share) + _RESOLUTION_KW
        b = reached(down[j], width, share) + _RESOLUTION_KW
        out[j] = np.log(a / b)


@njit(cache=True)
def _best_spell(ratio):  # type: ignore[no-untyped-def]
    """Highest mean of a quarter of the day, round midnight too."""
    best = -np.inf
    for j in range(48):
        total = 0.0
        for k in range(12):
            total += ratio[(j + k) % 48]
        best = max(best, total / 12)
    return best


@njit(cache=True)
def fleet_statistics(net, swing, space, out):  # type: ignore[no-untyped-def]
    """Fill `FLEET_STATISTICS` of one meter; untouched where under four weeks are known.

    Parameters
    ----------
    net
        (D, 48) kW, NaN where unusable.
    swing
        From the 10th to the 90th percentile of it, kW.
    space
        (5, T) work space.

    Notes
    -----
    A building's own noise about its week goes down as far as up; cars only add. So bumps of up to
    two hours are held against dips of as long, half-hour of the day by half-hour of the day, that
    the building's restless mornings do not drown its quiet ones. First about the same half-hours
    of other weeks (``up_*``), then in the load itself, where a smooth building shows neither;
    there a bump is alone (``lone``) where nothing near it goes half as far down, as on a quiet
    night or Sunday.
    """
    x = net.reshape(net.size)
    z, rest, up, down, work = space[0], space[1], space[2], space[3], space[4]
    known = 0
    for value in x:
        known += not isnan(value)
    if known < _LEAST_DAYS * 48:
        return
    ratio = np.empty(48)
    ups = np.empty((48, _BINS), np.int32)
    downs = np.empty((48, _BINS), np.int32)

    carried_forward(x, z)
    width = _count(z, x, _SHORT, up, down, work, ups, downs)
    out[4] = np.log((_mean_known(up, x) + 0.02) / (_mean_known(down, x) + 0.02))
    out[8] = np.log(reached(_all(ups), width, 0.95) + 0.2)
    weeks = known / (48 * WEEK)
    out[9] = np.log(
        (_lone(up, down, x, rest) / weeks + _RARE) / (_lone(down, up, x, rest) / weeks + _RARE)
    )
    bumps(z, _LONG, up, work)
    width = (_mean_known(up, x) + 0.1) / 8
    slot_counts(up, x, width, ups)
    out[5] = np.log((reached(_all(ups), width, 0.97) + 0.2) / (swing + 1.0))
    out[6] = _awake(ups, width)

    unlike_other_weeks(net, rest.reshape(net.shape))
    carried_forward(rest, z)
    width = _count(z, rest, _LONG, up, down, work, ups, downs)
    _lopsided(ups, downs, width, 0.95, ratio)
    out[3] = np.median(ratio)
    width = _count(z, rest, _SHORT, up, down, work, ups, downs)
    _lopsided(ups, downs, width, 0.8, ratio)
    out[0] = np.mean(np.sort(ratio)[36:])
    _lopsided(ups, downs, width, 0.9, ratio)
    out[1] = _best_spell(ratio)
    _lopsided(ups, downs, width, 0.95, ratio)
    out[2] = np.median(ratio)
    out[7] = np.log(reached(_all(ups), width, 0.95) + 0.2)


@njit(cache=True)
def _lone(up, down, known, calm):  # type: ignore[no-untyped-def]
    """Half-hours whose bump over `PARTIAL_KW` is twice any dip within `_DAY` of it."""
    highest(down, _DAY, calm)
    count = 0
    for t in range(up.shape[0]):
        count += up[t] > PARTIAL_KW and up[t] > 2 * calm[t] and not isnan(known[t])
    return count


@njit(cache=True)
def _count(z, known, half, up, down, work, ups, downs):  # type: ignore[no-untyped-def]
    """Find bumps and dips and count both by half-hour of the day; return the bins' width, kW."""
    bumps(z, half, up, work)
    _mirror(z)
    bumps(z, half, down, work)
    _mirror(z)
    width = (_mean_known(up, known) + _mean_known(down, known) + 0.1) / 8
    slot_counts(up, known, width, ups)
    slot_counts(down, known, width, downs)
    return width


@njit(cache=True)
def _awake(ups, width):  # type: ignore[no-untyped-def]
    """Log ratio of bumps in the most restless to the calmest sixth of the day."""
    most = -np.inf
    least = np.inf
    for j in range(0, 48, 8):
        size = reached(_all(ups[j : j + 8]), width, 0.95) + 0.2
        most = max(most, size)
        least = min(least, size)
    return np.log(most / least)


@njit(cache=True)
def _mirror(z):  # type: ignore[no-untyped-def]
    for t in range(z.shape[0]):
        z[t] = -z[t]


@njit(cache=True)
def _all(counts):  # type: ignore[no-untyped-def]
    total = np.zeros(counts.shape[1], np.int64)
    for j in range(counts.shape[0]):
        for k in range(counts.shape[1]):
            total[k] += counts[j, k]
    return total


@njit(cache=True)
def fill_fleet(x, space, y):  # type: ignore[no-untyped-def]
    """Write into ``y`` what stands out of a building's load for half a day at the most, kW.

    Parameters
    ----------
    x, y
        (T,) boundary, kW, NaN where unusable; filled.
    space
        (5, T) work space.

    Notes
    -----
    A run of half-hours is charging where the mean of the bumps of 6 and of 12 h stays over half
    the site's own mean of them and `EDGE_KW`, in quadrature, and a bump of 6 h in it passes the
    whole mean and `PARTIAL_KW` (two thresholds with hysteresis, Canny 1986). Each half-hour is
    given its bump of 6 h, at most what it draws: longer ones hold the building's own day. Both
    thresholds were chosen on simulated chargers, in simulated buildings and over real ones.
    """
    z, half_day, day, work = space[0], space[1], space[2], space[3]
    carried_forward(x, z)
    bumps(z, _HALF_DAY, half_day, work)
    bumps(z, _DAY, day, work)
    usual = 0.5 * (_mean_known(half_day, x) + _mean_known(day, x))
    edge = np.hypot(EDGE_KW, 0.5 * usual)
    least = np.hypot(PARTIAL_KW, usual)
    t = 0
    while t < x.shape[0]:
        stop = t
        highest = np.float32(0.0)
        while stop < x.shape[0] and 0.5 * (half_day[stop] + day[stop]) > edge:
            highest = max(highest, half_day[stop])
            stop += 1
        if highest > least:
            for k in range(t, stop):
                if not isnan(x[k]):
                    y[k] = max(np.float32(0.0), min(half_day[k], x[k]))
        t = max(stop, t + 1)
