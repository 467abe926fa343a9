"""Wind speed of an area: weather systems that pass over days, gusts of the place on top."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.areas import Area
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Float, Timeline
from characterise.simulate.weather_year import WeatherDays, blend

_PREVAILING: Final = 0.6
"""Westerly mean over the spread of each component."""
_MEAN_OF_RICE: Final = 1.364
"""Mean length of two unit normals of which one has the mean 0.6."""
_WINTER_WESTERLY: Final = 0.5
"""Correlation of the westerly with warmth in winter; in summer it is weakly the other way."""


def wind_speed(area: Area, time: Timeline, days: WeatherDays, seed: int) -> Float:
    """(n,) mean wind speed of each half-hour at 10 m, m/s.

    Notes
    -----
    Two components with a memory of about a day and a half, mostly national, give speeds near a
    Rayleigh distribution, as wind is commonly modelled. Mild winter days are windy ones; standing
    air (`WeatherDays.still`) takes up to two thirds away; winters blow a fifth harder than summers.
    """
    national = np.random.default_rng([seed, 4])
    local = np.random.default_rng([seed, 5, zlib.crc32(area.gsp_group.encode())])
    west, south = (
        blend(smooth_noise(national, time.n, 0.986), smooth_noise(local, time.n, 0.95))
        for _ in range(2)
    )
    centre = np.arange(time.n_local_days) * SLOTS_PER_DAY + SLOTS_PER_DAY / 2
    at = np.arange(time.n)
    season = np.cos(2 * np.pi * (time.month[time.day] + 0.5) / 12)
    warmth = np.interp(at, centre, np.clip(days.unusual, -3, 3))
    pull = _WINTER_WESTERLY * np.where(season > 0, season, 0.3 * season)
    west = pull * warmth + np.sqrt(1 - pull**2) * west
    length = np.hypot(west + _PREVAILING, south) / _MEAN_OF_RICE
    calm = 1 - 0.65 * np.interp(at, centre, days.still)
    hour = (at % SLOTS_PER_DAY + 0.5) / 2
    by_day = 1 + 0.12 * np.cos(2 * np.pi * (hour - 14) / 24)
    speed: Float = area.wind_ms * (1 + 0.1 * season) * by_day * length * calm
    return speed
