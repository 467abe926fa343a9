"""Sources finer or coarser than half an hour: folded where whole, halved and marked where hourly.

Finer readings that fill a half-hour are summed and count as derived. An hourly reading becomes two
equal half-hours that count as estimated: the energy is right, the shape inside the hour is not
known, and the engine does not take it for a reading.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from characterise.extracts.cells import Facts
from characterise.extracts.duplicates import KEY
from characterise.finding import Finding

HOURLY: Final = 60


def to_half_hours(frame: pl.DataFrame, facts: Facts, findings: list[Finding]) -> pl.DataFrame:
    """Accepted readings as half-hours; the others stay as they are."""
    if facts.minutes < 30 and not 30 % facts.minutes:
        return _folded(frame, 30 // facts.minutes, findings)
    if facts.minutes == HOURLY:
        return _halved(frame, findings)
    return frame


def _folded(frame: pl.DataFrame, parts: int, findings: list[Finding]) -> pl.DataFrame:
    good = frame.filter(pl.col("code") == "")
    half = pl.col("ts_utc").dt.truncate("30m")
    whole = good.group_by("meter_point_id", "quantity", half, maintain_order=True).agg(
        pl.all().exclude(*KEY, "kwh", "quality").first(),
        pl.col("kwh").sum(),
        pl.len().alias("parts"),
        estimated=(pl.col("quality") == "estimated").any(),
    )
    short = whole.filter(pl.col("parts") < parts)
    if short.height:
        findings.append(
            Finding(
                "incomplete_half_hours",
                f"{short.height} half-hours lack some of their {parts} readings and stay missing.",
                {"n": short.height, "readings": int(short["parts"].sum())},
            )
        )
    quality = pl.when("estimated").then(pl.lit("estimated")).otherwise(pl.lit("derived"))
    whole = whole.filter(pl.col("parts") == parts).with_columns(quality.alias("quality"))
    return pl.concat([whole.select(frame.columns), frame.filter(pl.col("code") != "")])


def _halved(frame: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    good = frame.filter(pl.col("code") == "").with_columns(
        pl.col("kwh") / 2, pl.lit("estimated").alias("quality")
    )
    if good.height:
        findings.append(
            Finding(
                "hourly_source",
                f"{good.height} readings are hourly: each was halved and counts as estimated.",
                {"readings": good.height},
            )
        )
    second = good.with_columns(pl.col("ts_utc") + pl.duration(minutes=30))
    return pl.concat([good, second, frame.filter(pl.col("code") != "")])
