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
from characterise.signatures.cold_nights import cold_nights, persistence, rise_with_cold
from characterise.signatures.cold_response import (
    COLUMNS,
    NO_HEAT_C,
    STEPS,
    WHOLE,
    answers,
    ceiling,
    parts_of_days,
    swings,
)
from characterise.signatures.heat_split import split
from characterise.signatures.surroundings import Surroundings, surroundings
from characterise.signatures.thermal import (
    daily_means,
    damped,
    dark_all_year,
    heating_line,
    split_by_line,
)

FEATURES: Final = (
    "cold_r",
    "cold_share",
    "parts_r",
    "top_parts",
    "warm_r",
    "night_lift",
    "night_livelier",
    "night_step_rise",
    "step_rise",
    "cold_persistence",
    "heating_r2",
    "heating_share",
    "slope_kw_per_k",
    "balance_c",
)
SIGNS: Final = (1, 1, 1, -1, -1, 1, 1, 1, 1, -1, 0, 0, 0, 0)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed.

Load that a cold spell moves, at every part of the day (storage heating: one part; direct heating:
morning and evening), whose nights rise and grow livelier as a compressor comes and goes; load that
heat moves as well is a building's cooling, and load like that of an hour ago is many small things.
"""
_N = len(FEATURES)
_CUT_SHARE: Final = 0.9
_COLD_SPELL_K: Final = 3.0
_WARM_C: Final = 18.0
_LEAST_KW: Final = 0.01
_TEN_K: Final = 10.0


@njit(cache=True)
def _spells(parts, temp, light, idle, drawn, work, out):  # type: ignore[no-untyped-def]
    """Fill columns 0 to 4 from the swings of load and weather; false where there is no answer."""
    days = parts.shape[0]
    load = np.empty((days, WHOLE + 1))
    weather = np.empty((days, 3))
    chosen = np.empty(days, np.bool_)
    slopes = np.empty(WHOLE + 1)
    fits = np.empty(WHOLE + 1)
    for k in range(WHOLE + 1):
        swings(parts[:, k], load[:, k])
    swings(light, weather[:, 0])
    swings(idle, weather[:, 1])
    degrees = 0.0
    n = 0
    for d in range(days):
        work[d] = max(0.0, NO_HEAT_C - temp[d]) if not isnan(temp[d]) else np.nan
        chosen[d] = work[d] > _COLD_SPELL_K
        if not isnan(work[d]) and not isnan(parts[d, WHOLE]):
            degrees += work[d]
            n += 1
        if isnan(weather[d, 0]):
            weather[d, 0] = 0.0
    swings(work, weather[:, 2])
    if answers(load, weather, chosen, slopes, fits) == 0:
        return False
    out[0] = fits[WHOLE]
    out[1] = slopes[WHOLE] * degrees / n / max(drawn, _LEAST_KW)
    out[2] = np.median(fits[:WHOLE])
    rising = np.sort(np.maximum(slopes[:WHOLE], 0.0))
    if rising.sum() > 0:
        out[3] = (rising[WHOLE - 1] + rising[WHOLE - 2]) / rising.sum()
    for d in range(days):
        work[d] = max(0.0, temp[d] - _WARM_C) if not isnan(temp[d]) else np.nan
        chosen[d] = work[d] > 0
    swings(work, weather[:, 2])
    if answers(load, weather, chosen, slopes, fits) > 0:
        out[4] = fits[WHOLE]
    return True


@njit(cache=True)
def _line(load, temp, out):  # type: ignore[no-untyped-def]
    """Fill columns 10 to 13: the year's line of daily load on temperature."""
    balance, _, slope, r2, n = heating_line(load, temp)
    if n == 0:
        return
    heat = 0.0
    total = 0.0
    for d in range(load.shape[0]):
        if not isnan(load[d]) and not isnan(temp[d]):
            heat += slope * max(0.0, balance - temp[d])
            total += abs(load[d])
    out[10] = r2
    out[11] = min(heat / total, 1.0) if total > 0 else 0.0
    out[12] = slope
    out[13] = balance


