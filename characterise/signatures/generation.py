"""Half-hours of generation: a clear-sky curve, a usual load, and what hides between the two.

The boundary is load less generation. Load strays from its usual course slowly and at night too;
clearness strays from its mean in proportion to the clear-sky curve and only by day. A Kalman
smoother (Rauch, Tung and Striebel 1965) shares every half-hour's surprise between them.
"""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

from characterise.signatures.envelope import (
    deepest,
    depths,
    fit_envelope,
    n_windows,
    window_light,
)
from characterise.signatures.unseen_export import unseen_factor
from characterise.signatures.usual_load import first_load, mean_load, scatter, spread_load

CLEARNESS: Final = 0.6
"""Mean share of the clear-sky generation where nothing else is known."""
CLEARNESS_SD: Final = 0.3
CLEARNESS_KEPT: Final = 0.92
"""What a half-hour's departure from the mean clearness leaves to the next."""
BRIGHTEST: Final = 1.2
"""Half-hourly means between clouds reach at most this share of a clear sky."""
CAPACITY: Final = 1.1
"""Highest half-hour between clouds over the highest under a clear sky."""
LOAD_KEPT: Final = 0.85
LASTING: Final = 0.5
"""Share of the load's variance that lasts from one half-hour to the next."""
ROUNDS: Final = 3


@njit(cache=True)
def smooth(net, load, clear, mean, variance, level, sky, floor, state):  # type: ignore[no-untyped-def]
    """Share every half-hour's surprise between load and clearness; fill ``mean`` with the latter.

    Parameters
    ----------
    net, load, clear
        (D, 48) kW: boundary, usual load, clear-sky generation.
    mean
        (D, 48) expected clearness; replaced by the smoothed one.
    variance, level
        Of the load after dark: kW squared, kW. Elsewhere it grows with the square of the load.
    sky
        Variance of clearness.
    floor
        As in `mean_load`: a stuck half-hour only says that clearness is not lower.
    state
        (N, 10) work space: filtered and predicted mean (2, 2) and covariance (3, 3).
    """
    u = v = 0.0
    a, b, c = variance, 0.0, sky
    fu, fv = LOAD_KEPT, CLEARNESS_KEPT
    for t in range(state.shape[0]):
        d, j = t // 48, t % 48
        grown = variance
        if level > 0 and not isnan(load[d, j]):
            grown *= min(max(load[d, j] / level, 0.5), 4.0) ** 2
        u, v = fu * u, fv * v
        a = fu * fu * a + LASTING * grown * (1 - fu * fu)
        b *= fu * fv
        c = fv * fv * c + sky * (1 - fv * fv)
        state[t, 5], state[t, 6] = u, v
        state[t, 7], state[t, 8], state[t, 9] = a, b, c
        g = clear[d, j]
        e = net[d, j] - load[d, j] + g * (mean[d, j] + v) - u
        if not isnan(e) and not (g > 0 and net[d, j] <= floor and e > 0):
            total = a - 2 * g * b + g * g * c + (1 - LASTING) * grown
            ku, kv = (a - g * b) / total, (b - g * c) / total
            u += ku * e
            v += kv * e
            a, b, c = a - ku * (a - g * b), b - ku * (b - g * c), c - kv * (b - g * c)
        state[t, 0], state[t, 1] = u, v
        state[t, 2], state[t, 3], state[t, 4] = a, b, c
    _backwards(state, mean)


