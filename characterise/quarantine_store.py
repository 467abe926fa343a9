"""Readings that were not accepted: kept as they came, with code, reason and fix, until resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from characterise.append_table import AppendTable, quoted
from characterise.extracts.quarantine import QUARANTINED, row_id
from characterise.frames import UTC

OPEN, REPLAYED, SUPERSEDED = "open", "replayed", "superseded"
STORED: Final = pl.Schema(
    {
        "row_id": pl.String(),
        "source_id": pl.String(),
        "file": pl.String(),
        "target": pl.String(),
        **QUARANTINED,
        "status": pl.String(),
        "quarantined_at": UTC,
        "changed_at": UTC,
    }
)
"""``target`` is ``boundary`` or ``asset``; ``status`` is open, replayed (read again with more
answers) or superseded (the same file was read again)."""


class QuarantineStore:
    """Quarantined rows of one workspace; a change of status is one more row, the latest counts.

    Parameters
    ----------
    root
        Folder of the Delta table.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._table = AppendTable(root, STORED)

    def append(self, frame: pl.DataFrame) -> int:
        """Append `STORED` rows; return the version to commit."""
        return self._table.append(frame)

    def version(self) -> int | None:
        """Version whose content stands; None before the first append."""
        return self._table.version()

    def restore(self, version: int | None) -> None:
        """Go back to a committed version."""
        self._table.restore(version)

    def current(
        self,
        *,
        source_ids: Sequence[str] | None = None,
        status: str | None = OPEN,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Rows in their latest status, `STORED` in the order of files and rows.

        Parameters
        ----------
        status
            Only rows in this status; None for all.
        """
        rows = self._table.scan(version)
        if source_ids is not None:
            rows = rows.filter(pl.col("source_id").is_in(list(source_ids)))
        frame = (
            rows.collect()
            .sort("changed_at", maintain_order=True)
            .unique("row_id", keep="last", maintain_order=True)
        )
        if status is not None:
            frame = frame.filter(pl.col("status") == status)
        return frame.sort("file", "sheet", "row", "code")

    def erase(self, meter_points: Sequence[str]) -> int | None:
        """Delete every row that names one of these meter points; return the version to commit."""
        if not meter_points:
            return self.version()
        named = " OR ".join(
            f"raw LIKE '%\"{point.replace(chr(39), chr(39) * 2)}\"%'" for point in meter_points
        )
        return self._table.delete(f"meter_point_id IN ({quoted(list(meter_points))}) OR {named}")

    def purge(self) -> None:
        """Remove the files of every version but the latest; call it after the commit."""
        self._table.purge()


def rows_of(
    rejected: pl.DataFrame, *, source_id: str, file: str, target: str, at: dt.datetime
) -> pl.DataFrame:
    """`STORED` rows, open, for the quarantined rows of one file."""
    ids = [
        row_id(source_id, sheet, row, code, raw)
        for sheet, row, code, raw in rejected.select("sheet", "row", "code", "raw").iter_rows()
    ]
    moment = pl.lit(at, dtype=UTC)
    return rejected.with_columns(
        pl.Series("row_id", ids, dtype=pl.String),
        pl.lit(source_id).alias("source_id"),
        pl.lit(file).alias("file"),
        pl.lit(target).alias("target"),
        pl.lit(OPEN).alias("status"),
        moment.alias("quarantined_at"),
        moment.alias("changed_at"),
    ).select(pl.col(name).cast(dtype) for name, dtype in STORED.items())


def marked(rows: pl.DataFrame, status: str, at: dt.datetime) -> pl.DataFrame:
    """The same rows in another status from ``at`` on."""
    return rows.with_columns(
        pl.lit(status).alias("status"), pl.lit(at, dtype=UTC).alias("changed_at")
    )
