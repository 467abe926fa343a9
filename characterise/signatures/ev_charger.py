"""Electric vehicle chargers: recurring plateaus of one size, with partial first and last slots."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.asset_classes import EV_CHARGER
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution, Float, Rows, attributed, net_of
from characterise.signatures.fleet import FLEET_STATISTICS, fill_fleet, fleet_statistics
from characterise.signatures.sessions import (
    SMALLEST_KW,
    STATISTICS,
    charger_size,
    count_own,
    fill_sessions,
    peak_explained,
    session_statistics,
)
from characterise.signatures.slots import smallest_visible, usual_day
from characterise.signatures.steps import find_blocks, step_floor
from characterise.signatures.surroundings import surroundings

LARGE_KW: Final = 25.0
"""Load that a single-phase 100 A service cannot carry: there one charger is not the site's peak."""
_SHAPES: Final = ("positive_skew", "step_tail", "idle_share")
_OF_LARGE: Final = ("evenness", "end_variety", "peak_explained", "one_sided")
"""Session figures that a building's own daily swing does not drown."""
FEATURES: Final = (
    *STATISTICS,
    *(f"large_{name}" for name in _OF_LARGE),
    *_SHAPES,
    *FLEET_STATISTICS,
)
SIGNS: Final = (1,) * len(FEATURES)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed."""


@njit(cache=True)
def _warm_days(known, temp, column, warm):  # type: ignore[no-untyped-def]
    """Fill (T,) 1 on the warmer half of the days that are known, 0 on the colder, -1 unknown."""
    k = 0
    for d in range(temp.shape[0]):
        if known[d] and not isnan(temp[d]):
            column[k] = temp[d]
            k += 1
    middle = np.median(column[:k]) if k >= 60 else np.float32(np.nan)
    for d in range(temp.shape[0]):
        state = np.int8(-1)
        if not isnan(temp[d]) and not isnan(middle):
            state = np.int8(1) if temp[d] > middle else np.int8(0)
        warm[d * 48 : d * 48 + 48] = state


@njit(cache=True)
def _shape_features(x, centre, work, out):  # type: ignore[no-untyped-def]
    """Fill `_SHAPES`: lopsided excursions from the usual day, heavy steps, time at zero.

    Steps are taken over two half-hours, so that an hourly source split in two shows no false
    calm.
    """
    n = 0
    for t in range(x.shape[0]):
        value = x[t] - centre[t % 48]
        if not isnan(value):
            work[n] = value
            n += 1
    if n < 480:
        return
    ordered = np.sort(work[:n])
    middle = ordered[n // 2]
    high = ordered[n - 1 - n // 100] - middle
    out[0] = np.log((high + 0.05) / (middle - ordered[n // 100] + 0.05))
    quiet = 0
    k = 0
    for t in range(x.shape[0]):
        quiet += abs(x[t]) <= 0.02 * high
        if t >= 2:
            step = abs(x[t] - x[t - 2])
            if not isnan(step):
                work[k] = step
                k += 1
    out[2] = quiet / n
    if k >= 480:
        ordered = np.sort(work[:k])
        out[1] = np.log((ordered[k - 1 - k // 200] + 0.05) / (ordered[k // 2] + 0.05))


@njit(cache=True)
def _is_large(x, work):  # type: ignore[no-untyped-def]
    k = 0
    for t in range(x.shape[0]):
        if not isnan(x[t]):
            work[k] = abs(x[t])
            k += 1
    place = k - 1 - k // 100
    return k > 0 and np.partition(work[:k], place)[place] > LARGE_KW


@njit(cache=True)
def _unusual(net, centre, out):  # type: ignore[no-untyped-def]
    """Fill (T,) excursions from the usual day, NaN where unknown."""
    for d in range(net.shape[0]):
        for j in range(48):
            out[d * 48 + j] = net[d, j] - centre[j]


@njit(cache=True)
def _measure(x, floor, slot, warm, weeks, total, places, powers, work, out):  # type: ignore[no-untyped-def]
    """Fill `STATISTICS` of one series."""
    starts, stops = places
    sizes, spreads = powers
    n = find_blocks(x, floor, starts, stops, sizes, spreads)
    size = charger_size(n, starts, stops, sizes, spreads)
    session_statistics(n, starts, stops, sizes, spreads, size, slot, warm, weeks, total, out)
    if isnan(size):
        return
    out[10] = peak_explained(x, n, starts, stops, sizes, size, work)
    up = count_own(n, starts, stops, sizes, size)
    n = find_blocks(-x, floor, starts, stops, sizes, spreads)
    # What is also given back at that size is a battery, or a building's usual swing.
    out[11] = np.log((up + 1) / (count_own(n, starts, stops, sizes, size) + 1))


@njit(cache=True)
def _features(net, slot, clock, day_temp, station, table, shapes, fleets, large):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    size = days * 48
    work = np.empty(size, np.float32)
    places = (np.empty(size, np.int32), np.empty(size, np.int32))
    powers = (np.empty(size, np.float32), np.empty(size, np.float32))
    warm = np.empty(size, np.int8)
    known = np.empty(days, np.bool_)
    column = np.empty(days, np.float32)
    centre = np.empty(48, np.float32)
    scatter = np.empty(48, np.float32)
    unusual = np.empty(size, np.float32)
    space = np.empty((5, size), np.float32)
    for m in range(net.shape[0]):
        x = net[m].reshape(size)
        floor = step_floor(x, work)
        if isnan(floor):
            continue
        count = 0
        total = 0.0
        known[:] = False
        for t in range(size):
            if not isnan(x[t]):
                count += 1
                total += 0.5 * abs(x[t])
                known[t // 48] = True
        _warm_days(known, day_temp[station[m]], column, warm)
        usual_day(net[m], column, centre, scatter)
        large[m] = _is_large(x, work)
        local = slot[clock[m]].reshape(size)
        seen = x
        if large[m]:
            _unusual(net[m], centre, unusual)
            seen = unusual
            fleet_statistics(net[m], space, fleets[m])
        _measure(seen, floor, local, warm, count / 336, total, places, powers, work, table[m])
        _shape_features(x, centre, work, shapes[m])


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 19) figures of `FEATURES`, NaN where they cannot be computed.

    Notes
    -----
    Blocks of at least three half-hours (one full) are gathered by size; the size that holds most
    energy in flat blocks is the charger's. Night storage heating has one size as well, but ends
    at one time (``end_variety``), lasts as long each night (``length_variety``) and stays off on
    warm days (``warm_balance``); a battery gives back what it takes (``one_sided``). At sites over
    `LARGE_KW` sessions are sought in the excursions from the usual day and only some of the
    figures are kept, under names of their own. ``signals`` is not read.
    """
    around = surroundings(cube)
    table = np.full((cube.n_meters, len(STATISTICS)), np.nan, dtype=np.float32)
    shapes = np.full((cube.n_meters, len(_SHAPES)), np.nan, dtype=np.float32)
    fleets = np.full((cube.n_meters, len(FLEET_STATISTICS)), np.nan, dtype=np.float32)
    large = np.zeros(cube.n_meters, dtype=bool)
    _features(
        cube.net_kw,
        around.slot,
        around.clock,
        around.day_temp_c,
        around.station,
        table,
        shapes,
        fleets,
        large,
    )
    columns = [STATISTICS.index(name) for name in _OF_LARGE]
    of_large = np.where(large[:, None], table[:, columns], np.float32(np.nan))
    table[large] = np.nan
    return np.concatenate([table, of_large, shapes, fleets], axis=1)


