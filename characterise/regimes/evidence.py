"""What the boundary itself shows, day by day, of one class coming or going.

An attribution is fitted to a whole span and so explains a little of every day of it, the days
before an asset came as well. The daily figures here look at the load left when other classes are
taken out, and at the boundary, for what each class cannot help but change.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.asset_classes import BESS, EV_CHARGER, HEAT_PUMP, SOLAR_PV
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution, Float
from characterise.signatures.surroundings import surroundings

Array = npt.NDArray[np.float64]

HIGHEST, NIGHT, ROUGHNESS, SPREAD, ZERO_SHARE, NOON_LOW, LARGEST_STEP = range(7)
_N_FIGURES: Final = 7
_HIGH_SUN: Final = 0.8
"""Half-hours with the sun at this share of the day's highest, or more, are noon."""
_NEAR_ZERO_KW: Final = 0.05
_MILD_C: Final = 15.5
_COLD_C: Final = 10.0
_YEAR: Final = 365.25
_MEASURED: Final = 0.5
"""Least part of the days with a known irradiance; else the sun's height stands for it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Daily series of K meters for one class, in the shapes of `breaks.scan`."""

    series: Array
    """(K, S, D), NaN where unknown."""
    signs: Array
    """(S,) 1 where the class raises the series."""
    effects: Array
    """(K, D, P) level and what the class answers to."""
    nuisance: Array
    """(K, D, B) what else the load follows."""
    running: Array
    """(K, D) what the class did on each day, by `told_by`; NaN where unknown."""
    season: Array
    """(K, D) what ``running`` is in proportion to: heating degrees, sunlight, or one."""
    told_by: tuple[str, ...]
    """(K,) how two sides of a break are compared: by `ENERGY` a unit of the season, of either sign;
    by the `DAYS` that reach half the usual height; by `ANSWER`, how ``running`` moves with the
    season from one day to the next: a load that bulges at noon the year round is no sun."""
    attributed: int
    """How many of the series, the first, come from the attribution: where that is fitted season by
    season, they step at its seams, and the others must step as well."""


ENERGY, DAYS, ANSWER = "energy", "days", "answer"
CLASSES: Final = frozenset({EV_CHARGER, HEAT_PUMP, BESS, SOLAR_PV})


