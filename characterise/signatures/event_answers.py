"""How a site answered each signalled run, beside the same local time of its ordinary days."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Final

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
    place,
    predictors,
    prefix_sums,
    standardise,
    window_mean,
)
from characterise.signatures.signal_events import LONGEST, Calendars, calendars, find_events

WIDTH: Final = LEAD + LONGEST + TAIL
RESPONSE, SCATTER, RANK, EDGE_RANK, LOAD, SLOT_SCATTER = range(6)
"""Columns of what is known of an event: mean answer in the window, kW, positive as asked; its
robust sd on ordinary days, kW; its rank among them, 0 to 1; the rank of the steps at both ends;
mean size of the expected load, kW; robust sd of one half-hour about the window's mean, kW."""
N_KNOWN: Final = 6
_SEASON_DAYS: Final = 45
_LEAST_PLACEBOS: Final = 15
_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Around:
    """What the kernels need besides load and signals; running sums are (S, 2, N + 1)."""

    calendars: Calendars
    warmth: npt.NDArray[np.float64]
    sun: npt.NDArray[np.float64]
    first_of_year: float
    """Days from the turn of the year to the first local day."""


def around(cube: MeterCube) -> Around:
    """Calendars and running sums of the weather of a cube."""
    first = np.datetime64(cube.first_day)
    turn = first.astype("datetime64[Y]").astype("datetime64[D]")
    return Around(
        calendars(cube),
        _running(cube.temp_c),
        _running(cube.ghi_wm2),
        float((first - turn).astype(np.int64)),
    )


def _running(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    flat = x.reshape(len(x), -1).astype(np.float64)
    out = np.zeros((len(flat), 2, flat.shape[1] + 1))
    out[:, 0, 1:] = np.nan_to_num(flat).cumsum(axis=1)
    out[:, 1, 1:] = np.isfinite(flat).cumsum(axis=1)
    return out


@njit(cache=True)
def _edges(residual, length):  # type: ignore[no-untyped-def]
    """Half the step into the window plus half the step out of it, by pairs of half-hours."""
    near = min(2, length)
    total = 0.0
    for side in range(2):
        inner = LEAD if side == 0 else LEAD + length - near
        outer = 0 if side == 0 else LEAD + length
        total += 0.5 * (residual[inner : inner + near].mean() - residual[outer : outer + 2].mean())
    return total


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
    net, load, warmth, sun, position, day, working, weekday, year, ordinary, kind, wide, x, y, days
):
    """Fill predictors, loads and day numbers of the ordinary days of one kind; return count."""
    n = 0
    for k in range(len(position)):
        p = position[k]
        if p < 0 or p + wide + TAIL > len(net) or not ordinary[k] or working[p] != kind:
            continue
        if not ordinary[day[p + wide + TAIL - 1]]:
            continue
        whole = True
        for t in range(wide + LEAD + TAIL):
            v = net[p - LEAD + t] if p >= LEAD else np.nan
            y[n, t] = v
            whole = whole and not isnan(v)
        angle = 2 * np.pi * (k + year) / _YEAR
        if whole and predictors(load, warmth, sun, p, wide, weekday[p], angle, x[n]):
            days[n] = k
            n += 1
    return n


@njit(cache=True)
def _robust(values):  # type: ignore[no-untyped-def]
    middle = np.median(values)
    return middle, 1.4826 * np.median(np.abs(values - middle))


@njit(cache=True)
def _rank(value, others):  # type: ignore[no-untyped-def]
    below = 0.0
    for other in others:
        below += 1.0 if other < value else (0.5 if other == value else 0.0)
    # The event itself is one of the days that could have come out on top.
    return (below + 0.5) / (len(others) + 1)


