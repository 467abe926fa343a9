"""Names of a meter point that hold from day to day: the export side of a pairing, a meter's serial.

Days are local settlement days, the last one exclusive; a null end is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from characterise.settlement import LONDON

SERIAL: Final = "serial:"
"""What the name of a meter point begins with that only its meter is known of."""


def dated(rows: pl.DataFrame | None, *names: str) -> pl.DataFrame:
    """Columns ``names``, valid_from and valid_to of ``rows``; empty where there are none."""
    schema = {**{name: pl.String for name in names}, "valid_from": pl.Date, "valid_to": pl.Date}
    if rows is None:
        return pl.DataFrame(schema=schema)
    return rows.select(pl.col(c).cast(t) for c, t in schema.items()).drop_nulls(list(names))


def on_their_days(
    rows: pl.DataFrame, names: pl.DataFrame, left_on: str, right_on: str
) -> pl.DataFrame:
    """Join readings to the names that hold on their local day; other readings are left out.

    Parameters
    ----------
    rows
        Readings with ``ts_utc``.
    names
        A frame of `dated`.
    """
    day = pl.col("ts_utc").dt.convert_time_zone(LONDON).dt.date().alias("day")
    joined = rows.with_columns(day).join(names, left_on=left_on, right_on=right_on)
    return joined.filter(
        (pl.col("valid_from").is_null() | (pl.col("day") >= pl.col("valid_from")))
        & (pl.col("valid_to").is_null() | (pl.col("day") < pl.col("valid_to")))
    ).drop("day", "valid_from", "valid_to")


def by_mpan(reads: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    """Readings of meters under the MPAN where the meter stood that day; the rest as they are.

    Parameters
    ----------
    reads
        Rows with ``meter_point_id`` and ``ts_utc``.
    stays
        meter_serial, mpan, valid_from, valid_to.
    """
    known = stays.with_columns((SERIAL + pl.col("meter_serial")).alias("name"))
    serial = pl.col("meter_point_id").is_in(known["name"].unique().implode())
    named, plain = reads.filter(serial), reads.filter(~serial)
    key = ["meter_point_id", "ts_utc"]
    moved = on_their_days(named, known.drop("meter_serial"), "meter_point_id", "name")
    left = named.join(moved, on=key, how="anti")
    moved = moved.drop("meter_point_id").rename({"mpan": "meter_point_id"})
    return pl.concat([plain, left, moved.select(reads.columns)])


def with_meters(meter_points: Sequence[str], stays: pl.DataFrame) -> list[str]:
    """Names under which the readings of ``meter_points`` may be kept."""
    meters = stays.filter(pl.col("mpan").is_in(list(meter_points)))["meter_serial"]
    return sorted({*meter_points, *(SERIAL + meter for meter in meters)})
