"""Clear-sky envelope: how far the lowest load by day lies under the lowest load by night.

A roof's clearest half-hours, at the site's quietest, trace the sun's own curve. Their depth gives
the capacity, their shape over day and season the orientation; no irradiance is needed.
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

WINDOW_DAYS: Final = 30
"""A month: long enough for a few clear days, short enough that the sun stays where it is."""
LOWEST_SHARE: Final = 0.1
"""Share of a window's days whose mean is the lowest load of a half-hour."""
UPPER: Final = 0.8
"""Weight of cells over the fitted curve, against 0.2 for those under it: a dull month shows no
clear day, so that the curve is an upper expectile (Newey and Powell 1987)."""
LOW_SUN: Final = 0.1
"""Sine of the elevation under which horizon and haze rule."""
THERE_FROM: Final = 0.25
"""Share of the fitted curve that a window must reach for the panels to be there."""
_LEAST_DAYS = 5
_PARTS = 4


@njit(cache=True)
def n_windows(days):  # type: ignore[no-untyped-def]
    """How many windows of about a month a span is cut into, at least one."""
    return max(1, round(days / WINDOW_DAYS))


@njit(cache=True)
def window_light(light, out):  # type: ignore[no-untyped-def]
    """Fill (5, W, 48) with each window's mean of ``light`` (5, D, 48)."""
    days = light.shape[1]
    many = out.shape[1]
    for w in range(many):
        a, b = w * days // many, (w + 1) * days // many
        for p in range(light.shape[0]):
            for j in range(48):
                total = 0.0
                for d in range(a, b):
                    total += light[p, d, j]
                out[p, w, j] = total / (b - a)


@njit(cache=True)
def _lowest(net, a, b, held, many, low):  # type: ignore[no-untyped-def]
    """Fill (48,) mean of the lowest tenth of a window's days; NaN under five days."""
    keep = min(max(1, round(LOWEST_SHARE * (b - a))), held.shape[1])
    held[:] = np.inf
    many[:] = 0
    for d in range(a, b):
        for j in range(48):
            x = net[d, j]
            if isnan(x):
                continue
            many[j] += 1
            if x < held[j, keep - 1]:
                place = keep - 1
                while place > 0 and held[j, place - 1] > x:
                    held[j, place] = held[j, place - 1]
                    place -= 1
                held[j, place] = x
    for j in range(48):
        k = min(max(1, round(LOWEST_SHARE * many[j])), keep)
        low[j] = held[j, :k].mean() if many[j] >= _LEAST_DAYS else np.nan


@njit(cache=True)
def depths(net, shine, depth, base, held):  # type: ignore[no-untyped-def]
    """Fill (W, 48) with how far each cell's lowest load lies under the dark's, kW.

    Parameters
    ----------
    net
        (D, 48) kW.
    shine
        (5, W, 48) of `window_light`; the last is the sine of the sun's elevation.
    depth, base
        (W, 48) and (W,) filled, NaN where unknown; ``base`` is the lowest load after dark.
    held
        (48, 8) work space.
    """
    days = net.shape[0]
    windows = depth.shape[0]
    count = np.empty(48, np.int64)
    known = 0
    usual = 0.0
    for w in range(windows):
        a, b = w * days // windows, (w + 1) * days // windows
        _lowest(net, a, b, held, count, depth[w])
        total = 0.0
        n = 0
        for j in range(48):
            if shine[4, w, j] <= 0 and not isnan(depth[w, j]):
                total += depth[w, j]
                n += 1
        base[w] = total / n if n >= 4 else np.nan
        if n >= 4:
            known += 1
            usual += base[w]
    for w in range(windows):
        if isnan(base[w]) and known:  # nights lost: those of the other months
            base[w] = usual / known
        for j in range(48):
            depth[w, j] = base[w] - depth[w, j]


@njit(cache=True)
def _curve(share, shine, w, j):  # type: ignore[no-untyped-def]
    total = 0.0
    for p in range(_PARTS):
        total += share[p] * shine[p, w, j]
    return total


@njit(cache=True)
def _at_zero(depth, base):  # type: ignore[no-untyped-def]
    """Whether a meter without an export register stands still: as deep as its load goes."""
    return base - depth <= 0.05 * base


@njit(cache=True)
def _normal(depth, base, there, shine, stuck, share, gram, side):  # type: ignore[no-untyped-def]
    """Weighted normal equations of depth on the panels' light, given the last curve."""
    gram[:] = 0.0
    side[:] = 0.0
    for w in range(depth.shape[0]):
        if not there[w]:
            continue
        for j in range(48):
            y = depth[w, j]
            if isnan(y) or shine[4, w, j] <= LOW_SUN:
                continue
            over = y >= _curve(share, shine, w, j)
            if stuck and not over and _at_zero(y, base[w]):
                continue  # the sun may give more
            weight = UPPER if over else 1 - UPPER
            for p in range(_PARTS):
                x = weight * shine[p, w, j]
                side[p] += x * y
                for q in range(_PARTS):
                    gram[p, q] += x * shine[q, w, j]


