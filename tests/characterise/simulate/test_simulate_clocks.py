"""People follow the wall clock through both clock changes, and keep their holidays."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from characterise import simulate
from characterise.simulate.household import begin
from characterise.simulate.timeline import timeline

SHORT, LONG = dt.date(2026, 3, 29), dt.date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (SHORT, [s for s in range(48) if s not in (2, 3)]),
        (LONG, [0, 1, 2, 3, 2, 3, *range(4, 48)]),
        (dt.date(2026, 6, 1), list(range(48))),
    ],
)
def test_a_local_day_uses_its_wall_clock_slots_in_order(day: dt.date, expected: list[int]) -> None:
    time = timeline(day - dt.timedelta(days=2), 5)
    table = np.tile(np.arange(48.0), (time.n_local_days, 1))
    laid = time.on_wall_clock(table)[time.day == 2]
    assert laid.astype(int).tolist() == expected


def test_a_time_that_the_short_day_skips_moves_on_an_hour() -> None:
    time = timeline(SHORT, 2)
    place = begin(time, np.array([0, 0, 0]), np.array([1.5, 2.5, 4.0]))
    assert place.tolist() == [1.5, 2.5, 2.0]


def test_a_time_that_the_long_day_has_twice_is_its_first() -> None:
    time = timeline(LONG - dt.timedelta(days=1), 3)
    # Local midnight of the long day is 23:00 UTC; its first 01:00 is midnight UTC.
    assert begin(time, np.array([1, 1]), np.array([0.0, 2.0])).tolist() == [46.0, 48.0]


def test_evening_stays_at_the_same_wall_clock_hour_across_the_change() -> None:
    held = simulate.population(
        homes=12, businesses=0, first_day=LONG - dt.timedelta(days=14), n_days=28, seed=2,
        mix={"ev": 0, "heat_pump": 0, "battery": 0, "pv": 0, "confounder": 0},
    )  # fmt: skip
    local = held.reads.with_columns(
        pl.col("ts_utc").dt.convert_time_zone("Europe/London").alias("at")
    )
    profile = (
        local.with_columns(
            slot=pl.col("at").dt.hour().cast(pl.Int32) * 2 + pl.col("at").dt.minute() // 30,
            after=pl.col("at").dt.date() > LONG,
        )
        .filter(pl.col("at").dt.date() != LONG)
        .group_by("after", "slot")
        .agg(pl.col("import_kwh").mean())
        .sort("after", "slot")
    )
    before = profile.filter(~pl.col("after"))["import_kwh"].to_numpy()
    after = profile.filter(pl.col("after"))["import_kwh"].to_numpy()
    unshifted = np.corrcoef(before, after)[0, 1]
    assert unshifted > np.corrcoef(before, np.roll(after, 2))[0, 1]
    assert unshifted > np.corrcoef(before, np.roll(after, -2))[0, 1]


def test_an_office_is_shut_on_a_bank_holiday() -> None:
    held = simulate.example("plain_office", first_day=dt.date(2026, 4, 20), n_days=30)
    daily = held.reads.group_by(pl.col("ts_utc").dt.date().alias("day")).agg(
        pl.col("import_kwh").sum()
    )
    load = dict(daily.iter_rows())
    assert load[dt.date(2026, 5, 4)] < 0.6 * load[dt.date(2026, 5, 11)]


def test_scotland_keeps_its_own_bank_holidays() -> None:
    first = dt.date(2026, 1, 1)
    day = (dt.date(2026, 1, 2) - first).days
    assert timeline(first, 5, "ENG").working[day]
    assert not timeline(first, 5, "SCT").working[day]


def test_a_span_has_at_least_one_day() -> None:
    with pytest.raises(ValueError, match="n_days is 0"):
        timeline(SHORT, 0)
