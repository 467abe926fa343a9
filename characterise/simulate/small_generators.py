"""Generation that is no solar: combined heat and power, and wind. No class of asset is seen in it.

Each returns a negative load, (n,) kW.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather import Weather

CUT_IN_MS: Final = 3.0
RATED_MS: Final = 12.0
CUT_OUT_MS: Final = 25.0


def chp(rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float) -> Float:
    """An engine that runs while there is heat to use, and stops for a service now and then.

    Small against its premises it runs flat out; a larger one follows the heat in steps.
    """
    kw = float(np.clip(peak_kw * rng.uniform(0.08, 0.3), 5.0, 2000.0))
    hour = time.slot / 2
    starts, stops = rng.uniform(4.5, 7.0), rng.uniform(19.0, 23.0)
    by_day = (hour >= starts) & (hour < stops)
    if rng.random() < 0.3:
        by_day = np.ones(time.n, dtype=bool)
    limit = rng.uniform(12.0, 14.5)
    season = weather.daily_c < limit
    free = rng.random() < 0.5  # runs at weekends too
    days = season & (time.working | free) & ~_stopped(rng, time)
    follows = rng.random() < 0.4
    needed = np.clip(0.5 + (limit - weather.daily_c) / 16, 0.5, 1.0)[time.day]
    level = needed if follows else np.ones(time.n)
    steady = 1 + 0.01 * rng.standard_normal(time.n)
    return np.where(days[time.day] & by_day, -np.minimum(kw * level * steady, 1.03 * kw), 0.0)


def wind(rng: np.random.Generator, time: Timeline, weather: Weather, peak_kw: float) -> Float:
    """Turbines of a third of the premises' load up to all of it."""
    kw = float(np.clip(peak_kw * rng.uniform(0.3, 1.0), 5.0, 5000.0))
    return _turbine(rng, time, weather, kw, hub=rng.uniform(1.35, 1.75))


def small_wind(rng: np.random.Generator, time: Timeline, weather: Weather, away: Bool) -> Float:
    """A turbine of 2.5 to 11 kW beside a house in open country."""
    kw = float(rng.choice([2.5, 5.0, 6.0, 11.0]))
    return _turbine(rng, time, weather, kw, hub=rng.uniform(1.05, 1.35))


def _turbine(
    rng: np.random.Generator, time: Timeline, weather: Weather, kw: float, *, hub: float
) -> Float:
    """Cubic between cut-in and rated speed, flat to cut-out; ``hub`` is speed there over at 10 m.

    Turbulence inside the half-hour is a factor on the speed, so a steep curve wavers the most.
    """
    speed = weather.wind_ms * hub * (1 + 0.08 * smooth_noise(rng, time.n, 0.5))
    rising = (speed**3 - CUT_IN_MS**3) / (RATED_MS**3 - CUT_IN_MS**3)
    power = kw * np.clip(rising, 0.0, 1.0) * (speed < CUT_OUT_MS)
    working = ~_stopped(rng, time)
    return -power * working[time.day]


def _stopped(rng: np.random.Generator, time: Timeline) -> Bool:
    """(local days,) days of service and failure: a few each year, now and then a fortnight."""
    stopped = np.zeros(time.n_local_days, dtype=bool)
    for _ in range(rng.poisson(3.0 * time.n_days / 365)):
        first = int(rng.integers(0, time.n_local_days))
        stopped[first : first + int(rng.choice([1, 1, 2, 4, 14]))] = True
    return stopped