def evidence(cube: MeterCube, part: Attribution, own_kw: Float) -> Evidence:
    """Daily series that tell when one of `CLASSES` came or went.

    Parameters
    ----------
    own_kw
        (K, D, 48) net import less what the other classes explain.

    Notes
    -----
    A charger raises the highest half-hour and the steepest step. A heat pump raises the night and
    makes the load go up and down with its cycles, by the cold. A battery makes the load spread and
    step, and holds it at zero. Panels pull the noon down, by the sun, at once: attributed
    generation is fitted month by month and steps at the seams. Chosen among some forty daily
    figures on simulated sites by how often the best break lay within 14 days of the truth.
    """
    rows = part.rows
    near = surroundings(cube)
    sun, clock = near.sun[near.place[rows]], near.slot[near.clock[rows]]
    net = cube.net_kw[rows]
    shape = (_N_FIGURES, *net.shape[:2])
    own, site = np.full(shape, np.nan), np.full(shape, np.nan)
    _figures(own_kw, sun, clock, own)
    _figures(net, sun, clock, site)
    day = np.arange(cube.n_days) + _since_new_year(cube)
    level = np.ones(net.shape[:2])
    degrees = np.maximum(_MILD_C - near.day_temp_c[near.station[rows]], 0)
    cold = _standard(degrees, centre=False)
    known = np.isfinite(near.ghi_wm2)
    light = np.where(known, near.ghi_wm2, 0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
    light = np.where(known.any(axis=2), light, np.nan)[near.station[rows]]
    overcast = np.isfinite(light).mean(axis=1) > _MEASURED
    sunlight = np.where(overcast[:, None], light, sun.sum(axis=2))
    light = _standard(sunlight, centre=False)
    turn = 2 * np.pi * day / _YEAR
    week = [np.broadcast_to((day + _weekday(cube)) % 7 == k, level.shape) for k in (5, 6)]
    calendar = [np.broadcast_to(wave(turn), level.shape) for wave in (np.cos, np.sin)]
    name = part.asset_class
    signs: tuple[int, ...]
    running, season = _daily(part.import_kw + part.export_kw), level
    told_by = (DAYS if name == EV_CHARGER else ENERGY,) * len(rows)
    if name == EV_CHARGER:
        running = _blank(np.nan_to_num(part.import_kw).max(axis=2), running)
        series, signs = [own[HIGHEST], site[LARGEST_STEP], running], (1, 1, 1)
        effects, others = [level], [cold, *week]
    elif name == HEAT_PUMP:
        series, signs = [_log(own[NIGHT]), _log(own[ROUGHNESS])], (1, 1)
        season = np.where(np.isfinite(degrees).any(axis=1, keepdims=True), degrees, 1.0)
        bitter = np.maximum(_COLD_C - near.day_temp_c[near.station[rows]], 0)
        effects, others = [level, cold], [*calendar, light, *week, bitter]
    elif name == BESS:
        peak = _blank(np.nan_to_num(part.export_kw).max(axis=2), running)
        series = [running, peak, site[ZERO_SHARE], own[SPREAD], own[ROUGHNESS]]
        signs, effects, others = (1, 1, 1, 1, 1), [level], [*calendar, cold, light]
    else:
        running, season = _sun_pull(net, sun), sunlight
        series, signs = [site[NOON_LOW], running], (-1, 1)
        effects, others = [level, light], []
        told_by = tuple(ANSWER if one else ENERGY for one in overcast)
    return Evidence(
        np.stack(series, axis=1).astype(np.float64),
        np.array(signs, dtype=np.float64),
        np.stack(effects, axis=2),
        np.stack([_standard(one) for one in others], axis=2)
        if others
        else np.zeros((*level.shape, 0)),
        running,
        np.asarray(np.broadcast_to(season, level.shape), dtype=np.float64),
        told_by,
        2 if name == BESS else 0,
    )


@njit(cache=True)
def _figures(kw, sun, clock, out):  # type: ignore[no-untyped-def]
    """Fill (7, K, D) daily figures; NaN on days under half of which is known."""
    for k in range(kw.shape[0]):
        for d in range(kw.shape[1]):
            highest, low, step, total, square, rough = -np.inf, np.inf, 0.0, 0.0, 0.0, 0.0
            night = 0.0
            n = nights = steps = zeros = noons = 0
            top = 0.0
            for j in range(48):
                top = max(top, sun[k, d, j])
            for j in range(48):
                x = kw[k, d, j]
                if isnan(x):
                    continue
                n += 1
                total += x
                square += float(x) * x
                highest = max(highest, x)
                zeros += abs(x) < _NEAR_ZERO_KW
                if top > 0 and sun[k, d, j] >= _HIGH_SUN * top:
                    low = min(low, x)
                    noons += 1
                if clock[k, d, j] < 12:
                    night += x
                    nights += 1
                if j and not isnan(kw[k, d, j - 1]):
                    rise = abs(x - kw[k, d, j - 1])
                    step = max(step, rise)
                    rough += rise
                    steps += 1
            if n < 24:
                continue
            out[HIGHEST, k, d] = highest
            out[NIGHT, k, d] = night / nights if nights else np.nan
            out[ROUGHNESS, k, d] = rough / steps if steps else np.nan
            out[SPREAD, k, d] = np.sqrt(max(square / n - (total / n) ** 2, 0.0))
            out[ZERO_SHARE, k, d] = zeros / n
            out[NOON_LOW, k, d] = low if noons else np.nan
            out[LARGEST_STEP, k, d] = step


@njit(cache=True)
def _sun_pull(kw, sun):  # type: ignore[no-untyped-def]
    """(K, D) how much lower the load lies the higher the sun, kW; NaN on days hardly known.

    Minus the covariance of load and sine of the elevation over the daylight, times its half-hours.
    """
    out = np.full(kw.shape[:2], np.nan)
    for k in range(kw.shape[0]):
        for d in range(kw.shape[1]):
            n = 0
            sums = heights = products = 0.0
            for j in range(48):
                if sun[k, d, j] > 0 and not isnan(kw[k, d, j]):
                    n += 1
                    sums += kw[k, d, j]
                    heights += sun[k, d, j]
                    products += sun[k, d, j] * kw[k, d, j]
            if n > 8:
                out[k, d] = sums * heights / n - products
    return out


def _daily(power: Float) -> Array:
    """(K, D) kWh of each day; NaN where under half the day is known."""
    known = np.isfinite(power).sum(axis=2)
    energy = np.nansum(power, axis=2) * 24 / np.maximum(known, 1)
    return np.where(known >= 24, energy, np.nan)


def _blank(values: Array, like: Array) -> Array:
    return np.where(np.isfinite(like), values, np.nan)


def _log(values: Array) -> Array:
    """Logarithm above a tenth of the series' usual size, which keeps idle days finite."""
    size = np.array([np.median(np.abs(one[np.isfinite(one)])) if np.isfinite(one).any() else 0.0
                     for one in values])  # fmt: skip
    return np.log(np.maximum(values, 0) + 0.1 * size[:, None] + 1e-3)


def _standard(values: npt.NDArray[np.generic], centre: bool = True) -> Array:
    """(K, D) scaled to unit spread, zero where unknown."""
    x = np.asarray(values, dtype=np.float64)
    known = np.isfinite(x)
    n = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, x, 0).sum(axis=1, keepdims=True) / n
    spread = np.sqrt(np.where(known, (x - mean) ** 2, 0).sum(axis=1, keepdims=True) / n)
    return np.where(known, (x - mean * centre) / (spread + 1e-9), 0.0)


def _since_new_year(cube: MeterCube) -> int:
    turn = np.datetime64(cube.first_day, "Y").astype("datetime64[D]")
    return int((np.datetime64(cube.first_day) - turn).astype(np.int64))


def _weekday(cube: MeterCube) -> int:
    """What turns a day of the year into a weekday, 0 Monday."""
    return cube.first_day.weekday() - _since_new_year(cube)
