"""Weather to lay simulated assets under: a station's own where it measured, else simulated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pvlib

from characterise.meter_cube import MeterCube
from characterise.simulate.areas import AREAS
from characterise.simulate.timeline import Float, Timeline
from characterise.simulate.weather import Weather, weather_of


def weather_at(
    cube: MeterCube, key: tuple[int, float, float], time: Timeline, seed: int
) -> Weather:
    """Weather of a cube's station (its index, latitude, longitude in ``key``) over its span."""
    station, latitude, longitude = key
    area = replace(AREAS["_C"], latitude=latitude, longitude=longitude)
    drawn = weather_of(area, time, seed + station)
    temp = _known_or(cube.temp_c[station], drawn.temp_c)
    ghi = _known_or(cube.ghi_wm2[station], drawn.ghi_wm2)
    day_of_year = time.starts().astype("datetime64[D]").astype(np.int64) % 365.25
    parts = pvlib.irradiance.erbs(ghi, drawn.zenith_deg, day_of_year)
    counted = np.maximum(np.bincount(time.day, minlength=time.n_local_days), 1)
    return replace(
        drawn,
        temp_c=temp,
        ghi_wm2=ghi,
        dni_wm2=np.asarray(parts["dni"]),
        dhi_wm2=np.asarray(parts["dhi"]),
        daily_c=np.bincount(time.day, weights=temp, minlength=time.n_local_days) / counted,
    )


def _known_or(measured: np.ndarray[tuple[int, ...], np.dtype[np.float32]], other: Float) -> Float:
    flat = measured.reshape(-1).astype(np.float64)
    return np.where(np.isfinite(flat), flat, other)
