"""Which sites a figure is over: all, and each family, kind of premises and licence class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

ALL: Final = "all"
YEAR: Final = "history:year"
"""Sites with a year of readings: the same sites whatever the history they are cut to."""
FAMILY, GROUP, REAL = "family", "group", "real"
KINDS: Final = (FAMILY, GROUP, REAL)
"""What a model may be trained without: each family in turn; each of five folds that share no home,
building or trace; every real site."""
BY: Final = ("family", "premises", "licence_class")
NEARLY: Final = 0.9
"""Share of a history that a site must have readings over to be judged at it."""


def groups(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Name and rows of every group that has any; the first is `ALL`."""
    if frame.is_empty():
        return
    yield ALL, frame
    for column in BY:
        known = frame.filter(pl.col(column).is_not_null()).sort(column, maintain_order=True)
        for (value,), part in known.group_by(column, maintain_order=True):
            yield f"{column}:{value}", part
    long = frame.filter(has_history(12))
    if long.height:
        yield YEAR, long


def history_days(months: int) -> int:
    """Days of that many months."""
    return round(months * 365 / 12)


def has_history(months: int | None) -> pl.Expr:
    """Sites with about that many months of readings; all where None."""
    if months is None:
        return pl.lit(value=True)
    return (pl.col("days") >= NEARLY * history_days(months)).fill_null(value=False)
