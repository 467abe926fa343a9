"""Photovoltaics: export under the sun only, and load whose lowest course follows a clear sky."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.asset_classes import SOLAR_PV
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution, Float, Rows, attributed, net_of
from characterise.signatures.clear_sky import panel_light
from characterise.signatures.envelope import (
    depths,
    envelope_figures,
    fit_envelope,
    n_windows,
    window_light,
)
from characterise.signatures.generation import CLEARNESS, generate
from characterise.signatures.sun_response import bright_zero, cloud_response, export_figures
from characterise.signatures.surroundings import Surroundings, surroundings

FEATURES: Final = (
    "export_share",
    "export_under_sun",
    "export_follows_sun",
    "cloud_response",
    "bright_zero",
    "envelope_over_load",
    "envelope_fit",
    "envelope_season",
    "capacity_kw",
    "clear_mean_kw",
    "export_mean_kw",
    "leaning",
)
SIGNS: Final = (1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed."""
_N = len(FEATURES)
_LEANS: Final = 0.2
"""Share of panels to the west over those to the east, from which the day is lopsided."""


@njit(cache=True)
def _features(imported, exported, light, place, ghi, station, table):  # type: ignore[no-untyped-def]
    days = imported.shape[1]
    many = n_windows(days)
    net = np.empty((days, 48), np.float32)
    day_load = np.empty(days)
    day_sky = np.empty(days)
    shine = np.empty((5, many, 48))
    depth = np.empty((many, 48))
    base = np.empty(many)
    share = np.empty(4)
    there = np.empty(many, np.bool_)
    held = np.empty((48, 8))
    last = -1
    for m in range(imported.shape[0]):
        out = table[m]
        if place[m] != last:
            last = place[m]
            window_light(light[last], shine)
        s = light[last, 4]
        export_figures(exported[m], imported[m], s, out[:3])
        for d in range(days):
            for j in range(48):
                net[d, j] = imported[m, d, j] - exported[m, d, j]
        out[3] = cloud_response(net, s, ghi[station[m]], day_load, day_sky)
        out[4] = bright_zero(net, s)
        depths(net, shine, depth, base, held)
        stuck = isnan(out[0])
        fit_envelope(depth, base, shine, stuck, share, there)
        envelope_figures(depth, base, there, shine, stuck, share, out[5:10])
        out[10] = np.nan if stuck else np.nanmean(exported[m])
        if share.sum() > 0:
            out[11] = (share[3] - share[1]) / share.sum()


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 12) figures of `FEATURES`; the export ones NaN at a site that never exported.

    Notes
    -----
    ``cloud_response`` compares each day with the same weekday one and two weeks off, so neither
    season nor working days pass for the sun; it needs measured irradiance. The zeros and the
    envelope need none and serve sites without an export register; see
    `envelope.envelope_figures`. ``signals`` is not read.
    """
    around = surroundings(cube)
    table = np.full((cube.n_meters, _N), np.nan, dtype=np.float32)
    _features(
        cube.import_kw,
        cube.export_kw,
        _light(cube, around),
        around.place,
        around.ghi_wm2,
        around.station,
        table,
    )
    return table


def _light(cube: MeterCube, around: Surroundings) -> Float:
    """(P, 5, D, 48) of `clear_sky.panel_light` at each place."""
    first = np.datetime64(cube.first_day, "D").astype(np.int64).item()
    return np.stack([panel_light(first, cube.n_days, *spot) for spot in around.where])


@njit(cache=True)
def _attribute(net, exported, light, place, ghi, station, working, clock, given):  # type: ignore[no-untyped-def]
    for k in range(net.shape[0]):
        g, w = ghi[station[k]], working[clock[k]]
        generate(net[k], exported[k], light[place[k]], g, w, given[k])


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
    `generation.generate`: at least the export, with the standby load where it exports, and at
    most the capacity. Irradiance is heard only as far as the site's own clouds agree with it.
    """
    net = net_of(cube, rows, left_kw)
    given = np.zeros_like(net)
    around = surroundings(cube)
    _attribute(
        net,
        cube.export_kw[rows],
        _light(cube, around),
        around.place[rows],
        around.ghi_wm2,
        around.station[rows],
        np.stack([clock.working for clock in cube.clocks]),
        cube.clock[rows],
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
    return out + _envelope_reasons(said)


def _envelope_reasons(said: dict[str, float]) -> list[str]:
    """Capacity, orientation and how much goes out, where a clear-sky curve was found."""
    if not said["capacity_kw"] > 0:
        return []
    side = "around midday"
    if abs(said["leaning"]) > _LEANS:
        side = "in the afternoon" if said["leaning"] > 0 else "in the morning"
    out = [
        "the lowest loads of each month dip under those after dark by up to "
        f"{said['capacity_kw']:.1f} kW, deepest {side}, along the curve of a clear sky "
        f"(fit {said['envelope_fit']:.2f})"
    ]
    if np.isfinite(said["envelope_season"]):
        out.append(f"the dip follows the season's sun (correlation {said['envelope_season']:.2f})")
    if np.isfinite(said["export_mean_kw"]):
        share = said["export_mean_kw"] / (CLEARNESS * said["clear_mean_kw"])
        out.append(f"exports about {min(share, 1.0):.0%} of what such panels give in usual skies")
    return out
