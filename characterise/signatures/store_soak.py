"""Surplus that a store takes in: what panels gave on days on which the meter shows none of it."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.store_state import HELD
from characterise.signatures.zero_hold import band_kw

DULLEST, BRIGHTEST = 0.3, 0.8
"""Generation of a day as a share of a bright one's, between which a hidden one is looked for."""
_SEEN_FROM = 2
"""Half-hours of export from which a day's sky is read from them."""
_HALVINGS = 7
_STARTS = 10
"""Starts of export from which the charge just before them is read."""


@njit(cache=True)
def panels_kw(x, net, sun, work):  # type: ignore[no-untyped-def]
    """Generation at the zenith of a bright day, kW: what panels were taken out of ``x``."""
    n = 0
    for d in range(net.shape[0]):
        for j in range(48):
            if sun[d, j] > 0.3 and not isnan(x[d, j] - net[d, j]):
                work[n] = (x[d, j] - net[d, j]) / sun[d, j]
                n += 1
    if not n:
        return np.float32(0.0)
    place = min(int(0.98 * n), n - 1)
    return max(np.partition(work[:n], place)[place], np.float32(0.0))


@njit(cache=True)
def _soaked(sun, load, state, day, panels, sky):  # type: ignore[no-untyped-def]
    """Energy of the surplus of a day's held half-hours under a sky, kWh."""
    total = 0.0
    for j in range(48):
        if state[day, j] == HELD and sun[day, j] > 0:
            total += 0.5 * max(sky * panels * sun[day, j] - load[day, j], 0.0)
    return total


@njit(cache=True)
def _given_after(sun, load, state, day):  # type: ignore[no-untyped-def]
    """Load that a store serves in the dark between a day's noon and the next one's, kWh."""
    noon = np.argmax(sun[day])
    total = 0.0
    for j in range(noon, noon + 48):
        d, s = day + j // 48, j % 48
        if d < sun.shape[0] and sun[d, s] <= 0 and state[d, s] == HELD:
            total += 0.5 * load[d, s]
    return total


@njit(cache=True)
def skies(x, net, sun, load, state, size, panels, round_trip, sky):  # type: ignore[no-untyped-def]
    """Fill in how bright each day was, as a share of panels at their best.

    Where a day exports, its export tells; where a store takes all in, what is given after dark
    must have been taken in before.

    Parameters
    ----------
    x, net, sun, load
        (D, 48) load without panels, boundary, sine of the solar elevation, expected load; kW.
    state
        (D, 48) of `store_state.states`.
    panels
        Generation at the zenith of a bright day, kW.
    sky
        (D,) filled.
    """
    band = band_kw(size)
    for d in range(x.shape[0]):
        seen = 0
        made = light = 0.0
        for j in range(48):
            if sun[d, j] > 0.05 and net[d, j] < -band and not isnan(x[d, j]):
                seen += 1
                made += x[d, j] - net[d, j]
                light += sun[d, j]
        if seen >= _SEEN_FROM:
            sky[d] = min(max(made / (light * panels), DULLEST), 1.0)
            continue
        need = _given_after(sun, load, state, d) / round_trip
        low, high = DULLEST, BRIGHTEST
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if _soaked(sun, load, state, d, panels, middle) < need:
                low = middle
            else:
                high = middle
        sky[d] = 0.5 * (low + high)


@njit(cache=True)
def _let_go(net, sun, state, t):  # type: ignore[no-untyped-def]
    """What a store took in before half-hour ``t``, in which it became full; 0 where it did not."""
    if state[t - 1] != HELD or state[t] == HELD or not sun[t] > 0.15:
        return np.float32(0.0)
    if not (net[t] < 0 and net[t + 1] < 0):
        return np.float32(0.0)
    return max(net[t - 1] - net[t + 1], np.float32(0.0))


@njit(cache=True)
def full_from(net, sun, state, work):  # type: ignore[no-untyped-def]
    """Power that a store lets go of when it is full: its highest charge from panels, kW.

    NaN under ten such starts of export. (T,) each.
    """
    n = 0
    for t in range(1, net.shape[0] - 1):
        jump = _let_go(net, sun, state, t)
        if jump > 0:
            work[n] = jump
            n += 1
    if n < _STARTS:
        return np.float32(np.nan)
    place = int(0.95 * (n - 1))
    return np.partition(work[:n], place)[place]


@njit(cache=True)
def top_up(net, sun, state, most, drawn):  # type: ignore[no-untyped-def]
    """Raise the last charge before each start of export to what was let go then.

    (T,) each; ``most`` bounds every charge, and nothing is done where it is NaN.
    """
    if isnan(most):
        return
    np.minimum(drawn, most, drawn)
    for t in range(1, net.shape[0] - 1):
        jump = _let_go(net, sun, state, t)
        if jump > drawn[t - 1]:
            drawn[t - 1] = min(jump, most)
