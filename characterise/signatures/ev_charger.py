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
from characterise.signatures.shape import LARGE_KW, SHAPES, is_large, levels, shape_features
from characterise.signatures.slots import usual_day
from characterise.signatures.steps import find_blocks, step_floor
from characterise.signatures.surroundings import surroundings

__all__ = ["FEATURES", "LARGE_KW", "SIGNS", "attribute", "features", "reasons"]

_BINS: Final = 8192
_IDLE: Final = 0.2
"""Share of half-hours at nothing that is worth a sentence."""
FEATURES: Final = (
    *STATISTICS,
    *SHAPES,
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
def _features(net, slot, clock, day_temp, station, table, shapes, fleets):  # type: ignore[no-untyped-def]
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
    space = np.empty((5, size), np.float32)
    counts = np.empty(_BINS, np.int64)
    for m in range(net.shape[0]):
        x = net[m].reshape(size)
        if is_large(x):
            swing, shapes[m, 2] = levels(x, counts)
            fleet_statistics(net[m], swing, space, fleets[m])
            continue
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
        shape_features(x, centre, work, shapes[m])
        local = slot[clock[m]].reshape(size)
        _measure(x, floor, local, warm, count / 336, total, places, powers, work, table[m])


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 25) figures of `FEATURES`, NaN where they cannot be computed.

    Notes
    -----
    Blocks of at least three half-hours (one full) are gathered by size; the size that holds most
    energy in flat blocks is the charger's. Night storage heating has one size as well, but ends
    at one time (``end_variety``), lasts as long each night (``length_variety``) and stays off on
    warm days (``warm_balance``); a battery gives back what it takes (``one_sided``). At sites over
    `LARGE_KW` no block is one charger's: there the bumps of a fleet are told instead
    (`fleet_statistics`). ``signals`` is not read.
    """
    around = surroundings(cube)
    table = np.full((cube.n_meters, len(STATISTICS)), np.nan, dtype=np.float32)
    shapes = np.full((cube.n_meters, len(SHAPES)), np.nan, dtype=np.float32)
    fleets = np.full((cube.n_meters, len(FLEET_STATISTICS)), np.nan, dtype=np.float32)
    _features(
        cube.net_kw,
        around.slot,
        around.clock,
        around.day_temp_c,
        around.station,
        table,
        shapes,
        fleets,
    )
    return np.concatenate([table, shapes, fleets], axis=1)


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
        large = is_large(x)
        if large and np.nanmax(centre) < SMALLEST_KW:
            # A charging hub: it idles on its usual day, and several cars at once have no one size.
            for t in range(size):
                y[t] = max(x[t] - centre[t % 48], np.float32(0.0))
            continue
        if large:
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

    At a charging hub, over `LARGE_KW` but idle on its usual day, all that runs is charging; at
    other sites of that size what stands out of the building's day (`fill_fleet`).

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
    return _of_one_charger(said) + _of_fleet(said) + _of_shape(said)


def _of_one_charger(said: dict[str, float]) -> list[str]:
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
            f"{said['warm_balance']:.0%} of the plateaus fall on the rarer of warmer and colder "
            "days; 50% would be even, as for a car"
        )
    return out


def _of_fleet(said: dict[str, float]) -> list[str]:
    if not np.isfinite(said["fleet_kw"]):
        return []
    return [
        "against the same half-hours of the weeks before and after, one bump in twenty of up to "
        f"2 h exceeds {np.exp(said['fleet_kw']) - 0.2:.1f} kW",
        "at the six most lopsided hours of the day such bumps are "
        f"{np.exp(said['fleet_up_hours']):.1f} times as high as dips of as long; without cars "
        "a building goes down as far as up",
        f"in the load itself bumps of up to 2 h hold {np.exp(said['fleet_bumps']):.1f} times as "
        "much as dips",
        f"bumps that stand alone, on quiet nights or Sundays, are {np.exp(said['fleet_lone']):.1f} "
        "times as many as such dips",
        "the most restless four hours of the day show bumps "
        f"{np.exp(said['fleet_awake']):.1f} times as high as the calmest four",
    ]


def _of_shape(said: dict[str, float]) -> list[str]:
    out = []
    if np.isfinite(said["positive_skew"]):
        out.append(
            "the rarest 1 % of excursions from the usual day reach "
            f"{np.exp(said['positive_skew']):.1f} times as far up as down"
        )
    if np.isfinite(said["fleet_kw"]) and said["idle_share"] > _IDLE:
        out.append(f"nothing runs in {said['idle_share']:.0%} of half-hours")
    return out
