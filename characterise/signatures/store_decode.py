"""Half-hours of a store: charge and discharge that its states, its power and its energy allow."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.store_blocks import balance, lay_blocks
from characterise.signatures.store_clock import SURELY_GIVEN, by_the_clock, give, gives_from
from characterise.signatures.store_energy import keep_balance, stand_full, trim_nights
from characterise.signatures.store_soak import full_from, skies, top_up
from characterise.signatures.store_state import (
    FREE,
    GIVING,
    HELD,
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
from characterise.signatures.zero_hold import band_kw, usual_size

LEAST_RISE = 0.08
"""Least rise of a charge that keeps hours, as a share of the usual size of the load."""
AT_LIMIT = 8
"""Half-hours (4 h) between two holds in which a store may give all it can."""
LONGEST_H = 4.0
"""Hours at its own power that a store is taken to hold at the most."""
ROUND_TRIP = 0.86
"""Share of the energy taken in that comes out again: the middle of 0.80 to 0.93."""
LEAST_KW = 0.03
"""Discharge where the meter is held at zero and no load is expected, kW."""
LEAST_FILL_KW = 1.2
"""Power under which a night's level is not taken for a charge."""
SOLD_FROM = 0.5
"""Share of the dark half-hours with export from which a store sells by the clock."""
ANOTHER_LOAD = 1.6
"""Share of the highest charge from panels above which nights are filled by another load."""
TOPPED_AT_MOST = 1.8
"""A store that fills from panels may be topped up by night at little over half its power."""


@njit(cache=True)
def _percentile(values, n, share):  # type: ignore[no-untyped-def]
    place = min(int(share * n), n - 1)
    return np.partition(values[:n], place)[place]


@njit(cache=True)
def panels_kw(x, net, sun, work):  # type: ignore[no-untyped-def]
    """Generation at the zenith of a bright day, kW: what panels were taken out of ``x``."""
    n = 0
    for d in range(net.shape[0]):
        for j in range(48):
            if sun[d, j] > 0.3 and not isnan(x[d, j] - net[d, j]):
                work[n] = (x[d, j] - net[d, j]) / sun[d, j]
                n += 1
    return max(_percentile(work, n, 0.98), np.float32(0.0)) if n else np.float32(0.0)


