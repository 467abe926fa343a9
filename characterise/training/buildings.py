"""Traits of one real building's load, read off its half-hours; see `simulate.estate.NAMES`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from characterise.simulate.building_load import activity, by_hour, causes, swing_shape
from characterise.simulate.estate import CAUSES, HOURS
from characterise.simulate.timeline import Bool, Float, Timeline

_NIGHT: Final = slice(2, 10)
_SHIFT_DAYS: Final = 21
_SHORTEST_DAYS: Final = 0.7
_LONGEST_DAYS: Final = 250.0
_RIDGE: Final = 3.0
"""Days that a day of nothing is worth in the regression on causes."""


@dataclass(frozen=True, slots=True)
class Described:
    """One building: mean kW, hourly shape of working and other days (48,), the other traits."""

    mean_kw: float
    shape: Float
    value: dict[str, float]


def describe(kw: Float, time: Timeline, daily_c: Float) -> Described:
    """Traits of a building.

    Parameters
    ----------
    kw
        (n,) load by UTC half-hour of ``time``; NaN where nothing was read.
    daily_c
        (local days,) mean temperature.
    """
    mean = float(np.nanmean(kw))
    table = np.full((time.n_local_days, 48), np.nan)
    table[time.day, time.slot] = kw / mean
    whole = np.isfinite(table).mean(axis=1) > 0.9
    work, rest = time.working & whole, ~time.working & whole
    shape = np.r_[_hourly(table[work]), _hourly(table[rest])]
    shape /= (5 * shape[:HOURS].mean() + 2 * shape[HOURS:].mean()) / 7
    value = {
        "log_open_kw": float(np.log(mean * shape[10:16].mean())),
        "saturday_lean": _lean(table, time, whole),
    }
    night = np.nanmean(np.where(whole[:, None], table, 1.0)[:, _NIGHT], axis=1)
    busy = np.nanmean(np.where(whole[:, None], table, 1.0), axis=1) - night
    why = causes(time, daily_c)
    by_night, night_left = _regress(why, night, whole)
    value |= {f"night_{name}": one for name, one in zip(CAUSES, by_night, strict=True)}
    by_day, _ = _regress(why, busy, work)
    value |= {f"busy_{name}": one for name, one in zip(CAUSES, by_day, strict=True)}
    share = np.clip(
        (shape[HOURS:].mean() - shape[HOURS + 1 : HOURS + 5].mean())
        / max(shape[:HOURS].mean() - shape[1:5].mean(), 0.02),
        0,
        1,
    )
    busy_left = busy - why @ by_day * np.where(time.working, 1.0, share)
    lean = np.select([time.weekday == 5, ~time.working], [1.0, -1.0], 0.0) * value["saturday_lean"]
    expected = share * (busy_left[work].mean())
    busy_left = busy_left - lean * expected
    for days in (work, rest):
        if days.any():
            busy_left = np.where(days, busy_left - busy_left[days].mean(), busy_left)
    sizes, night_left = _without_shifts(night_left, whole)
    value["shifts"] = len(sizes) / (time.n_days / 365)
    value["shift_size"] = float(np.mean(np.abs(sizes))) if sizes else np.nan
    value |= _memory("night", night_left, whole)
    whole_day = night_left + busy_left
    value |= _memory("day", whole_day, work)
    value["day_weekly"] = _weekly(whole_day, work)
    value |= _together(night_left, whole_day, work)
    value["rest_sd"] = float(np.std(whole_day[rest])) if rest.any() else np.nan
    change = np.diff(np.where(whole, whole_day, np.nan))[time.weekday[1:] == 6]
    value["rest_brief"] = float(np.nanstd(change)) / np.sqrt(2)
    value |= _within(table, time, shape, night, busy, whole)
    if not why[whole, 4].any():
        value |= {"night_lockdown": np.nan, "busy_lockdown": np.nan}
    return Described(mean, shape, value)


def _hourly(days: Float) -> Float:
    hours: Float = np.nanmean(days, axis=0).reshape(HOURS, 2).mean(axis=1)
    return hours


def _lean(table: Float, time: Timeline, whole: Bool) -> float:
    """How much busier Saturdays are than Sundays, against their mean, -1 to 1."""
    saturday = np.nanmean(table[whole & (time.weekday == 5)], axis=0)
    sunday = np.nanmean(table[whole & (time.weekday == 6)], axis=0)
    still = (saturday[_NIGHT].mean() + sunday[_NIGHT].mean()) / 2
    one, other = saturday.mean() - still, sunday.mean() - still
    total = abs(one) + abs(other)
    return float(np.clip((one - other) / total, -1, 1)) if total > 0.02 else 0.0


def _regress(why: Float, seen: Float, days: Bool) -> tuple[Float, Float]:
    """Effects of the causes, shrunk a little, and what they leave on every day."""
    centred = why[days] - why[days].mean(axis=0)
    level = seen[days].mean()
    gram = centred.T @ centred + np.diag(_RIDGE * np.array([0.3, 0.05, 0.2, 0.5, 0.5]))
    effect: Float = np.linalg.solve(gram, centred.T @ (seen[days] - level))
    left: Float = seen - level - (why - why[days].mean(axis=0)) @ effect
    return effect, left


def _without_shifts(left: Float, whole: Bool) -> tuple[list[float], Float]:
    """Steps of the level that last three weeks on either side, and the rest."""
    sizes: list[float] = []
    level = np.where(whole, left, 0.0)
    width = _SHIFT_DAYS
    for _ in range(6):
        total = np.r_[0.0, np.cumsum(level)]
        at = np.arange(width, len(level) - width)
        gap = (total[at + width] - 2 * total[at] + total[at - width]) / width
        best = int(at[np.argmax(np.abs(gap))])
        near = level[best - width : best], level[best : best + width]
        size = float(np.median(near[1]) - np.median(near[0]))
        inner = max(_spread(near[0]), _spread(near[1]), 0.01)
        if abs(size) < max(0.07, 2.5 * inner):
            break
        sizes.append(size)
        level = level - np.where(np.arange(len(level)) >= best, size, 0.0)
        level = level - level.mean()
    return sizes, level


def _memory(name: str, left: Float, days: Bool) -> dict[str, float]:
    """Spread, lasting share and memory in days, from its changes over one day and over three weeks.

    What the span's own mean takes away from the spread of a first-order process is given back.
    """
    held = np.where(days, left, np.nan)
    held = held - np.nanmean(held)
    total = float(np.nanmean(held**2))
    near, far = (total - float(np.nanmean((held[lag:] - held[:-lag]) ** 2)) / 2 for lag in (1, 21))
    memory, lasting, lost = _SHORTEST_DAYS, 0.0, 0.0
    for _ in range(20):
        ratio = np.clip((far + lost) / max(near + lost, 1e-9 + 0.05 * total), 0.02, 1.0)
        memory = float(np.clip(-20 / np.log(min(ratio, 0.9999)), _SHORTEST_DAYS, _LONGEST_DAYS))
        lasting = float(np.clip((near + lost) * np.exp(1 / memory), 0.03 * total, total + lost))
        part = memory / len(held)
        lost = lasting * 2 * part * (1 - part * (1 - np.exp(-1 / part)))
    return {
        f"{name}_sd": float(np.sqrt(total + lost)),
        f"{name}_slow": lasting / (total + lost),
        f"{name}_days": memory,
    }


def _weekly(left: Float, days: Bool) -> float:
    """By how much a day is more like that a week on than like the days about that one."""
    held = np.where(days, left, np.nan)
    about = (_lagged(held, 6) + _lagged(held, 8)) / 2
    return _lagged(held, 7) - about


def _together(night: Float, whole_day: Float, days: Bool) -> dict[str, float]:
    """Correlation of night level and the day's mean: of what lasts a week, and of their changes."""
    one, other = np.where(days, night, np.nan), np.where(days, whole_day, np.nan)
    one, other = one - np.nanmean(one), other - np.nanmean(other)
    size = max(float(np.nanstd(one) * np.nanstd(other)), 1e-9)
    week = float(np.nanmean(one[7:] * other[:-7]) + np.nanmean(one[:-7] * other[7:])) / 2 / size
    return {"slow_together": week, "brief_together": _lagged_pair(np.diff(one), np.diff(other))}


