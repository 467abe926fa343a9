"""A store that keeps hours: takes in from one time of the night, gives from one time of the day."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

from characterise.signatures.store_state import NIGHT_FROM

LONGEST_SLOTS = 14
"""Half-hours (7 h) that a night's charge takes at the most."""
LEAST_NIGHTS = 0.25
"""Share of nights with a block from the same time on from which a store keeps hours."""
SURELY_GIVEN, LIKELY_GIVEN = 0.2, 0.05
"""Share of the steps that giving from one time on must take out of the load; the lower one where
most nights fill alike, so that something must come out."""
MOST_NIGHTS = 0.6
_GIVEN_AT = np.array([1.0, 0.75, 0.55, 0.4, 0.3, 0.22, 0.16])
"""Powers at which it may give, as a share of that at which it takes in: who sells spreads it."""
_LONGEST_GIVEN = 8
"""Half-hours (4 h) over which it is spread at the most."""
_BEGINS_BEFORE = 10
"""Wall-clock half-hour (5 h) before which a night's charge begins; later rises are mornings."""
_SAME = 0.3
"""Blocks within this share below the highest of them count as alike."""
_FORGOTTEN = 40
"""Half-hours (20 h) after which what was taken in must have gone out."""
_TAIL = 4
"""Half-hours after the last full one in which a charge or discharge may tail off."""
_PARTIAL = 0.3
"""Share of the rise that the first half-hour shows at the least."""


@njit(cache=True)
def _block(x, t, least):  # type: ignore[no-untyped-def]
    """Height and end of the block that rises at ``t``: (0, t) of none."""
    size = x.shape[0]
    if t < 1 or t + LONGEST_SLOTS + 2 >= size:
        return np.float32(0.0), t
    pre = x[t - 1]
    height = max(x[t], x[t + 1], x[t + 2]) - pre
    # The step lies here, not a half-hour later nor in a slope that began before.
    if not (height >= least and x[t] - pre >= _PARTIAL * height):
        return np.float32(0.0), t
    first = t
    while x[first] - pre < np.float32(0.9) * height:
        first += 1
    for stop in range(first + 1, t + LONGEST_SLOTS + 1):
        if isnan(x[stop]):
            break
        post = min(x[stop], x[stop + 1])
        if x[stop] < pre + np.float32(0.5) * height:
            total = np.float32(0.0)
            n = 0
            for k in range(t, stop):
                rise = x[k] - pre - (post - pre) * np.float32((k - t + 1) / (stop - t + 1))
                if rise >= 0.7 * height:
                    total += rise
                    n += 1
            return (total / n if n else height), stop
    return np.float32(0.0), t


@njit(cache=True)
def begins(x, clock, least, heights):  # type: ignore[no-untyped-def]
    """Time of the night from which a block rises most often and highest, and its power.

    Parameters
    ----------
    x, clock
        (T,) load without panels, kW, and the clock's slot.
    least
        Smallest rise, kW.
    heights
        (48, D) work space.

    Returns
    -------
    tuple
        Slot, power kW, share of nights, and what the last two are worth together; slot -1 of none.
    """
    count = np.zeros(48, np.int32)
    seen = np.zeros(48, np.int32)
    for t in range(1, x.shape[0]):
        s = clock[t]
        if not (s >= NIGHT_FROM or s < _BEGINS_BEFORE) or isnan(x[t]):
            continue
        if seen[s] < heights.shape[1]:
            seen[s] += 1
            height, _ = _block(x, t, least)
            if height > 0:
                heights[s, count[s]] = height
                count[s] += 1
    best, power, share, most = -1, np.float32(np.nan), 0.0, 0.0
    for s in range(48):
        if count[s] < max(LEAST_NIGHTS * seen[s], 5):
            continue
        alike, middle, top = _alike(np.sort(heights[s, : count[s]]), LEAST_NIGHTS * seen[s])
        if alike / seen[s] * middle > most:
            most, best, share, power = alike / seen[s] * middle, s, alike / seen[s], top
    return best, power, share, most