@njit(cache=True)
def _solve(gram, side, share):  # type: ignore[no-untyped-def]
    """Non-negative least squares by coordinate descent, with a slight ridge."""
    ridge = 0.0
    for p in range(_PARTS):
        ridge += 1e-4 * gram[p, p]
    if ridge <= 0:
        share[:] = 0.0
        return
    for _ in range(60):
        for p in range(_PARTS):
            left = side[p]
            for q in range(_PARTS):
                if q != p:
                    left -= gram[p, q] * share[q]
            share[p] = max(0.0, left / (gram[p, p] + ridge))


@njit(cache=True)
def _reach(depth, base, there, shine, stuck, share):  # type: ignore[no-untyped-def]
    """Mark windows from the first to the last that reach the curve; say how many, and if fewer."""
    many = depth.shape[0]
    first, last = many, -1
    for w in range(many):
        over = under = 0.0
        for j in range(48):
            if not isnan(depth[w, j]) and shine[4, w, j] > LOW_SUN:
                g = _curve(share, shine, w, j)
                if stuck and g > depth[w, j] and _at_zero(depth[w, j], base[w]):
                    g = depth[w, j]
                over += g * depth[w, j]
                under += g * g
        if under > 0 and over > THERE_FROM * under:
            first = min(first, w)
            last = max(last, w)
    fell = False
    for w in range(many):
        inside = first <= w <= last
        fell |= there[w] and not inside
        there[w] = inside
    return last - first + 1 if last >= 0 else 0, fell


@njit(cache=True)
def fit_envelope(depth, base, shine, stuck, share, there):  # type: ignore[no-untyped-def]
    """Fit the clear-sky generation to the depths.

    Parameters
    ----------
    stuck
        True at a site that never exports, whose meter stops at zero.
    share
        (4,) filled: kW per sun on the panels of `clear_sky.ORIENTATIONS`, never negative.
    there
        (W,) filled: windows from the first to the last in which the panels show; all where none
        does, with no share.
    """
    gram = np.empty((_PARTS, _PARTS))
    side = np.empty(_PARTS)
    there[:] = True
    for _ in range(2):
        share[:] = 0.0
        for _ in range(8):
            _normal(depth, base, there, shine, stuck, share, gram, side)
            _solve(gram, side, share)
        found, fell = _reach(depth, base, there, shine, stuck, share)
        if not found:
            share[:] = 0.0
            there[:] = True
        if not found or not fell:
            return


@njit(cache=True)
def deepest(depth):  # type: ignore[no-untyped-def]
    """Third deepest cell, kW: a reading gone wrong makes one cell, clear skies many."""
    top = np.zeros(3)
    for w in range(depth.shape[0]):
        for j in range(48):
            y = depth[w, j]
            if not isnan(y) and y > top.min():
                top[top.argmin()] = y
    return top.min()


@njit(cache=True)
def envelope_figures(depth, base, there, shine, stuck, share, out):  # type: ignore[no-untyped-def]
    """Fill five: what the curve says of panels. NaN where too little is known.

    Capacity over the lowest load after dark (log10); fit; answer to the season; highest
    half-hour under a clear sky, kW; mean of the curve over day and night, kW.

    Notes
    -----
    The fit is the share of the depths' squares, day and night, that the curve explains. The
    season's is the correlation, half-hour by half-hour of the day, of the depth's departures from
    its mean of all months with those of the light on flat panels; where nothing is exported the
    depth counts as a share of the month's load, which bounds it.
    """
    most = square = missed = mean = 0.0
    vx = vy = vxy = 0.0
    many = depth.shape[0]
    n = 0
    for j in range(48):
        k = 0
        sx = sy = sxx = syy = sxy = 0.0
        for w in range(many):
            y = depth[w, j]
            if isnan(y) or not there[w]:
                continue
            g = _curve(share, shine, w, j)
            most = max(most, g)
            mean += g
            short = g - y
            if stuck and short > 0 and _at_zero(y, base[w]):
                short = 0.0
            square += y * y
            missed += short * short
            n += 1
            if shine[4, w, j] > LOW_SUN:
                x = shine[0, w, j]
                y /= max(base[w], 0.02) if stuck else 1.0
                k += 1
                sx += x
                sy += y
                sxx += x * x
                syy += y * y
                sxy += x * y
        if k >= 3:
            vx += sxx - sx * sx / k
            vy += syy - sy * sy / k
            vxy += sxy - sx * sy / k
    if n < 24:
        return
    out[0] = np.log10((most + 0.02) / (max(np.nanmean(base), 0.0) + 0.02))
    out[1] = max(1 - missed / square, 0.0) if square > 0 and most > 0 else 0.0
    if many >= 4 and vx > 1e-3 * n:
        out[2] = vxy / np.sqrt(vx * vy) if vy > 1e-9 else 0.0
    out[3] = most
    out[4] = mean / n
