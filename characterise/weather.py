"""Weather on the cube's half-hours: the supplied series, else climatology, and the clear sky."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.climatology import climatology, climatology_name
from characterise.settlement import HALF_HOUR, LONDON, SLOTS_PER_DAY

Float = npt.NDArray[np.float32]

LONGEST_BRIDGE: Final = dt.timedelta(hours=3)
"""Between two readings further apart than this the weather is unknown."""
MIN_COVER: Final = 0.2
"""A station that knows less of the span than this serves nobody there."""
_GB_LATITUDE, _GB_LONGITUDE = (49.0, 61.5), (-9.0, 2.5)


def weather_of_meters(
    meters: pl.DataFrame, weather: pl.DataFrame | None, first_day: dt.date, n_days: int
) -> tuple[pl.DataFrame, dict[str, tuple[Float, Float, bool]]]:
    """Name a station for every meter and lay its series out, as `cube_from_reads` takes them.

    Parameters
    ----------
    meters
        `characterise.frames.METERS` of the meters of one cube.
    weather
        `characterise.frames.WEATHER`, hourly or half-hourly, or None.

    Returns
    -------
    pl.DataFrame, dict
        ``meters`` with ``weather_station`` naming what serves them, null where nothing can: the
        supplied station; else the climatology of the GSP Group (GB's mean where that is unknown);
        nothing for a meter outside Great Britain, whose seasons we do not know. And by that name
        temperature (D, 48), irradiance (D, 48), and whether it is climatology.
    """
    stations = _supplied(meters, weather, first_day, n_days)
    named = [
        station if station in stations else _substitute(group, zone, latitude, longitude)
        for station, group, zone, latitude, longitude in meters.select(
            "weather_station", "gsp_group", "time_zone", "latitude", "longitude"
        ).iter_rows()
    ]
    blank = np.full((n_days, SLOTS_PER_DAY), np.nan, dtype=np.float32)
    for name in named:
        if name is not None and name not in stations:
            stations[name] = (climatology(name, first_day, n_days), blank, True)
    return meters.with_columns(pl.Series("weather_station", named, dtype=pl.String)), stations


def _substitute(
    group: str | None, zone: str | None, latitude: float | None, longitude: float | None
) -> str | None:
    abroad = (zone or LONDON) != LONDON
    if latitude is not None and longitude is not None:
        north, south = _GB_LATITUDE[1], _GB_LATITUDE[0]
        abroad |= not south <= latitude <= north
        abroad |= not _GB_LONGITUDE[0] <= longitude <= _GB_LONGITUDE[1]
    return None if abroad else climatology_name(group)


def _supplied(
    meters: pl.DataFrame, weather: pl.DataFrame | None, first_day: dt.date, n_days: int
) -> dict[str, tuple[Float, Float, bool]]:
    if weather is None:
        return {}
    start = dt.datetime.combine(first_day, dt.time(), dt.UTC)
    end = start + dt.timedelta(days=n_days)
    asked = meters["weather_station"].drop_nulls().unique().sort()
    near = weather.filter(
        pl.col("station").is_in(asked.implode())
        & pl.col("ts_utc").is_between(start - LONGEST_BRIDGE, end + LONGEST_BRIDGE)
    )
    grid = np.datetime64(first_day, "us") + np.arange(n_days * SLOTS_PER_DAY) * np.timedelta64(
        HALF_HOUR
    )
    out: dict[str, tuple[Float, Float, bool]] = {}
    for (name,), series in near.sort("station", "ts_utc").group_by("station", maintain_order=True):
        temp_c = _interpolate(series, "temp_c", grid)
        if np.isfinite(temp_c).mean() >= MIN_COVER:
            shape = (n_days, SLOTS_PER_DAY)
            ghi = _interpolate(series, "ghi_wm2", grid)
            out[str(name)] = (temp_c.reshape(shape), ghi.reshape(shape), False)
    return out


def _interpolate(
    series: pl.DataFrame, column: str, grid: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.float32]:
    """Values at ``grid``; NaN where the readings on both sides are over three hours apart."""
    known = (
        series.select("ts_utc", pl.col(column).fill_nan(None))
        .drop_nulls()
        .unique("ts_utc", keep="last", maintain_order=True)
    )
    if known.height < 2:
        return np.full(grid.shape, np.nan, dtype=np.float32)
    at = known["ts_utc"].dt.timestamp("us").to_numpy()
    wanted = grid.astype(np.int64)
    values = np.interp(wanted, at, known[column].to_numpy().astype(np.float64))
    after = np.searchsorted(at, wanted)
    before = np.searchsorted(at, wanted, side="right") - 1
    gap = at[np.minimum(after, at.size - 1)] - at[np.maximum(before, 0)]
    bridge = int(LONGEST_BRIDGE / dt.timedelta(microseconds=1))
    # An hourly series ends on the hour: its last half-hour is carried, no further.
    edge = (wanted < at[0]) | (wanted > at[-1] + bridge // 6)
    return np.where((gap > bridge) | edge, np.nan, values).astype(np.float32)


@lru_cache(maxsize=128)
def clear_sky(
    latitude: float, longitude: float, first_day: dt.date, n_days: int
) -> tuple[Float, Float]:
    """Sun's elevation and clear-sky irradiance at the middle of each half-hour.

    Parameters
    ----------
    latitude, longitude
        Degrees north and east; round them (half a degree is ample) so that neighbours share.

    Returns
    -------
    elevation_deg, ghi_wm2
        (D, 48) elevation without refraction, and global horizontal irradiance, zero at night.

    Notes
    -----
    pvlib: declination and equation of time after Spencer (1971), good to about half a degree;
    irradiance by the simplified Solis model (Ineichen 2008) with its default atmosphere.
    """
    from pvlib import clearsky, solarposition  # noqa: PLC0415 - a second of import, seldom needed

    day = np.datetime64(first_day, "D") + np.arange(n_days)
    in_year = (day - day.astype("datetime64[Y]")).astype(np.float64)[:, None] + 1
    minute = (np.arange(SLOTS_PER_DAY) + 0.5)[None, :] * 30
    solar_minute = minute + 4 * longitude + solarposition.equation_of_time_spencer71(in_year)
    zenith = solarposition.solar_zenith_analytical(
        np.radians(latitude),
        np.radians(solar_minute / 4 - 180),
        solarposition.declination_spencer71(in_year),
    )
    elevation = 90 - np.degrees(zenith)
    ghi = np.asarray(clearsky.simplified_solis(elevation.ravel())["ghi"]).reshape(elevation.shape)
    return elevation.astype(np.float32), np.where(elevation > 0, ghi, 0).astype(np.float32)
