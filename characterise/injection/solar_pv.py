"""A canonical array: the irradiance of the place, clouds and all."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from characterise.injection.chance import spell, uniform
from characterise.injection.laying import Float, Lay
from characterise.meter_cube import MeterCube
from characterise.signatures.surroundings import surroundings

_SALT: Final = 307
YIELD: Final = 0.85
"""kW for each kW of panels under 1000 W/m2: heat, wiring and inverter taken off."""


def prepared(cube: MeterCube, signals: pl.DataFrame | None = None) -> Lay:
    """An array at every meter of ``cube``, its size in kW of panels; ``signals`` is not read."""
    around = surroundings(cube)
    kinds, index = np.unique(
        np.stack([around.place, around.station], axis=1), axis=0, return_inverse=True
    )
    first = np.datetime64(cube.first_day, "D").astype(np.int64).item()
    date = first + np.arange(cube.n_days)
    unit = np.stack(
        [generation(around.sun[place], around.ghi_wm2[station], date) for place, station in kinds]
    )
    at = index.reshape(-1)

    def lay(size_kw: Float) -> Float:
        return np.asarray(-unit[at] * size_kw[:, None, None], dtype=np.float32)

    return lay


def generation(sun: Float, ghi_wm2: Float, date: np.ndarray) -> Float:
    """(D, 48) output of 1 kW of panels.

    Parameters
    ----------
    sun
        (D, 48) sine of the solar elevation, zero at night.
    ghi_wm2
        (D, 48) measured irradiance, NaN where unknown.
    date
        (D,) days since 1970-01-01.

    Notes
    -----
    Clear sky as in `characterise.signatures.sunshine`. Where nothing was measured each day has a
    cloudiness of its own (clearness 0.15 to 1, near 0.6 on average) and flickers about it.
    """
    clear = 1.03 * np.maximum(sun, 0.0).astype(np.float64) ** 1.15
    sky = np.clip(0.6 + 0.28 * spell(date, _SALT, reach=2), 0.15, 1.0)[:, None]
    tick = date[:, None] * 64 + np.arange(48)
    sky = np.clip(sky * (0.75 + 0.5 * uniform(tick, _SALT + 1)), 0.1, 1.0)
    suns = np.where(np.isfinite(ghi_wm2), np.maximum(ghi_wm2, 0.0) / 1000, sky * clear)
    return np.asarray(np.where(sun > 0, np.minimum(YIELD * suns, 1.0), 0.0), dtype=np.float32)
