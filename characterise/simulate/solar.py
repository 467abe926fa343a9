"""Photovoltaic generation of a tilted array under the simulated sky."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather import Weather

STYLES: Final = ("", "south", "east_west", "ground")
"""Ways to face: drawn, one roof near south, two roofs, a field of racks."""
G98_KW: Final = 3.68
"""16 A of one phase: above it the network is asked first, and often limits the export."""
_COVERED_CM: Final = 1.0


def generation(
    rng: np.random.Generator,
    time: Timeline,
    weather: Weather,
    *,
    kw: float,
    style: str = "",
    room_kw: Float | None = None,
) -> Float:
    """Mean AC power of an array whose inverter is rated ``kw``, (n,) kW.

    Parameters
    ----------
    room_kw
        (n,) most that may be generated: the export limit and what is used behind the meter.

    Notes
    -----
    Isotropic sky, ground albedo 0.2, cell temperature by NOCT, PVWatts-like 14 % of losses, dust
    that rain washes off, nothing while snow covers the panels; clipped at the inverter, then at
    the room that the limit leaves. Facing is drawn: mostly south, some east-west pairs.
    """
    plane = _plane(rng, weather, style)
    oversize = rng.uniform(1.15, 1.5) if style == "ground" else rng.uniform(1.0, 1.35)
    lit = plane * _shade(rng, weather, often=0.05 if style == "ground" else 0.3)
    clean = 1 - _dust(weather.wet, rng.uniform(0.0003, 0.0025), rng.uniform(0.4, 0.9))
    # Panels slide free a little before the ground does.
    bare = weather.snow_cm < _COVERED_CM * rng.uniform(0.6, 2.0)
    lit = lit * (clean * bare)[time.day]
    cell_c = weather.temp_c + lit / 800 * 25
    dc = kw * oversize * lit / 1000 * (1 - 0.0037 * (cell_c - 25))
    most = np.full(time.n, kw) if room_kw is None else np.minimum(room_kw, kw)
    return np.clip(0.86 * dc, 0.0, np.maximum(most, 0.0))


def _plane(rng: np.random.Generator, weather: Weather, style: str) -> Float:
    """(n,) irradiance on the panels, W/m2: the mean of two planes where there are two roofs."""
    tilt = np.radians(rng.uniform(15, 42))
    facing = rng.normal(180, 38)
    two = rng.random() < 0.12
    if style == "south":
        facing = 180 + 0.3 * (facing - 180)
    if style == "ground":
        tilt, facing = np.radians(rng.uniform(15, 25)), rng.normal(180, 6)
    two = style == "east_west" or (style == "" and two)
    faces = [facing - 90, facing + 90] if two else [facing]
    planes = [_in_plane(weather, tilt, np.radians(face)) for face in faces]
    mean: Float = np.mean(planes, axis=0)
    return mean


def _in_plane(weather: Weather, tilt: float, azimuth: float) -> Float:
    zenith, sun = np.radians(weather.zenith_deg), np.radians(weather.azimuth_deg)
    along = np.cos(zenith) * np.cos(tilt)
    across = np.sin(zenith) * np.sin(tilt) * np.cos(sun - azimuth)
    beam = weather.dni_wm2 * np.clip(along + across, 0.0, None)
    sky = weather.dhi_wm2 * (1 + np.cos(tilt)) / 2
    ground = 0.2 * weather.ghi_wm2 * (1 - np.cos(tilt)) / 2
    plane: Float = beam + sky + ground
    return plane


def _shade(rng: np.random.Generator, weather: Weather, *, often: float) -> Float:
    """A tree or a chimney that takes part of one side of the sky while the sun is low."""
    if rng.random() >= often:
        return np.ones_like(weather.temp_c)
    side, width = rng.uniform(90, 270), rng.uniform(20, 45)
    near = np.abs((weather.azimuth_deg - side + 180) % 360 - 180) < width
    low = weather.zenith_deg > rng.uniform(55, 72)
    return np.where(near & low, rng.uniform(0.4, 0.75), 1.0)


@njit(cache=True)
def _dust(wet: Bool, a_day: float, washed: float) -> Float:
    """(local days,) share of the light that dust takes: grows on dry days, washed off by rain."""
    taken = np.zeros(len(wet))
    held = 10.0 * a_day
    for day in range(len(wet)):
        held = held * (1.0 - washed) if wet[day] else min(held + a_day, 0.08)
        taken[day] = held
    return taken