def _within(
    table: Float, time: Timeline, shape: Float, night: Float, busy: Float, whole: Bool
) -> dict[str, float]:
    """Noise inside the day, by hour: what level and usual shape of the day leave."""
    swing = swing_shape(by_hour(shape[:HOURS]))
    usual = np.where(time.working[:, None], by_hour(shape[:HOURS]), by_hour(shape[HOURS:]))
    still = usual[:, _NIGHT].mean(axis=1)
    extra = busy - (usual.mean(axis=1) - still)
    expected = usual + (night - still)[:, None] + extra[:, None] * swing
    left = np.where(whole[:, None], table - expected, np.nan)
    hour = left.reshape(len(left), HOURS, 2).mean(axis=2)
    lively_days = activity(by_hour(shape[:HOURS]), busy)[:, None]
    by_night, by_day = _spread(hour[:, :6]), _spread((hour / lively_days)[time.working, 9:17])
    shade = np.interp(np.arange(HOURS), (6, 9, 17, 23), (0, 1, 1, 0.3))
    level = by_night + (lively_days * by_day - by_night) * shade
    unit = (hour / np.maximum(level, 1e-6)).reshape(-1)
    held = np.clip(unit, -4, 4)
    return {
        "noise_by_night": by_night,
        "noise_by_day": by_day,
        "noise_slow": _lagged(held, 1),
        "noise_hours": _lagged(held, 3),
        "noise_weekly": _lagged(np.diff(held), 7 * HOURS),
        **_bend(unit[np.isfinite(unit)]),
    }


def _bend(unit: Float) -> dict[str, float]:
    """Tails of Tukey's h on either side, by quantiles."""
    low, lower, upper, high = np.quantile(unit, (0.01, 0.25, 0.75, 0.99)) - np.median(unit)
    wide = 2 / (2.326**2 - 0.6745**2)
    rise = np.log(max(high, 1e-3) / max(upper, 1e-3)) - np.log(2.326 / 0.6745)
    fall = np.log(max(-low, 1e-3) / max(-lower, 1e-3)) - np.log(2.326 / 0.6745)
    return {"noise_rise": float(wide * rise), "noise_fall": float(wide * fall)}


def _spread(values: Float) -> float:
    """Standard deviation by the middle half."""
    low, high = np.nanquantile(values, (0.25, 0.75))
    return float(high - low) / 1.349


def _lagged(values: Float, lag: int) -> float:
    return _lagged_pair(values[:-lag], values[lag:])


def _lagged_pair(one: Float, other: Float) -> float:
    """Correlation where both are known; 0 where that is hardly ever."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 20:
        return 0.0
    return float(np.corrcoef(one[both], other[both])[0, 1])
