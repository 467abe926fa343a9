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
UNPLACED: Final = ("no_identity", "off_grid")
"""Reason codes of rows that no batch holds; see `on_the_grid`."""
_HALF_HOUR_US: Final = 1_800_000_000


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
        raise InvalidFrame(
            "the reads hold no row that names a meter and starts on a UTC half-hour; give a file "
            "with at least one"
        )
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


def on_the_grid() -> pl.Expr:
    """Rows that name a meter and start on a UTC half-hour; no other can be placed in a cube."""
    named = pl.col("mpan").is_not_null() & (pl.col("mpan") != "")
    on_half_hour = pl.col("ts_utc").dt.timestamp("us") % _HALF_HOUR_US == 0
    return (named & on_half_hour).fill_null(value=False)


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
        .filter(on_the_grid())
        .group_by("mpan")
        .agg(day.min().alias("first"), day.max().alias("last"))
        .sort(-length, "first", "last", "mpan")
        .select("mpan", "first", "last")
        .collect()
    )


def _batch(names: list[str], first: int, last: int) -> Batch:
    day = dt.date(1970, 1, 1) + dt.timedelta(days=first)
    return Batch(tuple(sorted(names)), day, last - first + 1)