@njit(cache=True)
def _follow(x, sun, load, state, panels, sky, work, drawn, given):  # type: ignore[no-untyped-def]
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
def _sell(x, net, sun, slot, load, state, share, sold, given):  # type: ignore[no-untyped-def]
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
def _fill(x, slot, load, state, power, given, drawn):  # type: ignore[no-untyped-def]
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
def _at_limit(x, net, sun, size, state, panels, power, work, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in where a load stands over zero between two holds: there a store gives all it can.

    One that was empty would not hold zero again before it has taken in more.
    """
    band = band_kw(size)
    flat, edge, s = given.reshape(given.size), net.reshape(net.size), state.reshape(state.size)
    light, ins = sun.reshape(sun.size), drawn.reshape(drawn.size)
    since = AT_LIMIT + 1
    for t in range(s.size):
        since += 1
        if isnan(edge[t]) or ins[t] > 0 or (panels > 0 and light[t] > 0):
            since = AT_LIMIT + 1
        elif s[t] == HELD:
            since = 0
        work[t] = since
    since = AT_LIMIT + 1
    for t in range(s.size - 1, -1, -1):
        since += 1
        if isnan(edge[t]) or ins[t] > 0 or (panels > 0 and light[t] > 0):
            since = AT_LIMIT + 1
        elif s[t] == HELD:
            since = 0
        elif edge[t] > band and since + work[t] <= AT_LIMIT:
            flat[t] = power


@njit(cache=True)
def _whole_days(x, wall, power, work, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in what goes out on days on which the load stays above it all along."""
    for t in range(x.size):
        work[t] = x[t] - drawn[t]
    begin, given_at, _ = gives_from(work, wall, drawn, power, ROUND_TRIP, SURELY_GIVEN)
    if begin >= 0:
        give(work, wall, begin, given_at, np.float32(ROUND_TRIP), drawn, given)


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
        Work space: (T,), (D,), (D,) and (D, 48) float, (D, 48) uint8.
    drawn, given
        (D, 48) zero, filled, kW.
    """
    work, tops, level, load, state, heights, utc = spaces
    size = usual_size(net, work)
    if not size > 0:
        return np.float32(np.nan)
    flat, edge, light = x.reshape(x.size), net.reshape(x.size), sun.reshape(x.size)
    states(flat, edge, light, size, hidden, state.reshape(x.size))
    night_level(x, slot, state, work, level)
    expected, share, sold = np.empty((3, 48), np.float32)
    usual_load(x, slot, state, level, work, expected)
    sold_at(net, sun, slot, state, share, sold)
    _loads(slot, level, expected, share, load)
    floor = max(np.float32(LEAST_FILL_KW), np.float32(0.1) * size)
    power = filled_level(x, slot, level, floor, tops)
    panels, most = np.float32(0.0), np.float32(np.nan)
    if soaks(edge, light, state.reshape(x.size), work):
        panels = panels_kw(x, net, sun, work)
    if panels > 0:
        most = full_from(edge, light, state.reshape(x.size), work)
        if power > np.float32(ANOTHER_LOAD) * most:
            # Another load fills the nights: a store tops up at less than it takes from the sun.
            power = np.float32(np.nan)
        for d in range(x.shape[0]):
            for j in range(48):
                if sun[d, j] > 0:
                    # What stands by day beside a surplus is less than what breaks through it.
                    load[d, j] = np.float32(0.5) * (load[d, j] + min(level[d], load[d, j]))
        skies(x, net, sun, load, state, size, panels, np.float32(ROUND_TRIP), tops)
    n = _follow(x, sun, load, state, panels, tops, work, drawn, given)
    if most > 0:
        np.minimum(drawn, most, drawn)
        top_up(edge, light, state.reshape(x.size), most, drawn.reshape(x.size))
    ins, outs, wall = drawn.reshape(x.size), given.reshape(x.size), slot.reshape(x.size)
    if n < x.shape[0]:
        # A load that the store seldom brings to zero.
        drawn[:] = 0.0
        given[:] = 0.0
        least = np.float32(LEAST_RISE) * size
        kept, both = by_the_clock(
            flat, wall, utc, least, np.float32(ROUND_TRIP), (heights, work), ins, outs
        )
        if both:
            stand_full(wall, kept, ins, outs)
            return kept
        if kept > 0:
            power = lay_blocks(flat, kept, work, ins, outs)
            balance(ins, outs, np.float32(LONGEST_H) * power, ROUND_TRIP)
            np.minimum(ins, power, ins)
            np.minimum(outs, power, outs)
            return power
        n = _follow(x, sun, load, state, panels, tops, work, drawn, given)
    seen = _percentile(work, n, 0.985) if n >= 48 and not most > 0 else np.float32(np.nan)
    _sell(x, net, sun, slot, load, state, share, sold, given)
    if power > 0:
        _fill(x, slot, load, state, power, given, drawn)
        trim_nights(slot, drawn, power, work)
    if isnan(power) or power < seen < TOPPED_AT_MOST * power:
        power = seen
    if most > 0 and not power >= most:
        power = most
    if n < x.shape[0]:
        # A load that the store seldom brings to zero shows it in bumps and dips alone.
        power = lay_blocks(flat, power, work, ins, outs)
        if power > 0:
            balance(ins, outs, np.float32(LONGEST_H) * power, ROUND_TRIP)
    if power > 0:
        np.minimum(ins, power, ins)
        np.minimum(outs, power, outs)
        if n >= x.shape[0]:
            _at_limit(x, net, sun, size, state, panels, power, work, drawn, given)
            if panels == 0:
                _whole_days(flat, wall, power, work, ins, outs)
        keep_balance(state, power, drawn, given)
        stand_full(wall, power, ins, outs)
    return power
