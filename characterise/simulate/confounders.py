"""Loads that look like a flexible asset and are none: the hard negatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from characterise.simulate.commercial_loads import (
    irrigation_pump,
    kiln,
    lift,
    night_heating,
    pool_hall,
    server_room,
    welding,
)
from characterise.simulate.household import begin
from characterise.simulate.runs import mean_power
from characterise.simulate.small_generators import chp, small_wind, wind
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather import Weather

Draw = Callable[[np.random.Generator, Timeline, Weather, Bool], Float]
SizedDraw = Callable[[np.random.Generator, Timeline, Weather, float], Float]


def storage_heating(
    rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool
) -> Float:
    """Night storage heaters: a fixed block after midnight, longer the colder the day."""
    kw = float(rng.choice([3.4, 5.1, 6.8, 8.5]))
    cold = np.clip((15 - weather.daily_c) / 15, 0, 1) * ~away
    hours = np.clip(7 * cold * rng.uniform(0.7, 1.1), 0, 7)
    day = np.flatnonzero(hours > 0.3)
    start = begin(time, day, np.full(len(day), 2 * (0.5 + rng.uniform(0, 0.2))))
    return mean_power(time.n, start, 2 * hours[day], np.full(len(day), kw * 0.97))


def immersion(rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool) -> Float:
    """A 3 kW immersion heater on a timer, with a thermostat that ends it."""
    day = np.flatnonzero(~away)
    hour = float(rng.choice([1.5, 3.0, 5.5, 16.5]))
    start = begin(time, day, np.full(len(day), 2 * hour))
    length = 2 * np.clip(rng.normal(1.2, 0.4, len(day)), 0.2, 2.5)
    return mean_power(time.n, start, length, np.full(len(day), rng.uniform(2.7, 3.0)))


def shower(rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool) -> Float:
    """An electric shower: 8.5-10.5 kW for some minutes."""
    count = rng.poisson(rng.uniform(0.8, 2.4), time.n_local_days) * ~away
    day = np.repeat(np.arange(time.n_local_days), count)
    hour = np.where(rng.random(len(day)) < 0.7, 7.2, 20.5) + 0.7 * rng.standard_normal(len(day))
    start = begin(time, day, 2 * np.clip(hour, 0, 23.9))
    power = np.full(len(day), rng.uniform(8.3, 10.2))
    return mean_power(time.n, start, 2 * rng.uniform(0.06, 0.18, len(day)), power)


def sauna(rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool) -> Float:
    """A 6 kW sauna or hot tub warmed up in the evening."""
    day = np.flatnonzero((rng.random(time.n_local_days) < 0.22) & ~away)
    start = begin(time, day, 2 * np.clip(rng.normal(18.8, 1.2, len(day)), 10, 23))
    heat = mean_power(time.n, start, np.full(len(day), 1.3), np.full(len(day), 6.0))
    hold = mean_power(
        time.n, start + 1.3, 2 * rng.uniform(0.5, 1.2, len(day)), np.full(len(day), 2.8)
    )
    return heat + hold


def panel_heaters(rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool) -> Float:
    """Direct electric heating: follows the cold like a heat pump, at a COP of one."""
    hour = time.slot / 2
    on = ((hour >= 6.5) & (hour < 9)) | ((hour >= 16.5) & (hour < 22.5))
    need = rng.uniform(0.10, 0.26) * np.clip(14.5 - weather.temp_c, 0, None)
    grain = np.clip(1 + 0.25 * rng.standard_normal(time.n), 0.2, 1.6)
    return np.where(on & ~away[time.day], need * grain, 0.12 * need)


def air_conditioning(
    rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool
) -> Float:
    """Cooling on hot days only."""
    hour = time.slot / 2
    hot = np.clip(weather.temp_c - 21, 0, 8) / 8
    return np.where((hour >= 11) & (hour < 23) & ~away[time.day], hot * rng.uniform(0.8, 2.2), 0.0)


def hot_tub(rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool) -> Float:
    """A tub kept hot outside all year: a heater that comes and goes, more in the cold."""
    kw = float(rng.choice([2.0, 3.0, 6.0]))
    loss = rng.uniform(0.006, 0.014) * (38 - weather.temp_c)
    use = np.zeros(time.n_local_days)
    use[(rng.random(time.n_local_days) < 0.35) & ~away] = 1.0
    hour = time.slot / 2
    bathed = use[time.day] * ((hour >= 18.5) & (hour < 22)) * rng.uniform(0.6, 1.5)
    wanted = (loss + bathed) / kw
    # The thermostat answers in whole runs: most half-hours are none or half on.
    on = rng.random(time.n) < np.clip(wanted * 1.6, 0, 1)
    return np.where(on, kw * np.clip(rng.uniform(0.35, 0.9, time.n), 0, 1), 0.0) + 0.06


def hobby_kiln(rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool) -> Float:
    """A pottery kiln: 3 to 9 kW for most of a night or day, once in a while."""
    kw = float(rng.choice([2.9, 6.0, 9.0]))
    day = np.flatnonzero((rng.random(time.n_local_days) < rng.uniform(0.03, 0.12)) & ~away)
    start = begin(time, day, 2 * np.clip(rng.normal(rng.choice([9, 19, 23]), 0.7, len(day)), 0, 23))
    heat = 2 * rng.uniform(4, 8, len(day))
    return mean_power(time.n, start, heat, kw * rng.uniform(0.75, 1.0, len(day)))


def swimming_pool(rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool) -> Float:
    """A garden pool from May to September: a pump on a timer and a heater while it is cool."""
    season = np.isin(time.month, (4, 5, 6, 7, 8))
    opens, hours = rng.uniform(8, 11), rng.uniform(6, 10)
    hour = time.slot / 2
    running = ((hour >= opens) & (hour < opens + hours)) & season[time.day]
    heater = rng.uniform(2.0, 5.0) * np.clip((24 - weather.temp_c) / 10, 0, 1)
    return np.where(running, rng.uniform(0.5, 1.1) + heater, 0.0)


DOMESTIC: Final[dict[str, Draw]] = {
    "storage_heating": storage_heating,
    "immersion": immersion,
    "shower": shower,
    "sauna": sauna,
    "panel_heaters": panel_heaters,
    "air_conditioning": air_conditioning,
    "hot_tub": hot_tub,
    "hobby_kiln": hobby_kiln,
    "swimming_pool": swimming_pool,
    "small_wind": small_wind,
}
COMMERCIAL: Final[dict[str, SizedDraw]] = {
    "welding": welding,
    "kiln": kiln,
    "server_room": server_room,
    "irrigation_pump": irrigation_pump,
    "pool_hall": pool_hall,
    "lift": lift,
    "night_heating": night_heating,
    "chp": chp,
    "wind": wind,
}
GENERATING: Final = ("chp", "wind", "small_wind")
"""Those that can export; no class of asset covers them."""


def confounding(
    rng: np.random.Generator,
    time: Timeline,
    weather: Weather,
    *,
    name: str,
    away: Bool,
    peak_kw: float,
) -> Float:
    """(n,) kW of one of `DOMESTIC` or `COMMERCIAL`, the latter sized by the premises' peak."""
    if name in COMMERCIAL:
        return COMMERCIAL[name](rng, time, weather, peak_kw)
    if name in DOMESTIC:
        return DOMESTIC[name](rng, time, weather, away)
    raise ValueError(
        f"no load is called {name!r}; use one of {', '.join((*DOMESTIC, *COMMERCIAL))}"
    )
