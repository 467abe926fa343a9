"""Clocks: UTC half-hours against settlement dates, periods and wall-clock slots."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from characterise.settlement import (
    HALF_HOUR,
    SEASONS,
    local_clock,
    period_start,
    periods_in_day,
    season_of,
    settlement_period,
    with_local_clock,
    zone_of,
)

PERIOD_ENDS = [
    ("2025-01-15T00:00", dt.date(2025, 1, 14), 48),
    ("2025-01-15T00:30", dt.date(2025, 1, 15), 1),
    ("2025-06-30T23:30", dt.date(2025, 7, 1), 1),
    ("2025-07-01T00:00", dt.date(2025, 7, 1), 2),
    ("2025-07-01T00:30", dt.date(2025, 7, 1), 3),
    ("2025-03-30T01:00", dt.date(2025, 3, 30), 2),
    ("2025-03-30T01:30", dt.date(2025, 3, 30), 3),
    ("2025-03-30T23:00", dt.date(2025, 3, 30), 46),
    ("2025-03-30T23:30", dt.date(2025, 3, 31), 1),
    ("2025-10-25T23:30", dt.date(2025, 10, 26), 1),
    ("2025-10-26T01:00", dt.date(2025, 10, 26), 4),
    ("2025-10-26T01:30", dt.date(2025, 10, 26), 5),
    ("2025-10-27T00:00", dt.date(2025, 10, 26), 50),
]

half_hours = st.integers(0, 40 * 365 * 48).map(
    lambda n: dt.datetime(1990, 1, 1, tzinfo=dt.UTC) + n * HALF_HOUR
)
zones = st.sampled_from(["Europe/London", "Europe/Berlin", "America/Los_Angeles", "UTC"])


@pytest.mark.parametrize(("end", "day", "period"), PERIOD_ENDS)
def test_period_end_stamps_fall_into_their_settlement_period(
    end: str, day: dt.date, period: int
) -> None:
    start = dt.datetime.fromisoformat(end).replace(tzinfo=dt.UTC) - HALF_HOUR
    assert settlement_period(start) == (day, period)


@given(half_hours, zones)
def test_settlement_period_and_its_start_are_inverse(start: dt.datetime, zone: str) -> None:
    day, period = settlement_period(start, zone)
    assert period_start(day, period, zone) == start


@given(st.dates(dt.date(1996, 1, 1), dt.date(2037, 1, 1)))
def test_a_day_has_46_48_or_50_periods_and_no_period_after_its_last(day: dt.date) -> None:
    count = periods_in_day(day)
    assert count in (46, 48, 50)
    with pytest.raises(ValueError, match="settlement periods"):
        period_start(day, count + 1)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), zones)
def test_the_array_clock_agrees_with_the_scalar_one(first: dt.date, zone: str) -> None:
    clock = local_clock(first, 2, zone)
    for day in range(2):
        for slot in (0, 1, 2, 3, 24, 46, 47):
            start = dt.datetime.combine(first, dt.time(), dt.UTC) + (48 * day + slot) * HALF_HOUR
            local_day, period = settlement_period(start, zone)
            assert clock.date[day, slot] == (local_day - dt.date(1970, 1, 1)).days
            assert clock.period[day, slot] == period
            assert clock.weekday[day, slot] == local_day.weekday()
            assert SEASONS[clock.season[day, slot]] == season_of(local_day)


def test_the_long_day_has_its_wall_clock_hour_twice_and_the_short_day_lacks_it() -> None:
    autumn = local_clock(dt.date(2025, 10, 25), 2)
    slots = autumn.slot[autumn.date == (dt.date(2025, 10, 26) - dt.date(1970, 1, 1)).days]
    assert (np.bincount(slots, minlength=48)[2:4] == 2).all()
    assert len(slots) == 50
    spring = local_clock(dt.date(2025, 3, 30), 2)
    slots = spring.slot[spring.date == (dt.date(2025, 3, 30) - dt.date(1970, 1, 1)).days]
    assert (np.bincount(slots, minlength=48)[2:4] == 0).all()
    assert len(slots) == 46


def test_bank_holidays_are_not_working_days_and_scotland_has_its_own() -> None:
    second = local_clock(dt.date(2026, 1, 2), 1)
    scottish = local_clock(dt.date(2026, 1, 2), 1, subdivision="SCT")
    assert second.working.all()
    assert not scottish.working.any()
    assert not local_clock(dt.date(2026, 12, 25), 1).working.any()


def test_frames_get_the_local_date_and_slot() -> None:
    frame = pl.DataFrame({"ts_utc": [dt.datetime(2025, 6, 30, 23, tzinfo=dt.UTC)]})
    assert with_local_clock(frame).row(0)[1:] == (dt.date(2025, 7, 1), 0)


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(ValueError, match="Europe/Leeds"):
        zone_of("Europe/Leeds")
