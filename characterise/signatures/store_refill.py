"""A store that fills again after it was called: from which time of the night, at what power."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

from characterise.signatures.store_state import at_night

AFTER: Final = 36
"""Half-hours (18 h) after a call in which a store begins to fill again."""
_LONGEST: Final = np.array([4, 6, 8, 10, 12, 16])
"""Half-hours of a day that a store fills for at the most."""
_FILLED_AT: Final = np.array([1.0, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2])
"""Powers at which it may take in, as a share of that at which it gives."""
_NEAR_DAYS: Final = 28
_NEAREST: Final = 9
"""Ordinary days, the nearest within four weeks, whose median is the usual load of a half-hour."""
_EDGE: Final = 2
"""Half-hours on either side of the time found in which a charge may begin."""
_SURE: Final = 2.0
"""How many times more load a charge must explain than the best of falls would."""
_EXPLAINED: Final = 0.15
"""Share of what was given, with its losses, that the charge must explain."""
_CERTAIN: Final = 2.0
"""Standard errors from which on a mean rise is one."""


@njit(cache=True)
def _mark(given, calm):  # type: ignore[no-untyped-def]
    """Fill (T,): false in calls and the hours after them in which a store may fill."""
    since = AFTER
    for t in range(len(given)):
        since = 0 if given[t] > 0 else since + 1
        calm[t] = since > AFTER


@njit(cache=True)
def _usual(x, calm, t, calendar, near):  # type: ignore[no-untyped-def]
    """Median of the same wall-clock half-hour of the nearest calm days of the kind, kW."""
    position, day, slot, working = calendar[0], calendar[1], calendar[2], calendar[3]
    n = 0
    d = day[t]
    for apart in range(1, _NEAR_DAYS + 1):
        for other in (d - apart, d + apart):
            if 0 <= other < len(position) and n < _NEAREST:
                p = position[other, slot[t]]
                if p >= 0 and calm[p] and working[p] == working[t] and not isnan(x[p]):
                    near[n] = x[p]
                    n += 1
    return np.median(near[:n]) if n >= 3 else np.nan


@njit(cache=True)
def rises(x, given, calendar, calm, rise):  # type: ignore[no-untyped-def]
    """Fill (T,) with the load over that of ordinary days in the hours after calls, kW, else NaN.

    Parameters
    ----------
    x, given
        (T,) load without panels, and what the store gave in calls, kW.
    calendar
        Of `event_answers.Around`.
    calm
        (T,) filled: neither in a call nor in the hours after it.

    Notes
    -----
    Each day's own level is taken off: the median over those hours, of which a charge is a part.
    """
    near, held = np.empty(_NEAREST), np.empty(AFTER)
    _mark(given, calm)
    rise[:] = np.nan
    n, first = 0, -1
    for t in range(len(x) + 1):
        if t < len(x) and not calm[t] and given[t] <= 0:
            first = t if first < 0 else first
            if not isnan(x[t]):
                rise[t] = x[t] - _usual(x, calm, t, calendar, near)
            if not isnan(rise[t]) and n < AFTER:
                held[n] = rise[t]
                n += 1
        elif first >= 0:
            if n:
                rise[first:t] -= np.float32(np.median(held[:n]))
            n, first = 0, -1


@njit(cache=True)
def _fills(slot, begin, wide):  # type: ignore[no-untyped-def]
    """Whether a store that begins at one time of the day may fill in a wall-clock half-hour."""
    # What rises by day is what a store gives on other days, or what a load puts off.
    return (slot - begin) % 48 < wide and at_night(slot)


@njit(cache=True)
def _worth(given, slot, rise, begin, wide, power, round_trip):  # type: ignore[no-untyped-def]
    """Load that a charge from one time on explains, and that falling as much would; kW half-hours.

    (n,) half-hours of calls and of the hours after them.
    """
    lacks = up = down = 0.0
    for i in range(len(given)):
        if given[i] > 0:
            lacks += 0.5 * given[i] / round_trip
        elif lacks > 0 and _fills(slot[i], begin, wide):
            p = min(power, 2 * lacks)
            lacks -= 0.5 * p
            if not isnan(rise[i]):
                up += abs(rise[i]) - abs(rise[i] - p)
                down += abs(rise[i]) - abs(rise[i] + p)
    return up, down


@njit(cache=True)
def refill(given, slot, rise, power, round_trip):  # type: ignore[no-untyped-def]
    """Time of the night from which a store fills after calls, for how long at most, and its power.

    Parameters
    ----------
    power
        At which it gives, kW.

    Returns
    -------
    tuple
        Slot, half-hours, kW, kW half-hours explained; slot -1 where that is too little.
    """
    held = np.flatnonzero((given > 0) | ~np.isnan(rise))
    g, s, r = given[held], slot[held], rise[held]
    best, longest, at, most, mirror = -1, 0, 0.0, 0.0, 0.0
    for begin in range(48):
        if not at_night(begin):
            continue
        for share in _FILLED_AT:
            for wide in _LONGEST:
                up, down = _worth(g, s, r, begin, wide, share * power, round_trip)
                mirror = max(mirror, down)
                if up > most:
                    most, best, longest, at = up, begin, wide, share * power
    least = max(_SURE * mirror, _EXPLAINED * g.sum() / round_trip)
    if not most > least:
        return -1, 0, 0.0, 0.0
    return best, longest, at, most


@njit(cache=True)
def filled_at(given, slot, rise, begin, wide, at, most, round_trip):  # type: ignore[no-untyped-def]
    """Median rise of the half-hours filled at the power ``at``, kW; ``most`` at the most.

    (T,) each; the other arguments are what `refill` reads and finds.
    """
    held = np.empty(len(given), np.float32)
    n = 0
    lacks = 0.0
    for t in range(len(given)):
        if given[t] > 0:
            lacks += 0.5 * given[t] / round_trip
        elif lacks > 0 and _fills(slot[t], begin, wide) and not isnan(rise[t]):
            if 2 * lacks >= at:
                held[n] = rise[t]
                n += 1
            lacks -= 0.5 * min(at, 2 * lacks)
    return min(max(np.median(held[:n]), 0.5 * at), most) if n else at


@njit(cache=True)
def _standing(x, slot, calm, begin):  # type: ignore[no-untyped-def]
    """Mean rise of calm days near the time at which a store fills, kW, zero where not certain.

    (2 * _EDGE + 1,) half-hours, above the line from just before them to just after.
    """
    size = 2 * _EDGE + 1
    first, second = np.zeros(size), np.zeros(size)
    n = 0
    for t in range(_EDGE + 1, len(x) - _EDGE - 1):
        if slot[t] != begin or not calm[t]:
            continue
        pre, post = x[t - _EDGE - 1], x[t + _EDGE + 1]
        if isnan(x[t - _EDGE - 1 : t + _EDGE + 2].sum()):
            continue
        n += 1
        for k in range(size):
            own = x[t - _EDGE + k] - pre - (post - pre) * (k + 1) / (size + 1)
            first[k] += own
            second[k] += own * own
    for k in range(size):
        mean = first[k] / max(n, 1)
        error = np.sqrt(max(second[k] / max(n, 1) - mean * mean, 0.0) / max(n, 1))
        first[k] = mean if n >= 10 and mean > _CERTAIN * error else 0.0
    return first


@njit(cache=True)
def top_ups(x, given, slot, calm, rise, begin, wide, power, round_trip, out):  # type: ignore[no-untyped-def]
    """Fill (T,) with the charge that makes up for ``given``, and for standing losses, kW."""
    standing = _standing(x, slot, calm, begin)
    lacks = 0.0
    for t in range(len(given)):
        out[t] = 0.0
        since = (slot[t] - begin + _EDGE) % 48
        if given[t] > 0:
            lacks += 0.5 * given[t] / round_trip
        elif lacks > 0 and _fills(slot[t], begin, wide):
            out[t] = min(power, 2 * lacks)
            lacks -= 0.5 * out[t]
        elif lacks > 0 and since < _EDGE and rise[t] > 0.2 * power:
            # It may begin within the half-hour, or the source be hourly.
            out[t] = min(rise[t], power)
            lacks -= 0.5 * out[t]
        elif since < len(standing) and standing[since] > 0:
            out[t] = min(standing[since], power)
