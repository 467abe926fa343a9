"""Labelled meters laid out for training: the real corpus of ``FMAR_DATA`` and simulated ones."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from characterise.asset_classes import (
    ASSET_CLASSES,
    BESS,
    EV_CHARGER,
    FLEXIBLE_DEMAND,
    HEAT_PUMP,
    SOLAR_PV,
)
from characterise.frames import METERS_OPTIONAL, SIGNALS, UTC
from characterise.meter_cube import MeterCube, cube_from_reads
from characterise.simulate import Population
from characterise.weather import weather_of_meters

LABEL: Final = {
    EV_CHARGER: "has_ev",
    HEAT_PUMP: "has_heat_pump",
    BESS: "has_battery",
    SOLAR_PV: "has_pv",
    FLEXIBLE_DEMAND: "has_dr",
}
SIMULATED: Final = "simulated"
BATCH: Final = 64
"""Meters laid out at once."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One cube with what is known about its sites, in the same order."""

    cube: MeterCube
    sites: pl.DataFrame
    """mpan, family, group_id, trace_id, licence_class, premises and the labels of `LABEL`."""
    signals: pl.DataFrame | None
    submeters: pl.DataFrame
    """mpan, asset, ts_utc, import_kwh, export_kwh of these sites."""


def data_folder() -> Path:
    """Folder of the real meters: ``FMAR_DATA``, else ``../shared/data``."""
    return Path(os.environ.get("FMAR_DATA", "../shared/data"))


def real_batches(
    folder: Path | None = None, datasets: Sequence[str] | None = None
) -> Iterator[Batch]:
    """The real corpus, data set by data set so that cubes are not mostly padding.

    Parameters
    ----------
    datasets
        Only these; all of them by default.
    """
    place = (folder or data_folder()) / "meters"
    sites = labels(pl.read_parquet(place / "sites.parquet"))
    if datasets is not None:
        sites = sites.filter(pl.col("dataset").is_in(list(datasets)))
    reads = pl.scan_parquet(place / "reads.parquet")
    subs = pl.scan_parquet(place / "submeters.parquet")
    weather = _micro(pl.read_parquet(place / "weather.parquet"))
    signals = event_signals(pl.read_parquet(place / "events.parquet"))
    for _, part in sites.sort("dataset", "mpan").group_by("dataset", maintain_order=True):
        for chosen in part.iter_slices(BATCH):
            names = chosen["mpan"].implode()
            own = _micro(reads.filter(pl.col("mpan").is_in(names)).collect())
            truth = _micro(subs.filter(pl.col("mpan").is_in(names)).collect())
            yield _batch(own, weather, chosen, chosen, signals=signals, submeters=truth)


def simulated_batches(people: Population, name: str = SIMULATED) -> Iterator[Batch]:
    """Simulated sites as if they were a family of their own."""
    sites = labels(
        people.sites.with_columns(
            pl.lit(name).alias("dataset"),
            pl.lit(name).alias("family"),
            pl.lit(None, dtype=pl.String).alias("trace_id"),
            pl.lit("open").alias("licence_class"),
            pl.lit(None, dtype=pl.Boolean).alias("presumed_no_ev"),
            (pl.lit(f"{name}:") + pl.col("mpan")).alias("group_id"),
        )
    )
    for chosen in sites.sort("mpan").iter_slices(BATCH):
        names = chosen["mpan"].implode()
        own = people.reads.filter(pl.col("mpan").is_in(names))
        truth = people.submeters.filter(pl.col("mpan").is_in(names))
        yield _batch(
            own, people.weather, people.meters, chosen, signals=people.signals, submeters=truth
        )


def labels(sites: pl.DataFrame) -> pl.DataFrame:
    """Sites with their labels: unknown stays null, a presumed absence of EV counts as absence."""
    if "presumed_no_ev" not in sites.columns:
        return sites
    presumed = pl.when(pl.col("has_ev").is_null() & pl.col("presumed_no_ev")).then(False)
    return sites.with_columns(presumed.otherwise(pl.col("has_ev")).alias("has_ev"))


def label_table(sites: pl.DataFrame) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(N, 5) 1 has the class, 0 has not, NaN unknown, in the order of `ASSET_CLASSES`."""
    columns = [sites[LABEL[name]].cast(pl.Float64).to_numpy() for name in ASSET_CLASSES]
    return np.stack(columns, axis=1)


def event_signals(events: pl.DataFrame) -> pl.DataFrame:
    """Labelled response events as signals to their own meter."""
    return pl.DataFrame(
        events.select(
            pl.format("{}-{}", "kind", pl.int_range(pl.len())).alias("signal_id"),
            "kind",
            pl.lit(None, dtype=pl.String).alias("area"),
            "mpan",
            pl.col("start_utc").cast(UTC),
            pl.col("end_utc").cast(UTC),
        ),
        schema=SIGNALS,
    )


def _batch(
    reads: pl.DataFrame,
    weather: pl.DataFrame,
    facts: pl.DataFrame,
    sites: pl.DataFrame,
    *,
    signals: pl.DataFrame,
    submeters: pl.DataFrame,
) -> Batch:
    reads = reads.sort("mpan", "ts_utc")
    names = reads["mpan"].unique(maintain_order=True)
    meters = pl.DataFrame({"mpan": names}).join(facts, on="mpan", how="left", maintain_order="left")
    # Labels stay behind: what predicts sees the columns of the contract and no others.
    meters = meters.select(
        "mpan",
        *(
            (pl.col(name) if name in meters.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in METERS_OPTIONAL.items()
        ),
    )
    first, last = reads["ts_utc"].min(), reads["ts_utc"].max()
    if not isinstance(first, dt.datetime) or not isinstance(last, dt.datetime):
        raise ValueError("a batch needs readings")
    days = (last.date() - first.date()).days + 1
    meters, stations = weather_of_meters(meters, weather, first.date(), days)
    cube = cube_from_reads(reads, meters, stations)
    ordered = pl.DataFrame({"mpan": list(cube.mpan)})
    own = ordered.join(sites, on="mpan", how="left", maintain_order="left")
    return Batch(cube, own, signals, submeters)


def _micro(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("ts_utc").cast(UTC))
