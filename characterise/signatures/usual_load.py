"""Usual load of a site with panels: by month, kind of day and half-hour, the panels taken out."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

OVERCAST: Final = 0.12
"""Share of the clear-sky generation under the thickest cloud."""
EXTREME: Final = 0.15
"""Share of a window's days that make its clearest and its dullest."""


@njit(cache=True)
def _insert(held, x):  # type: ignore[no-untyped-def]
    """Keep the lowest values seen, in order."""
    place = held.shape[0] - 1
    if x >= held[place]:
        return
    while place > 0 and held[place - 1] > x:
        held[place] = held[place - 1]
        place -= 1
    held[place] = x


@njit(cache=True)
def first_load(net, clear, working, table):  # type: ignore[no-untyped-def]
    """Fill (2, W, 48) first guess of the load by kind of day (resting, working), kW.

    Notes
    -----
    Half-way between what the clearest days say (all of the clear-sky generation) and the dullest
    (`OVERCAST` of it): the load's own scatter pulls the two apart alike.
    """
    days = net.shape[0]
    many = table.shape[1]
    keep = 8
    clearest = np.empty((2, 48, keep))
    dullest = np.empty((2, 48, keep))
    count = np.empty((2, 48), np.int64)
    for w in range(many):
        a, b = w * days // many, (w + 1) * days // many
        clearest[:] = np.inf
        dullest[:] = np.inf
        count[:] = 0
        for d in range(a, b):
            for j in range(48):
                x = net[d, j]
                if isnan(x):
                    continue
                kind = int(working[d, j])
                count[kind, j] += 1
                _insert(clearest[kind, j], x + clear[d, j])
                _insert(dullest[kind, j], -x - OVERCAST * clear[d, j])
        for kind in range(2):
            for j in range(48):
                n = count[kind, j]
                k = min(max(1, round(EXTREME * n)), keep)
                ends = clearest[kind, j, :k].mean() - dullest[kind, j, :k].mean()
                table[kind, w, j] = 0.5 * ends if n >= 3 else np.nan


@njit(cache=True)
def mean_load(net, given, sun, working, floor, table):  # type: ignore[no-untyped-def]
    """Fill (2, W, 48) mean of net load and generation; blank half-hours, or stuck ones, left out.

    Parameters
    ----------
    floor
        By day a net load at or under it tells nothing (no export register); -inf where all do.
    """
    days = net.shape[0]
    many = table.shape[1]
    for w in range(many):
        a, b = w * days // many, (w + 1) * days // many
        for j in range(48):
            total = np.zeros(2)
            n = np.zeros(2)
            for d in range(a, b):
                x = net[d, j]
                if isnan(x) or (sun[d, j] > 0 and x <= floor):
                    continue
                total[int(working[d, j])] += x + given[d, j]
                n[int(working[d, j])] += 1
            for kind in range(2):
                if n[kind] >= 3:
                    table[kind, w, j] = total[kind] / n[kind]


@njit(cache=True)
def spread_load(table, working, load):  # type: ignore[no-untyped-def]
    """Fill (D, 48) from a table by window and kind of day, straight between windows' middles."""
    days = load.shape[0]
    many = table.shape[1]
    for j in range(48):
        for kind in range(2):
            left = -1
            left_at = 0.0
            d = 0
            for w in range(many + 1):
                if w < many and isnan(table[kind, w, j]):
                    continue
                last = w == many
                right_at = days if last else 0.5 * (w * days // many + (w + 1) * days // many - 1)
                while d < days and d <= right_at:
                    if working[d, j] == kind:
                        if left < 0:
                            load[d, j] = np.nan if last else table[kind, w, j]
                        elif last:
                            load[d, j] = table[kind, left, j]
                        else:
                            part = (d - left_at) / (right_at - left_at)
                            load[d, j] = (1 - part) * table[kind, left, j]
                            load[d, j] += part * table[kind, w, j]
                    d += 1
                left = w
                left_at = right_at


@njit(cache=True)
def scatter(net, given, load, sun):  # type: ignore[no-untyped-def]
    """Mean square of the load's departures after dark, and mean usual load after dark."""
    square = level = 0.0
    n = 0
    for d in range(net.shape[0]):
        for j in range(48):
            if sun[d, j] <= 0 and not isnan(net[d, j]) and not isnan(load[d, j]):
                e = net[d, j] + given[d, j] - load[d, j]
                square += e * e
                level += load[d, j]
                n += 1
    if n < 48:
        return np.nan, np.nan
    return square / n, level / n
