"""What a store is seen to do: zero held, nights filled to one level, and the load it stands in."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.zero_hold import band_kw

FREE, HELD, GIVING = 0, 1, 2
NIGHT_FROM, NIGHT_TO = 44, 15
"""Wall-clock half-hours between which stores fill: 22 h to 7.30 h."""
SOAKED_FROM = 0.27
"""Share of a large export at which export starts, from where on a store was being filled."""
SOAKED_BRIGHT = 0.4
"""Share of the time under a high sun at zero from where on no load alone can be the reason."""
_MONTH = 28
_NIGHT_SHARE = 0.15
_ENOUGH = 40
"""Half-hours to read a quantile from."""
_SAME_LEVEL = 0.15


@njit(cache=True)
def at_night(slot):  # type: ignore[no-untyped-def]
    """Whether a wall-clock half-hour lies in the night."""
    return slot >= NIGHT_FROM or slot < NIGHT_TO


@njit(cache=True)
def states(x, net, sun, size, hidden, state):  # type: ignore[no-untyped-def]
    """Mark half-hours of an hour and more at zero, and export that no panel gives.

    Parameters
    ----------
    x, net, sun
        (T,) load without panels and boundary net, kW, and sine of the solar elevation.
    size
        Usual size of the load, kW.
    hidden
        Whether export is not metered, so that zero under the sun says nothing.
    state
        (T,) filled: `FREE`, `HELD` or `GIVING`.
    """
    band = band_kw(size)
    run = 0
    for t in range(net.shape[0]):
        z = net[t]
        state[t] = FREE
        if not isnan(z) and abs(z) <= band and not (hidden and sun[t] > 0):
            run += 1
            if run == 2:
                state[t - 1] = HELD
            if run >= 2:
                state[t] = HELD
            continue
        run = 0
        if (z < -band and sun[t] <= 0) or x[t] < -band:
            state[t] = GIVING


@njit(cache=True)
def _standing(x, slot, state, first, last, work):  # type: ignore[no-untyped-def]
    """Low quantile of the free night half-hours of some days, kW, and how many there are."""
    n = m = 0
    for d in range(first, last):
        for j in range(48):
            if state[d, j] != FREE or not x[d, j] > 0:
                continue
            if slot[d, j] < NIGHT_TO:
                work[n] = x[d, j]
                n += 1
            else:
                m += 1
                work[work.size - m] = x[d, j]
    found = np.float32(0.0)
    if n:
        place = int(_NIGHT_SHARE * n)
        found = np.partition(work[:n], place)[place]
    if m >= _ENOUGH:
        # Where nights are only ever charges, the days tell what stands.
        found = min(found, np.partition(work[work.size - m :], m // 10)[m // 10])
    return found, n


@njit(cache=True)
def night_level(x, slot, state, work, level):  # type: ignore[no-untyped-def]
    """Load of the nights that stands when nothing charges, by months of 28 days.

    Parameters
    ----------
    x, slot
        (D, 48) load without panels kW, and wall-clock slot.
    state
        (D, 48) of `states`.
    level
        (D,) filled, kW.
    """
    days = x.shape[0]
    for first in range(0, days, _MONTH):
        found = np.float32(0.0)
        # A month with little to see looks at its neighbours too.
        for reach in (0, _MONTH, days):
            last = min(first + _MONTH + reach, days)
            found, n = _standing(x, slot, state, max(first - reach, 0), last, work)
            if n >= _ENOUGH:
                break
        level[first : first + _MONTH] = found


@njit(cache=True)
def usual_load(x, slot, state, level, work, expected):  # type: ignore[no-untyped-def]
    """Median load of each wall-clock half-hour where no store is seen at work.

    Parameters
    ----------
    level
        (D,) of `night_level`; stands for the night, in which a charge may hide.
    expected
        (48,) filled, kW; what is never seen is half as much again as the night.
    """
    days = x.shape[0]
    base = np.float32(np.mean(level))
    for s in range(48):
        n = 0
        for d in range(days):
            j = (s - slot[d, 0]) % 48
            if slot[d, j] == s and state[d, j] == FREE and x[d, j] > 0:
                work[n] = x[d, j]
                n += 1
        expected[s] = np.median(work[:n]) if n >= 10 else 1.5 * base
        if at_night(s):
            expected[s] = min(expected[s], 1.3 * base)


@njit(cache=True)
def filled_level(x, slot, level, floor, tops):  # type: ignore[no-untyped-def]
    """Power that the nights are filled at: the upper end of the commonest level of an hour or so.

    Parameters
    ----------
    floor
        Least rise that counts, kW.
    tops
        (D,) filled: highest level of each night that two half-hours in a row keep, above
        ``level``; NaN where unknown.

    Returns
    -------
    float
        kW, NaN where fewer than one night in ten has any.
    """
    n = _night_tops(x, slot, level, tops)
    ordered = np.sort(tops)[:n]
    most = 0
    centre = np.float32(np.nan)
    for i in range(np.searchsorted(ordered, floor), n):
        low = np.searchsorted(ordered, ordered[i] * np.float32(1 - _SAME_LEVEL))
        high = np.searchsorted(ordered, ordered[i] * np.float32(1 + _SAME_LEVEL))
        # Nights, not energy: a car on some nights draws more than the store of every night.
        if high - low > most:
            most = high - low
            centre = ordered[i]
    low = np.searchsorted(ordered, np.float32(0.7) * centre)
    high = np.searchsorted(ordered, np.float32(1.25) * centre)
    if most == 0 or high - low < 0.1 * n:
        return np.float32(np.nan)
    return ordered[low + int(0.8 * (high - low - 1))]


@njit(cache=True)
def _night_tops(x, slot, level, tops):  # type: ignore[no-untyped-def]
    """Fill in the tops of `filled_level` and return how many nights are known."""
    flat = x.reshape(x.size)
    clock = slot.reshape(slot.size)
    n = 0
    for d in range(x.shape[0]):
        tops[d] = np.nan
        for t in range(48 * d, min(48 * d + 48, flat.size - 1)):
            if at_night(clock[t]) and at_night(clock[t + 1]):
                kept = min(flat[t], flat[t + 1]) - level[d]
                if not isnan(kept) and not kept <= tops[d]:
                    tops[d] = kept
        n += not isnan(tops[d])
    return n


@njit(cache=True)
def soaks(net, sun, state, work):  # type: ignore[no-untyped-def]
    """Whether zero under the sun means that a store fills: export then starts with a jump.

    Where panels merely meet the load, export grows out of zero with the sun; a store that is full
    lets go of all of it at once. Without any such start, zero under a high sun is a store's.

    Parameters
    ----------
    net, sun, state
        (T,).
    """
    n = m = high = held = bright = 0
    for t in range(1, net.shape[0] - 1):
        if sun[t] <= 0:
            continue
        bright += sun[t] > 0.4
        if net[t] < 0 and state[t] != HELD:
            m += 1
            work[work.size - m] = -net[t]
        if state[t] == HELD:
            held += 1
            high += sun[t] > 0.4
        elif state[t - 1] == HELD and sun[t] > 0.15 and net[t] < 0 and net[t + 1] < 0:
            work[n] = -net[t + 1]
            n += 1
    if n >= 10 and high < SOAKED_BRIGHT * bright:
        usual = np.partition(work[work.size - m :], m - 1 - m // 20)[m - 1 - m // 20]
        return np.median(work[:n]) > SOAKED_FROM * usual
    return high > 0.4 * held or high >= SOAKED_BRIGHT * bright


@njit(cache=True)
def sold_at(net, sun, slot, state, share, level):  # type: ignore[no-untyped-def]
    """Wall-clock half-hours at which a store sells, and how much, kW.

    Parameters
    ----------
    net, sun, slot, state
        (D, 48).
    share, level
        (48,) filled: share of half-hours in the dark that export, and mean of what is exported.
    """
    known = np.zeros(48)
    share[:] = 0.0
    level[:] = 0.0
    for d in range(net.shape[0]):
        for j in range(48):
            if sun[d, j] <= 0 and not isnan(net[d, j]):
                known[slot[d, j]] += 1
                if state[d, j] == GIVING:
                    share[slot[d, j]] += 1
                    level[slot[d, j]] -= net[d, j]
    for s in range(48):
        level[s] = level[s] / share[s] if share[s] > 0 else 0.0
        share[s] = share[s] / known[s] if known[s] >= 10 else 0.0
