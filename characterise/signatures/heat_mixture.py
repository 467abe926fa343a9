"""Two loads that add up: the scatter of one taken out of the scatter of their sum, on a grid.

Notes
-----
Expectation-maximisation with a known partner (Richardson 1972, Lucy 1974).
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

GRID: Final = 64
"""Steps of power that a distribution is told in."""
TINY: Final = 1e-12
TAKEN_KW: Final = 0.05
"""Power taken out for another machine from which a half-hour counts as its own."""
_RANKED: Final = 0.25
"""How far an expectation is drawn to the value of the same rank."""


@njit(cache=True)
def grid_step(x, low, width):  # type: ignore[no-untyped-def]
    """Step of the grid that a power lies in; the ends take what is beyond them."""
    return min(GRID - 1, max(0, int((x - low) / width + 0.5)))


@njit(cache=True)
def unmix(seen, base, heat, rounds, belief):  # type: ignore[no-untyped-def]
    """Improve ``heat`` (grid,), the shares of heating's powers, on counts of what was seen."""
    found = np.empty(GRID)
    part = np.empty(GRID)
    for _ in range(rounds):
        found[:] = belief * heat
        for block in range(seen.shape[0]):
            for k in range(GRID):
                if seen[block, k] == 0:
                    continue
                total = TINY
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
def expect(seen, base, heat, width, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (grid,) heating, kW, at each load: expectation, drawn towards the same rank.

    Expectation alone loses peaks and idle hours; rank alone ignores how little one half-hour says.
    """
    counted = max(seen.sum(), 1.0)
    whole = heat.sum()
    rank = 0.0
    h = 0
    below = 0.0
    reached = heat[0] / whole
    for k in range(GRID):
        total = TINY
        mean = 0.0
        for i in range(k + 1):
            share = heat[i] * base[k - i]
            total += share
            mean += share * i
        mean /= total
        middle = rank + 0.5 * seen[k] / counted
        rank += seen[k] / counted
        while h < GRID - 1 and reached < middle:
            below = reached
            h += 1
            reached += heat[h] / whole
        inside = (middle - below) / max(reached - below, TINY)
        ranked = h - 0.5 + inside if h > 0 else 0.0
        out[k] = width * (mean + _RANKED * (max(ranked, 0.0) - mean))


@njit(cache=True)
def run_again(taken, width, share, base):  # type: ignore[no-untyped-def]
    """Put runs of another machine that were not found into ``base`` (blocks, grid), shares.

    Parameters
    ----------
    taken
        (D, 48) power that was taken out for other machines, kW.
    width
        Power of a grid step, kW.
    share
        How many half-hours were missed for each one found, in the same part of the day.

    Notes
    -----
    A run that was missed is as large as those found. Without it, what it drew on cold days, where
    it hides best, would be told as heating.
    """
    blocks = base.shape[0]
    per = 48 // blocks
    size = np.zeros(GRID)
    found = np.zeros(blocks)
    known = np.zeros(blocks)
    for d in range(taken.shape[0]):
        for j in range(48):
            if isnan(taken[d, j]):
                continue
            known[j // per] += 1
            if taken[d, j] > TAKEN_KW:
                found[j // per] += 1
                size[grid_step(taken[d, j], 0.0, width)] += 1
    if found.sum() == 0:
        return
    size /= size.sum()
    for b in range(blocks):
        missed = share * found[b] / max(known[b], 1.0)
        alone = base[b].copy()
        base[b] *= 1 - missed
        for i in range(GRID):
            if size[i] > 0:
                for k in range(GRID):
                    base[b, min(GRID - 1, k + i)] += missed * size[i] * alone[k]