@njit(cache=True)
def answers(  # type: ignore[no-untyped-def]
    net, asked, warmth, sun, position, day, slot, working, weekday, year, known, residuals
):
    """Start, length and direction of each run; fills what is known and expected less observed.

    Parameters
    ----------
    net
        (N,) net import, kW, NaN where unusable.
    asked
        (N,) 1 where less load is asked for, -1 where more.
    warmth, sun
        (2, N + 1) running sums of temperature and irradiance, and of how many are known.
    position, day, slot, working, weekday
        One calendar of `Calendars`.
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
    size = len(net)
    ordinary = np.empty(len(position), np.bool_)
    starts, lengths = np.empty(size // 2 + 1, np.int32), np.empty(size // 2 + 1, np.int32)
    signs = np.empty(size // 2 + 1, np.int8)
    n_events = find_events(asked, day, ordinary, starts, lengths, signs)
    n_events = min(n_events, len(known))
    starts, lengths, signs = starts[:n_events], lengths[:n_events], signs[:n_events]
    known[:n_events] = np.nan
    residuals[:n_events] = np.nan
    load = (np.zeros(size + 1), np.zeros(size + 1, np.int32))
    prefix_sums(net, load[0], load[1])
    x = np.empty((len(position), N_PREDICTORS))
    y = np.empty((len(position), WIDTH))
    days = np.empty(len(position), np.int32)
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
        kind = working[at]
        n = _ordinary_days(
            net, load, (warmth[0], warmth[1]), (sun[0], sun[1]), position[:, slot[at]], day,
            working, weekday, year, ordinary, kind, wide, x, y, days,
        )  # fmt: skip
        if n >= LEAST_DAYS:
            standardise(x[:n], n, centre, scale)
            off = np.empty((n, wide + LEAD + TAIL))
            beta = expect(x[:n], y[:n, : wide + LEAD + TAIL], n, wide, off)
            _judge(
                net, load, warmth, sun, day, weekday, year, order[first:stop], starts, lengths,
                signs, beta, centre, scale, off, days, n, wide, known, residuals,
            )  # fmt: skip
        first = stop
    return starts, lengths, signs


@njit(cache=True)
def _judge(  # type: ignore[no-untyped-def]
    net, load, warmth, sun, day, weekday, year, events, starts, lengths, signs, beta, centre,
    scale, off, days, n, wide, known, residuals,
):  # fmt: skip
    """Fill what is known of the runs that share a local start and a kind of day."""
    row = np.empty(N_PREDICTORS)
    raw, edge, freed, slots = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    held = np.empty((3, n))
    length = 0
    most = 0.0
    for e in events:
        p = starts[e]
        angle = 2 * np.pi * (day[p] + year) / _YEAR
        if not predictors(
            load, (warmth[0], warmth[1]), (sun[0], sun[1]), p, wide, weekday[p], angle, row
        ):
            continue
        place(row, centre, scale)
        if lengths[e] != length:
            length = lengths[e]
            for i in range(n):
                raw[i] = _window(off[i], length)
                edge[i] = _edges(off[i], length)
                total = 0.0
                for t in range(LEAD, LEAD + length):
                    total += (off[i, t] - raw[i]) ** 2
                slots[i] = np.sqrt(total / max(length - 1, 1))
            most = 3 * _robust(raw)[1]
            for i in range(n):
                freed[i] = raw[i] - drift(raw, days, n, days[i], i, most)
        size = 0.0
        shift = drift(raw, days, n, day[p], -1, most)
        for t in range(wide + LEAD + TAIL if length == wide else length + LEAD + TAIL):
            told = -shift
            for q in range(N_PREDICTORS):
                told += row[q] * beta[q, t]
            at = p - LEAD + t
            residuals[e, t] = told - net[at] if at < len(net) else np.nan
            size += abs(told) / length if LEAD <= t < LEAD + length else 0.0
        response = _window(residuals[e], length) * signs[e]
        if isnan(response):
            continue
        m = 0
        for reach in (_SEASON_DAYS, 400):
            m = 0
            for i in range(n):
                apart = abs(days[i] - day[p]) % 365
                if min(apart, 365 - apart) <= reach:
                    held[0, m], held[1, m] = freed[i] * signs[e], edge[i] * signs[e]
                    held[2, m] = slots[i]
                    m += 1
            if m >= _LEAST_PLACEBOS:
                break
        middle, spread = _robust(held[0, :m])
        known[e, RESPONSE] = response
        known[e, SCATTER] = spread
        known[e, RANK] = _rank(response, held[0, :m])
        step = _edges(residuals[e], length) * signs[e]
        known[e, EDGE_RANK] = np.nan if isnan(step) else _rank(step, held[1, :m])
        known[e, LOAD] = size
        known[e, SLOT_SCATTER] = np.median(held[2, :m])