@njit(cache=True)
def _backwards(state, mean):  # type: ignore[no-untyped-def]
    fu, fv = LOAD_KEPT, CLEARNESS_KEPT
    last = state.shape[0] - 1
    u, v = state[last, 0], state[last, 1]
    mean[last // 48, last % 48] += v
    for t in range(last - 1, -1, -1):
        a, b, c = state[t + 1, 7], state[t + 1, 8], state[t + 1, 9]
        whole = max(a * c - b * b, 1e-15)
        du, dv = u - state[t + 1, 5], v - state[t + 1, 6]
        wu, wv = (c * du - b * dv) / whole, (a * dv - b * du) / whole
        u = state[t, 0] + fu * state[t, 2] * wu + fv * state[t, 3] * wv
        v = state[t, 1] + fu * state[t, 3] * wu + fv * state[t, 4] * wv
        mean[t // 48, t % 48] += v


@njit(cache=True)
def _window_means(found, net, clear, most, floor, many, mean):  # type: ignore[no-untyped-def]
    """Fill ``mean`` with each window's mean clearness, where bright half-hours show it."""
    days = net.shape[0]
    for w in range(many):
        a, b = w * days // many, (w + 1) * days // many
        total = 0.0
        n = 0
        for d in range(a, b):
            for j in range(48):
                if clear[d, j] > 0.3 * most and net[d, j] > floor:
                    total += min(max(found[d, j], 0.0), 1.1)
                    n += 1
        usual = total / n if n >= 20 else CLEARNESS
        mean[a:b] = usual


@njit(cache=True)
def _measured(found, net, clear, most, floor, ghi, open_sky, mean):  # type: ignore[no-untyped-def]
    """Where measured irradiance tells the clearness, expect that; return its variance about it.

    A line of the site's own clearness on the measured one, by day at its brightest: a station far
    off, or a clock that is wrong, has no slope and is not heard. NaN then.
    """
    n = 0
    sx = sy = sxx = syy = sxy = 0.0
    for d in range(net.shape[0]):
        for j in range(48):
            if clear[d, j] > 0.3 * most and net[d, j] > floor and not isnan(ghi[d, j]):
                x = min(ghi[d, j] / 1000 / max(open_sky[d, j], 0.05), 1.2)
                y = min(max(found[d, j], 0.0), BRIGHTEST)
                n += 1
                sx += x
                sy += y
                sxx += x * x
                syy += y * y
                sxy += x * y
    if n < 500:
        return np.nan
    vx, vy, vxy = sxx - sx * sx / n, syy - sy * sy / n, sxy - sx * sy / n
    if vxy <= 0 or vx <= 0 or vxy * vxy < 0.1 * vx * vy:
        return np.nan
    slope = vxy / vx
    for d in range(net.shape[0]):
        for j in range(48):
            if open_sky[d, j] > 0.05 and not isnan(ghi[d, j]):
                x = min(ghi[d, j] / 1000 / open_sky[d, j], 1.2)
                mean[d, j] = (sy - slope * sx) / n + slope * x
    return max((vy - slope * vxy) / n, 0.03**2)


@njit(cache=True)
def clear_sky(share, light, there, clear):  # type: ignore[no-untyped-def]
    """Fill (D, 48) clear-sky generation of the fitted panels, kW; return its highest."""
    days = clear.shape[0]
    many = there.shape[0]
    clear[:] = 0.0
    most = 0.0
    for w in range(many):
        if not there[w]:
            continue
        for d in range(w * days // many, (w + 1) * days // many):
            for j in range(48):
                for p in range(share.shape[0]):
                    clear[d, j] += share[p] * light[p, d, j]
                most = max(most, clear[d, j])
    return most


@njit(cache=True)
def generate(net, exported, light, ghi, working, given):  # type: ignore[no-untyped-def]
    """Fill (D, 48) generation of one site, kW.

    Parameters
    ----------
    net, exported
        (D, 48) kW; an export under the sun is generation, whatever else hides.
    light
        (5, D, 48) of `clear_sky.panel_light`.
    ghi
        (D, 48) W/m2, NaN where not measured.
    working
        (D, 48) kind of day, `settlement.LocalClock`.
    """
    days = net.shape[0]
    many = n_windows(days)
    shine = np.empty((5, many, 48))
    depth = np.empty((many, 48))
    base = np.empty(many)
    share = np.empty(4)
    there = np.empty(many, np.bool_)
    clear = np.empty((days, 48))
    load = np.full((days, 48), np.nan)
    mean = np.full((days, 48), CLEARNESS)
    found = np.empty((days, 48))
    table = np.full((2, many, 48), np.nan)
    state = np.empty((days * 48, 10))
    sun = light[4]
    window_light(light, shine)
    depths(net, shine, depth, base, np.empty((48, 8)))
    stuck = not (exported > 0).any()
    fit_envelope(depth, base, shine, stuck, share, there)
    most = clear_sky(share, light, there, clear)
    _bounded(exported, sun, 0.0, 0.0, False, given)
    if most <= 0:
        return
    # An inverter cuts the curve's top off.
    capacity = CAPACITY * min(max(deepest(depth), most / CAPACITY), CAPACITY * most)
    if stuck:
        factor = unseen_factor(net, clear, most, sun, CLEARNESS)
        clear *= factor
        most *= factor
        capacity = CAPACITY * most
    floor = 0.02 * most if stuck else -np.inf
    standby = max(np.nanmin(base), 0.0)
    other = _exports_else(exported, sun, capacity)
    sky = CLEARNESS_SD**2
    first_load(net, clear, working, table)
    spread_load(table, working, load)
    for number in range(ROUNDS):
        variance, level = scatter(net, given, load, sun)
        if isnan(variance):
            variance, level = (0.1 * most) ** 2, 0.0
        found[:] = mean
        smooth(net, load, clear, found, variance + 1e-8, level, sky, floor, state)
        for d in range(days):
            for j in range(48):
                given[d, j] = clear[d, j] * min(max(found[d, j], 0.0), BRIGHTEST)
        _bounded(exported, sun, standby, capacity, other, given)
        if number < ROUNDS - 1:
            _window_means(found, net, clear, most, floor, many, mean)
            told = _measured(found, net, clear, most, floor, ghi, light[0], mean)
            sky = CLEARNESS_SD**2 if isnan(told) else told
            mean_load(net, given, sun, working, floor, table)
            spread_load(table, working, load)


@njit(cache=True)
def _exports_else(exported, sun, most):  # type: ignore[no-untyped-def]
    """Whether exports over ``most`` are not the panels'.

    Something else exports where over a hundredth goes out while the sun is down, and under five
    half-hours in all are readings gone wrong.
    """
    dark = whole = 0.0
    over = 0
    for d in range(exported.shape[0]):
        for j in range(48):
            if exported[d, j] > 0:
                whole += exported[d, j]
                dark += exported[d, j] if sun[d, j] <= 0 else 0.0
                over += exported[d, j] > most
    return dark > 0.01 * whole or over < 5


@njit(cache=True)
def _bounded(exported, sun, standby, most, other, given):  # type: ignore[no-untyped-def]
    """Under the sun what is exported and the standby load at least, ``most`` at most; else 0.

    Where nothing else exports, an export over ``most`` is the panels' all the same.
    """
    for d in range(given.shape[0]):
        for j in range(48):
            if sun[d, j] <= 0:
                given[d, j] = 0.0
                continue
            given[d, j] = min(given[d, j], most)
            out = exported[d, j]
            if out > 0:
                out += standby if out > 0.02 * most else 0.0
                given[d, j] = max(given[d, j], min(out, most) if other else out)
