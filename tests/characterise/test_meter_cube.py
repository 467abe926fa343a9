"""The cube: every reading in its place, nothing invented where none was read."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from characterise.meter_cube import ACTUAL, ESTIMATED, MISSING, cube_from_reads

DAY = dt.date(2026, 3, 28)


def reads(*rows: tuple[str, int, float | None, float | None, str]) -> pl.DataFrame:
    start = dt.datetime.combine(DAY, dt.time(), dt.UTC)
    return pl.DataFrame(
        [(m, start + n * dt.timedelta(minutes=30), i, e, q) for m, n, i, e, q in rows],
        schema={
            "mpan": pl.String,
            "ts_utc": pl.Datetime("us", "UTC"),
            "import_kwh": pl.Float32,
            "export_kwh": pl.Float32,
            "quality": pl.String,
        },
        orient="row",
    )


def test_a_reading_lands_in_its_slot_as_power() -> None:
    cube = cube_from_reads(reads(("b", 49, 1.5, 0.5, "actual"), ("a", 0, 2.0, 0.0, "actual")))
    assert cube.mpan == ("a", "b")
    assert cube.import_kw[1, 1, 1] == 3.0
    assert cube.net_kw[1, 1, 1] == 2.0
    assert cube.slot_times()[1, 1] == np.datetime64("2026-03-29T00:30")


def test_what_was_not_read_is_nan_and_estimates_are_kept_apart() -> None:
    cube = cube_from_reads(
        reads(
            ("a", 0, 1.0, 0.0, "actual"),
            ("a", 1, 1.0, 0.0, "estimated"),
            ("a", 2, None, 0.0, "actual"),
        )
    )
    assert cube.quality[0, 0, :4].tolist() == [ACTUAL, ESTIMATED, MISSING, MISSING]
    assert np.isnan(cube.import_kw[0, 0, 1:]).all()
    assert np.isnan(cube.export_kw[0, 0, 1:]).all()


def test_an_export_reading_proves_an_export_register_and_none_proves_nothing() -> None:
    cube = cube_from_reads(reads(("a", 0, 1.0, 0.4, "actual"), ("b", 0, 1.0, 0.0, "actual")))
    assert cube.has_export.tolist() == [1, -1]
    stated = pl.DataFrame({"mpan": ["b"], "has_export_register": [False]})
    cube = cube_from_reads(reads(("b", 0, 1.0, None, "actual")), stated)
    assert cube.has_export.tolist() == [0]


def test_meters_keep_their_station_and_clock_and_unknown_ones_get_neither() -> None:
    meters = pl.DataFrame(
        {"mpan": ["a"], "weather_station": ["_C"], "time_zone": ["Europe/Berlin"]}
    )
    temp = np.full((1, 48), 7.0, dtype=np.float32)
    cube = cube_from_reads(
        reads(("a", 0, 1.0, 0.0, "actual"), ("b", 0, 1.0, 0.0, "actual")),
        meters,
        {"_C": (temp, temp, False)},
    )
    assert cube.temp_c[cube.station[0], 0, 0] == 7.0
    assert np.isnan(cube.temp_c[cube.station[1]]).all()
    assert [cube.clocks[c].zone for c in cube.clock] == ["Europe/Berlin", "Europe/London"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 143)), min_size=1, unique=True))
def test_energy_is_conserved_whatever_the_order(places: list[tuple[str, int]]) -> None:
    frame = reads(*((m, n, 0.25 * (n % 7), 0.0, "actual") for m, n in places))
    cube = cube_from_reads(frame, first_day=DAY, n_days=3)
    assert np.isclose(np.nansum(cube.import_kw) / 2, frame["import_kwh"].sum())
    assert int((cube.quality == ACTUAL).sum()) == len(places)
