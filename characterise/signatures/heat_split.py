"""Which part of a cold day's load is heating: the mild days' scatter taken out of the cold days'.

Notes
-----
In a part of the day, load is the base, whose distribution mild days show, plus heating, whose
distribution is found by expectation-maximisation on a grid (Richardson 1972, Lucy 1974), for each
step of cold. What a half-hour holds is then its expectation given the load, drawn half-way to the
value of the same rank in heating's own distribution: expectation alone loses peaks and idle hours.
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

_GRID: Final = 64
_BLOCKS: Final = 16
"""Parts of the UTC day that share a distribution, an hour and a half each."""
_STEPS: Final = 8
_STEP_K: Final = 2.0
"""Cold is told apart in steps of two degrees, the last one open."""
_COMMON_ROUNDS: Final = 6
_OWN_ROUNDS: Final = 3
"""Few rounds keep the distribution smooth: first over all parts of the day, then in each."""
_BELIEF: Final = 500.0
"""Half-hours that the common distribution counts for in each part of the day."""
_RANKED: Final = 0.5
_LEAST_MILD: Final = 20
"""Days without heating that the base is learned from."""
_COLDEST_MILD_C: Final = 10.0
_LEAST_COLD: Final = 3
_LEAST_USUAL: Final = 8
_STRIDE: Final = 7
"""Every seventh half-hour stands for all where the grid is laid; 7 and 48 share no factor."""
_STILL_KW: Final = 1e-3
_TINY: Final = 1e-12


@njit(cache=True)
def _usual(net, cold, idle, work, out):  # type: ignore[no-untyped-def]
    """Fill (2, 48) median load of mild days, working or not; of all of them where few are known."""
    for kind in range(2):
        for j in range(48):
            n = 0
            for wanted in range(2):
                for d in range(net.shape[0]):
                    alike = idle[d] == kind if wanted == 0 else idle[d] != kind
                    if cold[d] <= 0 and alike and not isnan(net[d, j]):
                        work[n] = net[d, j]
                        n += 1
                if n >= _LEAST_USUAL:
                    break
            out[kind, j] = np.median(work[:n]) if n else 0.0


@njit(cache=True)
def _bin(x, low, width):  # type: ignore[no-untyped-def]
    return min(_GRID - 1, max(0, int((x - low) / width + 0.5)))


@njit(cache=True)
def _step(cold):  # type: ignore[no-untyped-def]
    return min(_STEPS - 1, int(cold / _STEP_K))


@njit(cache=True)
def _count(left, cold, low, width, base, seen):  # type: ignore[no-untyped-def]
    """Fill base (blocks, grid), shares that sum to one, and seen (steps, blocks, grid), counts.

    The base is smoothed over a grid step and over half an hour to either side of its block.
    """
    per = 48 // _BLOCKS
    for d in range(left.shape[0]):
        if isnan(cold[d]):
            continue
        for j in range(48):
            if isnan(left[d, j]):
                continue
            k = _bin(left[d, j], low, width)
            if cold[d] > 0:
                seen[_step(cold[d]), j // per, k] += 1
                continue
            for late in range(-1, 2):
                block = (j + late) // per % _BLOCKS
                weight = 0.5 if late == 0 else 0.25
                for aside in range(-1, 2):
                    at = min(_GRID - 1, max(0, k + aside))
                    base[block, at] += weight * (0.6 if aside == 0 else 0.2)
    for block in range(_BLOCKS):
        base[block] += 1e-4 * base[block].sum() / _GRID + _TINY
        base[block] /= base[block].sum()


@njit(cache=True)
def _unmix(seen, base, heat, rounds, belief):  # type: ignore[no-untyped-def]
    """Improve ``heat`` (grid,), the shares of heating's powers, on counts of what was seen."""
    found = np.empty(_GRID)
    part = np.empty(_GRID)
    for _ in range(rounds):
        found[:] = belief * heat
        for block in range(seen.shape[0]):
            for k in range(_GRID):
                if seen[block, k] == 0:
                    continue
                total = _TINY
                for h in range(k + 1):
                    part[h] = heat[h] * base[block, k - h]
                    total += part[h]
                share = seen[block, k] / total
                for h in range(k + 1):
                    found[h] += share * part[h]
        whole = found.sum()
        if whole <= 0:
            return
        heat[:] = found / whole


