"""Readings that no meter gives: fillers, impossible energies, registers the wrong way round."""

from __future__ import annotations

from typing import Final

import polars as pl

from characterise.finding import Finding

MOST_KWH: Final = 500_000.0
"""kWh of one half-hour at 1 GW: above any single demand connection in Great Britain."""
_OUTLIER_KWH: Final = 500.0
"""Under this (1 MW mean) a spike may be real whatever stands beside it."""
_OUTLIER_RATIO: Final = 100.0
_LEAST_OTHERS: Final = 40
_FILLER: Final = r"^9{4,}(\.9+|\.0+)?$"
_NIGHT_HOURS: Final = (22, 23, 0, 1, 2)
_LEAST_NIGHTS: Final = 14
_RARELY: Final = 0.02
_MOSTLY: Final = 0.5


def implausible(minutes: int) -> pl.Expr:
    """Whether a reading cannot be one.

    True for more energy than any connection gives; for a run of nines that towers over the
    rest of its meter's readings in the same file, as such fillers do; and for any reading over
    1 MW that is a hundred times the 95th percentile of what its meter ran at in the file.

    Parameters
    ----------
    minutes
        Length of an interval.
    """
    kwh = pl.col("kwh")
    group = ["ident", "quantity_id"]
    usual = kwh.filter(kwh > 0).quantile(0.95).over(group)
    others = kwh.count().over(group) >= _LEAST_OTHERS
    nines = pl.col("value").str.replace_all(",", "").str.contains(_FILLER)
    towers = others & (kwh > 10 * usual)
    lone = others & (kwh > _OUTLIER_KWH) & (kwh > _OUTLIER_RATIO * usual)
    return (kwh > MOST_KWH * minutes / 30) | (nines & towers) | lone


def swapped_sides(accepted: pl.DataFrame) -> list[Finding]:
    """Meter points whose export runs at night while their import does not.

    Sunlight alone makes most export, and every site takes something at night; a register of
    export that runs on most nights beside one of import that stands still on nearly all of them
    looks like the two exchanged. A finding, not a fault: engines and wind do export at night.
    """
    if accepted["quantity"].n_unique() < 2:
        return []
    dark = accepted.filter(
        pl.col("ts_utc").dt.hour().is_in(_NIGHT_HOURS) & pl.col("quantity").is_in(["AI", "AE"])
    )
    nights = dark.group_by("meter_point_id", maintain_order=True).agg(
        imported=(pl.col("kwh").filter(pl.col("quantity") == "AI") > 0).mean(),
        exported=(pl.col("kwh").filter(pl.col("quantity") == "AE") > 0).mean(),
        n=pl.col("ts_utc").dt.date().n_unique(),
    )
    odd = nights.filter(
        (pl.col("n") >= _LEAST_NIGHTS)
        & (pl.col("imported") < _RARELY)
        & (pl.col("exported") > _MOSTLY)
    )["meter_point_id"].to_list()
    if not odd:
        return []
    return [
        Finding(
            "sides_look_swapped",
            f"{odd[0]}{f' and {len(odd) - 1} more' if len(odd) > 1 else ''} exports at night and "
            'takes nothing then: import and export may be exchanged. If so, give {"swap": true} '
            "in --map and ingest again.",
            {"meter_points": len(odd)},
        )
    ]
