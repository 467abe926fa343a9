"""Results of the engine and of the delivery check: one Delta table a frame, and what is summed.

A table is overwritten whole by each run; a reader names the version that the ledger committed, so
a run that was killed half-way is never seen.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
from deltalake import DeltaTable, write_deltalake

from characterise import frames
from characterise.errors import StoreUnavailable

_LOG: Final = "_delta_log"


class ProfileStore:
    """Result frames under one folder, by name; see `characterise.frames`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def publish(self, results: Mapping[str, pl.DataFrame]) -> dict[str, int]:
        """Overwrite the tables named, sorted by meter; return the version each now has.

        Nothing is visible to a reader that names versions until the ledger commits these.
        """
        versions = {}
        for name, frame in results.items():
            schema = _schema(name)
            table = frames.check(frame, schema, name)
            if "mpan" in schema:
                table = table.sort("mpan", maintain_order=True)
            path = self.root / name
            write_deltalake(path, table.to_arrow(), mode="overwrite", schema_mode="overwrite")
            versions[name] = DeltaTable(path).version()
        return versions

    def versions(self) -> dict[str, int]:
        """Latest version of each table that was ever written, committed or not."""
        if not self.root.is_dir():
            return {}
        return {
            path.name: DeltaTable(path).version()
            for path in sorted(self.root.iterdir())
            if (path / _LOG).is_dir() and DeltaTable.is_deltatable(str(path))
        }

    def restore(self, versions: Mapping[str, int | None]) -> None:
        """Forget every version after the one named; None forgets the table.

        For versions that no reader can have seen: those that were never committed.
        """
        for name, version in versions.items():
            path = self.root / name
            if version is None:
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_dir():
                _forget_after(path, version)

    def read(
        self,
        name: str,
        *,
        mpan: str | Sequence[str] | None = None,
        version: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Rows of one frame, of some meters or of all.

        Parameters
        ----------
        version
            The committed version; None reads the latest written.

        Raises
        ------
        StoreUnavailable
            The version named does not exist.
        """
        schema = _schema(name)
        path = self.root / name
        if not DeltaTable.is_deltatable(str(path)):
            if version is not None:
                raise StoreUnavailable(f"{path} holds no version {version}; run fmar characterise")
            empty = schema.to_frame()
            return empty.select(columns) if columns else empty
        lazy = pl.scan_delta(str(path), version=version)
        if mpan is not None:
            wanted = [mpan] if isinstance(mpan, str) else list(mpan)
            lazy = lazy.filter(pl.col("mpan").is_in(wanted))
        names = list(columns) if columns else schema.names()
        return lazy.select(pl.col(each).cast(schema[each]) for each in names).collect()

    def capability_totals(
        self,
        meters: pl.DataFrame,
        *,
        parameter: str = "rated_export_kw",
        version: int | None = None,
    ) -> pl.DataFrame:
        """Meters and their summed largest observed power by group, class and tier.

        Parameters
        ----------
        meters
            mpan and gsp_group.
        parameter
            ``rated_import_kw`` or ``rated_export_kw``.

        Returns
        -------
        pl.DataFrame
            gsp_group, asset_class, tier, n_meters, kw. The sum is of each meter's own maximum,
            an upper bound of what they give at once; what they gave at once is `area_percentiles`.
        """
        return self._query(
            "capability",
            version,
            """
            SELECT coalesce(m.gsp_group, 'unknown') AS gsp_group, c.asset_class, c.tier,
                   count(DISTINCT c.mpan) AS n_meters, sum(c.value::DOUBLE) AS kw
            FROM held AS c LEFT JOIN meters AS m USING (mpan)
            WHERE c.parameter = $parameter AND c.statistic = 'max'
            GROUP BY ALL ORDER BY ALL
            """,
            {"parameter": parameter},
            meters=meters.select("mpan", "gsp_group"),
        )

    def area_percentiles(self, *, version: int | None = None) -> pl.DataFrame:
        """Percentiles of the summed half-hours of each group and class.

        Returns
        -------
        pl.DataFrame
            gsp_group, asset_class, n_meters (most at once), half_hours, and p10, p50, p90 and max
            of import_kw and of export_kw. Of the meter points loaded, not scaled to GB.
        """
        levels = {"p10": 0.1, "p50": 0.5, "p90": 0.9, "max": 1.0}
        parts = ", ".join(
            f"quantile_cont({side}::DOUBLE, {level}) AS {side}_{name}"
            for side in ("import_kw", "export_kw")
            for name, level in levels.items()
        )
        return self._query(
            "area_load",
            version,
            f"""
            SELECT gsp_group, asset_class, max(n_meters) AS n_meters, count(*) AS half_hours,
                   {parts}
            FROM held GROUP BY ALL ORDER BY ALL
            """,
            {},
        )

    def _query(
        self,
        name: str,
        version: int | None,
        sql: str,
        parameters: dict[str, str],
        **tables: pl.DataFrame,
    ) -> pl.DataFrame:
        """Answer of DuckDB over the files of one table's version, called ``held`` in the query."""
        path = self.root / name
        with duckdb.connect() as connection:
            if DeltaTable.is_deltatable(str(path)):
                files = DeltaTable(path, version=version).file_uris()
                connection.register("held", connection.read_parquet(files))
            else:
                connection.register("held", _schema(name).to_frame())
            for label, frame in tables.items():
                connection.register(label, frame)
            answer: pl.DataFrame = connection.sql(sql, params=parameters).pl()
        return answer


def _schema(name: str) -> pl.Schema:
    schema = getattr(frames, name.upper(), None)
    if not isinstance(schema, pl.Schema):
        raise StoreUnavailable(f"no result is called {name!r}; see characterise.frames")
    return schema


def _forget_after(path: Path, version: int) -> None:
    """Cut the table's log off after ``version``; the data files left over are nobody's."""
    log = path / _LOG
    if not (log / f"{version:020d}.json").exists():
        raise StoreUnavailable(f"{path} holds no version {version}; restore a backup")
    for entry in log.iterdir():
        stem = entry.name.split(".")[0]
        if stem.isdigit() and int(stem) > version:
            entry.unlink()
    last = log / "_last_checkpoint"
    if last.exists() and json.loads(last.read_text(encoding="utf-8")).get("version", 0) > version:
        last.unlink()