@njit(cache=True)
def _expect(seen, base, heat, width, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (grid,) heating, kW, at each load: expectation, half-way to the same rank."""
    counted = max(seen.sum(), 1.0)
    whole = heat.sum()
    rank = 0.0
    h = 0
    below = 0.0
    reached = heat[0] / whole
    for k in range(_GRID):
        total = _TINY
        mean = 0.0
        for i in range(k + 1):
            share = heat[i] * base[k - i]
            total += share
            mean += share * i
        mean /= total
        middle = rank + 0.5 * seen[k] / counted
        rank += seen[k] / counted
        while h < _GRID - 1 and reached < middle:
            below = reached
            h += 1
            reached += heat[h] / whole
        inside = (middle - below) / max(reached - below, _TINY)
        ranked = h - 0.5 + inside if h > 0 else 0.0
        out[k] = width * (mean + _RANKED * (max(ranked, 0.0) - mean))


@njit(cache=True)
def split(net, blurred, temp, balance, idle, drawn):  # type: ignore[no-untyped-def]
    """Fill ``drawn`` (D, 48) heating, kW, of days under the balance point.

    Parameters
    ----------
    net
        (D, 48) load, kW.
    blurred
        (D, 48) half-hours of which another asset's power was taken out: what that guess left over
        is no evidence, so heating is there what it usually is at that hour and cold.
    temp
        (D,) mean daily temperature, degC.
    balance
        Outdoor temperature at which heating stops, degC.
    idle
        (D,) 1 on days off, else 0.

    Returns
    -------
    False, and nothing filled, where under 20 days reach 10 degC or the load stands still.
    """
    days = net.shape[0]
    cold = np.empty(days)
    if not _degrees(net, temp, balance, cold):
        return False
    usual = np.empty((2, 48))
    _usual(net, cold, idle, np.empty(days, np.float32), usual)
    left = np.empty((days, 48), np.float32)
    for d in range(days):
        for j in range(48):
            blank = isnan(net[d, j]) or blurred[d, j]
            left[d, j] = np.nan if blank else net[d, j] - usual[int(idle[d]), j]
    some = left.ravel()[::_STRIDE]
    some = np.sort(some[~np.isnan(some)])
    if len(some) < _GRID:
        return False
    low, high = some[len(some) // 200], some[len(some) - 1 - len(some) // 200]
    if high - low <= _STILL_KW:
        return False
    width = (high - low) / (_GRID - 1)
    table = np.zeros((_STEPS, _BLOCKS, _GRID))
    mean = np.zeros((_STEPS, _BLOCKS))
    centre = np.full(_STEPS, np.nan)
    _learn(left, cold, low, width, table, mean, centre)
    _spend(net, left, cold, low, width, table, mean, centre, drawn)
    return True


@njit(cache=True)
def _degrees(net, temp, balance, cold):  # type: ignore[no-untyped-def]
    """Fill (D,) degrees of cold; false where there are no mild days to learn the base from."""
    n = 0
    for d in range(net.shape[0]):
        if not isnan(temp[d]) and not isnan(net[d].sum()):
            cold[n] = temp[d]
            n += 1
    if n < 2 * _LEAST_MILD:
        return False
    # Where hardly a day is mild, the warmest are the next best.
    warm = min(balance, np.sort(cold[:n])[n - _LEAST_MILD])
    for d in range(net.shape[0]):
        cold[d] = max(0.0, warm - temp[d]) if not isnan(temp[d]) else np.nan
    return warm >= _COLDEST_MILD_C


@njit(cache=True)
def _learn(left, cold, low, width, table, mean, centre):  # type: ignore[no-untyped-def]
    """Fill table (steps, blocks, grid) with heating, kW, by load; its mean; the mean cold, K."""
    base = np.zeros((_BLOCKS, _GRID))
    seen = np.zeros((_STEPS, _BLOCKS, _GRID))
    _count(left, cold, low, width, base, seen)
    common = np.full(_GRID, 1.0 / _GRID)
    own = np.empty(_GRID)
    for step in range(_STEPS):
        n = 0
        total = 0.0
        for d in range(cold.shape[0]):
            if cold[d] > 0 and _step(cold[d]) == step:
                n += 1
                total += cold[d]
        if n < _LEAST_COLD:
            continue
        centre[step] = total / n
        common[:] = 0.5 * common + 0.5 / _GRID
        _unmix(seen[step], base, common, _COMMON_ROUNDS, 0.0)
        for b in range(_BLOCKS):
            own[:] = common
            _unmix(seen[step, b : b + 1], base[b : b + 1], own, _OWN_ROUNDS, _BELIEF)
            _expect(seen[step, b], base[b], own, width, table[step, b])
            mean[step, b] = (seen[step, b] * table[step, b]).sum() / max(seen[step, b].sum(), 1.0)


@njit(cache=True)
def _between(centre, cold):  # type: ignore[no-untyped-def]
    """The two steps of cold around a day, -1 where there is none, and how far it is to the upper.

    A day beyond the last step, or nearer to the balance point than the first, is taken as one of
    that step: its half-hours hold as much, there are fewer of them.
    """
    under, over = -1, -1
    for step in range(_STEPS):
        if centre[step] < cold:
            under = step
        elif over < 0 and centre[step] >= cold:
            over = step
    if under < 0 or over < 0:
        one = max(under, over)
        return one, one, 0.0
    return under, over, (cold - centre[under]) / (centre[over] - centre[under])


@njit(cache=True)
def _spend(net, left, cold, low, width, table, mean, centre, drawn):  # type: ignore[no-untyped-def]
    """Read each half-hour's heating off the tables, between the two nearest steps of cold."""
    per = 48 // _BLOCKS
    for d in range(net.shape[0]):
        if not cold[d] > 0:
            continue
        under, over, toward = _between(centre, cold[d])
        if under < 0:
            continue
        for j in range(48):
            block = j // per
            if isnan(net[d, j]):
                continue
            if isnan(left[d, j]):
                heat = mean[under, block] + toward * (mean[over, block] - mean[under, block])
                drawn[d, j] = min(heat, max(net[d, j], 0.0))
                continue
            at = min(max((left[d, j] - low) / width, 0.0), _GRID - 1.0)
            k = min(int(at), _GRID - 2)
            inside = at - k
            a = table[under, block, k] * (1 - inside) + table[under, block, k + 1] * inside
            b = table[over, block, k] * (1 - inside) + table[over, block, k + 1] * inside
            heat = a + toward * (b - a)
            # Beyond the grid heating keeps its share: what towers there is a car or an oven.
            heat *= max(1.0, (left[d, j] - low) / ((_GRID - 1) * width))
            drawn[d, j] = max(0.0, min(heat, max(net[d, j], 0.0)))
