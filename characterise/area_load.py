"""Half-hourly load of an area by class: what percentiles of a group are taken of.

Percentiles of a group are taken of its summed half-hours, never summed from its members'.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.frames import AREA_LOAD
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution

UNKNOWN_GROUP = "unknown"


def area_load(
    cube: MeterCube, attributions: Iterable[Attribution], counts: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    """Sum the half-hours of each group and class, `characterise.frames.AREA_LOAD`.

    Parameters
    ----------
    counts
        (M, 5) meters and classes that enter: present, and of tier high or medium.

    Notes
    -----
    ``n_meters`` says how many meter points were summed in each half-hour; a half-hour that no
    meter knows is left out. Nothing is scaled up to meters that were not loaded.
    """
    groups = cube.meters["gsp_group"].fill_null(UNKNOWN_GROUP)
    times = cube.slot_times().reshape(-1)
    frames = []
    for part in attributions:
        place = ASSET_CLASSES.index(part.asset_class)
        entering = counts[part.rows, place]
        group = groups.gather(part.rows).to_numpy()
        for name in sorted(set(group[entering])):
            rows = np.flatnonzero(entering & (group == name))
            known = np.isfinite(part.import_kw[rows]).sum(axis=0).reshape(-1)
            drawn = np.nansum(part.import_kw[rows], axis=0, dtype=np.float64).reshape(-1)
            given = np.nansum(part.export_kw[rows], axis=0, dtype=np.float64).reshape(-1)
            some = known > 0
            frame = pl.DataFrame(
                {
                    "ts_utc": pl.Series(times[some]).cast(pl.Datetime("us")),
                    "n_meters": known[some].astype(np.int32),
                    "import_kw": drawn[some],
                    "export_kw": given[some],
                }
            )
            frames.append(
                frame.with_columns(
                    pl.col("ts_utc").dt.replace_time_zone("UTC"),
                    gsp_group=pl.lit(name),
                    asset_class=pl.lit(part.asset_class),
                ).select(AREA_LOAD.names())
            )
    return pl.concat(frames) if frames else _empty()


def combine(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Add the area loads of several batches, sorted by group, class and time."""
    held = [part for part in parts if part.height]
    if not held:
        return AREA_LOAD.to_frame()
    keys = ["gsp_group", "asset_class", "ts_utc"]
    # Sorted first and summed in that order, so that the last bit does not depend on threads.
    total = (
        pl.concat(held)
        .sort(keys, maintain_order=True)
        .group_by(keys, maintain_order=True)
        .agg(pl.col("n_meters", "import_kw", "export_kw").sum())
    )
    return total.cast(dict(AREA_LOAD)).select(AREA_LOAD.names())  # type: ignore[arg-type]


def _empty() -> pl.DataFrame:
    return AREA_LOAD.to_frame().cast({"import_kw": pl.Float64, "export_kw": pl.Float64})
