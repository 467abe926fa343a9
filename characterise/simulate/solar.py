"""Photovoltaic generation of a tilted array under the simulated sky."""

from __future__ import annotations

import numpy as np

from characterise.simulate.timeline import Float
from characterise.simulate.weather import Weather


def generation(rng: np.random.Generator, weather: Weather, *, kw: float) -> Float:
    """Mean AC power of an array whose inverter is rated ``kw``, (n,) kW.

    Notes
    -----
    Isotropic sky, ground albedo 0.2, cell temperature by NOCT, PVWatts-like 14 % of losses,
    clipped at the inverter. Orientation is drawn: mostly south, some east-west pairs.
    """
    dc_kw = kw * rng.uniform(1.0, 1.35)
    tilt = np.radians(rng.uniform(15, 42))
    facing = rng.normal(180, 38)
    faces = [facing - 90, facing + 90] if rng.random() < 0.12 else [facing]
    plane = sum(_in_plane(weather, tilt, np.radians(face)) for face in faces) / len(faces)
    shade = _shade(rng, weather)
    cell_c = weather.temp_c + plane / 800 * 25
    dc = dc_kw * plane * shade / 1000 * (1 - 0.0037 * (cell_c - 25))
    return np.clip(0.86 * dc, 0.0, kw)


def _in_plane(weather: Weather, tilt: float, azimuth: float) -> Float:
    zenith, sun = np.radians(weather.zenith_deg), np.radians(weather.azimuth_deg)
    along = np.cos(zenith) * np.cos(tilt)
    across = np.sin(zenith) * np.sin(tilt) * np.cos(sun - azimuth)
    beam = weather.dni_wm2 * np.clip(along + across, 0.0, None)
    sky = weather.dhi_wm2 * (1 + np.cos(tilt)) / 2
    ground = 0.2 * weather.ghi_wm2 * (1 - np.cos(tilt)) / 2
    plane: Float = beam + sky + ground
    return plane


def _shade(rng: np.random.Generator, weather: Weather) -> Float:
    """A tree or a chimney that takes part of one side of the sky while the sun is low."""
    if rng.random() < 0.7:
        return np.ones_like(weather.temp_c)
    side, width = rng.uniform(90, 270), rng.uniform(20, 45)
    near = np.abs((weather.azimuth_deg - side + 180) % 360 - 180) < width
    low = weather.zenith_deg > rng.uniform(55, 72)
    return np.where(near & low, rng.uniform(0.4, 0.75), 1.0)
