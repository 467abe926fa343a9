"""Half-hours of a store: charge and discharge that its states, its power and its energy allow."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.store_blocks import balance, lay_blocks
from characterise.signatures.store_state import (
    FREE,
    GIVING,
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

LONGEST_H = 4.0
"""Hours at its own power that a store is taken to hold at the most."""
ROUND_TRIP = 0.86
"""Share of the energy taken in that comes out again: the middle of 0.80 to 0.93."""
TOPPED_AT_MOST = 1.8
"""A store that fills from panels may be topped up by night at little over half its power."""


@njit(cache=True)
def _percentile(values, n, share):  # type: ignore[no-untyped-def]
    place = min(int(share * n), n - 1)
    return np.partition(values[:n], place)[place]


@njit(cache=True)
def decode(x, net, sun, slot, hidden, work, tops, level, expected, state, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in charge and discharge of one site; return the power of its store, kW.

    Parameters
    ----------
    x, net
        (D, 48) load without panels, and the boundary itself, kW.
    sun, slot
        (D, 48).
    hidden
        Whether export is not metered.
    drawn, given
        (D, 48) filled, kW.
    """
    days = net.shape[0]
    size = usual_size(net, work)
    if not size > 0:
        return np.float32(np.nan)
    states(x.reshape(x.size), net.reshape(net.size), sun.reshape(net.size), size, hidden, state.reshape(net.size))
    night_level(x, slot, state, work, level)
    usual_load(x, slot, state, level, work, expected)
    floor = max(np.float32(1.2), np.float32(np.mean(level)))
    power = filled_level(x, slot, level, floor, tops)
    fills = soaks(net.reshape(net.size), sun.reshape(net.size), state.reshape(net.size), work)
    cap = panels_kw(x, net, sun, work)
    share, sold = np.zeros(48), np.zeros(48)
    sold_at(net, sun, slot, state, share, sold)
    for s in range(48):
        if share[s] > 0.5 and not at_night(s):
            # All that is seen there stands under the sale.
            expected[s] = np.median(expected[NIGHT_TO:NIGHT_FROM])
    n = 0
    for d in range(days):
        for j in range(48):
            s = slot[d, j]
            v = x[d, j]
            if isnan(v):
                continue
            load = level[d] if at_night(s) else expected[s]
            lit = sun[d, j] > 0
            if state[d, j] != FREE:
                more = v - load
                if lit and fills:
                    # Panels that a store eats from show in no export: a dull day's at the least.
                    more = max(more, np.float32(0.4) * cap * sun[d, j] - load)
                elif lit or state[d, j] == GIVING:
                    more = min(more, np.float32(-0.03))
                if more < 0:
                    given[d, j] = -more
                else:
                    drawn[d, j] = more
                work[n] = abs(more)
                n += 1
            elif share[s] > 0.5 and lit and net[d, j] < 0:
                given[d, j] = min(np.float32(sold[s]), -net[d, j]) + load
            elif share[s] > 0.5 and v < load + sold[s]:
                given[d, j] = max(load - v, np.float32(0.3) * np.float32(sold[s]))
            elif at_night(s) and power > 0:
                # A store that is nearly full fills on at less.
                least = 0.1 if j > 0 and drawn[d, j - 1] > 0 else 0.35
                if v - level[d] >= least * power:
                    drawn[d, j] = v - level[d]
    seen = _percentile(work, n, 0.985) if n >= 48 else np.float32(np.nan)
    if isnan(power) or power < seen < TOPPED_AT_MOST * power:
        power = seen
    if n < days:
        # A load that the store seldom brings to zero shows it in bumps and dips alone.
        flat = x.reshape(x.size)
        ins, outs = drawn.reshape(x.size), given.reshape(x.size)
        power = lay_blocks(flat, power, work, ins, outs)
        if power > 0:
            balance(ins, outs, np.float32(LONGEST_H) * power, ROUND_TRIP)
    if power > 0:
        for d in range(days):
            for j in range(48):
                drawn[d, j] = min(drawn[d, j], power)
                given[d, j] = min(given[d, j], power)
    return power


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
