"""Homes as the simulator makes them, laid out like the real data sets they are compared with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.areas import AREAS
from characterise.simulate.confounders import confounding
from characterise.simulate.household import HABITS, Household, household
from characterise.simulate.site import SiteSpec
from characterise.simulate.timeline import Timeline, timeline
from characterise.simulate.truth_frames import reads_frame, starts
from characterise.simulate.weather import Weather, weather_of
from characterise.simulate.world import World, build_site, stations_for

STORAGE_HEATED: Final = 0.06
PANEL_HEATED: Final = 0.09
"""Shares of London homes; of 34 fitted ones two have night storage and three other heating."""
_GERMAN_HEATED: Final = 1 / 9
_LEFT_ON: Final = 1 / 9
"""Shares of German homes: of nine fitted ones one has other heating, one had something left on."""
GERMAN_AHEAD: Final = 2
"""Half-hours by which German clocks run ahead of London's, in summer and in winter."""


def london_homes(n: int, seed: int) -> pl.DataFrame:
    """Boundary reads of ``n`` London homes in 2013, in whole watt-hours."""
    time = timeline(dt.date(2013, 1, 1), 365)
    world = World(time, stations_for(["_C"], time, seed), [])
    names = list(HABITS)
    for number in range(n):
        rng = np.random.default_rng([seed, number, 96])
        archetype = names[int(rng.integers(len(names)))]
        drawn = rng.random()
        heating: tuple[str, ...] = ()
        if drawn < STORAGE_HEATED:
            heating = ("storage_heating",)
        elif drawn < STORAGE_HEATED + PANEL_HEATED:
            heating = ("panel_heaters",)
        spec = SiteSpec(number, "_C", "domestic", archetype, confounders=heating)
        world.sites.append(build_site(world, spec, (), seed))
    return reads_frame(world)


def german_homes(n: int, seed: int) -> pl.DataFrame:
    """Household meters of ``n`` German homes in 2019, unrounded as they are published."""
    time = timeline(dt.date(2019, 1, 1), 365)
    weather = weather_of(AREAS["_A"], time, seed)
    frames = []
    for number in range(n):
        rng = np.random.default_rng([seed, number, 96])
        load = german_home(rng, time, weather).load_kw
        frame = pl.DataFrame({
            "mpan": f"german-{number}",
            "ts_utc": starts(time).dt.offset_by(f"-{30 * GERMAN_AHEAD}m"),
            "import_kwh": (load / 2).astype(np.float32),
            "export_kwh": pl.Series([None] * time.n, dtype=pl.Float32),
        })  # fmt: skip
        frames.append(frame.slice(GERMAN_AHEAD))
    return pl.concat(frames)


def german_home(rng: np.random.Generator, time: Timeline, weather: Weather) -> Household:
    """A German home, some with electric heating or with something left on for weeks.

    Notes
    -----
    Half-hours are of the German wall clock, read as if it were London's. What was left on in the
    home fitted took 3.2 kW for 23 days.
    """
    names = list(HABITS)
    home = household(rng, time, weather, names[int(rng.integers(len(names)))], style="german")
    load = home.load_kw
    if rng.random() < _GERMAN_HEATED:
        load = load + confounding(
            rng, time, weather, name="panel_heaters", away=home.away, peak_kw=0.0
        )
    if rng.random() < _LEFT_ON:
        first = int(rng.integers(time.n))
        load = load.copy()
        load[first : first + int(SLOTS_PER_DAY * rng.uniform(5, 40))] += rng.uniform(1.0, 3.5)
    return replace(home, load_kw=load)
