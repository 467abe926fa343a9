"""Curtailments of known size laid over real buildings, and how near the reduction found comes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.episodes import operating_threshold_kw
from characterise.meter_cube import MISSING, MeterCube
from characterise.signatures import flexible_demand
from characterise.simulate.flexible_demand import STYLES, response
from characterise.simulate.timeline import timeline
from characterise.training.overlay_calls import Run, draw_calls, own_signals

Float = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

STATISTICS: Final = ("p10", "p50", "p90", "max", "energy")
"""Of the operating half-hours of a reduction, kW; and the whole of it, kWh."""
_QUANTILES: Final = (0.1, 0.5, 0.9, 1.0)
_MOST_CALLS: Final = 40
_LONGEST_H: Final = 24.0


@dataclass(frozen=True, slots=True)
class Curtailed:
    """Buildings that answer calls, and by how much."""

    cube: MeterCube
    rows: Rows
    """(K,) meters that curtail."""
    signals: pl.DataFrame
    """`characterise.frames.SIGNALS` of their calls, answered or not."""
    reduction_kw: Float
    """(K, D, 48) load given up, 0 where none."""


def only_days(cube: MeterCube, first: int, n_days: int) -> MeterCube:
    """Return the cube with all but ``n_days`` from day ``first`` on missing."""
    day = np.arange(cube.n_days)
    keep = ((day >= first) & (day < first + n_days))[None, :, None]
    return replace(
        cube,
        import_kw=np.where(keep, cube.import_kw, np.float32(np.nan)),
        export_kw=np.where(keep, cube.export_kw, np.float32(np.nan)),
        quality=np.where(keep, cube.quality, np.uint8(MISSING)),
    )


def curtailed(cube: MeterCube, share: float, seed: int) -> Curtailed:
    """Lay answered calls over every meter with 60 whole working days.

    Parameters
    ----------
    share
        Most that a call takes, as a share of the meter's mean load in called half-hours.

    Notes
    -----
    6 to 40 calls of one to four hours at an hour that is the meter's habit; answers as
    `simulate.flexible_demand` draws them, in one of its styles, taken again in part. London's
    working days are taken for everyone's.
    """
    time = timeline(cube.first_day, cube.n_days)
    net = cube.net_kw.reshape(cube.n_meters, -1)
    imported = cube.import_kw.reshape(cube.n_meters, -1).copy()
    rows: list[int] = []
    given: list[Float] = []
    runs: list[Run] = []
    for m in range(cube.n_meters):
        rng = np.random.default_rng([seed, zlib.crc32(cube.mpan[m].encode())])
        calls = draw_calls(rng, time, np.isfinite(net[m]), _MOST_CALLS)
        if calls is None:
            continue
        load = np.maximum(np.nan_to_num(net[m]), 0.0).astype(np.float64)
        size = share * float(load[calls > 0].mean())
        if size <= 0:
            continue
        style = STYLES[int(rng.integers(0, len(STYLES)))]
        less, more = response(
            rng, load, kw=size, calls=calls, style=style, longest_h=_LONGEST_H
        )  # fmt: skip
        less = np.where(np.isfinite(net[m]), less, 0.0)
        imported[m] += (more - less).astype(np.float32)
        rows.append(m)
        given.append(less.astype(np.float32))
        edge = np.flatnonzero(np.diff(calls > 0, prepend=False, append=False)).tolist()
        runs += [
            Run(cube.mpan[m], first, stop - first)
            for first, stop in zip(edge[::2], edge[1::2], strict=True)
        ]
    shape = (len(rows), cube.n_days, 48)
    return Curtailed(
        cube=replace(cube, import_kw=imported.reshape(cube.import_kw.shape)),
        rows=np.array(rows, dtype=np.int32),
        signals=own_signals(cube.first_day, runs),
        reduction_kw=np.array(given, dtype=np.float32).reshape(shape),
    )


def statistics(power_kw: Float) -> Array:
    """(K, 5) `STATISTICS` of (K, D, 48) power; NaN where it never runs."""
    least = operating_threshold_kw(power_kw)
    out = np.full((len(power_kw), len(STATISTICS)), np.nan)
    for k, power in enumerate(power_kw):
        ran = power[(power >= least[k]) & (power > 0)].astype(np.float64)
        if least[k] > 0 and ran.size:
            out[k] = [*np.quantile(ran, _QUANTILES), np.nansum(power, dtype=np.float64) / 2]
    return out


def errors(laid: Curtailed) -> Array:
    """(K, 5) found over laid, less one, of each of `STATISTICS`.

    -1 where nothing was found; NaN where no call was answered.
    """
    found = flexible_demand.attribute(laid.cube, laid.rows, signals=laid.signals).export_kw
    truth = statistics(laid.reduction_kw)
    told = np.where(np.isnan(truth), np.nan, np.nan_to_num(statistics(found)))
    return np.asarray(told / truth - 1)
