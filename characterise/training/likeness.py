"""Statistics of a load's shape: what a year of half-hours looks like, whoever made them.

Every statistic is of one boundary by itself, in import less export, and free of units except the
mean: load duration, autocorrelation, steps, the day, the week and the year.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SLOTS: Final = 48
LEVELS: Final = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
"""Points of the load duration curve."""
STEP_LEVELS: Final = (0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999)
LAGS: Final = (1, 2, 3, 4, 8, 48, 96, 336)
_PARTS_OF_DAY: Final = ((0, 10), (10, 14), (14, 18), (18, 24), (24, 32), (32, 40), (40, 48))
"""First and last slot, the last exclusive, of local or UTC days as they come."""
NAMES: Final = (
    "log_mean_kw",
    *(f"duration_{level:g}" for level in LEVELS),
    "log_cv",
    *(f"acf_{lag}" for lag in LAGS),
    *(f"step_{level:g}" for level in STEP_LEVELS),
    "step_acf_1",
    "step_acf_2",
    "step_small_share",
    "rise_over_fall",
    *(f"part_{first // 2:02d}_{last // 2:02d}" for first, last in _PARTS_OF_DAY),
    "weekend_ratio",
    "weekend_profile_shift",
    "night_share_of_min",
    "day_profile_correlation",
    "day_energy_cv",
    "day_energy_acf_1",
    "day_energy_acf_7",
    "day_max_over_mean",
    "day_max_cv",
    "day_max_slot_spread",
    "quiet_days",
    "winter_ratio",
    "summer_ratio",
    "winter_evening_ratio",
    "month_cv",
    "week_energy_acf_1",
)


def load_statistics(net_kwh: Array, weekday: npt.NDArray[np.int64], month: Array) -> Array:
    """Statistics of one boundary.

    Parameters
    ----------
    net_kwh
        (D, 48) import less export of each half-hour, kWh; NaN where nothing was read.
    weekday
        (D,) 0 is Monday.
    month
        (D,) 0 is January.

    Returns
    -------
    (len(NAMES),) in the order of `NAMES`; NaN where a span is too short to tell.
    """
    kw = 2 * net_kwh
    flat = kw.reshape(-1)
    mean = float(np.nanmean(np.abs(flat)))
    unit = flat / max(mean, 1e-9)
    table = unit.reshape(kw.shape)
    step = np.diff(unit)
    found = [
        float(np.log(max(mean, 1e-6))),
        *np.nanquantile(unit, np.array(LEVELS)),
        float(np.log(max(float(np.nanstd(unit)), 1e-6))),
        *(_correlation(unit[:-lag], unit[lag:]) for lag in LAGS),
        *np.nanquantile(step, np.array(STEP_LEVELS)),
        _correlation(step[:-1], step[1:]),
        _correlation(step[:-2], step[2:]),
        float(np.nanmean(np.abs(step) < 0.02)),
        _ratio(float(np.nanquantile(step, 0.99)), -float(np.nanquantile(step, 0.01))),
        *_day_shape(table),
        *_week(table, weekday),
        *_days(table),
        *_year(table, month, weekday),
    ]
    return np.asarray(found, dtype=np.float64)


def _day_shape(table: Array) -> list[float]:
    profile = np.nanmean(table, axis=0)
    return [float(profile[first:last].mean()) for first, last in _PARTS_OF_DAY]


def _week(table: Array, weekday: npt.NDArray[np.int64]) -> list[float]:
    free = weekday >= 5
    if free.all() or not free.any():
        return [np.nan, np.nan]
    rest, work = np.nanmean(table[free], axis=0), np.nanmean(table[~free], axis=0)
    return [_ratio(rest.mean(), work.mean()), float(np.mean(np.abs(rest - work)))]


def _days(table: Array) -> list[float]:
    whole = table[np.isfinite(table).mean(axis=1) > 0.9]
    if len(whole) < 20:
        return [np.nan] * 9
    energy, top = np.nanmean(whole, axis=1), np.nanmax(whole, axis=1)
    profile = np.nanmean(whole, axis=0)
    alike = [_correlation(day, profile) for day in whole]
    peak = np.nanargmax(whole, axis=1) / SLOTS * 2 * np.pi
    spread = 1 - float(np.abs(np.mean(np.exp(1j * peak))))
    return [
        _ratio(np.nanquantile(whole[:, 2:10], 0.1), np.nanquantile(whole, 0.5)),
        float(np.nanmean(alike)),
        _ratio(energy.std(), abs(energy.mean())),
        _correlation(energy[:-1], energy[1:]),
        _correlation(energy[:-7], energy[7:]),
        float(np.mean(top)),
        _ratio(top.std(), top.mean()),
        spread,
        float(np.mean(energy < 0.45 * np.median(energy))),
    ]


def _year(table: Array, month: Array, weekday: npt.NDArray[np.int64]) -> list[float]:
    winter, summer = np.isin(month, (11, 0, 1)), np.isin(month, (5, 6, 7))
    level = float(np.nanmean(table))
    by_month = np.array([_mean(table[month == m]) for m in range(12)])
    weeks = len(table) // 7
    by_week = np.array([_mean(week) for week in table[: 7 * weeks].reshape(weeks, -1)])
    return [
        _ratio(_mean(table[winter]), level),
        _ratio(_mean(table[summer]), level),
        _ratio(_mean(table[winter][:, 33:40]), _mean(table[summer][:, 33:40])),
        _ratio(np.nanstd(by_month), abs(level)),
        _correlation(by_week[:-1], by_week[1:]),
    ]


def _mean(values: Array) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def _ratio(top: float, bottom: float) -> float:
    return float(top) / bottom if abs(bottom) > 1e-9 else float("nan")


def _correlation(one: Array, other: Array) -> float:
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 8:
        return float("nan")
    a, b = one[both], other[both]
    scale = float(a.std() * b.std())
    return float(np.mean((a - a.mean()) * (b - b.mean()))) / scale if scale > 1e-12 else 0.0
