"""Photovoltaics: export under the sun only, and load that sinks as the irradiance rises."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.asset_classes import SOLAR_PV
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution, Float, Rows, attributed, net_of
from characterise.signatures.slots import smallest_visible
from characterise.signatures.sun_response import cloud_response, dent_figures, export_figures
from characterise.signatures.sunshine import USUAL_CLEARNESS, irradiance
from characterise.signatures.surroundings import surroundings
from characterise.signatures.thermal import slot_slopes

FEATURES: Final = (
    "export_share",
    "export_under_sun",
    "export_follows_sun",
    "cloud_response",
    "bright_zero",
    "bright_dent",
    "bright_scatter",
    "capacity_kw",
)
SIGNS: Final = (1, 1, 1, 1, 1, 1, 1, 0)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed."""
_N = len(FEATURES)


@njit(cache=True)
def _features(imported, exported, sun, place, ghi, station, table):  # type: ignore[no-untyped-def]
    days = imported.shape[1]
    work = np.empty(days * 48, np.float32)
    net = np.empty((days, 48), np.float32)
    light = np.empty((days, 48), np.float32)
    day_load = np.empty(days)
    day_sky = np.empty(days)
    slopes = np.empty(48)
    bases = np.empty(48)
    gains = np.empty(48)
    for m in range(imported.shape[0]):
        out = table[m]
        s, g = sun[place[m]], ghi[station[m]]
        export_figures(exported[m], imported[m], s, out[:3])
        for d in range(days):
            for j in range(48):
                net[d, j] = imported[m, d, j] - exported[m, d, j]
        out[3] = cloud_response(net, s, g, day_load, day_sky)
        dent_figures(net, s, work, out[4:7])
        irradiance(s, g, light)
        slot_slopes(-net, light, 0.2, slopes, bases, gains)
        out[7] = slopes[_brightest(light)]


@njit(cache=True)
def _brightest(light):  # type: ignore[no-untyped-def]
    """Half-hour of the day with the most light: low suns say more of tilt than of size."""
    best, most = 0, np.float32(0.0)
    for j in range(48):
        total = np.float32(0.0)
        for d in range(light.shape[0]):
            total += light[d, j]
        if total > most:
            best, most = j, total
    return best


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 8) figures of `FEATURES`; the export ones NaN at a site that never exported.

    Notes
    -----
    ``cloud_response`` compares each day with the same weekday one and two weeks off, so neither
    season nor working days pass for the sun; it needs measured irradiance. The dent and scatter
    figures need none and serve sites without an export register. ``signals`` is not read.
    """
    around = surroundings(cube)
    table = np.full((cube.n_meters, _N), np.nan, dtype=np.float32)
    _features(
        cube.import_kw,
        cube.export_kw,
        around.sun,
        around.place,
        around.ghi_wm2,
        around.station,
        table,
    )
    return table


@njit(cache=True)
def _most(slopes, light):  # type: ignore[no-untyped-def]
    """Largest generation that the lines give under the brightest sky of their half-hour, kW."""
    most = 0.0
    for j in range(48):
        sky = np.float32(0.0)
        for d in range(light.shape[0]):
            sky = max(sky, light[d, j])
        most = max(most, slopes[j] * sky)
    return most


@njit(cache=True)
def _attribute(net, least, sun, place, ghi, station, gain, given):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    light = np.empty((days, 48), np.float32)
    slopes = np.empty(48)
    bases = np.empty(48)
    gains = np.empty(48)
    for k in range(net.shape[0]):
        measured = irradiance(sun[place[k]], ghi[station[k]], light)
        slot_slopes(-net[k], light, 0.2, slopes, bases, gains)
        limit = 1.15 * _most(slopes, light)
        if measured == 0:  # the light is the usual one; a clear day has more
            limit /= USUAL_CLEARNESS
        for d in range(days):
            for j in range(48):
                if light[d, j] <= 0:
                    continue
                expected = slopes[j] * light[d, j]
                seen = -net[k, d, j] - bases[j]
                part = expected + gain * (seen - expected)
                part = min(part, limit)
                given[k, d, j] = max(part, least[k, d, j], 0.0)


def attribute(
    cube: MeterCube,
    rows: Rows,
    left_kw: Float | None = None,
    signals: pl.DataFrame | None = None,
) -> Attribution:
    """Generation of ``rows``, the part used on site included; zero when the sun is down.

    Parameters
    ----------
    left_kw
        (K, D, 48) load left when other classes were taken out, kW; the boundary's own by default.

    Notes
    -----
    Each half-hour of the day has its own line of net load on irradiance, which holds the panels'
    orientation; the estimate is that line moved towards what the half-hour itself shows, at
    least the export and at most 1.15 of the most that the lines give under the brightest sky.
    """
    net = net_of(cube, rows, left_kw)
    given = np.zeros_like(net)
    around = surroundings(cube)
    _attribute(
        net,
        cube.export_kw[rows],
        around.sun,
        around.place[rows],
        around.ghi_wm2,
        around.station[rows],
        np.float32(0.6),
        given,
    )
    return attributed(SOLAR_PV, rows, np.zeros_like(net), given, net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    out = []
    if np.isfinite(said["export_under_sun"]):
        out.append(
            f"exports {10 ** said['export_share']:.1%} of all energy that passes, "
            f"{said['export_under_sun']:.0%} of it while the sun is up"
        )
    if np.isfinite(said["cloud_response"]):
        out.append(
            "days brighter than the same weekday's neighbours draw less at midday "
            f"(correlation {-said['cloud_response']:.2f})"
        )
    if np.isfinite(said["bright_zero"]):
        side = "more" if said["bright_zero"] >= 0 else "fewer"
        out.append(
            f"load is at zero or below in {abs(said['bright_zero']):.0%} {side} of the bright "
            "half-hours than of the dark ones"
        )
    if np.isfinite(said["capacity_kw"]):
        out.append(f"full sun would lower the load by about {said['capacity_kw']:.1f} kW")
    return out


def detectable_kw(cube: MeterCube) -> Float:
    """(M,) smallest array that would show, kW; `slots.smallest_visible`, runs of five hours."""
    return smallest_visible(cube.net_kw, 0.2, 10.0)
