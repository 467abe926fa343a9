"""Asset meters laid over the boundary they are behind, each with what it is expected to draw."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.baselines import expected_kw
from characterise.frames import ASSET_READS, READS, check
from characterise.meter_cube import MeterCube, cube_from_reads

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AssetMeters:
    """A asset meters over the span of the boundary cube, N = D x 48 half-hours."""

    amsid: tuple[str, ...]
    mpan: tuple[str, ...]
    net_kw: npt.NDArray[np.float32]
    """(A, N) net import of the asset, NaN where unread."""
    expected_kw: npt.NDArray[np.float32]
    """(A, N) one-day-ahead expected net import, event days left out of the fits."""
    reach_kw: Double
    """(A,) most import plus most export it ever read; NaN under a day of reads."""


def asset_meters(
    asset_reads: pl.DataFrame,
    cube: MeterCube,
    event_days: npt.NDArray[np.bool_] | None = None,
) -> AssetMeters:
    """Lay asset-meter reads over the span of ``cube``, in the weather and clock of their boundary.

    Parameters
    ----------
    asset_reads
        `characterise.frames.ASSET_READS` with an optional ``quality``.
    event_days
        (M, D) UTC days of the boundaries left out of every fit.
    """
    frame = check(asset_reads, ASSET_READS, "asset reads")
    if "quality" in asset_reads.columns:
        frame = frame.with_columns(asset_reads["quality"])
    owner = frame.select("amsid", "mpan").unique("amsid", keep="first", maintain_order=True)
    as_reads = frame.drop("mpan").rename({"amsid": "mpan"})
    names = ["mpan", *list(READS)[1:], *(["quality"] if "quality" in frame.columns else [])]
    assets = cube_from_reads(as_reads.select(names), first_day=cube.first_day, n_days=cube.n_days)
    mpan = dict(owner.iter_rows())
    owners = tuple(mpan[name] for name in assets.mpan)
    flat = (assets.n_meters, -1)
    imported, exported = assets.import_kw.reshape(flat), assets.export_kw.reshape(flat)
    enough = np.isfinite(imported).sum(axis=1) >= 48
    reach = np.nan_to_num(imported).max(axis=1) + np.nan_to_num(exported).max(axis=1)
    return AssetMeters(
        amsid=assets.mpan,
        mpan=owners,
        net_kw=imported - exported,
        expected_kw=_expected(assets, cube, owners, event_days).reshape(flat),
        reach_kw=np.where(enough, reach, np.nan).astype(np.float64),
    )


def _expected(
    assets: MeterCube,
    cube: MeterCube,
    owners: tuple[str, ...],
    event_days: npt.NDArray[np.bool_] | None,
) -> npt.NDArray[np.float32]:
    places = {name: index for index, name in enumerate(cube.mpan)}
    row = np.array([places.get(name, -1) for name in owners], dtype=np.int64)
    known = np.flatnonzero(row >= 0)
    expected = np.full(assets.import_kw.shape, np.float32(np.nan), dtype=np.float32)
    if not len(known):
        return expected
    behind = replace(
        assets,
        mpan=tuple(assets.mpan[index] for index in known),
        import_kw=assets.import_kw[known],
        export_kw=assets.export_kw[known],
        quality=assets.quality[known],
        temp_c=cube.temp_c,
        ghi_wm2=cube.ghi_wm2,
        climatology=cube.climatology,
        station=cube.station[row[known]],
        clocks=cube.clocks,
        clock=cube.clock[row[known]],
        has_export=assets.has_export[known],
        meters=assets.meters[known],
    )
    exclude = None if event_days is None else event_days[row[known]]
    expected[known] = expected_kw(behind, "auto", exclude=exclude, refit="weekly")
    return expected
