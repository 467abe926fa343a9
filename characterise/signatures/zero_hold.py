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
HELD_TO = 40
"""Half-hours in a row at zero from which nobody is at home: a store is empty or full by then."""
STANDING = 0.03
"""Share of the dark that a load stands on its own, well above zero, where half is believed: what
only ever rests at zero is an empty socket, and no store holds it there."""
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
def zero_hold(net, sun, size):  # type: ignore[no-untyped-def]
    """Ten figures of a load and its sun.

    Parameters
    ----------
    net, sun
        (D, 48) kW, and sine of the solar elevation, zero at night.
    size
        Usual size of the load, kW.

    Returns
    -------
    tuple
        Log share of all energy that is exported after dark; log changes of sign after dark a
        week; share of dark half-hours within two hours and more at zero; the same under the sun;
        log ratio of dark half-hours at zero to those just above it; share of days that hold zero
        for two hours and take in for an hour and a half; afternoon less morning share of export;
        log of the rarer, in the dark, of being held at zero and of standing well above it for two
        hours and more; share of all time in runs at zero of 20 hours and more; export half an hour
        after zero under the sun ends, as a share of the mean export.
    """
    band = max(np.float32(LEAST_BAND_KW), np.float32(BAND) * size)
    n = n_dark = n_sun = held_dark = held_sun = zero_dark = near_dark = flips = 0
    standing = standing_run = rested = starts = n_given = 0
    jumped = 0.0
    ended = False
    days = both = 0
    through = exported = morning = afternoon = 0.0
    last = np.float32(0.0)
    run = run_dark = 0
    for d in range(net.shape[0]):
        held_today = taking = longest = known = 0
        for j in range(48):
            x = net[d, j]
            if isnan(x):
                run = run_dark = taking = standing_run = 0
                ended = False
                continue
            known += 1
            through += abs(x)
            dark = sun[d, j] <= 0
            at_zero = abs(x) <= band
            before = run
            if at_zero:
                run += 1
                run_dark += dark
                if run == HELD_FROM:
                    held_dark += run_dark
                    held_sun += run - run_dark
                    held_today += run
                elif run > HELD_FROM:
                    held_dark += dark
                    held_sun += not dark
                    held_today += 1
                    if run == HELD_TO:
                        rested += run
                    elif run > HELD_TO:
                        rested += 1
            else:
                run = run_dark = 0
            taking = taking + 1 if x > 0.3 * size else 0
            longest = max(longest, taking)
            if dark:
                n_dark += 1
                zero_dark += at_zero
                near_dark += band < x <= 3 * band
                standing_run = standing_run + 1 if 2 * band < x < 0.3 * size else 0
                if standing_run == HELD_FROM:
                    standing += HELD_FROM
                elif standing_run > HELD_FROM:
                    standing += 1
                if x < -band:
                    exported -= x
                if abs(x) > 0.1 * size:
                    flips += x * last < 0
                    last = x
            else:
                n_sun += 1
                standing_run = 0
                if ended and x < -band:
                    starts += 1
                    jumped -= x
                ended = before >= 2 and x < -band and sun[d, j] > 0.15
                if x < -band:
                    n_given += 1
                    if j < 47 and sun[d, j + 1] > sun[d, j]:
                        morning -= x
                    else:
                        afternoon -= x
        n += known
        if known >= 40:
            days += 1
            both += held_today >= HELD_FROM and longest >= 3
    share = np.log10(exported / max(through, 1e-6) + 1e-4)
    spike = np.log((zero_dark + _SMOOTH) / (near_dark + _SMOOTH))
    given = morning + afternoon
    seen = standing / max(n_dark, 1)
    own = seen / (seen + STANDING)
    shift = (afternoon - morning) / given if given > 0.005 * through else np.nan
    return (
        share,
        np.log1p(336.0 * flips / max(n, 1)),
        own * held_dark / max(n_dark, 1),
        own * held_sun / max(n_sun, 1),
        own * spike,
        own * both / max(days, 1),
        shift,
        np.log10(min(held_dark, standing) / max(n_dark, 1) + 3e-3),
        rested / max(n, 1),
        jumped / starts / (given / n_given) if starts >= 10 else np.nan,
    )