@njit(cache=True)
def _alike(ordered, least):  # type: ignore[no-untyped-def]
    """How many blocks share the height that gathers most, its middle, and its upper edge."""
    low, found = 0, 0
    middle = top = np.float32(0.0)
    for high in range(ordered.shape[0]):
        while ordered[low] < np.float32(1 - _SAME) * ordered[high]:
            low += 1
        n = high - low + 1
        if n >= least and n * ordered[(low + high) // 2] > found * middle:
            found, middle = n, ordered[(low + high) // 2]
            top = ordered[low + int(0.95 * (n - 1))]
    return found, middle, top


@njit(cache=True)
def take(x, clock, begin, power, least, drawn):  # type: ignore[no-untyped-def]
    """Fill in each night's charge from ``begin`` on; (T,) kW."""
    for t in range(1, x.shape[0]):
        if clock[t] != begin:
            continue
        height, stop = _block(x, t, least)
        if not height > 0 or height > 1.5 * power:
            continue
        last = _settled(x, stop, height, 1)
        pre = x[t - 1]
        post = pre if isnan(x[last]) else x[last]
        for k in range(t, last):
            line = pre + (post - pre) * np.float32((k - t + 1) / (last - t + 1))
            if x[k] > line:
                drawn[k] = min(x[k] - line, power)


@njit(cache=True)
def _settled(x, at, height, down):  # type: ignore[no-untyped-def]
    """First half-hour from ``at`` on that is back within a tenth of ``height`` of where it goes."""
    end = min(at + _TAIL, x.shape[0])
    best = x[at]
    for k in range(at + 1, end):
        if x[k] < best if down else x[k] > best:
            best = x[k]
    for k in range(at, end):
        if abs(x[k] - best) <= np.float32(0.1) * height:
            return k
    return at


@njit(cache=True)
def _taken_out(step, p):  # type: ignore[no-untyped-def]
    """How much of a step of ``p`` is taken out of ``step``: 1 all, 0 as much as is put in."""
    return 0.5 * (abs(step) - abs(step - p)) / p


@njit(cache=True)
def _rise(x, at):  # type: ignore[no-untyped-def]
    """Largest rise over two half-hours near ``at``, and where."""
    best, where = np.float32(-np.inf), at
    for e in range(at - 1, at + 2):
        if 0 < e < x.shape[0] - 1 and x[e + 1] - x[e - 1] > best:
            best, where = x[e + 1] - x[e - 1], e
    return best, where


@njit(cache=True)
def gives_from(x, clock, drawn, power, round_trip, least):  # type: ignore[no-untyped-def]
    """Time from which what was taken in goes out, and at which power.

    Giving ``p`` from a time on until all is out leaves a fall and a rise of ``p``; the right time
    and power take most of both out of the load.

    Returns
    -------
    tuple
        Slot, power kW, share of the steps taken out.
    """
    score = np.zeros((48, _GIVEN_AT.shape[0]))
    count = np.zeros(48)
    held = 0.0
    last = -_FORGOTTEN
    for t in range(1, x.shape[0] - 2):
        if drawn[t] > 0:
            held = (held if t - last <= 3 else 0.0) + 0.5 * round_trip * drawn[t]
            last = t
        elif t - last < _FORGOTTEN and held > 0.5 * power:
            drop = x[t - 1] - min(x[t], x[t + 1])
            if not isnan(drop):
                count[clock[t]] += 1
                _weigh(x, t, drop, held, power, score[clock[t]])
    best, given_at, share, most = -1, np.float32(np.nan), 0.0, 0.0
    top = max(count.max(), 1.0)
    for s in range(48):
        for i in range(_GIVEN_AT.shape[0]):
            out = score[s, i] / count[s] if count[s] >= 0.5 * top else 0.0
            # The most that can be taken out, not the largest share: any noise hides a small step.
            if out >= least and out * _GIVEN_AT[i] > most:
                most, share = out * _GIVEN_AT[i], out
                best, given_at = s, np.float32(_GIVEN_AT[i] * power)
    return best, given_at, share


@njit(cache=True)
def _weigh(x, t, drop, held, power, score):  # type: ignore[no-untyped-def]
    """Add how much of the steps is taken out by giving ``held`` kWh from ``t`` on, by power."""
    for i in range(_GIVEN_AT.shape[0]):
        p = _GIVEN_AT[i] * power
        length = held / (0.5 * p)
        if length <= _LONGEST_GIVEN:
            rise, _ = _rise(x, t + int(length + 0.5))
            if rise > -np.inf:
                score[i] += _taken_out(drop, p) + _taken_out(rise, p)


@njit(cache=True)
def _any_given(given, first, stop):  # type: ignore[no-untyped-def]
    n = 0
    for k in range(first, stop):
        n += given[k] > 0
    return n > 0


@njit(cache=True)
def give(x, clock, begin, power, round_trip, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in what goes out from ``begin`` on until all that was taken in is out; (T,) kW."""
    held = np.float32(0.0)
    last = -_FORGOTTEN
    size = x.shape[0]
    for t in range(1, size - 2):
        if drawn[t] > 0:
            held = np.float32(0.0) if t - last > _FORGOTTEN else held
            held += np.float32(0.5 * round_trip) * drawn[t]
            last = t
            continue
        if clock[t] != begin or not held > 0.2 * power or isnan(x[t - 1]):
            continue
        slots = held / (np.float32(0.5) * power)
        first = min(t + max(int(slots), 1), size - 2)
        stop = _settled(x, first, power, 0)
        if _any_given(given, t, stop):
            held = np.float32(0.0)
            continue
        pre = x[t - 1]
        post = pre if isnan(x[stop]) else x[stop]
        left = held
        for k in range(t, stop):
            if isnan(x[k]) or drawn[k] > 0:
                break
            line = pre + (post - pre) * np.float32((k - t + 1) / (stop - t + 1))
            least = np.float32(0.5) * power if k < first else np.float32(0.0)
            out = min(max(line - x[k], least), np.float32(1.3) * power, 2 * left)
            given[k] = max(out, np.float32(0.0))
            left -= np.float32(0.5) * given[k]
        held = np.float32(0.0)


@njit(cache=True)
def by_the_clock(x, wall, utc, least, round_trip, spaces, drawn, given):  # type: ignore[no-untyped-def]
    """Fill in what a store that keeps hours does; return its power and whether both sides show.

    Parameters
    ----------
    x
        (T,) load without panels, kW.
    wall, utc
        (T,) slots of the two clocks that a tariff may go by.
    spaces
        (48, D) and (T,) work space.
    """
    heights, rest = spaces
    begin, power, nights, worth = begins(x, wall, least, heights)
    other, power_utc, nights_utc, worth_utc = begins(x, utc, least, heights)
    clock = wall
    if worth_utc > np.float32(1.05) * worth:
        begin, power, nights, clock = other, power_utc, nights_utc, utc
    if begin < 0:
        return np.float32(np.nan), False
    take(x, clock, begin, power, least, drawn)
    for t in range(x.shape[0]):
        rest[t] = x[t] - drawn[t]
    surely = LIKELY_GIVEN if nights >= MOST_NIGHTS else SURELY_GIVEN
    slot, given_at, _ = gives_from(rest, wall, drawn, power, round_trip, surely)
    if slot >= 0:
        give(rest, wall, slot, given_at, round_trip, drawn, given)
    return power, slot >= 0
