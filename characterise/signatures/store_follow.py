"""What a store does about zero: loads it meets, surplus it takes, nights it fills, sales."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.store_state import FREE, GIVING, HELD, at_night
from characterise.signatures.zero_hold import band_kw

OVER_LIMIT = 0.1
"""What stands over zero at the least, of its power; less is a store that came late."""
AT_LIMIT = 8
"""Half-hours (4 h) between two holds in which a store may give all it can."""
LEAST_KW = 0.03
"""Discharge where the meter is held at zero and no load is expected, kW."""
SOLD_FROM = 0.5
"""Share of the dark half-hours with export from which a store sells by the clock."""


@njit(cache=True)
def follow(x, sun, load, state, panels, sky, work, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in what keeps the meter at zero or below it; return how many half-hours that is.

    Parameters
    ----------
    load
        (D, 48) expected load, kW.
    panels
        Generation at the zenith of a bright day, kW; zero where the store does not fill from it.
    sky
        (D,) generation of each day as a share of that.
    work
        (T,) filled with the power of each.
    """
    n = 0
    for d in range(x.shape[0]):
        for j in range(48):
            if state[d, j] == FREE or isnan(x[d, j]):
                continue
            more = x[d, j] - load[d, j]
            if sun[d, j] > 0 and panels > 0:
                # Panels that a store eats from show in no export.
                more = max(more, sky[d] * panels * sun[d, j] - load[d, j])
            elif sun[d, j] > 0 or state[d, j] == GIVING:
                more = min(more, np.float32(-LEAST_KW))
            drawn[d, j] = max(more, np.float32(0.0))
            given[d, j] = max(-more, np.float32(0.0))
            work[n] = abs(more)
            n += 1
    return n


@njit(cache=True)
def sell(x, net, sun, slot, load, state, share, sold, given):  # type: ignore[no-untyped-def]
    """Fill in sales by the clock that stay below the load, or that go out beside the panels."""
    for d in range(x.shape[0]):
        for j in range(48):
            s = slot[d, j]
            if state[d, j] != FREE or share[s] <= SOLD_FROM:
                continue
            if sun[d, j] > 0 and net[d, j] < 0:
                given[d, j] = min(sold[s], -net[d, j]) + load[d, j]
            elif x[d, j] < load[d, j] + sold[s]:
                given[d, j] = max(load[d, j] - x[d, j], np.float32(0.3) * sold[s])


@njit(cache=True)
def fill(x, slot, load, state, power, given, drawn):  # type: ignore[no-untyped-def]
    """Fill in the nights' charges."""
    for d in range(x.shape[0]):
        for j in range(48):
            if state[d, j] != FREE or not at_night(slot[d, j]) or given[d, j] > 0:
                continue
            # A store that is nearly full fills on at less.
            least = 0.1 if j > 0 and drawn[d, j - 1] > 0 else 0.35
            if x[d, j] - load[d, j] >= least * power:
                drawn[d, j] = x[d, j] - load[d, j]


@njit(cache=True)
def at_limit(net, sun, size, state, panels, power, work, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in where a load stands over zero between two holds: there a store gives all it can.

    One that was empty would not hold zero again before it has taken in more. (T,) each.

    Parameters
    ----------
    panels
        As in `follow`: under the sun a store that fills from them may have taken in more.
    """
    least = max(band_kw(size), np.float32(OVER_LIMIT) * power)
    since = AT_LIMIT + 1
    for t in range(net.size):
        since += 1
        if isnan(net[t]) or drawn[t] > 0 or (panels > 0 and sun[t] > 0):
            since = AT_LIMIT + 1
        elif state[t] == HELD:
            since = 0
        work[t] = since
    since = AT_LIMIT + 1
    for t in range(net.size - 1, -1, -1):
        since += 1
        if isnan(net[t]) or drawn[t] > 0 or (panels > 0 and sun[t] > 0):
            since = AT_LIMIT + 1
        elif state[t] == HELD:
            since = 0
        elif net[t] > least and since + work[t] <= AT_LIMIT:
            given[t] = power