@njit(cache=True)
def _features(  # type: ignore[no-untyped-def]
    net, has_export, sun, place, slot, clock, day_temp, station, light, idle, table
):
    days = net.shape[1]
    load = np.empty(days)
    parts = np.empty((days, COLUMNS))
    work = np.empty((4, days * 48), np.float32)
    series = np.empty(days)
    use = np.empty(48, np.bool_)
    for m in range(net.shape[0]):
        temp = day_temp[station[m]]
        local = slot[clock[m]]
        top = ceiling(net[m], _CUT_SHARE, work[0])
        if isnan(top):
            continue
        drawn = parts_of_days(net[m], top, local, parts)
        out = table[m]
        # Without cold spells the year's line shows the season, whatever it is that follows it.
        if not _spells(parts, temp, light[station[m]], idle[clock[m]], drawn, series, out):
            continue
        scale = max(drawn, _LEAST_KW)
        out[5], out[6], step = cold_nights(net[m], top, temp, local, work)
        out[7] = step / scale
        out[8] = rise_with_cold(parts[:, STEPS], temp, NO_HEAT_C) * _TEN_K / scale
        out[9] = persistence(net[m], temp)
        use[:] = True
        if has_export[m] == 1:
            # Generation sinks the load of warm days: there only the dark half-hours tell of heat.
            dark_all_year(sun[place[m]], use)
        daily_means(net[m], use, load)
        _line(load, temp, out)


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 14) figures of `FEATURES`; NaN without temperature or cold spells.

    Notes
    -----
    Season, daylight and term follow the year as heating does, so what is weighed rests on the
    days of a month beside each other (columns 0 to 4) and on the liveliness that compressors add
    (6 to 9). Load is cut at its nine-tenths level first. ``signals`` is not read.
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
        _daily_light(around),
        _days_off(cube),
        table,
    )
    return table


def _days_off(cube: MeterCube) -> npt.NDArray[np.float64]:
    """(Z, D) 1 on weekends and holidays of each clock, else 0."""
    return np.stack([~clock.working[:, 24] for clock in cube.clocks]).astype(np.float64)


def _daily_light(around: Surroundings) -> npt.NDArray[np.float64]:
    """(S, D) daily mean irradiance, W/m2; NaN where under 24 half-hours are known."""
    known = np.isfinite(around.ghi_wm2)
    count = known.sum(axis=2)
    total = np.where(known, around.ghi_wm2, 0.0).sum(axis=2)
    return np.where(count >= 24, total / np.maximum(count, 1), np.nan)


@njit(cache=True)
def _attribute(net, taken, day_temp, station, idle, clock, drawn):  # type: ignore[no-untyped-def]
    load = np.empty(net.shape[1])
    temp = np.empty(net.shape[1])
    use = np.ones(48, np.bool_)
    for k in range(net.shape[0]):
        damped(day_temp[station[k]], temp)
        daily_means(net[k], use, load)
        balance, _, _, _, n = heating_line(load, temp)
        if n == 0:
            continue
        if not split(net[k], taken[k], temp, balance, idle[clock[k]], drawn[k]):
            split_by_line(net[k], temp, balance, drawn[k])


def attribute(
    cube: MeterCube,
    rows: Rows,
    left_kw: Float | None = None,
    signals: pl.DataFrame | None = None,
) -> Attribution:
    """Heating of ``rows``: what cold days' half-hours hold that mild days' do not.

    Parameters
    ----------
    left_kw
        (K, D, 48) load left when other classes were taken out, kW; the boundary's own by default.

    Notes
    -----
    `heat_split.split` unmixes the loads of cold days from those of mild ones; where hardly a day
    is mild, `thermal.split_by_line` is left.
    """
    net = net_of(cube, rows, left_kw)
    drawn = np.zeros_like(net)
    around = surroundings(cube)
    _attribute(
        net,
        net_of(cube, rows, None) - net,
        around.day_temp_c,
        around.station[rows],
        _days_off(cube),
        around.clock[rows],
        drawn,
    )
    return attributed(HEAT_PUMP, rows, drawn, np.zeros_like(net), net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    out = []
    if np.isfinite(said["heating_r2"]):
        out.append(
            f"daily load rises by {said['slope_kw_per_k']:.2g} kW for each degree under "
            f"{said['balance_c']:.1f} C; temperature explains "
            f"{said['heating_r2']:.0%} of its variation"
        )
        out.append(f"{said['heating_share']:.0%} of the energy follows the cold")
    if np.isfinite(said["cold_r"]):
        out.append(
            "colder days than the four weeks around them draw more: correlation "
            f"{said['cold_r']:.2f}, weekends and light allowed for"
        )
    if np.isfinite(said["top_parts"]):
        out.append(
            f"the two strongest of eight parts of the day bear {said['top_parts']:.0%} of that "
            "answer; 25% would be even"
        )
    if np.isfinite(said["night_lift"]):
        out.append(
            f"from 0 to 5 h, days under 6 C draw {np.exp(said['night_lift']):.1f} times what days "
            f"over 14 C draw, and move {np.exp(said['night_livelier']):.1f} times as much "
            "from hour to hour"
        )
    return out
