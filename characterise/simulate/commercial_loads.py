"""Loads of a business that look like a flexible asset and are none, sized by its peak, (n,) kW."""

from __future__ import annotations

import numpy as np

from characterise.simulate.household import begin
from characterise.simulate.runs import mean_power, smooth_noise
from characterise.simulate.timeline import Float, Int, Timeline
from characterise.simulate.weather import Weather


def welding(rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float) -> Float:
    """Bursts of plant in working hours."""
    day = _often(rng, np.where(time.working, 4.0, 0.0))
    start = begin(time, day, 2 * rng.uniform(8, 16.5, len(day)))
    power = rng.uniform(10, 35) * rng.uniform(0.7, 1.0, len(day))
    return mean_power(time.n, start, 2 * rng.uniform(0.1, 0.8, len(day)), power)


def kiln(rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float) -> Float:
    """A kiln or an oven for batches: half a day at its rating, as long as a car takes to charge."""
    kw = float(np.clip(peak_kw * rng.uniform(0.08, 0.25), 6, 150))
    day = _often(rng, np.where(time.working, rng.uniform(0.15, 0.6), 0.0))
    start = begin(time, day, 2 * np.clip(rng.normal(rng.choice([7, 17, 22]), 0.6, len(day)), 0, 23))
    rise = 2 * rng.uniform(3, 6, len(day))
    heat = mean_power(time.n, start, rise, np.full(len(day), kw))
    hold = mean_power(
        time.n, start + rise, 2 * rng.uniform(1, 5, len(day)), np.full(len(day), 0.45 * kw)
    )
    return heat + hold


def server_room(
    rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float
) -> Float:
    """Computers day and night with their cooling, moved at times to another level."""
    kw = float(np.clip(peak_kw * rng.uniform(0.05, 0.3), 2, 500))
    steps = np.cumsum(
        rng.normal(0, 0.06, time.n_local_days) * (rng.random(time.n_local_days) < 0.02)
    )
    load = kw * np.clip(1 + steps, 0.5, 1.6)[time.day] * (1 + 0.02 * smooth_noise(rng, time.n, 0.9))
    return np.asarray(load * (1.12 + 0.015 * np.clip(weather.temp_c - 10, 0, None)))


def irrigation_pump(
    rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float
) -> Float:
    """A pump for fields, run through dry summer nights or days: a square block for weeks."""
    kw = float(np.clip(peak_kw * rng.uniform(0.1, 0.4), 5, 120))
    season = np.isin(time.month, (4, 5, 6, 7, 8))
    dry = season & ~weather.wet & (rng.random(time.n_local_days) < 0.8)
    day = np.flatnonzero(dry)
    begins = float(rng.choice([21.0, 22.0, 4.0, 9.0]))
    start = begin(time, day, np.full(len(day), 2 * begins))
    length = 2 * np.clip(rng.normal(7.0, 1.0, len(day)), 2, 10)
    return mean_power(time.n, start, length, np.full(len(day), kw))


def pool_hall(rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float) -> Float:
    """Pumps round the clock and a heater that follows the cold and the cover."""
    kw = float(np.clip(peak_kw * rng.uniform(0.1, 0.35), 6, 150))
    hour = time.slot / 2
    shut = (hour < 6.5) | (hour >= 21.5)
    need = np.clip((26 - weather.temp_c) / 26, 0.05, 1.2) * np.where(shut, 0.55, 1.0)
    grain = np.clip(1 + 0.25 * smooth_noise(rng, time.n, 0.4), 0.3, 1.7)
    return np.asarray(kw * (0.25 + 0.75 * np.minimum(need * grain, 1.0)))


def lift(rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float) -> Float:
    """Lifts, doors and stair lights that people share: some power always, ragged by day."""
    kw = float(np.clip(peak_kw * rng.uniform(0.02, 0.06), 1.0, 30))
    hour = time.slot / 2
    awake = np.exp(-(((hour - 8.5) / 1.6) ** 2)) + np.exp(-(((hour - 17.8) / 2.4) ** 2))
    rides = rng.gamma(2.0, 0.5, time.n) * (0.05 + awake)
    return np.asarray(kw * (0.25 + 0.2 * weather.dark + 0.6 * rides))


def night_heating(
    rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float
) -> Float:
    """Floors and stores heated in cheap hours, longer the colder the day: a block like a fleet."""
    kw = float(np.clip(peak_kw * rng.uniform(0.15, 0.5), 5, 200))
    hours = np.clip(7 * np.clip((15 - weather.daily_c) / 15, 0, 1) * rng.uniform(0.7, 1.1), 0, 7)
    day = np.flatnonzero(hours > 0.3)
    start = begin(time, day, np.full(len(day), 2 * (0.5 + rng.uniform(0, 0.2))))
    return mean_power(time.n, start, 2 * hours[day], np.full(len(day), kw))


def _often(rng: np.random.Generator, daily: Float) -> Int:
    """Local day of each run, given the mean number of runs of each day."""
    return np.repeat(np.arange(len(daily)), rng.poisson(daily))
