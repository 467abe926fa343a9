"""Heat pumps: load that follows the cold through day and night, without large resistive steps."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.asset_classes import HEAT_PUMP
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution, Float, Rows, attributed, net_of
from characterise.signatures.slots import smallest_visible
from characterise.signatures.surroundings import surroundings
from characterise.signatures.thermal import (
    daily_means,
    dark_all_year,
    heating_line,
    slot_slopes,
)

FEATURES: Final = (
    "heating_r2",
    "heating_share",
    "slope_over_base",
    "slope_kw_per_k",
    "spread_over_day",
    "night_evenness",
    "cold_persistence",
    "balance_fit",
    "cold_night_share",
    "peak_restraint",
    "balance_c",
)
SIGNS: Final = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed."""
_N = len(FEATURES)


@njit(cache=True)
def _spread(slopes, slot, out):  # type: ignore[no-untyped-def]
    """Fill columns 4 and 5: how evenly the heating slope lies over the day and the night."""
    total = 0.0
    for j in range(48):
        total += slopes[j]
    if total <= 1e-6:
        return
    entropy = 0.0
    night = 0.0
    for j in range(48):
        share = slopes[j] / total
        if share > 0:
            entropy -= share * np.log(share)
        if slot[j] < 12:
            night += share
    out[4] = entropy / np.log(48.0)
    # A quarter of the day: storage heating draws nearly all its heat in it, boilers' pumps none.
    out[5] = -abs(np.log((night + 0.02) / 0.25))


@njit(cache=True)
def _cold_nights(net, cold, slot, level):  # type: ignore[no-untyped-def]
    """Share of half-hours from 0 to 5 h of cold days over ``level`` kW; NaN under 60 of them."""
    active = 0
    count = 0
    for d in range(net.shape[0]):
        if not cold[d, 0] >= 8:
            continue
        for j in range(48):
            if slot[j] < 10 and not isnan(net[d, j]):
                count += 1
                active += net[d, j] > level
    return active / count if count >= 60 else np.nan


