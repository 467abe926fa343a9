"""Simulated university buildings as the Cambridge archive would hold them.

The archive keeps hourly means to 0.1 kWh, which the corpus splits evenly in two half-hours; the
first year of a building begins in 2018, 2019 or 2020. Simulated meters go the same way.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import polars as pl

from characterise.simulate.areas import AREAS
from characterise.simulate.estate import estate
from characterise.simulate.site import SiteSpec
from characterise.simulate.timeline import timeline
from characterise.simulate.truth_frames import reads_frame
from characterise.simulate.world import World, build_site, stations_for

_AREA: Final = "_A"
_FIRST_YEARS: Final = {2018: 0.58, 2019: 0.24, 2020: 0.18}
_GAPS: Final = 0.5


def campus(n: int, seed: int) -> pl.DataFrame:
    """Reads of ``n`` simulated university buildings over their first year, hourly at source."""
    rng = np.random.default_rng([seed, 62])
    parts = []
    # Sizes are spread evenly over the population's, in any order.
    sizes = (rng.permutation(n) + rng.random(n)) / n
    ends = np.round(n * np.cumsum(list(_FIRST_YEARS.values()))).astype(int)
    for place, year in enumerate(_FIRST_YEARS):
        first = int(ends[place - 1]) if place else 0
        span = timeline(dt.date(year, 1, 1), 365, AREAS[_AREA].subdivision)
        world = World(span, stations_for([_AREA], span, seed), [])
        for number in range(first, int(ends[place])):
            spec = _building(rng, number, float(sizes[number]))
            world.sites.append(build_site(world, spec, [], seed))
        parts.append(reads_frame(world))
    return hourly_at_source(pl.concat(parts))


def _building(rng: np.random.Generator, number: int, chance: float) -> SiteSpec:
    held = estate("campus")
    size = np.interp(chance, held.levels, held.quantiles[0])
    return SiteSpec(
        number=number,
        gsp_group=_AREA,
        premises="non_domestic",
        archetype="university",
        peak_kw=float(np.exp(size)),
        gaps=bool(rng.random() < _GAPS),
    )


def hourly_at_source(reads: pl.DataFrame, step_kwh: float = 0.1) -> pl.DataFrame:
    """Half-hours as if only whole hours had been read, to ``step_kwh``, and split evenly in two.

    An hour of which half is missing is missing.
    """
    hour = pl.col("ts_utc").dt.truncate("1h")
    half = [
        ((pl.col(name).cast(pl.Float64).sum().over("mpan", hour) / step_kwh).round() * step_kwh / 2)
        .cast(pl.Float32)
        .alias(name)
        for name in ("import_kwh", "export_kwh")
    ]
    return reads.filter(pl.len().over("mpan", hour) == 2).with_columns(half)
