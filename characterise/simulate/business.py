"""A business without its flexible assets: opening hours, plant, heating and cooling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from characterise.simulate.building_load import building_load, lively
from characterise.simulate.business_calendar import (
    christmas,
    lockdown,
    school_term,
    university_term,
)
from characterise.simulate.estate import Traits, draw
from characterise.simulate.household import HOUR_OF_SLOT
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Float, Timeline
from characterise.simulate.trades import TRADES, Marks, Trade
from characterise.simulate.weather import Weather

__all__ = ["TRADES", "Premises", "Trade", "business"]

_STEADIEST: Final = {
    "night_sd": 0.10,
    "day_sd": 0.12,
    "rest_sd": 0.08,
    "rest_brief": 0.05,
    "noise_by_night": 0.03,
    "noise_by_day": 0.07,
    "shift_size": 0.3,
    "noise_rise": 0.3,
    "noise_fall": 0.3,
}
"""Most of each that a trade of regular hours has, for each 0.06 of its wobble."""


@dataclass(frozen=True, slots=True)
class Premises:
    """Load of a business: all of it, and the part of it that is plant, (n,) kW each."""

    load_kw: Float
    plant_kw: Float


def business(
    rng: np.random.Generator, time: Timeline, weather: Weather, archetype: str, peak_kw: float
) -> Premises:
    """Draw one of `TRADES` that takes about ``peak_kw`` when open."""
    trade = TRADES[archetype]
    if trade.marks is not None:
        traits = draw(rng, peak_kw, trade.marks, population=trade.population)
        load = peak_kw / traits.open_level * building_load(rng, time, weather, traits)
        return Premises(load, load * _part(rng, time, trade.plant))
    busy = _busy(rng, time, trade)
    table = _open(rng, time, trade) * busy[:, None]
    open_now = time.on_wall_clock(table)
    warm = np.clip(weather.temp_c - 15, 0, None) / 10 * trade.cooling
    cold = np.clip(15 - weather.temp_c, 0, None) / 10 * trade.heating
    climate = warm * np.maximum(open_now, 0.15) + cold * open_now
    level = trade.night + (1 - trade.night) * table
    mean = float(level.mean())
    traits = _regular(draw(rng, peak_kw, Marks()), trade, level / mean, time)
    idle = traits.value["busy_lockdown"] * lockdown(time) * (level.mean(axis=1) / mean)
    rest = mean * lively(rng, time, traits, level / mean, busy=idle) + climate
    plant = peak_kw * trade.plant * _plant(rng, time, trade, open_now, warm)
    return Premises(peak_kw * (1 - trade.plant) * np.maximum(rest, 0.02) + plant, plant)


def _part(rng: np.random.Generator, time: Timeline, share: float) -> Float:
    """(n,) share of a building's load that is fans and chillers; it wanders by days and hours."""
    slow = smooth_noise(rng, time.n_local_days, 0.9)[time.day]
    quick = smooth_noise(rng, time.n, 0.9)
    return np.clip(share * (1 + 0.08 * slow + 0.06 * quick), 0.02, 0.85)


def _regular(drawn: Traits, trade: Trade, level: Float, time: Timeline) -> Traits:
    """Traits of a drawn building with this trade's hours, calmer where it is calmer."""
    hours = level.reshape(len(level), 24, 2).mean(axis=2)
    work = hours[time.working].mean(axis=0) if time.working.any() else hours.mean(axis=0)
    rest = hours[~time.working].mean(axis=0) if (~time.working).any() else work
    most = {name: one * trade.wobble / 0.06 for name, one in _STEADIEST.items()}
    calmer = {name: min(drawn.value[name], one) for name, one in most.items()}
    return replace(drawn, work=work, rest=rest, value={**drawn.value, **calmer})


def _plant(
    rng: np.random.Generator, time: Timeline, trade: Trade, open_now: Float, warm: Float
) -> Float:
    """Plant goes its own way: compressors by warmth, doors and defrost; lines by batch."""
    slow = 1 + 0.06 * smooth_noise(rng, time.n_local_days, 0.85)[time.day]
    if trade.continuous:
        own = 1 + 0.09 * smooth_noise(rng, time.n, 0.8) + 0.03 * rng.standard_normal(time.n)
        return np.clip((0.78 + 0.1 * open_now + warm) * slow * own, 0.05, 1.6)
    batch = np.clip(1 + 0.2 * smooth_noise(rng, time.n, 0.93), 0.3, 1.5)
    return np.clip((0.06 + 0.9 * open_now + warm * open_now) * slow * batch, 0.02, 1.6)


def _busy(rng: np.random.Generator, time: Timeline, trade: Trade) -> Float:
    on_weekday, on_saturday, on_sunday = trade.days
    busy = np.where(time.working, on_weekday, on_sunday)
    busy = np.where(time.weekday == 5, on_saturday, busy)
    if trade.school_holidays:
        busy = np.where(school_term(time), busy, 0.12 * busy)
    if trade.university_holidays:
        busy = np.where(university_term(time), busy, 0.45 * busy)
    shut = christmas(time)
    if rng.random() < 0.6 and not trade.days[2] > 0.3:
        busy = np.where(shut, np.minimum(busy, on_sunday), busy)
    varied: Float = busy * (1 + 0.04 * rng.standard_normal(time.n_local_days)).clip(0.8, 1.2)
    return varied


def _open(rng: np.random.Generator, time: Timeline, trade: Trade) -> Float:
    days = time.n_local_days
    opens = (trade.opens + rng.normal(0, 0.5) + 0.12 * rng.standard_normal(days))[:, None]
    closes = (trade.closes + rng.normal(0, 0.7) + 0.2 * rng.standard_normal(days))[:, None]
    hour: Float = HOUR_OF_SLOT[None, :]
    rise = np.clip((hour - opens) / 1.0 + 0.5, 0, 1)
    fall = np.clip((closes - hour) / 1.2 + 0.5, 0, 1)
    shape = rise * fall
    if trade.shifts:
        # Meal breaks and the change of shift.
        for pause in (10.0, 14.0, 18.0):
            shape = shape * (1 - 0.28 * np.exp(-(((hour - pause) / 0.35) ** 2)))
    return shape * (1 - 0.06 * np.exp(-(((hour - 13) / 1.0) ** 2)))
