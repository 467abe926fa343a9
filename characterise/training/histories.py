"""The same sites as other meters would show them: with less history, or with export unseen.

What is learnt must hold after a month as after a year, and where only import is registered.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import ASSET_CLASSES, FLEXIBLE_DEMAND
from characterise.meter_cube import MISSING, MeterCube
from characterise.training.corpus import LABEL, Batch, label_table
from characterise.training.sub_meters import signed_truth
from characterise.training.visible import visible

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WHOLE: Final = 0
HISTORIES: Final = (WHOLE, 30, 91, 182)
"""Days kept; all of them first."""
HIDDEN: Final = -1
"""In place of days kept: all of them, of a site that exports, without its export register."""
_LEAST_KW: Final = 0.05
"""Under it an asset stands still."""


class View(NamedTuple):
    """M sites as they show in some of their readings."""

    kept: int
    """Days of `HISTORIES`, or `HIDDEN`."""
    cube: MeterCube
    labels: Array
    """(M, 5), NaN where there is no such view or nothing is to be learnt from the site."""
    faint: Flags
    """(M, 5) assets that are there and too small to be seen; their labels are NaN."""


def cuts(batch: Batch, *, made: bool) -> Iterator[View]:
    """The sites with all that was read, without export, and with less history.

    A site with little more history than is kept has no such cut: its labels are NaN. So is the
    label of a class whose sub-meter stands still in the days kept. Only sites that export have a
    `HIDDEN` view.

    Parameters
    ----------
    made
        Whether the assets are simulated: those too small to be seen then have no label.
    """
    labels, faint = label_table(batch.sites), np.zeros((len(batch.sites), len(ASSET_CLASSES)), bool)
    if made:
        faint = _faint(batch, labels)
        labels = np.where(faint, np.nan, labels)
    yield View(WHOLE, batch.cube, labels, faint)
    exports = np.asarray((np.nan_to_num(batch.cube.export_kw) > 0).any(axis=(1, 2)))[:, None]
    if exports.any():
        bare = without_export(batch.cube)
        yield View(HIDDEN, bare, np.where(exports, labels, np.nan), faint & exports)
    known = np.asarray(np.isfinite(batch.cube.import_kw).any(axis=2))
    runs = _running(batch)
    for days in HISTORIES[1:]:
        keep = np.stack(
            [_window(one, days, name) for one, name in zip(known, batch.cube.mpan, strict=True)]
        )
        short = np.asarray(keep.any(axis=1))
        if short.any():
            shown = _shown(labels, short, keep, runs)
            yield View(days, _blanked(batch.cube, keep), shown, faint & short[:, None])


def without_export(cube: MeterCube) -> MeterCube:
    """The cube as if no meter had an export register: export is zero wherever import is known."""
    known = np.isfinite(cube.import_kw)
    return replace(
        cube,
        export_kw=np.where(known, np.float32(0), np.float32(np.nan)),
        has_export=np.zeros_like(cube.has_export),
        meters=cube.meters.with_columns(pl.lit(value=False).alias("has_export_register")),
    )


def _window(known: Flags, days: int, name: str) -> Flags:
    """(D,) where to look; nowhere if under 1.2 times as many days are known."""
    out = np.zeros(len(known), dtype=bool)
    there = np.flatnonzero(known)
    if len(there) >= 1.2 * days:
        draw = np.random.default_rng([zlib.crc32(name.encode()), days])
        first = int(there[int(draw.integers(0, len(there) - days + 1))])
        out[first : first + days] = True
    return out


def _blanked(cube: MeterCube, keep: Flags) -> MeterCube:
    cell = keep[:, :, None]
    return replace(
        cube,
        import_kw=np.where(cell, cube.import_kw, np.float32(np.nan)),
        export_kw=np.where(cell, cube.export_kw, np.float32(np.nan)),
        quality=np.where(cell, cube.quality, np.uint8(MISSING)),
    )


def _running(batch: Batch) -> dict[int, dict[int, Flags]]:
    """By class and row: (D,) whether the sub-meter moves that day; true where it says nothing."""
    out: dict[int, dict[int, Flags]] = {}
    for place, name in enumerate(ASSET_CLASSES):
        asset = LABEL[name].removeprefix("has_")
        found = signed_truth(batch.cube, batch.submeters, asset) if batch.submeters.height else {}
        out[place] = {}
        for row, power in found.items():
            most = np.max(np.abs(np.nan_to_num(power)), axis=1)
            out[place][row] = (most > _LEAST_KW) | np.isnan(power).all(axis=1)
    return out


def _faint(batch: Batch, labels: Array) -> Flags:
    """(M, 5) assets that `visible` cannot see."""
    out = np.zeros(labels.shape, dtype=bool)
    net = batch.cube.net_kw.astype(np.float64)
    weekday = (np.datetime64(batch.cube.first_day, "D").astype(np.int64) + 3) % 7
    days = (np.arange(batch.cube.n_days) + weekday) % 7
    for place, name in enumerate(ASSET_CLASSES):
        if name == FLEXIBLE_DEMAND or not batch.submeters.height:
            continue
        truth = signed_truth(batch.cube, batch.submeters, LABEL[name].removeprefix("has_"))
        for row, power in truth.items():
            seen = labels[row, place] != 1 or visible(name, power, net[row], days)
            out[row, place] = not seen
    return out


def _shown(
    labels: Array,
    short: Flags,
    keep: Flags,
    runs: dict[int, dict[int, Flags]],
) -> Array:
    out = np.where(short[:, None], labels, np.nan)
    for place, by_row in runs.items():
        for row, moves in by_row.items():
            if out[row, place] == 1 and (moves & keep[row]).sum() < 3:
                out[row, place] = np.nan
    return out


__all__ = ["HIDDEN", "HISTORIES", "WHOLE", "View", "cuts", "without_export"]
