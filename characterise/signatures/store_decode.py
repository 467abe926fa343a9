"""Half-hours of a store: charge and discharge that its states, its power and its energy allow."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.store_blocks import balance, lay_blocks
from characterise.signatures.store_clock import SURELY_GIVEN, by_the_clock, give, gives_from
from characterise.signatures.store_energy import keep_balance, trim_nights
from characterise.signatures.store_follow import SOLD_FROM, at_limit, fill, follow, sell
from characterise.signatures.store_soak import full_from, panels_kw, skies, top_up
from characterise.signatures.store_state import (
    NIGHT_FROM,
    NIGHT_TO,
    at_night,
    filled_level,
    night_level,
    soaks,
    sold_at,
    states,
    usual_load,
)
from characterise.signatures.zero_hold import usual_size

LEAST_RISE = 0.08
"""Least rise of a charge that keeps hours, as a share of the usual size of the load."""
LONGEST_H = 4.0
"""Hours at its own power that a store is taken to hold at the most."""
ROUND_TRIP = 0.86
"""Share of the energy taken in that comes out again: the middle of 0.80 to 0.93."""
LEAST_FILL_KW = 1.2
"""Power under which a night's level is not taken for a charge."""
ANOTHER_LOAD = 1.6
"""Share of the highest charge from panels above which nights are filled by another load."""
TOPPED_AT_MOST = 1.8
"""A store that fills from panels may be topped up by night at little over half its power."""


@njit(cache=True)
def _percentile(values, n, share):  # type: ignore[no-untyped-def]
    place = min(int(share * n), n - 1)
    return np.partition(values[:n], place)[place]


@njit(cache=True)
def _loads(slot, level, expected, share, load):  # type: ignore[no-untyped-def]
    """Lay the expected load out: the night's level by night, else the clock's usual load."""
    other = np.median(expected[NIGHT_TO:NIGHT_FROM])
    for d in range(slot.shape[0]):
        for j in range(48):
            s = slot[d, j]
            if at_night(s):
                load[d, j] = level[d]
            else:
                # All that is seen where a store sells by the clock stands under the sale.
                load[d, j] = other if share[s] > SOLD_FROM else expected[s]


@njit(cache=True)
def _beside_surplus(sun, level, load):  # type: ignore[no-untyped-def]
    """Bring the expected load under the sun down: where panels hide it, its peaks alone show."""
    for d in range(load.shape[0]):
        for j in range(48):
            if sun[d, j] > 0 and level[d] < load[d, j]:
                load[d, j] = np.float32(0.5) * (load[d, j] + level[d])


@njit(cache=True)
def _bumps(x, power, work, drawn, given):  # type: ignore[no-untyped-def]
    """Add bumps and dips of a store's power that its energy allows; return the power."""
    power = lay_blocks(x, power, work, drawn, given)
    if power > 0:
        balance(drawn, given, np.float32(LONGEST_H) * power, ROUND_TRIP)
        np.minimum(drawn, power, drawn)
        np.minimum(given, power, given)
    return power


