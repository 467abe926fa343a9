"""How a site answered each signalled run, beside the same local time of its ordinary days."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.meter_cube import MeterCube
from characterise.signatures.ordinary_days import (
    LEAD,
    LEAST_DAYS,
    N_PREDICTORS,
    TAIL,
    drift,
    expect,
    most_of,
    place,
    predictors,
    prefix_sums,
    standardise,
)
from characterise.signatures.signal_events import LONGEST, calendars, find_events

WIDTH: Final = LEAD + LONGEST + TAIL
RESPONSE, SCATTER, RANK, EDGE_RANK, LOAD, SLOT_SCATTER = range(6)
"""Columns of what is known of an event: mean answer in the window, kW, positive as asked; its
robust sd on ordinary days, kW; its rank among them, 0 to 1; the rank of the steps at both ends;
mean size of the expected load, kW; robust sd of one half-hour about the window's mean, kW."""
N_KNOWN: Final = 6
_SEASON_DAYS: Final = 45
_LEAST_PLACEBOS: Final = 15
_YEAR: Final = 365.25


Calendar = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What the kernels need besides load and signals, for each of Z clocks."""

    calendars: tuple[Calendar, ...]
    """`signal_events.Calendars` of one clock, and (L, 2) cosine and sine of the time of year."""
    warmth: tuple[npt.NDArray[np.float64], ...]
    """(S, L) mean temperature of each local day, deg C, NaN where unknown."""
    sun: tuple[npt.NDArray[np.float64], ...]
    """(S, L) mean irradiance of each local day, W/m2."""


def around(cube: MeterCube) -> Around:
    """Calendars and daily weather of a cube."""
    turn = np.datetime64(cube.first_day, "Y").astype("datetime64[D]")
    begun = (np.datetime64(cube.first_day) - turn).astype(np.int64)
    held = calendars(cube)
    angle = 2 * np.pi * (np.arange(held.position.shape[1]) + begun) / _YEAR
    season = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    each = zip(held.position, held.day, held.slot, held.working, held.weekday, strict=True)
    return Around(
        tuple((*one, season) for one in each),
        tuple(_daily(cube.temp_c, day) for day in held.day),
        tuple(_daily(cube.ghi_wm2, day) for day in held.day),
    )


def _daily(x: npt.NDArray[np.float32], day: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    flat = x.reshape(len(x), -1)
    begins = np.flatnonzero(np.diff(day, prepend=-1))
    total = np.add.reduceat(np.nan_to_num(flat).astype(np.float64), begins, axis=1)
    known = np.add.reduceat(np.isfinite(flat).astype(np.float64), begins, axis=1)
    return np.where(known > 0, total / np.maximum(known, 1), np.nan)


@njit(cache=True)
def _edges(residual, length):  # type: ignore[no-untyped-def]
    """Half the step into the window plus half the step out of it, by pairs of half-hours."""
    last = LEAD + length
    near = min(2, length)
    inside = outside = 0.0
    for t in range(near):
        inside += residual[LEAD + t] + residual[last - 1 - t]
    for t in range(2):
        outside += residual[t] + residual[last + t]
    return 0.5 * (inside / near - outside / 2)


@njit(cache=True)
def _window(residual, length):  # type: ignore[no-untyped-def]
    """Mean of the window's known half-hours; NaN where under half of them are known."""
    total = 0.0
    n = 0
    for t in range(LEAD, LEAD + length):
        if not isnan(residual[t]):
            total += residual[t]
            n += 1
    return total / n if 2 * n >= length and n else np.nan


@njit(cache=True)
def _ordinary_days(  # type: ignore[no-untyped-def]
    net, total, count, warmth, sun, position, day, working, weekday, season, ordinary, kind, wide
):
    """Predictors (n, P), loads (n, T) and numbers (n,) of the ordinary days of one kind."""
    x = np.empty((len(position), N_PREDICTORS))
    y = np.empty((len(position), wide + LEAD + TAIL))
    days = np.empty(len(position), np.int32)
    n = 0
    for k in range(len(position)):
        p = position[k]
        end = p + wide + TAIL
        if p < LEAD or end > len(net) or not ordinary[k] or working[p] != kind:
            continue
        if count[end] - count[p - LEAD] < wide + LEAD + TAIL or not ordinary[day[end - 1]]:
            continue
        if predictors(total, count, warmth[k], sun[k], p, weekday[p], season[k], x[n]):
            y[n] = net[p - LEAD : end]
            days[n] = k
            n += 1
    return x[:n], y[:n], days[:n]


@njit(cache=True)
def _robust(values):  # type: ignore[no-untyped-def]
    """Robust sd: 1.4826 times the median absolute deviation."""
    return 1.4826 * np.median(np.abs(values - np.median(values)))


