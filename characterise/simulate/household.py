"""A home without its low-carbon assets: who is in, and what they switch on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.runs import mean_power, smooth_noise
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather import Weather

HOUR_OF_SLOT: Final = (np.arange(SLOTS_PER_DAY) + 0.5) / 2


@dataclass(frozen=True, slots=True)
class Habit:
    """Typical hours of one kind of household; hours are of the local wall clock."""

    wake: float
    leave: float
    back: float
    bed: float
    home_by_day: float
    """Chance that somebody stays in on a working day."""
    size: float
    """Use against a middling home."""


HABITS: Final = {
    "couple_at_work": Habit(6.6, 8.0, 17.8, 22.8, 0.12, 0.85),
    "family": Habit(6.8, 8.4, 15.8, 22.6, 0.30, 1.35),
    "home_worker": Habit(7.2, 8.8, 17.2, 23.2, 0.85, 1.05),
    "retired": Habit(7.4, 10.4, 12.6, 22.2, 0.80, 0.80),
    "single_flat": Habit(7.2, 8.4, 18.6, 23.6, 0.20, 0.55),
    "shift_worker": Habit(9.5, 13.0, 22.4, 25.0, 0.35, 0.75),
}


@dataclass(frozen=True, slots=True)
class Household:
    """Base load of a home and the days nobody is there."""

    load_kw: Float
    """(n,) everything but heating, vehicles and generation."""
    away: Bool
    """(local days,) nobody sleeps here."""
    active: Float
    """(local days, 48) share of the half-hour in which people are up and in."""


def household(
    rng: np.random.Generator, time: Timeline, weather: Weather, archetype: str
) -> Household:
    """Draw a home of one of `HABITS` over the span."""
    habit = HABITS[archetype]
    size = habit.size * rng.lognormal(0.0, 0.42)
    away = _holidays(rng, time)
    active = _active(rng, time, habit) * ~away[:, None]
    awake = time.on_wall_clock(active)
    always = size * rng.lognormal(np.log(0.085), 0.5)
    standby = always * np.exp(0.25 * smooth_noise(rng, time.n, 0.93))
    # A gas boiler's pump and fan follow the cold while people are up.
    pump = rng.uniform(0.05, 0.13) * (weather.temp_c < 14) * np.sqrt(awake)
    cold = 0.04 * rng.choice([1, 1, 2]) * (1 + 0.02 * (weather.temp_c - 15))
    cold = cold * (1 + 0.2 * smooth_noise(rng, time.n, -0.3)).clip(0.1)
    light = 0.16 * size * awake * weather.dark * rng.uniform(0.5, 1.4)
    mood = np.exp(0.55 * smooth_noise(rng, time.n, 0.75) - 0.15)
    pottering = 0.24 * size * awake * mood * rng.gamma(3.0, 1 / 3.0, time.n)
    load = standby + pump + cold + light + pottering + _appliances(rng, time, active, away, size)
    return Household(np.maximum(load, 0.0), away, active)


def _holidays(rng: np.random.Generator, time: Timeline) -> Bool:
    away = np.zeros(time.n_local_days, dtype=bool)
    for _ in range(rng.poisson(2.2 * time.n_days / 365)):
        first = int(rng.integers(0, time.n_local_days))
        away[first : first + int(rng.choice([2, 3, 7, 7, 10, 14]))] = True
    return away


def _active(rng: np.random.Generator, time: Timeline, habit: Habit) -> Float:
    days = time.n_local_days
    free = ~time.working

    def at(hour: float, spread: float) -> Float:
        return (hour + spread * rng.standard_normal(days))[:, None]

    late = free[:, None] * 1.1
    wake, bed = at(habit.wake, 0.35) + late, at(habit.bed, 0.45) + 0.4 * late
    leave, back = at(habit.leave, 0.4) + late, at(habit.back, 0.8)
    in_all_day = rng.random(days) < np.where(free, 0.45, habit.home_by_day)
    hour = HOUR_OF_SLOT[None, :]
    up = _between(hour, wake, bed) + _between(hour + 24, wake, bed)
    out = _between(hour, leave, np.maximum(back, leave)) * ~in_all_day[:, None]
    # An empty house is not quite still: timers, pets, whoever came home early.
    return np.clip(up - 0.8 * out, 0.0, 1.0)


def _between(hour: Float, start: Float, end: Float) -> Float:
    """Share of each half-hour between two times of day."""
    first, last = hour - 0.25, hour + 0.25
    inside: Float = np.clip((np.minimum(last, end) - np.maximum(first, start)) * 2, 0.0, 1.0)
    return inside


# appliance: runs a week, hours of the day (mean, spread) or None when active, length h, kW
_APPLIANCES: Final = (
    ("breakfast", 4.0, (7.6, 0.8), (0.10, 0.30), (0.8, 2.0)),
    ("kettle", 14.0, None, (0.04, 0.09), (2.2, 3.0)),
    ("lunch", 2.2, (12.8, 0.6), (0.2, 0.5), (0.7, 1.8)),
    ("hob and oven", 4.5, (18.2, 0.9), (0.4, 1.2), (0.7, 2.0)),
    ("washing heat", 2.4, None, (0.25, 0.55), (1.6, 2.2)),
    ("dishwasher heat", 2.4, (20.2, 1.3), (0.3, 0.6), (1.4, 2.0)),
    ("tumble dryer", 1.0, None, (0.6, 1.4), (1.2, 2.2)),
    ("iron and vacuum", 1.4, None, (0.2, 0.6), (1.0, 2.0)),
)


def _appliances(
    rng: np.random.Generator, time: Timeline, active: Float, away: Bool, size: float
) -> Float:
    load = np.zeros(time.n)
    chance = active.sum(axis=1) + 1e-9
    for _, weekly, clock, hours, power in _APPLIANCES:
        owned = rng.random() < 0.85
        rate = weekly / 7 * size**0.5 * rng.uniform(0.35, 1.25) * owned
        count = rng.poisson(rate, time.n_local_days) * ~away
        day = np.repeat(np.arange(time.n_local_days), count)
        if clock is None:
            slot = _draw_slots(rng, active / chance[:, None], day)
        else:
            slot = np.clip(2 * rng.normal(*clock, len(day)), 0, SLOTS_PER_DAY - 1)
        length = 2 * rng.uniform(*hours, len(day))
        power_kw = rng.uniform(*power) * rng.uniform(0.9, 1.1, len(day))
        start = begin(time, day, slot)
        load += mean_power(time.n, start, length, power_kw)
    return load


def begin(time: Timeline, day: np.ndarray[tuple[int], np.dtype[np.int64]], slot: Float) -> Float:
    """Position in half-hours of a wall-clock time; a time the short day skips moves on an hour."""
    whole = np.floor(slot).astype(np.int64)
    place = time.index[day, whole]
    later = time.index[day, np.minimum(whole + 2, SLOTS_PER_DAY - 1)]
    found = np.where(place >= 0, place, later)
    # Off the ends of the span: past the last half-hour, so that nothing is laid down.
    return np.where(found >= 0, found + (slot - whole), time.n).astype(np.float64)


def _draw_slots(
    rng: np.random.Generator, share: Float, day: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> Float:
    cumulative = np.cumsum(share, axis=1)
    draw = rng.random(len(day))
    slot = (cumulative[day] < draw[:, None]).sum(axis=1)
    drawn: Float = np.minimum(slot, SLOTS_PER_DAY - 1) + rng.random(len(day)) * 0.999
    return drawn
