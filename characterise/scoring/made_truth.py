"""A truth folder of simulated meters that no model was trained on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from characterise import simulate
from characterise.errors import InvalidFrame
from characterise.results_folder import staged

SEED: Final = 77_000_000
"""Far from the seeds of training and of sample_data."""
FIRST_DAY: Final = dt.date(2023, 3, 1)
N_DAYS: Final = 365
PART: Final = 200
"""Sites simulated at once; each part is a population of its own, with weather of its own."""
FILES: Final = ("reads", "submeters", "weather", "signals", "sites")
FAMILY: Final = "simulated"


def write_simulated(
    folder: Path,
    sites: int,
    *,
    seed: int = SEED,
    first_day: dt.date = FIRST_DAY,
    n_days: int = N_DAYS,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Simulate homes and businesses, two to one, with their labels, sub-meters and signals.

    Raises
    ------
    InvalidFrame
        The folder holds files already.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise InvalidFrame(f"{folder} is not empty; name a new folder for simulated meters")
    with staged(folder, tuple(f"{name}.parquet" for name in FILES)) as out:
        parts = out / "parts"
        parts.mkdir()
        for number, start in enumerate(range(0, sites, PART)):
            size = min(PART, sites - start)
            homes = size - size // 3
            people = simulate.population(
                homes=homes,
                businesses=size - homes,
                first_day=first_day,
                n_days=n_days,
                seed=seed + number,
            )
            for name, frame in _frames(people, number):
                frame.write_parquet(parts / f"{name}-{number:04d}.parquet", row_group_size=200_000)
            if progress is not None:
                progress(size)
        for name in FILES:
            lazy = pl.scan_parquet(parts / f"{name}-*.parquet")
            lazy.sink_parquet(out / f"{name}.parquet", row_group_size=200_000, maintain_order=True)
        for path in parts.iterdir():
            path.unlink()


def _frames(people: simulate.Population, number: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """Frames of one part; names of meters and stations carry its number, so that none clash."""
    mark = f"{number:03d}-"
    own = (mark + pl.col("mpan")).alias("mpan")
    station = (mark + pl.col("weather_station")).alias("weather_station")
    facts = people.meters.with_columns(own, station)
    labels = people.sites.drop("premises", "gsp_group", strict=False).with_columns(
        own, pl.lit(FAMILY).alias("family")
    )
    yield "reads", people.reads.with_columns(own)
    yield "submeters", people.submeters.with_columns(own).sort("mpan", "asset", "ts_utc")
    yield "weather", people.weather.with_columns((mark + pl.col("station")).alias("station"))
    yield "signals", signals_of_meters(people.signals.with_columns(own), facts)
    yield "sites", labels.join(facts, on="mpan", how="left", maintain_order="left")


def signals_of_meters(signals: pl.DataFrame, meters: pl.DataFrame) -> pl.DataFrame:
    """Signals to an area, or to everyone, as signals to each meter that they reach."""
    own = signals.filter(pl.col("mpan").is_not_null())
    rest = signals.filter(pl.col("mpan").is_null()).drop("mpan")
    names = meters.select("mpan", pl.col("gsp_group").alias("area"))
    placed = rest.join(names, on="area", how="inner", maintain_order="left")
    every = rest.filter(pl.col("area").is_null()).join(meters.select("mpan"), how="cross")
    columns = signals.columns
    reached = pl.concat([part.select(columns) for part in (placed, every)])
    blank = pl.lit(None, dtype=pl.String).alias("area")
    return pl.concat([own, reached.with_columns(blank).select(columns)])
