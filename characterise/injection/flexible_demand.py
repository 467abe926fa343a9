"""A canonical response: load let go whenever this meter was signalled."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterise.injection.laying import Float, Lay
from characterise.meter_cube import MeterCube
from characterise.signatures.dispatch_signals import covered


def prepared(cube: MeterCube, signals: pl.DataFrame | None = None) -> Lay:
    """A response at every meter of ``cube``, its size in kW; NaN where no signal covers one.

    Notes
    -----
    The cut lasts as long as the signal, begins and ends with it, and never goes under zero load.
    Nothing is caught up afterwards.
    """
    mask, index = covered(cube, signals)

    def lay(size_kw: Float) -> Float:
        change = np.full_like(cube.import_kw, np.nan)
        known = np.flatnonzero(index >= 0)
        if known.size:
            drawn = np.maximum(cube.import_kw[known] - cube.export_kw[known], 0.0)
            cut = np.minimum(drawn, size_kw[known][:, None, None])
            change[known] = -cut * mask[index[known]]
        return change

    return lay
