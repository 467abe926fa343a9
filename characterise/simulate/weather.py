"""Seeded weather of a GSP Group: temperature with memory, sun through a cloud process, wind, snow.

Notes
-----
Days are drawn by `characterise.simulate.weather_year` around the table of
`characterise.climatology`, half-hours follow the table's daily range, wider under a clear sky.
Clear-sky irradiance is pvlib's simplified Solis; cloud scales it by a daily state with memory and
a faster wobble inside the day; the diffuse part follows Erbs, Klein and Duffie (1982).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl
import pvlib

from characterise.climatology import DAILY_RANGE_C, through_the_year
from characterise.frames import WEATHER
from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.areas import Area
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather_year import draw_days, lying_snow
from characterise.simulate.wind_speed import wind_speed


@dataclass(frozen=True, slots=True)
class Weather:
    """One station over a span; every array is (n,) half-hourly."""

    temp_c: Float
    ghi_wm2: Float
    dni_wm2: Float
    dhi_wm2: Float
    zenith_deg: Float
    azimuth_deg: Float
    daily_c: Float
    """(local days,) mean temperature of each day."""
    wind_ms: Float
    """(n,) at 10 m."""
    snow_cm: Float
    """(local days,) depth of lying snow."""
    wet: Bool
    """(local days,) it rained or snowed."""

    @property
    def dark(self) -> Float:
        """(n,) 1 at night, 0 in bright day: what makes people put lights on."""
        return np.clip(1.0 - self.ghi_wm2 / 60.0, 0.0, 1.0)


def weather_of(area: Area, time: Timeline, seed: int) -> Weather:
    """Weather of one area; the same seed gives neighbouring areas related days."""
    local = np.random.default_rng([seed, 2, zlib.crc32(area.gsp_group.encode())])
    drawn = draw_days(area, time, seed, local)
    zenith, azimuth = _sun(area, time)
    ghi, dni, dhi = _irradiance(zenith, time, drawn.clear, local)
    temp = _half_hourly_temperature(drawn.temp_c, drawn.clear, time, local)
    # The means people and buildings feel are those of the half-hours that came out.
    days = time.n_local_days
    counted = np.maximum(np.bincount(time.day, minlength=days), 1)
    felt = np.bincount(time.day, weights=temp, minlength=days) / counted
    return Weather(
        temp_c=temp,
        ghi_wm2=ghi,
        dni_wm2=dni,
        dhi_wm2=dhi,
        zenith_deg=zenith,
        azimuth_deg=azimuth,
        daily_c=felt,
        wind_ms=wind_speed(area, time, drawn, seed),
        snow_cm=lying_snow(felt, drawn.wet),
        wet=drawn.wet,
    )


def weather_frame(stations: dict[str, Weather], time: Timeline) -> pl.DataFrame:
    """Stations as `characterise.frames.WEATHER`, to 0.1 C and 1 W/m2."""
    starts = pl.Series(time.starts()).dt.replace_time_zone("UTC")
    frames = [
        pl.DataFrame({"ts_utc": starts}).with_columns(
            station=pl.lit(name),
            temp_c=np.round(held.temp_c, 1).astype(np.float32),
            ghi_wm2=np.round(held.ghi_wm2).astype(np.float32),
        )
        for name, held in sorted(stations.items())
    ]
    return pl.concat(frames).select(pl.col(name).cast(kind) for name, kind in WEATHER.items())


def _half_hourly_temperature(
    daily: Float, clear: Float, time: Timeline, rng: np.random.Generator
) -> Float:
    hour = (np.arange(time.n) % SLOTS_PER_DAY + 0.5) / 2
    centre = np.arange(time.n_local_days) * SLOTS_PER_DAY + 28
    mean = np.interp(np.arange(time.n), centre, daily)
    usual = through_the_year(DAILY_RANGE_C, time.first_day, time.n_local_days)
    # The passing of warm and cold air widens a day's range as well: the cosine gives most of it.
    swing = 0.5 * (usual * (0.42 + 0.9 * clear))[time.day]
    diurnal = swing * np.cos(2 * np.pi * (hour - 14.5) / 24)
    temp: Float = mean + diurnal + 0.5 * smooth_noise(rng, time.n, 0.97)
    return temp


def _sun(area: Area, time: Timeline) -> tuple[Float, Float]:
    """Apparent zenith and azimuth at the middle of each half-hour, by NREL's algorithm."""
    seconds = (time.starts() + np.timedelta64(900, "s")).astype("datetime64[s]").astype(np.float64)
    place = (area.latitude, area.longitude, 60.0)
    position = pvlib.spa.solar_position(seconds, *place, 1010.0, 10.0, 69.0, 0.5667)
    return np.asarray(position[0], np.float64), np.asarray(position[4], np.float64)


def _irradiance(
    zenith: Float, time: Timeline, clear: Float, rng: np.random.Generator
) -> tuple[Float, Float, Float]:
    sky = pvlib.clearsky.simplified_solis(90.0 - zenith)["ghi"]
    wobble = 0.16 * smooth_noise(rng, time.n, 0.75) * (1.2 - clear[time.day])
    # Thick cloud lets about a fifth through.
    index = np.clip(0.16 + 0.82 * clear[time.day] + wobble, 0.06, 1.08)
    ghi = np.where(zenith < 89.5, np.maximum(sky * index, 0.0), 0.0)
    day_of_year = time.starts().astype("datetime64[D]").astype(np.int64) % 365.25
    parts = pvlib.irradiance.erbs(ghi, zenith, day_of_year)
    return ghi, np.asarray(parts["dni"]), np.asarray(parts["dhi"])
