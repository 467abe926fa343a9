"""Which meters share a cube: like spans together, so that little of a cube is padding."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from characterise.errors import InvalidFrame
from characterise.inputs import scan
from characterise.settlement import SLOTS_PER_DAY

BYTES_A_HALF_HOUR: Final = 220
"""Peak memory a half-hour of a cube costs while it is profiled, measured."""
BATCH_BYTES: Final = 350_000_000
"""Memory that a batch aims at: small enough to spread over processes, far under 2 GB."""
MAX_PADDING: Final = 1.3
"""Days of the cube by days of its meters."""
SMALL_DAYS: Final = 2_000
"""Meter-days under which padding does not matter."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Meters that share a cube, and its span."""

    mpan: tuple[str, ...]
    first_day: dt.date
    n_days: int


def plan(reads: Path, *, batch_bytes: int = BATCH_BYTES) -> tuple[Batch, ...]:
    """Divide the meters of a reads file; the same file gives the same batches.

    Raises
    ------
    InvalidFrame
        The file lacks a column or holds no reads.
    """
    spans = _spans(reads)
    if spans.is_empty():
        raise InvalidFrame(f"{reads.name} holds no reads; give a file with at least one half-hour")
    most = batch_bytes // (BYTES_A_HALF_HOUR * SLOTS_PER_DAY)
    batches: list[Batch] = []
    names: list[str] = []
    first = last = own = 0
    for mpan, begin, end in spans.iter_rows():
        days = max(last, end) - min(first, begin) + 1 if names else end - begin + 1
        size = days * (len(names) + 1)
        padded = size > MAX_PADDING * (own + end - begin + 1) and size > SMALL_DAYS
        if names and (padded or size > most):
            batches.append(_batch(names, first, last))
            names, own = [], 0
        first = min(first, begin) if names else begin
        last = max(last, end) if names else end
        names.append(mpan)
        own += end - begin + 1
    return (*batches, _batch(names, first, last))


def _spans(reads: Path) -> pl.DataFrame:
    """Meter, first and last day since 1970; like spans are neighbours, the longest first."""
    lazy = scan(reads)
    columns = lazy.collect_schema()
    for name in ("mpan", "ts_utc"):
        if name not in columns:
            raise InvalidFrame(f"{reads.name} lacks {name}; it has {', '.join(columns.names())}")
    day = pl.col("ts_utc").dt.date().to_physical().cast(pl.Int64)
    length = (pl.col("last") - pl.col("first") + 1).log(2).floor()
    return (
        lazy.select("mpan", "ts_utc")
        .drop_nulls()
        .group_by("mpan")
        .agg(day.min().alias("first"), day.max().alias("last"))
        .sort(-length, "first", "last", "mpan")
        .select("mpan", "first", "last")
        .collect()
    )


def _batch(names: list[str], first: int, last: int) -> Batch:
    day = dt.date(1970, 1, 1) + dt.timedelta(days=first)
    return Batch(tuple(sorted(names)), day, last - first + 1)
