"""Seeded weather of a GSP Group: temperature with memory, sun through a cloud process.

Notes
-----
Daily temperature is the month's mean plus an AR(1) anomaly, mostly shared by the whole country.
Clear-sky irradiance is pvlib's simplified Solis; cloud scales it by a daily state with memory and
a faster wobble inside the day; the diffuse part follows Erbs, Klein and Duffie (1982).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl
import pvlib

from characterise.frames import WEATHER
from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.areas import Area
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Float, Timeline

_ANOMALY_C = 2.9
_MEMORY = 0.78
_SPREAD = np.array([1.3, 1.3, 1.15, 0.95, 0.9, 0.85, 0.85, 0.85, 0.85, 0.95, 1.1, 1.3])
"""Size of the anomaly by month: winters vary most."""
_NATIONAL_SHARE = 0.88


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

    @property
    def dark(self) -> Float:
        """(n,) 1 at night, 0 in bright day: what makes people put lights on."""
        return np.clip(1.0 - self.ghi_wm2 / 60.0, 0.0, 1.0)


def weather_of(area: Area, time: Timeline, seed: int) -> Weather:
    """Weather of one area; the same seed gives neighbouring areas related days."""
    national = np.random.default_rng([seed, 1])
    local = np.random.default_rng([seed, 2, zlib.crc32(area.gsp_group.encode())])
    days = time.n_local_days
    anomaly = _blend(smooth_noise(national, days, _MEMORY), smooth_noise(local, days, _MEMORY))
    cloud = _blend(smooth_noise(national, days, 0.55), smooth_noise(local, days, 0.55))
    clear = 1.0 / (1.0 + np.exp(-1.3 * cloud))  # 0 overcast, 1 clear
    zenith, azimuth = _sun(area, time)
    ghi, dni, dhi = _irradiance(zenith, time, clear, local)
    daily = _climate(area, time) + anomaly * _ANOMALY_C * _SPREAD[time.month]
    temp = _half_hourly_temperature(daily, clear, time, local)
    # The means people and buildings feel are those of the half-hours that came out.
    counted = np.maximum(np.bincount(time.day, minlength=days), 1)
    felt = np.bincount(time.day, weights=temp, minlength=days) / counted
    return Weather(temp, ghi, dni, dhi, zenith, azimuth, felt)


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


def _blend(national: Float, local: Float) -> Float:
    blended: Float = _NATIONAL_SHARE * national + np.sqrt(1 - _NATIONAL_SHARE**2) * local
    return blended


def _climate(area: Area, time: Timeline) -> Float:
    """(local days,) mean of the season, the months' means joined at their middles."""
    first = np.datetime64(time.first_day, "D")
    dates = first + np.arange(time.n_local_days)
    in_year = (dates - dates.astype("datetime64[Y]")).astype(np.float64)
    middles = np.arange(12) * 30.44 + 15
    season: Float = np.interp(in_year, middles, area.months_c, period=365.25)
    return season


def _half_hourly_temperature(
    daily: Float, clear: Float, time: Timeline, rng: np.random.Generator
) -> Float:
    hour = (np.arange(time.n) % SLOTS_PER_DAY + 0.5) / 2
    centre = np.arange(time.n_local_days) * SLOTS_PER_DAY + 28
    mean = np.interp(np.arange(time.n), centre, daily)
    summer = 0.5 - 0.5 * np.cos(2 * np.pi * (time.month[time.day] + 0.5) / 12)
    swing = (1.3 + 2.0 * summer + 2.6 * (clear[time.day] - 0.4)).clip(0.4)
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
