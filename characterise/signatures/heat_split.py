"""Which part of a cold day's load is heating: the mild days' scatter taken out of the cold days'.

Notes
-----
In a part of the day, load is the base, whose distribution mild days show, plus heating, whose
distribution `heat_mixture` unmixes for each step of cold. What a half-hour holds is then read off
its load. Runs of another machine that were missed, as large as those taken out, belong to the base.
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

from characterise.signatures.heat_mixture import (
    GRID,
    TAKEN_KW,
    TINY,
    expect,
    grid_step,
    run_again,
    unmix,
)

_BLOCKS: Final = 16
"""Parts of the UTC day that share a distribution, an hour and a half each."""
_STEPS: Final = 8
_STEP_K: Final = 2.0
"""Cold is told apart in steps of two degrees, the last one open."""
_COMMON_ROUNDS: Final = 6
_OWN_ROUNDS: Final = 2
"""Few rounds keep the distribution smooth: first over all parts of the day, then in each."""
_BELIEF: Final = 500.0
"""Half-hours that the common distribution counts for in each part of the day."""
_MISSED: Final = 1 / 3
"""Half-hours of another machine that stay unseen for each one taken out."""
_LEAST_MILD: Final = 20
"""Days without heating that the base is learned from."""
_COLDEST_MILD_C: Final = 10.0
_LEAST_COLD: Final = 3
_LEAST_USUAL: Final = 8
_STRIDE: Final = 7
"""Every seventh half-hour stands for all where the grid is laid; 7 and 48 share no factor."""
_STILL_KW: Final = 1e-3


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
def _step(cold):  # type: ignore[no-untyped-def]
    return min(_STEPS - 1, int(cold / _STEP_K))


@njit(cache=True)
def _count(left, blurred, cold, low, width, base, seen):  # type: ignore[no-untyped-def]
    """Fill base (blocks, grid), shares that sum to one, and seen (steps, blocks, grid), counts.

    The base is smoothed over a grid step and over half an hour to either side of its block.
    """
    per = 48 // _BLOCKS
    for d in range(left.shape[0]):
        if isnan(cold[d]):
            continue
        for j in range(48):
            if isnan(left[d, j]) or blurred[d, j]:
                continue
            k = grid_step(left[d, j], low, width)
            if cold[d] > 0:
                seen[_step(cold[d]), j // per, k] += 1
                continue
            for late in range(-1, 2):
                block = (j + late) // per % _BLOCKS
                weight = 0.5 if late == 0 else 0.25
                for aside in range(-1, 2):
                    at = min(GRID - 1, max(0, k + aside))
                    base[block, at] += weight * (0.6 if aside == 0 else 0.2)
    for block in range(_BLOCKS):
        base[block] += 1e-4 * base[block].sum() / GRID + TINY
        base[block] /= base[block].sum()


@njit(cache=True)
def split(net, taken, temp, balance, idle, drawn):  # type: ignore[no-untyped-def]
    """Fill ``drawn`` (D, 48) heating, kW, of days under the balance point.

    Parameters
    ----------
    net
        (D, 48) load, kW.
    taken
        (D, 48) power of other machines that was taken out to leave ``net``, kW. What such a guess
        left over is half evidence: nothing is learned from it, and heating there is half what
        the load says, half what is usual at that hour and cold.
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
    blurred = _beside(taken)
    left = np.empty((days, 48), np.float32)
    for d in range(days):
        for j in range(48):
            left[d, j] = net[d, j] - usual[int(idle[d]), j]
    some = left.ravel()[::_STRIDE]
    some = np.sort(some[~(np.isnan(some) | blurred.ravel()[::_STRIDE])])
    if len(some) < GRID:
        return False
    low, high = some[len(some) // 200], some[len(some) - 1 - len(some) // 200]
    if high - low <= _STILL_KW:
        return False
    width = (high - low) / (GRID - 1)
    base = np.zeros((_BLOCKS, GRID))
    seen = np.zeros((_STEPS, _BLOCKS, GRID))
    _count(left, blurred, cold, low, width, base, seen)
    run_again(taken, width, _MISSED, base)
    table = np.zeros((_STEPS, _BLOCKS, GRID))
    mean = np.zeros((_STEPS, _BLOCKS))
    centre = np.full(_STEPS, np.nan)
    _learn(base, seen, cold, width, table, mean, centre)
    _spend(net, left, blurred, cold, low, width, table, mean, centre, drawn)
    return True


@njit(cache=True)
def _beside(taken):  # type: ignore[no-untyped-def]
    """(D, 48) where another machine's power was taken out, and the half-hours beside it."""
    out = np.zeros(taken.shape, np.bool_)
    power = taken.ravel()
    near = out.ravel()
    for i in range(len(power)):
        if power[i] > TAKEN_KW:
            near[max(0, i - 1) : i + 2] = True
    return out


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
def _learn(base, seen, cold, width, table, mean, centre):  # type: ignore[no-untyped-def]
    """Fill table (steps, blocks, grid) with heating, kW, by load; its mean; the mean cold, K."""
    common = np.full(GRID, 1.0 / GRID)
    own = np.empty(GRID)
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
        common[:] = 0.5 * common + 0.5 / GRID
        unmix(seen[step], base, common, _COMMON_ROUNDS, 0.0)
        for b in range(_BLOCKS):
            own[:] = common
            unmix(seen[step, b : b + 1], base[b : b + 1], own, _OWN_ROUNDS, _BELIEF)
            expect(seen[step, b], base[b], own, width, table[step, b])
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
def _spend(  # type: ignore[no-untyped-def]
    net, left, blurred, cold, low, width, table, mean, centre, drawn
):
    """Read each half-hour's heating off the tables, between the two nearest steps of cold."""
    per = 48 // _BLOCKS
    # Where another machine was taken out, what towers is more of that machine.
    alone = not blurred.any()
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
            at = min(max((left[d, j] - low) / width, 0.0), GRID - 1.0)
            k = min(int(at), GRID - 2)
            inside = at - k
            a = table[under, block, k] * (1 - inside) + table[under, block, k + 1] * inside
            b = table[over, block, k] * (1 - inside) + table[over, block, k + 1] * inside
            heat = a + toward * (b - a)
            if blurred[d, j]:
                a, b = mean[under, block], mean[over, block]
                heat = 0.5 * (heat + a + toward * (b - a))
            elif alone:
                # Beyond the grid heating keeps its share: a heating rod runs, or an oven does.
                heat *= max(1.0, (left[d, j] - low) / ((GRID - 1) * width))
            drawn[d, j] = max(0.0, min(heat, max(net[d, j], 0.0)))