@njit(cache=True)
def _attribute(net, drawn):  # type: ignore[no-untyped-def]
    size = net.shape[1] * 48
    work = np.empty(size, np.float32)
    column = np.empty(net.shape[1], np.float32)
    centre = np.empty(48, np.float32)
    scatter = np.empty(48, np.float32)
    starts = np.empty(size, np.int32)
    stops = np.empty(size, np.int32)
    powers = np.empty(size, np.float32)
    spreads = np.empty(size, np.float32)
    space = np.empty((5, size), np.float32)
    for m in range(net.shape[0]):
        x = net[m].reshape(size)
        y = drawn[m].reshape(size)
        floor = step_floor(x, work)
        if isnan(floor):
            continue
        usual_day(net[m], column, centre, scatter)
        if _is_large(x, work) and np.nanmax(centre) < SMALLEST_KW:
            # A charging hub: it idles on its usual day, and several cars at once have no one size.
            for t in range(size):
                y[t] = max(x[t] - centre[t % 48], np.float32(0.0))
            continue
        if _is_large(x, work):
            fill_fleet(x, space, y)
            continue
        n = find_blocks(x, floor, starts, stops, powers, spreads)
        charger = charger_size(n, starts, stops, powers, spreads)
        fill_sessions(x, n, starts, stops, powers, charger, y)


def attribute(
    cube: MeterCube,
    rows: Rows,
    left_kw: Float | None = None,
    signals: pl.DataFrame | None = None,
) -> Attribution:
    """Charging of ``rows``: each block of the charger's size above the line from before to after.

    At a charging hub, over `LARGE_KW` but idle on its usual day, all that runs is charging.

    Parameters
    ----------
    left_kw
        (K, D, 48) load left when other classes were taken out, kW; the boundary's own by default.
    """
    net = net_of(cube, rows, left_kw)
    drawn = np.zeros_like(net)
    _attribute(net, drawn)
    return attributed(EV_CHARGER, rows, drawn, np.zeros_like(net), net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    out = []
    if np.isfinite(said["size_kw"]):
        out.append(
            f"plateaus of about {np.exp(said['size_kw']):.1f} kW recur "
            f"{np.expm1(said['per_week']):.1f} times a week, "
            f"{np.exp(said['energy_kwh']):.0f} kWh each"
        )
        out.append(f"{said['same_size_share']:.0%} of the time in plateaus is at that one size")
        out.append(f"{said['peak_explained']:.0%} of the highest 1 % of half-hours lie in them")
    if np.isfinite(said["warm_balance"]):
        out.append(
            f"{said['warm_balance']:.0%} (at most 50 %) of them fall on the warmer half of days"
        )
    if np.isfinite(said["large_peak_explained"]):
        out.append(
            f"{said['large_peak_explained']:.0%} of the highest 1 % of excursions from the usual "
            "day lie in plateaus of one size"
        )
    if np.isfinite(said["positive_skew"]):
        out.append(
            "the rarest 1 % of excursions from the usual day reach "
            f"{np.exp(said['positive_skew']):.1f} times as far up as down"
        )
    return out


def detectable_kw(cube: MeterCube) -> Float:
    """(M,) smallest charger that would show, kW; see `slots.smallest_visible`, runs of an hour."""
    return smallest_visible(cube.net_kw, 1.4, 2.0)
