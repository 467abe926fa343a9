"""Load held at zero: what a store that follows the load does to a meter, by dark and by sun."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

BAND = 0.015
"""Half-width of zero as a share of the usual size of the load; `LEAST_BAND_KW` at the least."""
LEAST_BAND_KW = 0.02
HELD_FROM = 4
"""Half-hours in a row at zero that count as held."""
RESTED_FROM = 40
"""Half-hours in a row at zero from which nobody is at home: a store is empty or full by then."""
STANDING = 0.03
"""Share of the dark that a load stands on its own, well above zero, where half is believed: what
only ever rests at zero is an empty socket, and no store holds it there."""
_HIGH = 0.3
"""Share of the usual size from which a load takes in rather than stands."""
_STRIDE = 7
"""Every seventh half-hour is a fair sample of all hours of the day: 7 and 48 share no factor."""
_SMOOTH = 5.0
"""Half-hours added to both counts of a ratio."""


@njit(cache=True)
def usual_size(net, work):  # type: ignore[no-untyped-def]
    """95th percentile of the absolute load in a sample, kW; NaN under ten known days.

    Parameters
    ----------
    net
        (D, 48) kW.
    work
        Work space.
    """
    flat = net.reshape(net.size)
    n = 0
    for t in range(0, flat.size, _STRIDE):
        if not isnan(flat[t]):
            work[n] = abs(flat[t])
            n += 1
    if n < 480 // _STRIDE:
        return np.float32(np.nan)
    place = n - 1 - n // 20
    return np.partition(work[:n], place)[place]


@njit(cache=True)
def band_kw(size):  # type: ignore[no-untyped-def]
    """Half-width of zero for a load of a usual size, kW."""
    return max(np.float32(LEAST_BAND_KW), np.float32(BAND) * size)


@njit(cache=True)
def run_lengths(x, low, high, run):  # type: ignore[no-untyped-def]
    """Length of the run between two bounds that each half-hour lies in, zero outside.

    Parameters
    ----------
    x
        (T,) kW; an unknown half-hour ends a run.
    low, high
        Bounds, the upper one included, kW.
    run
        (T,) filled, half-hours.
    """
    n = 0
    for t in range(x.shape[0]):
        n = n + 1 if low < x[t] <= high else 0
        run[t] = n
    for t in range(x.shape[0] - 2, -1, -1):
        if run[t] > 0 and run[t + 1] > 0:
            run[t] = run[t + 1]


@njit(cache=True)
def held(net, sun, size, runs):  # type: ignore[no-untyped-def]
    """How much of a load is held at zero, beside how much stands on its own.

    Parameters
    ----------
    net, sun
        (D, 48) kW, and sine of the solar elevation, zero at night.
    size
        Usual size of the load, kW.
    runs
        (2, T) filled with the lengths of the runs at zero, and of those well above it.

    Returns
    -------
    tuple
        Share of dark half-hours within two hours and more at zero; the same under the sun; share
        of days that hold zero for two hours and take in for an hour and a half; log of the rarer,
        in the dark, of being held and of standing; share of all time in runs at zero of 20 hours
        and more; and how far all this is to be believed (`STANDING`).
    """
    flat = net.reshape(net.size)
    band = band_kw(size)
    run_lengths(flat, -band, band, runs[0])
    run_lengths(flat, 2 * band, np.float32(_HIGH) * size, runs[1])
    n = n_dark = held_dark = held_sun = standing = rested = days = both = 0
    for d in range(net.shape[0]):
        known = today = taken = taking = 0
        for j in range(48):
            t = 48 * d + j
            dark = sun[d, j] <= 0
            is_known = not isnan(flat[t])
            is_held = runs[0, t] >= HELD_FROM
            known += is_known
            today += is_held
            n_dark += is_known & dark
            held_dark += is_held & dark
            held_sun += is_held & (not dark)
            rested += runs[0, t] >= RESTED_FROM
            standing += (runs[1, t] >= HELD_FROM) & dark
            taking = taking + 1 if flat[t] > _HIGH * size else 0
            taken += taking >= 3
        n += known
        if known >= 40:
            days += 1
            both += (today >= HELD_FROM) & (taken > 0)
    dark_share = held_dark / max(n_dark, 1)
    stands = standing / max(n_dark, 1)
    return (
        dark_share,
        held_sun / max(n - n_dark, 1),
        both / max(days, 1),
        np.log10(min(dark_share, stands) + 3e-3),
        rested / max(n, 1),
        stands / (stands + STANDING),
    )


@njit(cache=True)
def after_dark(net, sun, size):  # type: ignore[no-untyped-def]
    """Log share of energy exported after dark, log sign flips a week, log excess at zero.

    The excess is of dark half-hours at zero over those as far above it again.
    """
    band = band_kw(size)
    n = at_zero = near = flips = 0
    through = exported = 0.0
    last = np.float32(0.0)
    for d in range(net.shape[0]):
        for j in range(48):
            x = net[d, j]
            if isnan(x):
                continue
            n += 1
            through += abs(x)
            if sun[d, j] > 0:
                continue
            at_zero += abs(x) <= band
            near += band < x <= 3 * band
            if x < -band:
                exported -= x
            if abs(x) > 0.1 * size:
                flips += x * last < 0
                last = x
    return (
        np.log10(exported / max(through, 1e-6) + 1e-4),
        np.log1p(336.0 * flips / max(n, 1)),
        np.log((at_zero + _SMOOTH) / (near + _SMOOTH)),
    )


@njit(cache=True)
def export_start(net, sun, size, run):  # type: ignore[no-untyped-def]
    """How late, and how suddenly, export begins.

    Parameters
    ----------
    run
        (T,) lengths of the runs at zero.

    Returns
    -------
    tuple
        Afternoon less morning share of the export under the sun, NaN under half a percent of the
        load's size; and export half an hour after zero under the sun ends, as a share of the mean
        export, NaN under ten such ends.
    """
    flat, light = net.reshape(net.size), sun.reshape(sun.size)
    band = band_kw(size)
    starts = n = 0
    morning = afternoon = jumped = 0.0
    for t in range(flat.size - 1):
        if not (flat[t] < -band and light[t] > 0):
            continue
        n += 1
        if light[t + 1] > light[t]:
            morning -= flat[t]
        else:
            afternoon -= flat[t]
        ended = t > 0 and run[t - 1] >= 2 and light[t] > 0.15
        if ended and flat[t + 1] < -band:
            starts += 1
            jumped -= flat[t + 1]
    given = morning + afternoon
    shift = (afternoon - morning) / given if given > 0.005 * size * flat.size else np.nan
    jump = jumped * n / (starts * given) if starts >= 10 else np.nan
    return shift, jump
