"""A battery, a solar field or a turbine with a connection of its own: hardly any load beside it."""

from __future__ import annotations

from typing import Final

import numpy as np

from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Float, Timeline
from characterise.simulate.weather import Weather

OWN_CONNECTION: Final = "own_connection"
"""Archetype of such a site; its ``peak_kw`` is the size of the connection."""


def auxiliary_load(
    rng: np.random.Generator, time: Timeline, weather: Weather, connection_kw: float
) -> Float:
    """(n,) kW of transformers, controls, lights and the cooling and heating of containers.

    Notes
    -----
    A few kilowatts for each megawatt at rest, about twice that on the hottest and coldest days.
    """
    steady = connection_kw * rng.uniform(0.001, 0.003) + rng.uniform(0.2, 1.0)
    hot, cold = rng.uniform(0.02, 0.06), rng.uniform(0.01, 0.04)
    climate = hot * np.clip(weather.temp_c - 16, 0, None) + cold * np.clip(
        8 - weather.temp_c, 0, None
    )
    lights = 0.1 * weather.dark
    grain = 1 + 0.05 * smooth_noise(rng, time.n, 0.6)
    return np.asarray(np.maximum(steady * (1 + climate + lights) * grain, 0.05))
