"""From frames to what the check takes: a cube of the claimed meters and their expected load."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.baselines import Expected, one_day_ahead
from characterise.delivery.check import event_days
from characterise.frames import READS
from characterise.meter_cube import MeterCube, cube_from_reads, describe_meters
from characterise.signatures.attribution import Attribution
from characterise.weather import weather_of_meters


def expected_load(
    reads: pl.DataFrame,
    declared: pl.DataFrame,
    *,
    meters: pl.DataFrame | None = None,
    weather: pl.DataFrame | None = None,
    method: str = "auto",
) -> tuple[MeterCube, Expected]:
    """Cube of the meters that ``declared`` names and their one-day-ahead expected load.

    Parameters
    ----------
    reads
        `characterise.frames.READS` with an optional ``quality``.
    declared
        `characterise.frames.DECLARED`; its days are left out of every fit.
    """
    claimed = declared["mpan"].drop_nulls().unique().sort()
    mine = reads.filter(pl.col("mpan").is_in(claimed.implode()))
    if mine.is_empty():
        mine = _unread(declared)
    mine = mine.with_columns(pl.col("import_kwh").cast(pl.Float32))
    first, last = mine["ts_utc"].dt.date().min(), mine["ts_utc"].dt.date().max()
    n_days = (last - first).days + 1  # type: ignore[operator, union-attr]
    names = mine["mpan"].unique().sort().to_list()
    facts, stations = weather_of_meters(describe_meters(names, meters), weather, first, n_days)  # type: ignore[arg-type]
    cube = cube_from_reads(mine, facts, stations, first_day=first, n_days=n_days)  # type: ignore[arg-type]
    return cube, one_day_ahead(cube, method, exclude=event_days(declared, cube), refit="weekly")


def attribution_of(frame: pl.DataFrame, cube: MeterCube) -> list[Attribution]:
    """Attributed half-hours of `characterise.frames.ATTRIBUTION` for the meters of a cube.

    A half-hour without a row is one in which the class does not run.
    """
    places = {name: index for index, name in enumerate(cube.mpan)}
    mine = frame.filter(pl.col("mpan").is_in(list(cube.mpan)))
    parts = []
    for asset_class in ASSET_CLASSES:
        rows = mine.filter(pl.col("asset_class") == asset_class)
        if rows.is_empty():
            continue
        dense = cube_from_reads(
            rows.select(list(READS)), first_day=cube.first_day, n_days=cube.n_days
        )
        index = np.array([places[name] for name in dense.mpan], dtype=np.int32)
        blank = np.isnan(cube.net_kw[index])
        imported, exported = dense.import_kw.copy(), dense.export_kw.copy()
        for part in (imported, exported):
            part[~(part >= 0)] = 0.0
            part[blank] = np.nan
        parts.append(Attribution(asset_class, index, imported, exported))
    return parts


def _unread(declared: pl.DataFrame) -> pl.DataFrame:
    """One missing half-hour, so that a cube without any read still has a span."""
    return declared.head(1).select(
        "mpan",
        "ts_utc",
        pl.lit(None, dtype=pl.Float32).alias("import_kwh"),
        pl.lit(None, dtype=pl.Float32).alias("export_kwh"),
    )
