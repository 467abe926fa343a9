"""Put a change of load behind a boundary meter, as the meter would have registered it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import isnan

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.meter_cube import MeterCube

Float = npt.NDArray[np.float32]
Lay = Callable[[Float], Float]
"""From the size of each of M meters' asset, kW, to the (M, D, 48) change of its net import."""
Prepare = Callable[[MeterCube, pl.DataFrame | None], Lay]
"""One class's canonical asset at the meters of a cube, given the signals."""


def rows_of(cube: MeterCube, rows: npt.NDArray[np.intp]) -> MeterCube:
    """The cube of some of its meters; weather and clocks are shared."""
    return replace(
        cube,
        mpan=tuple(cube.mpan[row] for row in rows.tolist()),
        import_kw=cube.import_kw[rows],
        export_kw=cube.export_kw[rows],
        quality=cube.quality[rows],
        station=cube.station[rows],
        clock=cube.clock[rows],
        has_export=cube.has_export[rows],
        meters=cube.meters[rows.tolist()],
    )


def behind(cube: MeterCube, change_kw: Float) -> MeterCube:
    """The cube that would have been read with ``change_kw`` behind its meters.

    Parameters
    ----------
    change_kw
        (M, D, 48) change of net import, kW; where it is NaN the half-hour becomes unusable.

    Notes
    -----
    More load takes away from export before it adds to import, and the reverse. What would be
    exported past a meter without an export register, or with one nobody knows of, is lost: such a
    meter reads zero.
    """
    imported, exported = cube.import_kw.copy(), cube.export_kw.copy()
    _net_out(imported, exported, change_kw, cube.has_export)
    return replace(cube, import_kw=imported, export_kw=exported)


@njit(cache=True)
def _net_out(imported, exported, change, has_export):  # type: ignore[no-untyped-def]
    for m in range(imported.shape[0]):
        for d in range(imported.shape[1]):
            for j in range(48):
                more = change[m, d, j]
                if isnan(more) or isnan(imported[m, d, j]) or isnan(exported[m, d, j]):
                    imported[m, d, j] = np.nan
                    exported[m, d, j] = np.nan
                elif more >= 0:
                    own = min(exported[m, d, j], more)
                    exported[m, d, j] -= own
                    imported[m, d, j] += more - own
                else:
                    own = min(imported[m, d, j], -more)
                    imported[m, d, j] -= own
                    if has_export[m] == 1:
                        exported[m, d, j] += -more - own
