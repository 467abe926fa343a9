"""Ledger rows as the typed frames that the engine takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl


def frame_of(rows: Sequence[Mapping[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """Ledger rows (text dates and times, 0/1 for booleans) as a typed frame."""
    columns = {name: [row.get(name) for row in rows] for name in schema}
    held = {
        name: pl.String if dtype == pl.Date or isinstance(dtype, pl.Datetime) else None
        for name, dtype in schema.items()
    }
    series = [pl.Series(name, values, dtype=held[name]) for name, values in columns.items()]
    frame = pl.DataFrame(series)
    return frame.select(_typed(name, dtype) for name, dtype in schema.items())


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Date:
        return column.str.to_date()
    if isinstance(dtype, pl.Datetime):
        return column.str.to_datetime(time_unit="us", time_zone="UTC")
    return column.cast(dtype)
