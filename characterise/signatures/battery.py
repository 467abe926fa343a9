"""Batteries: equal blocks of charge and discharge, export without sun, load held at zero."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.asset_classes import BESS
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution, Float, Rows, attributed, net_of
from characterise.signatures.slots import smallest_visible, usual_day
from characterise.signatures.steps import find_blocks, modal_power, step_floor
from characterise.signatures.surroundings import surroundings
from characterise.signatures.swings import after_dark, daily_balance, evening

FEATURES: Final = (
    "dark_export",
    "dark_zero",
    "daily_balance",
    "discharge_blocks",
    "charge_blocks",
    "power_match",
    "two_sided_peaks",
    "sign_flips",
    "power_kw",
    "evening_gap",
    "night_over_evening",
)
SIGNS: Final = (1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed."""
_N = len(FEATURES)
_LONGEST_H: Final = 8.0
"""Hours at its own power that a battery is taken to hold at the most."""
_ROUND_TRIP: Final = 0.85
"""Share of the energy taken in that comes out again."""
_SAME_SIZE = 0.15


@njit(cache=True)
def _sizes(n, starts, stops, powers, dark, sizes, weights):  # type: ignore[no-untyped-def]
    """Gather blocks of two half-hours and more that start in the dark; return how many."""
    keep = 0
    for i in range(n):
        if stops[i] - starts[i] >= 2 and dark[starts[i]] <= 0:
            sizes[keep] = powers[i]
            weights[keep] = (stops[i] - starts[i]) * powers[i]
            keep += 1
    return keep


@njit(cache=True)
def _near(sizes, n, size):  # type: ignore[no-untyped-def]
    count = 0
    for i in range(n):
        count += abs(sizes[i] - size) <= _SAME_SIZE * size
    return count


