"""Sub-meters laid out beside the cube of their boundary."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.meter_cube import MeterCube

Array = npt.NDArray[np.float64]
_HALF_HOUR_US = 1_800_000_000


def signed_truth(cube: MeterCube, submeters: pl.DataFrame, asset: str) -> dict[int, Array]:
    """(D, 48) kW drawn less given by row of the cube, NaN where the sub-meter says nothing."""
    place = {name: row for row, name in enumerate(cube.mpan)}
    origin = np.datetime64(cube.first_day, "us").astype(np.int64)
    size = cube.n_days * 48
    out: dict[int, Array] = {}
    mine = submeters.filter(pl.col("asset") == asset)
    for (name,), part in mine.group_by("mpan", maintain_order=True):
        if name not in place:
            continue
        at = (part["ts_utc"].dt.timestamp("us").to_numpy() - origin) // _HALF_HOUR_US
        net = part.select(
            2 * (pl.col("import_kwh").fill_null(0.0) - pl.col("export_kwh").fill_null(0.0))
        )
        inside = (at >= 0) & (at < size)
        series = np.full(size, np.nan)
        series[at[inside]] = net.to_series().to_numpy()[inside]
        out[place[str(name)]] = series.reshape(cube.n_days, 48)
    return out