@njit(cache=True)
def _cold_day(net, cold, slot, work, out):  # type: ignore[no-untyped-def]
    """Fill columns 6, 8 and 9 from the half-hours of days at least 8 K below the balance point."""
    n = 0
    sx = 0.0
    sxx = 0.0
    sxy = 0.0
    for d in range(net.shape[0]):
        if not cold[d, 0] >= 8:
            continue
        for j in range(1, 48):
            a, b = net[d, j - 1], net[d, j]
            if not isnan(a) and not isnan(b):
                sx += a
                sxx += a * a
                sxy += a * b
                work[n] = b
                n += 1
    if n < 240:
        return
    mean = sx / n
    variance = sxx / n - mean * mean
    if variance > 1e-9:
        out[6] = (sxy / n - mean * mean) / variance
    ordered = np.sort(work[:n])
    out[9] = -np.log((ordered[n - 1 - n // 100] + 0.05) / (ordered[n // 2] + 0.05))
    out[8] = _cold_nights(net, cold, slot, 0.5 * mean)


@njit(cache=True)
def _features(net, has_export, sun, place, slot, clock, day_temp, station, table):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    load = np.empty(days)
    cold = np.empty((days, 48))
    slopes = np.empty(48)
    bases = np.empty(48)
    gains = np.empty(48)
    work = np.empty(days * 48, np.float32)
    use = np.empty(48, np.bool_)
    for m in range(net.shape[0]):
        temp = day_temp[station[m]]
        use[:] = True
        if has_export[m] == 1:
            # Generation sinks the load of warm days: there only the dark half-hours tell of heat.
            dark_all_year(sun[place[m]], use)
        daily_means(net[m], use, load)
        balance, base, slope, r2, n = heating_line(load, temp)
        if n == 0:
            continue
        heat = 0.0
        total = 0.0
        for d in range(days):
            cold[d, :] = max(0.0, balance - temp[d]) if not isnan(temp[d]) else np.nan
            if not isnan(load[d]) and not isnan(cold[d, 0]):
                heat += slope * cold[d, 0]
                total += abs(load[d])
        out = table[m]
        out[0] = r2
        out[1] = min(heat / total, 1.0) if total > 0 else 0.0
        out[2] = np.log((10 * slope + 0.02) / (abs(base) + 0.02))
        out[3] = np.log(slope + 0.002)
        out[7] = -abs(balance - 15.0)
        out[10] = balance
        slot_slopes(net[m], cold, 3.0, slopes, bases, gains)
        middle = slot[clock[m], days // 2]
        if use.all():
            _spread(slopes, middle, out)
        _cold_day(net[m], cold, middle, work, out)


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 11) figures of `FEATURES`; NaN without temperature or a heating season.

    Notes
    -----
    The daily line gives slope and balance point; the same slope by half-hour tells a heat pump
    (day and night) from storage heating (night) and direct heating (morning and evening).
    ``signals`` is not read.
    """
    around = surroundings(cube)
    table = np.full((cube.n_meters, _N), np.nan, dtype=np.float32)
    _features(
        cube.net_kw,
        cube.has_export,
        around.sun,
        around.place,
        around.slot,
        around.clock,
        around.day_temp_c,
        around.station,
        table,
    )
    return table


@njit(cache=True)
def _attribute(net, day_temp, station, drawn):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    load = np.empty(days)
    cold = np.empty((days, 48))
    slopes = np.empty(48)
    bases = np.empty(48)
    gains = np.empty(48)
    use = np.ones(48, np.bool_)
    for k in range(net.shape[0]):
        temp = day_temp[station[k]]
        daily_means(net[k], use, load)
        balance, _, _, _, n = heating_line(load, temp)
        if n == 0:
            continue
        for d in range(days):
            cold[d, :] = max(0.0, balance - temp[d]) if not isnan(temp[d]) else np.nan
        slot_slopes(net[k], cold, 3.0, slopes, bases, gains)
        for d in range(days):
            if not cold[d, 0] > 0:
                continue
            for j in range(48):
                expected = slopes[j] * cold[d, 0]
                seen = net[k, d, j] - bases[j] - expected
                heat = expected + gains[j] * seen
                drawn[k, d, j] = max(0.0, min(heat, max(net[k, d, j], 0.0)))


def attribute(
    cube: MeterCube,
    rows: Rows,
    left_kw: Float | None = None,
    signals: pl.DataFrame | None = None,
) -> Attribution:
    """Heating of ``rows``: the temperature's part, and its share of what is left over.

    Parameters
    ----------
    left_kw
        (K, D, 48) load left when other classes were taken out, kW; the boundary's own by default.

    Notes
    -----
    For each half-hour of the day: ``slope x cold + gain x (load - base - slope x cold)``, where
    the gain is the share of cold days' scatter that mild days lack: the linear least-squares
    (Wiener) split of two uncorrelated parts.
    """
    net = net_of(cube, rows, left_kw)
    drawn = np.zeros_like(net)
    around = surroundings(cube)
    _attribute(net, around.day_temp_c, around.station[rows], drawn)
    return attributed(HEAT_PUMP, rows, drawn, np.zeros_like(net), net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    out = []
    if np.isfinite(said["heating_r2"]):
        slope = np.exp(said["slope_kw_per_k"]) - 0.002
        out.append(
            f"daily load rises by {slope:.2f} kW for each degree under "
            f"{said['balance_c']:.1f} C; temperature explains "
            f"{said['heating_r2']:.0%} of its variation"
        )
        out.append(f"{said['heating_share']:.0%} of the energy follows the cold")
    if np.isfinite(said["spread_over_day"]):
        out.append(
            f"that rise is spread over the day to {said['spread_over_day']:.0%} of fully even"
        )
    if np.isfinite(said["cold_night_share"]):
        out.append(
            f"on cold nights {said['cold_night_share']:.0%} of half-hours draw over half the "
            "cold days' mean load"
        )
    return out


def detectable_kw(cube: MeterCube) -> Float:
    """(M,) smallest heat pump that would show, kW; `slots.smallest_visible`, runs of six hours."""
    return smallest_visible(cube.net_kw, 0.3, 12.0)
