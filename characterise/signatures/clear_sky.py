"""What panels of a few orientations would receive under a clear sky, at any place."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

TILT: Final = np.radians(40.0)
"""Of the tilted panels; a mixture with flat ones makes any lower tilt."""
ORIENTATIONS: Final = ("flat", "east", "equator", "west")
GROUND: Final = 0.2
"""Share of light that the ground throws back."""


@lru_cache(maxsize=64)
def panel_light(first: int, n_days: int, latitude: float, longitude: float) -> Float:
    """(5, D, 48) suns (1000 W/m2): on the panels of `ORIENTATIONS`, then the sine of the elevation.

    Parameters
    ----------
    first
        First UTC day, days since 1970-01-01.

    Notes
    -----
    Beam by Meinel (1976), 1.353 x 0.7^(AM^0.678); global by Haurwitz (1945); the rest is diffuse,
    taken as even over the sky. Declination and equation of time by Spencer (1971).
    """
    up, east, equator = _sun(first, n_days, latitude, longitude)
    risen = up > 0
    height = np.maximum(up, 1e-3)
    beam = np.where(risen, 1.353 * 0.7 ** (height**-0.678), 0.0)
    whole = np.where(risen, 1.098 * height * np.exp(-0.059 / height), 0.0)
    diffuse = np.maximum(whole - beam * height, 0.0)
    even = diffuse * (1 + np.cos(TILT)) / 2 + GROUND * whole * (1 - np.cos(TILT)) / 2
    out = [whole]
    for side in (east, equator, -east):
        facing = side * np.sin(TILT) + height * np.cos(TILT)
        out.append(np.where(risen, beam * np.maximum(facing, 0.0) + even, 0.0))
    out.append(np.maximum(up, 0.0))
    return np.stack(out).astype(np.float32)


def _sun(first: int, n_days: int, latitude: float, longitude: float) -> tuple[Array, Array, Array]:
    """(D, 48) direction of the sun at mid half-hour: its parts up, east and to the equator."""
    days = (np.arange(n_days) + first).astype("datetime64[D]")
    start = days.astype("datetime64[Y]").astype("datetime64[D]")
    hour = (np.arange(48) + 0.5) / 2
    day_of_year = (days - start).astype(np.int64)[:, None]
    gamma = 2 * np.pi * (day_of_year + (hour[None, :] - 12) / 24) / 365.25
    one, two, three = (np.exp(1j * k * gamma) for k in (1, 2, 3))
    declination = (
        0.006918
        - 0.399912 * one.real
        + 0.070257 * one.imag
        - 0.006758 * two.real
        + 0.000907 * two.imag
        - 0.002697 * three.real
        + 0.00148 * three.imag
    )
    equation_min = 229.18 * (
        0.000075
        + 0.001868 * one.real
        - 0.032077 * one.imag
        - 0.014615 * two.real
        - 0.040849 * two.imag
    )
    angle = np.pi * (hour[None, :] + longitude / 15 + equation_min / 60 - 12) / 12
    phi = np.radians(latitude)
    across = np.cos(declination) * np.cos(angle)
    up = np.sin(phi) * np.sin(declination) + np.cos(phi) * across
    north = np.cos(phi) * np.sin(declination) - np.sin(phi) * across
    return up, -np.cos(declination) * np.sin(angle), north if latitude < 0 else -north
