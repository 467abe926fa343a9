"""Kinds of boundary that are both measured and simulated: which real sites, which simulated ones.

A kind is narrow enough that the two should look alike: the same country, the same assets, the same
span of days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from characterise.simulate.areas import AREAS
from characterise.simulate.heat_pump import heat_pump
from characterise.simulate.timeline import Timeline, timeline
from characterise.simulate.weather import Weather, weather_of
from characterise.training.campus import campus
from characterise.training.discriminator import Boundaries, boundaries
from characterise.training.home_kinds import GERMAN_AHEAD, german_home, german_homes, london_homes

_HAMELIN_MONTHS_C: Final = (1.9, 2.4, 5.2, 9.6, 13.6, 16.8, 18.9, 18.5, 14.6, 10.1, 5.7, 2.8)
"""Near WPuQ's homes: in keeping with averages of northern Germany's lowland, typed in."""
_LOG_KW: Final = (1.08, 0.5)
"""Compressors: mean of the log of kW as fitted; its spread such that yearly use spreads as in the
fitted half of WPuQ."""
Draw = Callable[[int, int], pl.DataFrame]
"""How many sites, seed -> reads."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: data sets of the real corpus, and how the simulator makes the same."""

    title: str
    datasets: tuple[str, ...]
    draw: Draw
    sites: int = 100
    """How many to simulate."""


def real_boundaries(kind: Kind, folder: Path, only: frozenset[str] | None = None) -> Boundaries:
    """Statistics of the real sites of a kind.

    Parameters
    ----------
    folder
        That holds ``meters``.
    only
        Groups to keep; all of them by default.
    """
    sites = pl.read_parquet(folder / "meters" / "sites.parquet").filter(
        pl.col("dataset").is_in(list(kind.datasets))
    )
    if only is not None:
        sites = sites.filter(pl.col("group_id").is_in(list(only)))
    names = sites["mpan"].to_list()
    reads = pl.scan_parquet(folder / "meters" / "reads.parquet")
    own = reads.filter(pl.col("mpan").is_in(names)).collect()
    return boundaries(own, dict(sites.select("mpan", "group_id").iter_rows()))


def simulated_boundaries(kind: Kind, seed: int) -> Boundaries:
    """Statistics of simulated sites of a kind."""
    return boundaries(kind.draw(kind.sites, seed))


def _heat_pump_homes(n: int, seed: int) -> pl.DataFrame:
    """Homes like those of WPuQ: ground source, on one site and in one year.

    The weather is a year of the simulator's own in the climate of the place, the same for all as
    it was for the homes measured; its sun and cold are not those of 2019. The site keeps London's
    wall clock, an hour behind Germany's, so its half-hours are moved an hour forward.
    """
    time = timeline(dt.date(2019, 1, 1), 365)
    weather = _german_weather(time, seed)
    parts = []
    for number in range(n):
        rng = np.random.default_rng([seed, number, 98])
        home = german_home(rng, time, weather)
        kw = float(np.exp(rng.normal(*_LOG_KW)))
        drawn = heat_pump(
            rng, time, weather, kw=kw, domestic=True, make="ground",
            away=home.away,
        )  # fmt: skip
        parts.append(
            pl.DataFrame(
                {
                    "mpan": f"{number:013d}",
                    "ts_utc": pl.Series(time.starts()).dt.replace_time_zone("UTC"),
                    # WPuQ's loggers do not round to whole watt-hours, as settlement meters do.
                    "import_kwh": np.roll(home.load_kw + drawn, -GERMAN_AHEAD) / 2,
                    "export_kwh": np.zeros(time.n),
                }
            )
        )
    return pl.concat(parts)


def _german_weather(time: Timeline, seed: int) -> Weather:
    area = AREAS["_A"]
    own = weather_of(area, time, seed)
    warmer = (np.array(_HAMELIN_MONTHS_C) - area.months_c)[time.month]
    return replace(own, temp_c=own.temp_c + warmer[time.day], daily_c=own.daily_c + warmer)


KINDS: Final = {
    "london_homes": Kind("London homes, 2013", ("lcl",), london_homes),
    "german_homes": Kind(
        "German homes without their heat pump, 2019", ("wpuq_household_meter",), german_homes
    ),
    "heat_pump_homes": Kind("German homes with their heat pump, 2019", ("wpuq",), _heat_pump_homes),
    "cambridge_buildings": Kind(
        "Cambridge buildings, first year", ("cambridge_estates_v2_1",), campus
    ),
}