@njit(cache=True)
def _features(net, sun, place, slot, clock, has_export, table):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    size = days * 48
    work = np.empty(size, np.float32)
    mirrored = np.empty(size, np.float32)
    starts = np.empty(size, np.int32)
    stops = np.empty(size, np.int32)
    powers = np.empty(size, np.float32)
    spreads = np.empty(size, np.float32)
    sizes = np.empty(size, np.float32)
    weights = np.empty(size, np.float32)
    column = np.empty(days, np.float32)
    centre = np.empty(48, np.float32)
    scatter = np.empty(48, np.float32)
    for m in range(net.shape[0]):
        out = table[m]
        x = net[m].reshape(size)
        dark = sun[place[m]].reshape(size)
        floor = step_floor(x, work)
        if isnan(floor):
            continue
        export, out[1], flips = after_dark(net[m], sun[place[m]], work)
        if has_export[m] == 1:
            out[0], out[7] = export, flips
        usual_day(net[m], column, centre, scatter)
        out[2], out[6] = daily_balance(net[m], centre)
        out[9], out[10] = evening(centre, slot[clock[m], days // 2])
        weeks = 0.0
        for t in range(size):
            mirrored[t] = -x[t]
            weeks += not isnan(x[t])
        weeks /= 336
        n = find_blocks(x, floor, starts, stops, powers, spreads)
        keep = _sizes(n, starts, stops, powers, dark, sizes, weights)
        charge = modal_power(sizes, weights, keep, np.float32(_SAME_SIZE))
        out[4] = np.log1p(_near(sizes, keep, charge) / weeks)
        n = find_blocks(mirrored, floor, starts, stops, powers, spreads)
        keep = _sizes(n, starts, stops, powers, dark, sizes, weights)
        discharge = modal_power(sizes, weights, keep, np.float32(_SAME_SIZE))
        out[3] = np.log1p(_near(sizes, keep, discharge) / weeks)
        if not isnan(charge) and not isnan(discharge):
            out[5] = -abs(np.log(charge / discharge))
            out[8] = max(charge, discharge)


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 11) figures of `FEATURES`; dark export and flips NaN where no register could show them.

    Notes
    -----
    A battery gives back what it takes: blocks up and blocks down of one size, days whose
    excursions from the usual day cancel, and with a meter on it load held at zero after dark.
    Only blocks that start in the dark count, so that clouds over panels do not pass for it.
    ``signals`` is not read.
    """
    around = surroundings(cube)
    table = np.full((cube.n_meters, _N), np.nan, dtype=np.float32)
    _features(
        cube.net_kw, around.sun, around.place, around.slot, around.clock, cube.has_export, table
    )
    return table


@njit(cache=True)
def _fill(x, n, starts, stops, powers, size, y):  # type: ignore[no-untyped-def]
    for i in range(n):
        if not abs(powers[i] - size) <= 3 * _SAME_SIZE * size:
            continue
        first, stop = starts[i], stops[i]
        pre = x[first - 1]
        post = x[stop] if stop < x.shape[0] and not isnan(x[stop]) else pre
        for t in range(first, stop):
            share = (t - first + 1) / (stop - first + 1)
            y[t] = max(np.float32(0.0), min(x[t] - pre - share * (post - pre), powers[i]))


@njit(cache=True)
def _balance(x, dark, y, z, most):  # type: ignore[no-untyped-def]
    """Let nothing out that was not taken in before, and nothing in that is not let out after.

    Parameters
    ----------
    y, z
        (T,) charge and discharge in kW, brought down in place.
    most
        Energy that the battery can hold at the most, kWh.
    """
    held = np.float32(0.0)
    for t in range(y.shape[0]):
        held = min(held + np.float32(0.5 * _ROUND_TRIP) * y[t], most)
        # Export in the dark stays the battery's, whatever was seen to go in.
        least = max(-x[t], np.float32(0.0)) if dark[t] <= 0 else np.float32(0.0)
        z[t] = max(min(z[t], 2 * held), least)
        held = max(held - np.float32(0.5) * z[t], np.float32(0.0))
    owed = np.float32(0.0)
    for t in range(y.shape[0] - 1, -1, -1):
        owed = min(owed + np.float32(0.5 / _ROUND_TRIP) * z[t], most)
        y[t] = min(y[t], 2 * owed)
        owed = max(owed - np.float32(0.5) * y[t], np.float32(0.0))


@njit(cache=True)
def _attribute(net, sun, place, drawn, given):  # type: ignore[no-untyped-def]
    size = net.shape[1] * 48
    work = np.empty(size, np.float32)
    mirrored = np.empty(size, np.float32)
    starts = np.empty(size, np.int32)
    stops = np.empty(size, np.int32)
    powers = np.empty(size, np.float32)
    spreads = np.empty(size, np.float32)
    sizes = np.empty(size, np.float32)
    weights = np.empty(size, np.float32)
    for k in range(net.shape[0]):
        x = net[k].reshape(size)
        dark = sun[place[k]].reshape(size)
        floor = step_floor(x, work)
        if isnan(floor):
            continue
        y, z = drawn[k].reshape(size), given[k].reshape(size)
        n = find_blocks(x, floor, starts, stops, powers, spreads)
        keep = _sizes(n, starts, stops, powers, dark, sizes, weights)
        power = modal_power(sizes, weights, keep, np.float32(_SAME_SIZE))
        _fill(x, n, starts, stops, powers, power, y)
        for t in range(size):
            mirrored[t] = -x[t]
        n = find_blocks(mirrored, floor, starts, stops, powers, spreads)
        keep = _sizes(n, starts, stops, powers, dark, sizes, weights)
        power = modal_power(sizes, weights, keep, np.float32(_SAME_SIZE))
        _fill(mirrored, n, starts, stops, powers, power, z)
        for t in range(size):
            # Export in the dark is the battery's at the very least.
            if dark[t] <= 0 and x[t] < 0:
                z[t] = max(z[t], -x[t])
            if y[t] > 0 and z[t] > 0:
                y[t], z[t] = max(y[t] - z[t], np.float32(0.0)), max(z[t] - y[t], np.float32(0.0))
        size_kw = power if not isnan(power) else np.float32(0.0)
        _balance(x, dark, y, z, np.float32(_LONGEST_H * size_kw))


def attribute(
    cube: MeterCube,
    rows: Rows,
    left_kw: Float | None = None,
    signals: pl.DataFrame | None = None,
) -> Attribution:
    """Charge and discharge of ``rows``: blocks up and down, and whatever flows out in the dark.

    A store lets out no more than it took in: a long lull between two charges of a car has the
    shape of a discharge, and not the energy.

    Parameters
    ----------
    left_kw
        (K, D, 48) load left when other classes were taken out, kW; the boundary's own by default.
    """
    net = net_of(cube, rows, left_kw)
    drawn = np.zeros_like(net)
    given = np.zeros_like(net)
    around = surroundings(cube)
    _attribute(net, around.sun, around.place[rows], drawn, given)
    return attributed(BESS, rows, drawn, given, net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    out = []
    if np.isfinite(said["dark_export"]):
        out.append(
            f"{10 ** said['dark_export']:.1%} of all energy that passes is export after dark"
        )
    if np.isfinite(said["dark_zero"]):
        out.append(f"load is held at zero in {said['dark_zero']:.0%} of the dark half-hours")
    if np.isfinite(said["power_match"]):
        out.append(
            f"blocks up ({np.expm1(said['charge_blocks']):.1f} a week) and down "
            f"({np.expm1(said['discharge_blocks']):.1f} a week) of up to "
            f"{said['power_kw']:.1f} kW, "
            f"within {np.expm1(-said['power_match']):.0%} of each other"
        )
    if np.isfinite(said["daily_balance"]):
        out.append(f"on the median day {said['daily_balance']:.0%} of the excursions cancel out")
    return out


def detectable_kw(cube: MeterCube) -> Float:
    """(M,) smallest battery that would show, kW; `slots.smallest_visible`, runs of two hours."""
    return smallest_visible(cube.net_kw, 1.0, 4.0)
