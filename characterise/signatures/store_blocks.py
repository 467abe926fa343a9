"""Blocks of a store behind a load that it never brings to zero: bumps and dips of one power."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.steps import find_blocks, step_floor

SAME_POWER = 0.3
"""A block counts as the store's within this share of its power."""
LONGEST_SLOTS = 10
"""Half-hours (5 h) that a store gives or takes at its power for at the most."""
_BINS_PER_E = 20


@njit(cache=True)
def modal_log(sizes, weights, n):  # type: ignore[no-untyped-def]
    """Power that gathers most weight within 15 % of it, NaN of nothing; in one pass by log bins."""
    bins = np.zeros(280)
    sums = np.zeros(280)
    for i in range(n):
        place = min(max(int(_BINS_PER_E * np.log(max(sizes[i], 0.05))) + 60, 0), 279)
        bins[place] += weights[i]
        sums[place] += weights[i] * sizes[i]
    best = np.float32(np.nan)
    most = 0.0
    for k in range(3, 277):
        gathered = total = 0.0
        for j in range(k - 3, k + 4):
            gathered += bins[j]
            total += sums[j]
        if gathered > most:
            most = gathered
            best = np.float32(total / gathered)
    return best


@njit(cache=True)
def _lay(x, n, starts, stops, powers, power, out):  # type: ignore[no-untyped-def]
    """Fill in what stands above the straight line from before to after each block of the power."""
    for i in range(n):
        first, stop = starts[i], stops[i]
        if not abs(powers[i] - power) <= SAME_POWER * power or stop - first > LONGEST_SLOTS:
            continue
        pre = x[first - 1]
        post = x[stop] if stop < x.shape[0] and not isnan(x[stop]) else pre
        for t in range(first, stop):
            share = (t - first + 1) / (stop - first + 1)
            more = min(x[t] - pre - np.float32(share) * (post - pre), power)
            if more > 0 and out[t] <= 0:
                out[t] = more


@njit(cache=True)
def lay_blocks(x, power, work, drawn, given):  # type: ignore[no-untyped-def]
    """Add dips of the store's power to ``given`` and bumps to ``drawn``; return that power.

    Parameters
    ----------
    x
        (T,) load without panels, kW.
    power
        kW where nights tell it, NaN where not: then what most energy dips by.
    drawn, given
        (T,) kW, added to where neither says anything yet.
    """
    size = x.shape[0]
    floor = step_floor(x, work)
    if isnan(floor):
        return power
    starts = np.empty(size, np.int32)
    stops = np.empty(size, np.int32)
    powers = np.empty(size, np.float32)
    spreads = np.empty(size, np.float32)
    least = floor if isnan(power) else max(np.float32(0.5) * power, np.float32(0.5) * floor)
    # Between two charges there is no dip, and between two dips no charge: each is taken out first.
    for t in range(size):
        work[t] = drawn[t] - given[t] - x[t]
    n = find_blocks(work, least, starts, stops, powers, spreads)
    if isnan(power):
        weights = np.zeros(n, np.float32)
        for i in range(n):
            if stops[i] - starts[i] <= LONGEST_SLOTS:
                weights[i] = (stops[i] - starts[i]) * powers[i]
        power = modal_log(powers, weights, n)
        if isnan(power):
            return power
    _lay(work, n, starts, stops, powers, power, given)
    for t in range(size):
        work[t] = x[t] + given[t] - drawn[t]
    n = find_blocks(work, least, starts, stops, powers, spreads)
    _lay(work, n, starts, stops, powers, power, drawn)
    return power


@njit(cache=True)
def balance(drawn, given, most, round_trip):  # type: ignore[no-untyped-def]
    """Let nothing out that was not taken in before.

    Parameters
    ----------
    drawn, given
        (T,) charge and discharge in kW; the latter is brought down in place.
    most
        Energy that the store can hold at the most, kWh.
    round_trip
        Share of the energy taken in that comes out again.
    """
    held = np.float32(0.0)
    for t in range(drawn.shape[0]):
        held = min(held + np.float32(0.5 * round_trip) * drawn[t], most)
        given[t] = min(given[t], 2 * held)
        held = max(held - np.float32(0.5) * given[t], np.float32(0.0))