@njit(cache=True)
def answers(net, asked, warmth, sun, calendar, known, residuals):  # type: ignore[no-untyped-def]
    """Start, length and direction of each run; fills what is known and expected less observed.

    Parameters
    ----------
    net
        (N,) net import, kW, NaN where unusable.
    asked
        (N,) 1 where less load is asked for, -1 where more.
    warmth, sun
        (L,) mean temperature and irradiance of the local days.
    calendar
        One calendar of `Around.calendar`.
    known
        (E, N_KNOWN) filled, NaN where the run cannot be judged.
    residuals
        (E, WIDTH) filled, kW, from `LEAD` half-hours before the run to `TAIL` after it.

    Notes
    -----
    Expected load by `ordinary_days`, freed of what the ordinary days around are off by. Under no
    response an event's answer is one more of the ordinary days' residuals, so its rank among those
    of its season is uniform: a permutation over dates within strata of local time, kind of day
    and season, given temperature and the level of the hours before.
    """
    position, day, slot, working, weekday, season = calendar
    size = len(net)
    ordinary = np.empty(len(position), np.bool_)
    starts, lengths, signs = find_events(asked, day, ordinary)
    n_events = len(starts)
    known[:n_events] = np.nan
    residuals[:n_events] = np.nan
    total, count = np.zeros(size + 1), np.zeros(size + 1, np.int32)
    prefix_sums(net, total, count)
    centre, scale = np.empty(N_PREDICTORS), np.empty(N_PREDICTORS)
    key = np.empty(n_events, np.int64)
    for e in range(n_events):
        key[e] = (slot[starts[e]] * 2 + working[starts[e]]) * 64 + lengths[e]
    order = np.argsort(key)
    first = 0
    while first < n_events:
        stop = first
        while stop < n_events and key[order[stop]] // 64 == key[order[first]] // 64:
            stop += 1
        wide = lengths[order[stop - 1]]
        at = starts[order[first]]
        x, y, days = _ordinary_days(
            net, total, count, warmth, sun, position[:, slot[at]], day, working, weekday, season,
            ordinary, working[at], wide,
        )  # fmt: skip
        if len(x) >= LEAST_DAYS:
            standardise(x, centre, scale)
            beta, off = expect(x, y, wide)
            row, shift = np.empty(N_PREDICTORS), np.empty(1)
            length = 0
            for e in order[first:stop]:
                if lengths[e] != length:
                    length = lengths[e]
                    raw, freed, edge, slots = _placebos(off, days, length)
                    most, limit = most_of(raw), 4 * _robust(freed)
                p, d = starts[e], day[starts[e]]
                if not predictors(total, count, warmth[d], sun[d], p, weekday[p], season[d], row):
                    continue
                place(row, centre, scale)
                drift(raw, days, day[p : p + 1], False, most, shift)
                known[e, LOAD] = _residuals(net, p, length, row, beta, shift[0], residuals[e])
                known[e, SLOT_SCATTER] = slots
                _judge(residuals[e], length, signs[e], d, days, freed, edge, limit, known[e])
        first = stop
    return starts, lengths, signs


@njit(cache=True)
def _placebos(off, days, length):  # type: ignore[no-untyped-def]
    """Of the ordinary days: answers, those freed of drift, steps; scatter inside a window."""
    n = len(off)
    raw, freed, edge, slots = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        raw[i] = _window(off[i], length)
        edge[i] = _edges(off[i], length)
        total = 0.0
        for t in range(LEAD, LEAD + length):
            total += (off[i, t] - raw[i]) ** 2
        slots[i] = np.sqrt(total / max(length - 1, 1))
    drift(raw, days, days, True, most_of(raw), freed)
    return raw, raw - freed, edge, np.median(slots)


@njit(cache=True)
def _residuals(net, start, length, row, beta, shift, out):  # type: ignore[no-untyped-def]
    """Fill expected less observed around one run; mean size of the expected load in it, kW."""
    size = 0.0
    for t in range(length + LEAD + TAIL):
        told = -shift
        for q in range(len(row)):
            told += row[q] * beta[q, t]
        at = start - LEAD + t
        out[t] = told - net[at] if at < len(net) else np.nan
        if LEAD <= t < LEAD + length:
            size += abs(told) / length
    return size


@njit(cache=True)
def _judge(residual, length, sign, day, days, freed, edge, most, known):  # type: ignore[no-untyped-def]
    """Fill what is known of one run, among the ordinary days of its season or else of all.

    An ordinary day's answer ``freed`` counts as ``most`` at most in the scatter.
    """
    response = sign * _window(residual, length)
    if isnan(response):
        return
    step = sign * _edges(residual, length)
    for reach in (_SEASON_DAYS, 400):
        n = 0
        below = under = size = 0.0
        for i in range(len(days)):
            apart = abs(days[i] - day) % 365
            if min(apart, 365 - apart) > reach:
                continue
            n += 1
            size += min(abs(freed[i]), most)
            below += _under(sign * freed[i], response)
            under += _under(sign * edge[i], step)
        if n >= _LEAST_PLACEBOS:
            break
    known[RESPONSE] = response
    known[SCATTER] = 1.2533 * size / n
    # The event itself is one of the days that could have come out on top.
    known[RANK] = (below + 0.5) / (n + 1)
    known[EDGE_RANK] = np.nan if isnan(step) else (under + 0.5) / (n + 1)


@njit(cache=True)
def _under(value, other):  # type: ignore[no-untyped-def]
    return 1.0 if value < other else (0.5 if value == other else 0.0)
