"""Sun, clock and temperature around each meter, in the shapes that the kernels read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from characterise.meter_cube import MeterCube
from characterise.settlement import LONDON

Float = npt.NDArray[np.float32]
Index = npt.NDArray[np.int32]

GB_CENTRE = (53.0, -1.8)
"""Latitude and longitude taken for a meter in the London zone that gives none, degrees."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every signature needs to know besides the load; places and clocks are shared."""

    sun: Float
    """(P, D, 48) sine of the solar elevation at mid half-hour, zero at night."""
    place: Index
    """(M,) index into ``sun``."""
    where: tuple[tuple[float, float], ...]
    """(P,) latitude and longitude, degrees."""
    slot: npt.NDArray[np.int8]
    """(Z, D, 48) local wall-clock slot."""
    clock: Index
    """(M,) index into ``slot``."""
    temp_c: Float
    """(S, D, 48)."""
    ghi_wm2: Float
    """(S, D, 48)."""
    station: Index
    """(M,) index into the weather arrays."""
    day_temp_c: Float
    """(S, D) daily mean temperature, NaN where under 24 half-hours are known."""


def surroundings(cube: MeterCube) -> Surroundings:
    """Sun, clocks and weather of the meters of ``cube``."""
    where, place = _places(cube)
    first = np.datetime64(cube.first_day, "D").astype(np.int64).item()
    sun = np.stack([_sine_elevation(first, cube.n_days, *spot) for spot in where])
    known = np.isfinite(cube.temp_c)
    count = known.sum(axis=2)
    total = np.where(known, cube.temp_c, 0.0).sum(axis=2)
    day = np.where(count >= 24, total / np.maximum(count, 1), np.nan).astype(np.float32)
    return Surroundings(
        sun=sun,
        place=place,
        where=tuple(where),
        slot=np.stack([clock.slot for clock in cube.clocks]),
        clock=cube.clock,
        temp_c=cube.temp_c,
        ghi_wm2=cube.ghi_wm2,
        station=cube.station,
        day_temp_c=day,
    )


def _places(cube: MeterCube) -> tuple[list[tuple[float, float]], Index]:
    """Distinct places, rounded to half a degree, and each meter's index among them."""
    latitude = cube.meters["latitude"].fill_null(np.nan).to_numpy()
    longitude = cube.meters["longitude"].fill_null(np.nan).to_numpy()
    default = np.array([_default_place(clock.zone, clock.slot) for clock in cube.clocks])
    default = default[cube.clock]
    latitude = np.where(np.isfinite(latitude), latitude, default[:, 0])
    longitude = np.where(np.isfinite(longitude), longitude, default[:, 1])
    spots = np.round(2 * np.stack([latitude, longitude], axis=1)) / 2
    unique, index = np.unique(spots, axis=0, return_inverse=True)
    return [(float(a), float(b)) for a, b in unique], index.reshape(-1).astype(np.int32)


def _default_place(zone: str, slot: npt.NDArray[np.int8]) -> tuple[float, float]:
    """GB's centre for London; elsewhere 45 degrees north at the meridian of the zone's clock."""
    if zone == LONDON:
        return GB_CENTRE
    ahead = (slot[0, 0].astype(float) + 24) % 48 - 24
    return 45.0, float(ahead * 7.5)


@lru_cache(maxsize=64)
def _sine_elevation(first: int, n_days: int, latitude: float, longitude: float) -> Float:
    """(D, 48) sine of the solar elevation at the middle of each half-hour, zero at night.

    Notes
    -----
    Declination and equation of time by Spencer (1971), good to about half a degree.
    """
    days = (np.arange(n_days) + first).astype("datetime64[D]")
    start = days.astype("datetime64[Y]").astype("datetime64[D]")
    day_of_year = (days - start).astype(np.int64)
    hour = (np.arange(48) + 0.5) / 2
    gamma = 2 * np.pi * (day_of_year[:, None] + (hour[None, :] - 12) / 24) / 365.25
    declination = (
        0.006918
        - 0.399912 * np.cos(gamma)
        + 0.070257 * np.sin(gamma)
        - 0.006758 * np.cos(2 * gamma)
        + 0.000907 * np.sin(2 * gamma)
        - 0.002697 * np.cos(3 * gamma)
        + 0.00148 * np.sin(3 * gamma)
    )
    equation_min = 229.18 * (
        0.000075
        + 0.001868 * np.cos(gamma)
        - 0.032077 * np.sin(gamma)
        - 0.014615 * np.cos(2 * gamma)
        - 0.040849 * np.sin(2 * gamma)
    )
    solar_hour = hour[None, :] + longitude / 15 + equation_min / 60
    angle = np.pi * (solar_hour - 12) / 12
    phi = np.radians(latitude)
    sine = np.sin(phi) * np.sin(declination)
    sine = sine + np.cos(phi) * np.cos(declination) * np.cos(angle)
    return np.asarray(np.maximum(sine, 0.0), dtype=np.float32)
