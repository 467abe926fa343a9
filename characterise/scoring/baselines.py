"""Error of the one-day-ahead baseline, method by method."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from characterise.scoring.groups import groups
from characterise.scoring.intervals import median_interval
from characterise.scoring.presence import share

CHOSEN: Final = "chosen"
"""In place of a method: whichever each site's own back-test chose."""
PLAIN: Final = "mean_of_days"
"""The method that the others are measured against."""
SUMMARY: Final = pl.Schema(
    {
        "method": pl.String,
        "group": pl.String,
        "months": pl.Int32,
        "n_sites": pl.Int32,
        **{
            name + end: pl.Float64
            for name in ("pnrmse", "cvrmse", "nmbe")
            for end in ("", "_lower", "_upper")
        },
        **dict.fromkeys(("beats", "beats_lower", "beats_upper"), pl.Float64),
    }
)
"""Medians over sites; ``beats`` is the share of sites where the method's pnrmse is under that of
the mean of days."""


def baseline_summary(table: pl.DataFrame, months: int | None) -> pl.DataFrame:
    """`SUMMARY` of baselines joined with the details of their sites."""
    plain = table.filter(pl.col("method") == PLAIN).select("mpan", plain="pnrmse")
    beside = table.join(plain, on="mpan", how="left", maintain_order="left")
    chosen = beside.filter("chosen").with_columns(method=pl.lit(CHOSEN))
    out: list[tuple[Any, ...]] = []
    for (method,), part in pl.concat([chosen, beside]).group_by("method", maintain_order=True):
        for group, sites in groups(part):
            out.append((method, group, months, sites.height, *_medians(sites), *_beats(sites)))
    return pl.DataFrame(out, schema=SUMMARY, orient="row")


def _medians(sites: pl.DataFrame) -> list[float]:
    told: list[float] = []
    cluster = sites["cluster"].to_numpy()
    for name in ("pnrmse", "cvrmse", "nmbe"):
        values = sites[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        told += median_interval(np.asarray(values), cluster)
    return told


def _beats(sites: pl.DataFrame) -> tuple[float, float, float]:
    both = sites.filter(pl.col("pnrmse").is_not_null() & pl.col("plain").is_not_null())
    better = both.filter(pl.col("pnrmse") < pl.col("plain")).height
    return share(better, both.height)
