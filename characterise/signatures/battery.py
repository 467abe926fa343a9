"""Batteries: load held at zero, nights filled by the clock, export that no panel gives."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.asset_classes import BESS
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution, Float, Rows, attributed, net_of
from characterise.signatures.battery_reasons import sentences
from characterise.signatures.called_sites import called_sites
from characterise.signatures.store_calls import in_calls
from characterise.signatures.store_decode import ROUND_TRIP, decode
from characterise.signatures.surroundings import surroundings
from characterise.signatures.swings import clock_day, clock_steps, day_swings, evening
from characterise.signatures.zero_hold import after_dark, export_start, held, usual_size

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
    "night_kw",
)
SIGNS: Final = (1, 1, 1, 1, 1, 1, 1, 1, -1, 1, 1, 1, 1, 1, 1, -1, 0)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed."""
_N = len(FEATURES)
_OF_EXPORT: Final = (0, 1, 6, 9)
"""Figures that only a metered export can show."""


@njit(cache=True)
def _features(net, sun, place, slot, clock, table):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    work = np.empty(days * 48, np.float32)
    runs = np.empty((2, days * 48), np.int32)
    mean = np.empty(48)
    rise = np.empty(48)
    spread = np.empty(48)
    for m in range(net.shape[0]):
        out = table[m]
        usual = usual_size(net[m], work)
        if not usual > 0:
            continue
        light = sun[place[m]]
        dark, lit, both, beside, rested, own = held(net[m], light, usual, runs)
        export, flips, spike = after_dark(net[m], light, usual)
        shift, jump = export_start(net[m], light, usual, runs[0])
        out[0], out[1], out[6], out[9] = export, flips, shift, jump
        out[2], out[3], out[4], out[5] = own * dark, own * lit, own * spike, own * both
        out[7], out[8] = beside, rested
        hours = slot[clock[m]]
        clock_day(net[m], hours, usual, mean, rise, spread)
        out[10], out[11], out[16] = clock_steps(rise, spread, usual)
        out[12], out[13] = evening(mean)
        out[14], out[15] = day_swings(net[m], hours, mean)


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 17) figures of `FEATURES`; NaN what no register could show, and of a meter at zero.

    Notes
    -----
    A store that follows the load holds the meter at zero, after dark too, and lets go when it is
    empty: a load that stands well above zero at other times, and export that begins with a jump
    once it is full. One that follows a tariff fills by the clock at night and leaves the evening
    empty or exports in it. ``signals`` is not read.
    """
    around = surroundings(cube)
    table = np.full((cube.n_meters, _N), np.nan, dtype=np.float32)
    _features(cube.net_kw, around.sun, around.place, around.slot, around.clock, table)
    for place in _OF_EXPORT:
        table[cube.has_export != 1, place] = np.nan
    return table


@njit(cache=True)
def _attribute(left, net, sun, place, slot, clock, has_export, drawn, given):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    spaces = (
        np.empty(days * 48, np.float32),
        np.empty(days, np.float32),
        np.empty(days, np.float32),
        np.empty((days, 48), np.float32),
        np.empty((days, 48), np.uint8),
        np.empty((48, days + 2), np.float32),
        (np.arange(days * 48) % 48).astype(np.int8),
    )
    for k in range(net.shape[0]):
        light, hours = sun[place[k]], slot[clock[k]]
        decode(left[k], net[k], light, hours, has_export[k] == 0, spaces, drawn[k], given[k])


@njit(cache=True)
def _call(left, sites, drawn, given):  # type: ignore[no-untyped-def]
    own, calls, index, warmth, sun, station, calendar = sites
    for k in own:
        s = station[k]
        in_calls(
            left[k], calls[index[k]], warmth[s], sun[s], calendar, ROUND_TRIP,
            drawn[k], given[k],
        )  # fmt: skip


def attribute(
    cube: MeterCube,
    rows: Rows,
    left_kw: Float | None = None,
    signals: pl.DataFrame | None = None,
) -> Attribution:
    """Charge and discharge of ``rows``: zero held, nights filled, and export that no panel gives.

    Parameters
    ----------
    left_kw
        (K, D, 48) load left when other classes were taken out, kW; the boundary's own by default.
    signals
        `characterise.frames.SIGNALS`; falls in them that are taken in again by night are a store's.

    Notes
    -----
    What a store gives while it holds the meter at zero is the load that would stand there; it is
    told from the same hours of days on which the store is empty.
    """
    left = net_of(cube, rows, left_kw)
    net = net_of(cube, rows, None)
    drawn = np.zeros_like(net)
    given = np.zeros_like(net)
    around = surroundings(cube)
    _attribute(
        left, net, around.sun, around.place[rows], around.slot, around.clock[rows],
        cube.has_export[rows], drawn, given,
    )  # fmt: skip
    for sites in called_sites(cube, rows, signals):
        shape = (len(rows), -1)
        _call(left.reshape(shape), sites, drawn.reshape(shape), given.reshape(shape))
    return attributed(BESS, rows, drawn, given, net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    return sentences({name: value for name, value in said.items() if np.isfinite(value)})
