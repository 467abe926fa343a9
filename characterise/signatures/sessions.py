"""Charging sessions among the blocks of a load: the charger's size and how it is used."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.steps import modal_power

SAME_SIZE = 0.12
"""Blocks within this share of the charger's power are its own."""
FLAT = 0.1
"""Mean deviation, as a share of the power, up to which a block counts as flat."""
SMALLEST_KW = 1.9
"""Under a 10 A socket's power no block is looked at as a charger."""
SHORTEST = 3
"""Half-hours of a session, partial ones included: one at least is full."""

STATISTICS = (
    "size_kw",
    "per_week",
    "same_size_share",
    "evenness",
    "energy_kwh",
    "warm_balance",
    "end_variety",
    "length_variety",
    "weekly_kwh",
    "energy_share",
    "peak_explained",
    "one_sided",
)
"""Columns that the kernels below fill, in order."""


@njit(cache=True)
def charger_size(n, starts, stops, powers, spreads):  # type: ignore[no-untyped-def]
    """Power at which most energy flows in flat blocks of an hour and more; NaN of none."""
    keep = 0
    weights = np.empty(n, np.float32)
    sizes = np.empty(n, np.float32)
    for i in range(n):
        length = stops[i] - starts[i]
        if length >= SHORTEST and powers[i] >= SMALLEST_KW:
            sizes[keep] = powers[i]
            weights[keep] = length * powers[i] * np.exp(-12 * spreads[i])
            keep += 1
    return modal_power(sizes, weights, keep, np.float32(SAME_SIZE))


@njit(cache=True)
def own(start, stop, power, size, width):  # type: ignore[no-untyped-def]
    """Whether a block is a session of a charger of ``size`` kW; never of a NaN size."""
    return stop - start >= SHORTEST and abs(power - size) <= width * size


@njit(cache=True)
def count_own(n, starts, stops, powers, size):  # type: ignore[no-untyped-def]
    """How many blocks are near ``size``, with twice the usual tolerance."""
    count = 0
    for i in range(n):
        count += own(starts[i], stops[i], powers[i], size, 2 * SAME_SIZE)
    return count


@njit(cache=True)
def variety(counts, total):  # type: ignore[no-untyped-def]
    """Shannon entropy of ``counts`` as a share of the most that 48 bins can hold."""
    out = 0.0
    for count in counts:
        if count > 0:
            share = count / total
            out -= share * np.log(share)
    return out / np.log(48.0)


@njit(cache=True)
def session_statistics(n, starts, stops, powers, spreads, size, slot, warm, weeks, total_kwh, out):  # type: ignore[no-untyped-def]
    """Fill the first ten of `STATISTICS` from the blocks of one meter.

    Parameters
    ----------
    size
        Charger's power, kW.
    slot, warm
        (T,) local slot; 1 on the warmer half of days, 0 on the colder, -1 unknown.
    weeks, total_kwh
        Length of what is known, and all energy that passed in it.
    """
    ends = np.zeros(48)
    time_in_blocks = 0.0
    count = 0
    warm_count = 0
    known = 0
    unevenness = 0.0
    energy = 0.0
    length_sum = 0.0
    length_square = 0.0
    for i in range(n):
        length = stops[i] - starts[i]
        if length >= SHORTEST and powers[i] >= SMALLEST_KW:
            time_in_blocks += length
        if not own(starts[i], stops[i], powers[i], size, SAME_SIZE):
            continue
        count += 1
        unevenness += spreads[i]
        length_sum += length
        length_square += length * length
        if spreads[i] <= FLAT:
            energy += 0.5 * length * powers[i]
        ends[slot[min(stops[i], slot.shape[0] - 1)]] += 1
        if warm[starts[i]] >= 0:
            known += 1
            warm_count += warm[starts[i]]
    out[1] = np.log1p(count / weeks)
    out[8] = np.log1p(energy / weeks)
    out[9] = np.log(energy / max(total_kwh, 1e-6) + 0.01)
    if count < 3:
        return
    mean = length_sum / count
    out[0] = np.log(size)
    out[2] = length_sum / time_in_blocks
    out[3] = -unevenness / count
    out[4] = np.log(size * mean / 2)
    if known >= 3:
        out[5] = min(warm_count / known, 0.5)
    out[6] = variety(ends, count)
    out[7] = np.sqrt(max(length_square / count - mean * mean, 0.0)) / mean


@njit(cache=True)
def peak_explained(x, n, starts, stops, powers, size, work):  # type: ignore[no-untyped-def]
    """Share of the highest 1 % of half-hours that lie in sessions; NaN under ten known days."""
    k = 0
    for t in range(x.shape[0]):
        if not isnan(x[t]):
            work[k] = x[t]
            k += 1
    if k < 480:
        return np.nan
    place = k - k // 100
    limit = np.partition(work[:k], place)[place]
    above = 0
    for t in range(x.shape[0]):
        above += x[t] >= limit
    inside = 0
    for i in range(n):
        if own(starts[i], stops[i], powers[i], size, SAME_SIZE):
            for t in range(starts[i], stops[i]):
                inside += x[t] >= limit
    return inside / above


@njit(cache=True)
def fill_sessions(x, n, starts, stops, powers, size, y):  # type: ignore[no-untyped-def]
    """Write into ``y`` what each session draws above the line from before it to after it."""
    for i in range(n):
        if not abs(powers[i] - size) <= 2 * SAME_SIZE * size:
            continue
        first, stop = starts[i], stops[i]
        pre = x[first - 1]
        post = x[stop] if stop < x.shape[0] and not isnan(x[stop]) else pre
        for t in range(first, stop):
            share = (t - first + 1) / (stop - first + 1)
            base = pre + share * (post - pre)
            y[t] = max(np.float32(0.0), min(x[t] - base, powers[i], x[t]))
