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
from characterise.signatures.slots import smallest_visible
from characterise.signatures.steps import find_blocks, modal_power, step_floor
from characterise.signatures.store_blocks import modal_log
from characterise.signatures.store_decode import decode
from characterise.signatures.surroundings import surroundings
from characterise.signatures.swings import clock_day, clock_steps, day_swings, evening
from characterise.signatures.zero_hold import usual_size, zero_hold

FEATURES: Final = (
    "dark_export",
    "sign_flips",
    "held_dark",
    "held_sun",
    "zero_spike",
    "hold_and_take",
    "export_shift",
    "hold_beside_standing",
    "rest_share",
    "export_jump",
    "night_step",
    "evening_step",
    "evening_gap",
    "night_over_evening",
    "daily_balance",
    "night_with_day",
    "charge_blocks",
    "discharge_blocks",
    "power_match",
    "power_kw",
)
SIGNS: Final = (1, 1, 1, 1, 1, 1, 1, 1, -1, 1, 1, 1, 1, 1, 1, -1, 1, 1, 1, 0)
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
def _block_figures(x, dark, floor, work, places):  # type: ignore[no-untyped-def]
    """Power that most energy in blocks of the dark came at, and how many blocks were of it."""
    starts, stops, powers, spreads, sizes, weights = places
    n = find_blocks(x, floor, starts, stops, powers, spreads)
    keep = _sizes(n, starts, stops, powers, dark, sizes, weights)
    power = modal_log(sizes, weights, keep)
    return power, _near(sizes, keep, power)


@njit(cache=True)
def _features(net, sun, place, slot, clock, has_export, table):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    size = days * 48
    work = np.empty(size, np.float32)
    starts = np.empty(size, np.int32)
    stops = np.empty(size, np.int32)
    powers = np.empty(size, np.float32)
    spreads = np.empty(size, np.float32)
    sizes = np.empty(size, np.float32)
    weights = np.empty(size, np.float32)
    mean = np.empty(48)
    rise = np.empty(48)
    spread = np.empty(48)
    for m in range(net.shape[0]):
        out = table[m]
        usual = usual_size(net[m], work)
        if not usual > 0:
            continue
        held = zero_hold(net[m], sun[place[m]], usual)
        for f in range(10):
            out[f] = held[f]
        if has_export[m] != 1:
            out[0] = out[1] = out[6] = out[9] = np.nan
        clock_day(net[m], slot[clock[m]], usual, mean, rise, spread)
        out[10], out[11] = clock_steps(rise, spread, usual)
        out[12], out[13] = evening(mean)
        out[14], out[15] = day_swings(net[m], slot[clock[m]], mean)
        x = net[m].reshape(size)
        floor = step_floor(x, work)
        if isnan(floor):
            continue
        dark = sun[place[m]].reshape(size)
        weeks = 0.0
        for t in range(size):
            weeks += not isnan(x[t])
        weeks /= 336
        places = (starts, stops, powers, spreads, sizes, weights)
        charge, n = _block_figures(x, dark, floor, work, places)
        out[16] = np.log1p(n / weeks)
        for t in range(size):
            work[t] = -x[t]
        discharge, n = _block_figures(work, dark, floor, work, places)
        out[17] = np.log1p(n / weeks)
        if not isnan(charge) and not isnan(discharge):
            out[18] = -abs(np.log(charge / discharge))
            out[19] = max(charge, discharge)


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
def _attribute(left, net, sun, place, slot, clock, has_export, drawn, given):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    work = np.empty(days * 48, np.float32)
    tops = np.empty(days, np.float32)
    level = np.empty(days, np.float32)
    expected = np.empty(48, np.float32)
    state = np.empty((days, 48), np.uint8)
    for k in range(net.shape[0]):
        decode(
            left[k], net[k], sun[place[k]], slot[clock[k]], has_export[k] == 0,
            work, tops, level, expected, state, drawn[k], given[k],
        )  # fmt: skip


def attribute(
    cube: MeterCube,
    rows: Rows,
    left_kw: Float | None = None,
    signals: pl.DataFrame | None = None,
) -> Attribution:
    """Charge and discharge of ``rows``."""
    left = net_of(cube, rows, left_kw)
    net = net_of(cube, rows, None)
    drawn = np.zeros_like(net)
    given = np.zeros_like(net)
    around = surroundings(cube)
    _attribute(
        left, net, around.sun, around.place[rows], around.slot, around.clock[rows],
        cube.has_export[rows], drawn, given,
    )  # fmt: skip
    return attributed(BESS, rows, drawn, given, net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    out = []
    return out


def detectable_kw(cube: MeterCube) -> Float:
    """(M,) smallest battery that would show, kW; `slots.smallest_visible`, runs of two hours."""
    return smallest_visible(cube.net_kw, 1.0, 4.0)
