"""Half-hourly reads: append only, corrected by arrival, readable as at any moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from characterise.append_table import AppendTable, quoted
from characterise.dated_names import by_mpan, dated, on_their_days, with_meters
from characterise.frames import READS, UTC

STORED: Final = pl.Schema(
    {
        "meter_point_id": pl.String(),
        "quantity": pl.String(),
        "ts_utc": UTC,
        "kwh": pl.Float32(),
        "quality": pl.String(),
        "received_at": UTC,
        "source_id": pl.String(),
    }
)
METER_POINTS: Final = pl.Schema(
    {
        "meter_point_id": pl.String(),
        "quantity": pl.String(),
        "first": UTC,
        "last": UTC,
        "n": pl.UInt32(),
    }
)
BOUNDARY: Final = pl.Schema({**READS, "quality": pl.String()})
_KEY: Final = ("meter_point_id", "quantity", "ts_utc")


class ReadsStore:
    """Reads of one workspace; a later arrival hides an earlier one, never erases it.

    Parameters
    ----------
    root
        Folder of the Delta table.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._table = AppendTable(root, STORED)

    def append(self, frame: pl.DataFrame) -> int:
        """Append `STORED` rows in site order; return the version to commit."""
        return self._table.append(frame.sort(*_KEY))

    def version(self) -> int | None:
        """Version whose content stands; None before the first append."""
        return self._table.version()

    def restore(self, version: int | None) -> None:
        """Go back to a committed version."""
        self._table.restore(version)

    def current(
        self,
        meter_points: Sequence[str] | None = None,
        *,
        as_at: dt.datetime | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Latest arrival of each half-hour, `STORED` sorted by meter point, quantity and time.

        Parameters
        ----------
        as_at
            Only what had arrived by then; UTC.
        version
            A committed table version; by default the latest.
        """
        rows = self._table.scan(version)
        if meter_points is not None:
            rows = rows.filter(pl.col("meter_point_id").is_in(list(meter_points)))
        if as_at is not None:
            rows = rows.filter(pl.col("received_at") <= as_at)
        return _latest(rows.collect())

    def boundary(
        self,
        pairings: pl.DataFrame | None = None,
        *,
        serials: pl.DataFrame | None = None,
        meter_points: Sequence[str] | None = None,
        as_at: dt.datetime | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Reads of each boundary: `characterise.frames.READS` and ``quality``.

        Parameters
        ----------
        pairings
            import_mpan, export_mpan, valid_from, valid_to (dates, local, end exclusive; null is
            open). Export read under the import MPAN itself needs none.
        serials
            meter_serial, mpan, valid_from, valid_to, days as above: readings kept under
            ``serial:...`` count as the MPAN's on the days that the meter stood there. Where both
            names hold one half-hour, the later arrival counts.
        meter_points
            Import MPANs (or export MPANs without one) to read; their paired ones come along.

        Notes
        -----
        ``export_kwh`` is null where a boundary has no export readings at all, and NaN where it
        has some but not this half-hour: missing, not zero.
        """
        pairs = dated(pairings, "import_mpan", "export_mpan")
        stays = dated(serials, "meter_serial", "mpan")
        wanted = None
        if meter_points is not None:
            wanted = with_meters(_with_partners(meter_points, pairs), stays)
        reads = self.current(wanted, as_at=as_at, version=version)
        reads = _latest(by_mpan(reads, stays)) if stays.height else reads
        imports = reads.filter(pl.col("quantity") == "AI").select(
            pl.col("meter_point_id").alias("mpan"),
            "ts_utc",
            pl.col("kwh").alias("import_kwh"),
            pl.col("quality").alias("import_quality"),
        )
        exports = _exports(reads.filter(pl.col("quantity") == "AE"), pairs)
        frame = _joined(imports, exports)
        if meter_points is not None:
            frame = frame.filter(pl.col("mpan").is_in(list(meter_points)))
        return frame.select(pl.col(name).cast(dtype) for name, dtype in BOUNDARY.items())

    def meter_points(self, *, version: int | None = None) -> pl.DataFrame:
        """What is held of each meter point and quantity, `METER_POINTS`."""
        frame = (
            self._table.scan(version)
            .group_by("meter_point_id", "quantity")
            .agg(
                pl.col("ts_utc").min().alias("first"),
                pl.col("ts_utc").max().alias("last"),
                pl.col("ts_utc").n_unique().alias("n"),
            )
            .collect()
        )
        return frame.select(pl.col(c).cast(t) for c, t in METER_POINTS.items()).sort(
            "meter_point_id", "quantity"
        )

    def compact(self) -> int | None:
        """Rewrite in site order; return the version to commit. Nothing is dropped."""
        if not self._table.exists():
            return None
        return self._table.rewrite(self._table.scan().collect().sort(*_KEY, "received_at"))

    def erase(self, meter_points: Sequence[str]) -> int | None:
        """Delete everything of these meter points; return the version to commit.

        The bytes go when `purge` runs, after the commit: a kill in between loses nothing.
        """
        if not meter_points:
            return self.version()
        return self._table.delete(f"meter_point_id IN ({quoted(list(meter_points))})")

    def purge(self) -> None:
        """Remove the files of every version but the latest; call it after the commit."""
        self._table.purge()


def _latest(rows: pl.DataFrame) -> pl.DataFrame:
    """The last arrival of each half-hour, in site order."""
    frame = rows.sort(*_KEY, "received_at", "source_id")
    superseded = pl.all_horizontal(pl.col(key) == pl.col(key).shift(-1) for key in _KEY)
    return frame.filter(~superseded.fill_null(value=False))


def _with_partners(meter_points: Sequence[str], pairs: pl.DataFrame) -> list[str]:
    partners = pairs.filter(pl.col("import_mpan").is_in(list(meter_points)))["export_mpan"]
    return sorted({*meter_points, *partners.to_list()})


def _exports(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Export readings under the import MPAN that they were paired with on that local day."""
    rows = rows.select(
        "meter_point_id",
        "ts_utc",
        pl.col("kwh").alias("export_kwh"),
        pl.col("quality").alias("export_quality"),
    )
    paired = on_their_days(rows, pairs, "meter_point_id", "export_mpan")
    alone = rows.join(paired, on=["meter_point_id", "ts_utc"], how="anti")
    return pl.concat(
        [
            paired.select(
                pl.col("import_mpan").alias("mpan"), "ts_utc", "export_kwh", "export_quality"
            ),
            alone.select(
                pl.col("meter_point_id").alias("mpan"), "ts_utc", "export_kwh", "export_quality"
            ),
        ]
    ).unique(["mpan", "ts_utc"], keep="first", maintain_order=True)


def _joined(imports: pl.DataFrame, exports: pl.DataFrame) -> pl.DataFrame:
    frame = imports.join(exports, on=["mpan", "ts_utc"], how="full", coalesce=True)
    spans = exports.group_by("mpan").agg(
        pl.col("ts_utc").min().alias("opened"), pl.col("ts_utc").max().alias("closed")
    )
    frame = frame.join(spans, on="mpan", how="left")
    unread = pl.col("export_kwh").is_null() & pl.col("ts_utc").is_between("opened", "closed")
    estimated = pl.any_horizontal(
        (pl.col(side) == "estimated").fill_null(value=False)
        for side in ("import_quality", "export_quality")
    )
    quality = (
        pl.when(pl.col("import_kwh").is_null())
        .then(pl.lit("missing"))
        .when(estimated)
        .then(pl.lit("estimated"))
        .otherwise(pl.col("import_quality"))
    )
    return frame.with_columns(
        pl.when(unread).then(float("nan")).otherwise("export_kwh").alias("export_kwh"),
        quality.alias("quality"),
    ).sort("mpan", "ts_utc")
