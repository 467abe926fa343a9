"""Placebo calendars: the same events on other like days, at the same spacing in another order.

The gaps between events are shuffled and the whole is begun anywhere, so that runs of events stay
runs and whatever days share with their neighbours, the placebo calendars share as well.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Double = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]


def gaps_of(position: Int, n_days: int) -> Int:
    """(K,) like days from each event to the next, the last to the first of another round."""
    return np.append(np.diff(position), n_days - (position[-1] - position[0])).astype(np.int64)


def p_value(above: int, drawn: int, stop: int) -> float:
    """One-sided p-value of an observed figure; NaN where no calendar could be judged.

    Parameters
    ----------
    above
        Placebo calendars that show as much.
    drawn
        Placebo calendars that could be judged.
    stop
        Number of ``above`` at which drawing stopped.

    Notes
    -----
    Drawing stops once it is plain that the figure is an ordinary one; the rank then is exact as
    well. Besag and Clifford, Sequential Monte Carlo p-values, Biometrika 78 (1991).
    """
    if drawn == 0:
        return float("nan")
    return above / drawn if above >= stop else (1 + above) / (1 + drawn)


@njit(cache=True)
def above_at_events(observed, values, hour_on, gaps, draws, stop, rng):  # type: ignore[no-untyped-def]
    """How many calendars have a mean at their events of ``observed`` or more, of how many.

    Parameters
    ----------
    values
        (S, n) by hour and like day, NaN where unknown.
    hour_on
        (n,) hour of an event on each day.
    gaps
        (K,) from `gaps_of`.
    draws, stop
        Most calendars drawn; those at or above after which no more are.
    """
    n = values.shape[1]
    above, drawn = 0, 0
    order = gaps.copy()
    for _ in range(draws):
        at = _shuffled(order, n, rng)
        total, seen = 0.0, 0
        for k in range(len(order)):
            x = values[hour_on[at], at]
            if np.isfinite(x):
                total += x
                seen += 1
            at = (at + order[k]) % n
        if seen > 0.5 * len(order):
            drawn += 1
            above += total / seen >= observed
        if above >= stop:
            break
    return above, drawn


@njit(cache=True)
def above_look_back(  # type: ignore[no-untyped-def]
    observed, values, hour_on, gaps, n_back, least, draws, stop, rng
):
    """How many calendars have a `look_back_contrast` of ``observed`` or more, of how many."""
    n = values.shape[1]
    above, drawn = 0, 0
    order, position = gaps.copy(), np.empty(len(gaps), dtype=np.int64)
    hour = np.empty(len(gaps), dtype=np.int64)
    for _ in range(draws):
        at = _shuffled(order, n, rng)
        for k in range(len(order)):
            position[k], hour[k] = at, hour_on[at]
            at = (at + order[k]) % n
        contrast = look_back_contrast(values, hour, position, n_back, least)[0]
        if np.isfinite(contrast):
            drawn += 1
            above += contrast >= observed
        if above >= stop:
            break
    return above, drawn


@njit(cache=True)
def look_back_contrast(values, hour, position, n_back, least):  # type: ignore[no-untyped-def]
    """Mean on look-back days less that on other like days, in units of its plain spread.

    Returns
    -------
    tuple
        The contrast, NaN where ``least`` days of either sort are not there; the two counts.
    """
    n_hours, n = values.shape
    event = np.zeros(n, dtype=np.bool_)
    for k in position:
        event[k] = True
    back = np.zeros((n_hours, n), dtype=np.bool_)
    for k in range(len(position)):
        found, i = 0, position[k] - 1
        while i >= 0 and found < n_back:
            if not event[i] and np.isfinite(values[hour[k], i]):
                back[hour[k], i] = True
                found += 1
            i -= 1
    on, off, n_on, n_off = 0.0, 0.0, 0, 0
    for s in range(n_hours):
        for i in range(n):
            x = values[s, i]
            if not np.isfinite(x) or event[i]:
                continue
            if back[s, i]:
                on += x
                n_on += 1
            else:
                off += x
                n_off += 1
    if n_on < least or n_off < least:
        return np.nan, n_on, n_off
    return (on / n_on - off / n_off) / np.sqrt(1.0 / n_on + 1.0 / n_off), n_on, n_off


@njit(cache=True)
def _shuffled(order, n, rng):  # type: ignore[no-untyped-def]
    """Shuffle the gaps in place; the first event's place is returned."""
    for k in range(len(order) - 1, 0, -1):
        j = rng.integers(0, k + 1)
        order[k], order[j] = order[j], order[k]
    return rng.integers(0, n)