@njit(cache=True)
def _whole_days(x, wall, power, work, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in what goes out on days on which the load stays above it all along; (T,) each."""
    for t in range(x.size):
        work[t] = x[t] - drawn[t]
    begin, given_at, _ = gives_from(work, wall, drawn, power, ROUND_TRIP, SURELY_GIVEN)
    if begin >= 0:
        give(work, wall, begin, given_at, np.float32(ROUND_TRIP), drawn, given)


@njit(cache=True)
def _hours(x, wall, utc, size, spaces, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in a store that keeps hours before a large load; return its power, NaN of none.

    (T,) each.
    """
    work = spaces[1]
    least = np.float32(LEAST_RISE) * size
    power, both = by_the_clock(x, wall, utc, least, np.float32(ROUND_TRIP), spaces, drawn, given)
    if power > 0 and not both:
        power = _bumps(x, power, work, drawn, given)
    return power


@njit(cache=True)
def decode(x, net, sun, slot, hidden, spaces, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in charge and discharge of one site; return the power of its store, kW.

    Parameters
    ----------
    x, net
        (D, 48) load without panels, and the boundary itself, kW.
    sun, slot
        (D, 48) sine of the solar elevation, and wall-clock slot.
    hidden
        Whether export is not metered.
    spaces
        Work space: (T,), (D,), (D,) and (D, 48) float, (D, 48) uint8, (48, D) float; and (T,) UTC
        slots.
    drawn, given
        (D, 48) zero, filled, kW.
    """
    work, tops, level, load, state, heights, utc = spaces
    size = usual_size(net, work)
    if not size > 0:
        return np.float32(np.nan)
    flat, edge, light = x.reshape(x.size), net.reshape(x.size), sun.reshape(x.size)
    wall, kind = slot.reshape(x.size), state.reshape(x.size)
    ins, outs = drawn.reshape(x.size), given.reshape(x.size)
    states(flat, edge, light, size, hidden, kind)
    if np.count_nonzero(kind) < x.shape[0]:
        # A load that the store seldom brings to zero.
        power = _hours(flat, wall, utc, size, (heights, work), ins, outs)
        if power > 0:
            return power
    night_level(x, slot, state, work, level)
    expected, share, sold = np.empty((3, 48), np.float32)
    usual_load(x, slot, state, level, work, expected)
    sold_at(net, sun, slot, state, share, sold)
    _loads(slot, level, expected, share, load)
    power = filled_level(
        x, slot, level, max(np.float32(LEAST_FILL_KW), np.float32(0.1) * size), tops
    )
    soaking = soaks(edge, light, kind, work)
    panels, most = _surplus(x, net, sun, state, soaking, size, level, work, load, tops)
    if power > np.float32(ANOTHER_LOAD) * most:
        power = np.float32(np.nan)
    n = follow(x, sun, load, state, panels, tops, work, drawn, given)
    seen = _percentile(work, n, 0.985) if n >= 48 and not most > 0 else np.float32(np.nan)
    top_up(edge, light, kind, most, ins)
    sell(x, net, sun, slot, load, state, share, sold, given)
    if power > 0:
        fill(x, slot, load, state, power, given, drawn)
        trim_nights(slot, drawn, power, work)
    power = _power(power, seen, most)
    if n < x.shape[0]:
        # Where it keeps no hours either, it shows in bumps and dips alone.
        power = _bumps(flat, power, work, ins, outs)
    elif power > 0:
        at_limit(edge, light, size, kind, panels, power, work, ins, outs)
        if panels == 0:
            _whole_days(flat, wall, power, work, ins, outs)
    if power > 0:
        np.minimum(ins, power, ins)
        np.minimum(outs, power, outs)
        hides = soaking and (panels > 0 or full_from(edge, light, kind, work) > 0)
        keep_balance(state, power, hides, drawn, given)
    return power


@njit(cache=True)
def _surplus(x, net, sun, state, soaking, size, level, work, load, sky):  # type: ignore[no-untyped-def]
    """Tell a store that fills from panels: their power, and its charge when full, kW.

    Zero and NaN where it does not, or no panels were taken out. Brings ``load`` down under the sun
    and fills ``sky``, as `follow` reads them.
    """
    panels = panels_kw(x, net, sun, work) if soaking else np.float32(0.0)
    if not panels > 0:
        return np.float32(0.0), np.float32(np.nan)
    _beside_surplus(sun, level, load)
    skies(x, net, sun, load, state, size, panels, np.float32(ROUND_TRIP), sky)
    flat = (net.reshape(x.size), sun.reshape(x.size), state.reshape(x.size))
    return panels, full_from(flat[0], flat[1], flat[2], work)


@njit(cache=True)
def _power(filled, seen, most):  # type: ignore[no-untyped-def]
    """Power of a store from its nights, from what it is seen to do, and from its charge when full.

    NaN where nothing tells it.
    """
    if isnan(filled) or filled < seen < np.float32(TOPPED_AT_MOST) * filled:
        filled = seen
    return most if most > 0 and not filled >= most else filled
