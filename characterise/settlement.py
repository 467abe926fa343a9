"""UTC half-hours against local settlement dates and periods: the only module that knows clocks.

A settlement day is a local day of 46, 48 or 50 half-hours; a cube day is a UTC day of 48.
Wall-clock slots (0-47) name the local time of day: on the short day two of them do not occur, on
the long day two occur twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
import numpy as np
import numpy.typing as npt
import polars as pl

SLOTS_PER_DAY: Final = 48
HALF_HOUR: Final = dt.timedelta(minutes=30)
LONDON: Final = "Europe/London"
SEASONS: Final = ("winter", "spring", "summer", "autumn")
WINTER, SPRING, SUMMER, AUTUMN = range(4)
SEASON_OF_MONTH: Final = np.array(
    [
        WINTER,
        WINTER,
        WINTER,
        SPRING,
        SPRING,
        SUMMER,
        SUMMER,
        SUMMER,
        AUTUMN,
        AUTUMN,
        WINTER,
        WINTER,
    ],
    dtype=np.int8,
)
"""Season index of January to December: winter Nov-Mar, spring Apr-May, summer Jun-Aug."""


@dataclass(frozen=True, slots=True)
class LocalClock:
    """Local calendar of every UTC half-hour of a span of days in one zone.

    All arrays have the shape (days, 48), UTC days by UTC slots.
    """

    zone: str
    date: npt.NDArray[np.int32]
    """Local date, days since 1970-01-01."""
    slot: npt.NDArray[np.int8]
    """Wall-clock slot, 0-47."""
    period: npt.NDArray[np.int8]
    """Settlement period, 1-46, 48 or 50."""
    weekday: npt.NDArray[np.int8]
    """0 is Monday."""
    season: npt.NDArray[np.int8]
    """Index into `SEASONS`."""
    working: npt.NDArray[np.bool_]
    """False on Saturdays, Sundays and bank holidays (England and Wales; Scotland's own apart)."""


def zone_of(name: str) -> ZoneInfo:
    """Return the zone called ``name``; `ValueError` names it when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}; use an IANA name, {LONDON}") from error


def settlement_period(start_utc: dt.datetime, zone: str = LONDON) -> tuple[dt.date, int]:
    """Local settlement date and period (from 1) of the half-hour that starts at ``start_utc``."""
    tz = zone_of(zone)
    day = start_utc.astimezone(tz).date()
    # Convert before subtracting: two aware times of one zone subtract as wall clocks.
    midnight = dt.datetime.combine(day, dt.time(), tz).astimezone(dt.UTC)
    return day, int((start_utc.astimezone(dt.UTC) - midnight) / HALF_HOUR) + 1


def period_start(day: dt.date, period: int, zone: str = LONDON) -> dt.datetime:
    """UTC start of a settlement period; `ValueError` if that day has no such period."""
    if not 1 <= period <= periods_in_day(day, zone):
        raise ValueError(f"{day} has {periods_in_day(day, zone)} settlement periods, not {period}")
    midnight = dt.datetime.combine(day, dt.time(), zone_of(zone)).astimezone(dt.UTC)
    return midnight + (period - 1) * HALF_HOUR


def periods_in_day(day: dt.date, zone: str = LONDON) -> int:
    """46, 48 or 50: how many half-hours the local day has."""
    tz = zone_of(zone)
    start = dt.datetime.combine(day, dt.time(), tz).astimezone(dt.UTC)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tz).astimezone(dt.UTC)
    return int((end - start) / HALF_HOUR)


def season_of(day: dt.date) -> str:
    """Season of a local date."""
    return SEASONS[SEASON_OF_MONTH[day.month - 1]]


def with_local_clock(frame: pl.DataFrame, zone: str = LONDON) -> pl.DataFrame:
    """Add ``local_date`` and ``local_slot`` (wall clock, 0-47) to a frame with ``ts_utc``."""
    zone_of(zone)
    local = pl.col("ts_utc").dt.convert_time_zone(zone)
    slot = local.dt.hour().cast(pl.Int16) * 2 + local.dt.minute().cast(pl.Int16) // 30
    return frame.with_columns(local.dt.date().alias("local_date"), slot.alias("local_slot"))


@lru_cache(maxsize=64)
def local_clock(
    first_day: dt.date, n_days: int, zone: str = LONDON, subdivision: str = "ENG"
) -> LocalClock:
    """Local calendar of ``n_days`` UTC days from ``first_day``.

    Parameters
    ----------
    subdivision
        Whose bank holidays make a day non-working: ``ENG``, ``SCT``, ``WLS`` or ``NIR``.
        Zones outside the United Kingdom have none.
    """
    zone_of(zone)
    start = dt.datetime.combine(first_day, dt.time(), dt.UTC)
    utc = pl.datetime_range(
        start, start + dt.timedelta(days=n_days), "30m", closed="left", time_zone="UTC", eager=True
    )
    local = utc.dt.convert_time_zone(zone)
    date = local.dt.date()
    midnight = date.cast(pl.Datetime("us")).dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    since = (local.dt.epoch("s") - midnight.dt.epoch("s")).to_numpy()
    slot = (local.dt.hour().cast(pl.Int16) * 2 + local.dt.minute().cast(pl.Int16) // 30).to_numpy()
    # Zones whose clocks change at midnight have no 00:00 on that day: the wall clock serves there.
    period = np.where(np.isfinite(since), since // 1800, slot).astype(np.int8) + np.int8(1)
    days = date.to_physical().to_numpy()
    weekday = local.dt.weekday().to_numpy().astype(np.int8) - np.int8(1)
    free = _bank_holidays(
        first_day.year - 1, (first_day + dt.timedelta(days=n_days)).year + 1, zone, subdivision
    )
    month = local.dt.month().to_numpy() - 1
    shape = (n_days, SLOTS_PER_DAY)
    return LocalClock(
        zone=zone,
        date=days.astype(np.int32).reshape(shape),
        slot=slot.astype(np.int8).reshape(shape),
        period=period.reshape(shape),
        weekday=weekday.reshape(shape),
        season=SEASON_OF_MONTH[month].reshape(shape),
        working=((weekday < 5) & ~np.isin(days, free)).reshape(shape),
    )


@lru_cache(maxsize=64)
def _bank_holidays(first: int, last: int, zone: str, subdivision: str) -> npt.NDArray[np.int32]:
    if zone != LONDON:
        return np.array([], dtype=np.int32)
    calendar = holidays.country_holidays("GB", subdiv=subdivision, years=range(first, last + 1))
    epoch = dt.date(1970, 1, 1)
    return np.array(sorted((day - epoch).days for day in calendar), dtype=np.int32)
