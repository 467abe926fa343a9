"""Kinds of boundary that are both measured and simulated: which real sites, which simulated ones.

A kind is narrow enough that the two should look alike: the same country, the same assets, the same
span of days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from characterise import simulate
from characterise.training.discriminator import Boundaries, boundaries
from characterise.training.home_kinds import german_homes, london_homes

_NO_ASSETS: Final = dict.fromkeys(("ev", "heat_pump", "battery", "pv", "dr"), 0.0)
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
    mix = {**_NO_ASSETS, "heat_pump": 1.0, "confounder": 0.0, "change": 0.0}
    return _homes(n, seed, dt.date(2019, 1, 1), mix)


def _homes(n: int, seed: int, first_day: dt.date, mix: dict[str, float]) -> pl.DataFrame:
    return simulate.population(
        homes=n, businesses=0, first_day=first_day, n_days=365, seed=seed,
        mix={**mix, "enrolled": 0.0},
    ).reads  # fmt: skip


def _cambridge_buildings(n: int, seed: int) -> pl.DataFrame:
    return simulate.population(
        homes=0, businesses=n, first_day=dt.date(2018, 1, 1), n_days=365, seed=seed,
        mix={**_NO_ASSETS, "confounder": 0.3, "enrolled": 0.0},
    ).reads  # fmt: skip


KINDS: Final = {
    "london_homes": Kind("London homes, 2013", ("lcl",), london_homes),
    "german_homes": Kind(
        "German homes without their heat pump, 2019", ("wpuq_household_meter",), german_homes
    ),
    "heat_pump_homes": Kind("German homes with their heat pump, 2019", ("wpuq",), _heat_pump_homes),
    "cambridge_buildings": Kind(
        "Cambridge buildings, 2018", ("cambridge_estates_v2_1",), _cambridge_buildings
    ),
}
