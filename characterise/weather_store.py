"""Weather series of a workspace: one Delta table, replaced station by station."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from characterise.append_table import AppendTable
from characterise.frames import WEATHER, check


class WeatherStore:
    """Temperature and irradiance by station, as `characterise.frames.WEATHER`."""

    def __init__(self, root: Path) -> None:
        self._table = AppendTable(root, WEATHER)

    def version(self) -> int | None:
        """Version whose content stands, committed or not; None before the first."""
        return self._table.version()

    def restore(self, version: int | None) -> None:
        """Go back to a committed version; None means that there never was one."""
        self._table.restore(version)

    def put(self, weather: pl.DataFrame, *, version: int | None) -> int:
        """Replace the stations of ``weather``, keep the others; return the version to commit."""
        fresh = check(weather, WEATHER, "weather")
        kept = self.current(version=version).join(
            fresh.select("station").unique(), on="station", how="anti"
        )
        return self._table.rewrite(pl.concat([kept, fresh]).sort("station", "ts_utc"))

    def current(self, *, version: int | None) -> pl.DataFrame:
        """Every station's series as of a committed version; empty before the first."""
        if version is None:
            return pl.DataFrame(schema=WEATHER)
        return self._table.scan(version).sort("station", "ts_utc").collect()

    def holds(self, weather: pl.DataFrame, *, version: int) -> bool:
        """Whether every row of ``weather`` stands in the table already."""
        fresh = check(weather, WEATHER, "weather")
        held = self.current(version=version)
        return fresh.join(held, on=list(WEATHER), how="anti", nulls_equal=True).is_empty()
