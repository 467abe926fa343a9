"""The real corpus as hourly series, and the folds on which two baselines are compared.

The peer sees meter point, clock, hour, load and temperature, as ours does; no label.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from characterise.meter_cube import MeterCube

MIN_DAYS = 120
"""Sites with fewer days of readings are left to the sufficiency check."""
YEAR_DAYS = 365
"""The peer's baseline period is the twelve months before what it predicts."""
HORIZON_DAYS = 30
BLOCKS, AHEAD = "blocks", "ahead"
HELD_OUT_DAYS = range(15, 25)
"""Protocol `BLOCKS`: these days of each month are predicted, the others train. No clock changes on
one of them anywhere in the corpus: the peer fails on a change it has no readings of."""


def hourly(half_hours: np.ndarray) -> np.ndarray:
    """(M, D, 48) mean kW to (M, D, 24) kWh an hour; NaN where either half is unknown."""
    pairs = half_hours.reshape(*half_hours.shape[:2], 24, 2)
    return np.asarray(pairs.mean(axis=3), dtype=np.float32)


def comparable(cube: MeterCube) -> np.ndarray:
    """(M,) whether a site has no export and at least `MIN_DAYS` days at least half read."""
    read_days = (np.isfinite(cube.net_kw).sum(axis=2) >= 24).sum(axis=1)
    exported = np.nan_to_num(cube.export_kw).max(axis=(1, 2)) > 0
    return (cube.has_export != 1) & ~exported & (read_days >= MIN_DAYS)


def hours_of(cube: MeterCube, meters: np.ndarray) -> pl.DataFrame:
    """mpan, time_zone, ts_utc, kwh, temp_c of the hours between the first and last reading."""
    load = hourly(cube.net_kw)
    temperature = hourly(cube.temp_c)
    start = cube.slot_times()[:, ::2].ravel()
    parts = []
    for m in np.flatnonzero(meters):
        own = load[m].ravel()
        known = np.flatnonzero(np.isfinite(own))
        span = slice(known[0], known[-1] + 1)
        own_hours = pl.DataFrame(
            {
                "ts_utc": start[span],
                "kwh": own[span],
                "temp_c": temperature[cube.station[m]].ravel()[span],
            }
        )
        zone = cube.clocks[cube.clock[m]].zone
        parts.append(
            own_hours.select(
                pl.lit(cube.mpan[m]).alias("mpan"), pl.lit(zone).alias("time_zone"), pl.all()
            )
        )
    return pl.concat(parts)


def folds(hours: pl.DataFrame) -> pl.DataFrame:
    """mpan, protocol, first, cut, end: local dates, ``end`` excluded.

    Of a site with any temperature, only the span that has it. `BLOCKS`: its last year; in each
    month the 15th to the 24th are held out, the rest train, later days included. A whole-period
    model that knows only months it was fitted to can answer then, and it sees more than one day
    ahead would. `AHEAD`: the twelve months before ``cut`` train and the last 30 days are
    predicted, as such a model is used in earnest.
    """
    rows = []
    warm = hours.filter(pl.col("kwh").is_finite() & pl.col("temp_c").is_finite())
    without = hours.filter(~pl.col("mpan").is_in(warm["mpan"].unique().implode()))
    spans = (
        pl.concat([warm, without])
        .group_by("mpan", maintain_order=True)
        .agg(first=pl.col("ts_utc").min().dt.date(), last=pl.col("ts_utc").max().dt.date())
    )
    for mpan, first, last in spans.iter_rows():
        end = last + dt.timedelta(days=1)
        cut = end - dt.timedelta(days=HORIZON_DAYS)
        year = dt.timedelta(days=YEAR_DAYS)
        rows.append((mpan, BLOCKS, max(first, end - year), end, end))
        rows.append((mpan, AHEAD, max(first, cut - year), cut, end))
    return pl.DataFrame(rows, schema=["mpan", "protocol", "first", "cut", "end"], orient="row")


def write(hours: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """Write hours.parquet and folds.parquet for the peer; the folds are returned."""
    chosen = folds(hours)
    hours.write_parquet(folder / "hours.parquet")
    chosen.write_parquet(folder / "folds.parquet")
    return chosen
