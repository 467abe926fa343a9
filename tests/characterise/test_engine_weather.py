from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from characterise.climatology import MONTHLY_MEAN_C, climatology, climatology_name
from characterise.meter_cube import describe_meters
from characterise.weather import clear_sky, weather_of_meters

DAY = dt.date(2025, 1, 10)
START = dt.datetime(2025, 1, 10, tzinfo=dt.UTC)


def meters(**facts):
    names = [f"m{n}" for n in range(len(next(iter(facts.values()))))]
    return describe_meters(names, pl.DataFrame({"mpan": names, **facts}))


def series(hours, temp_c, station="s"):
    return pl.DataFrame(
        {
            "station": station,
            "ts_utc": [START + dt.timedelta(hours=h) for h in hours],
            "temp_c": np.array(temp_c, dtype=np.float32),
            "ghi_wm2": np.zeros(len(temp_c), dtype=np.float32),
        }
    )


def test_hourly_series_is_interpolated_to_half_hours():
    weather = series(range(48), [float(h) for h in range(48)])
    _, held = weather_of_meters(meters(weather_station=["s"]), weather, DAY, 2)
    temp_c, _, is_climatology = held["s"]
    np.testing.assert_allclose(temp_c.ravel()[:95], np.arange(95) / 2, atol=1e-5)
    assert not is_climatology


def test_gap_over_three_hours_stays_unknown_and_a_shorter_one_is_bridged():
    hours = [h for h in range(24) if h not in (5, 6, 12, 13, 14)]
    weather = series(hours, [float(h) for h in hours])
    _, held = weather_of_meters(meters(weather_station=["s"]), weather, DAY, 1)
    temp_c = held["s"][0].ravel()
    np.testing.assert_allclose(temp_c[10:14], [5, 5.5, 6, 6.5])
    assert np.isnan(temp_c[23:30]).all()
    assert np.isfinite(temp_c[[22, 30]]).all()


def test_station_without_readings_in_the_span_gives_way_to_climatology():
    weather = series([24 * 400 + h for h in range(48)], [1.0] * 48)
    facts, held = weather_of_meters(
        meters(weather_station=["s"], gsp_group=["_C"]), weather, DAY, 2
    )
    assert facts["weather_station"].to_list() == ["climatology:_C"]
    assert held["climatology:_C"][2]


def test_meters_without_station_take_their_groups_climatology_and_those_abroad_nothing():
    facts, held = weather_of_meters(
        meters(
            gsp_group=["_P", None, None, None],
            time_zone=["Europe/London", None, "Europe/Berlin", "Europe/London"],
            latitude=[None, None, None, 43.3],
            longitude=[None, None, None, 5.4],
        ),
        None,
        DAY,
        3,
    )
    assert facts["weather_station"].to_list() == ["climatology:_P", "climatology:GB", None, None]
    assert set(held) == {"climatology:_P", "climatology:GB"}


def test_climatology_keeps_each_months_mean_to_half_a_degree():
    for group, monthly in MONTHLY_MEAN_C.items():
        year = climatology(climatology_name(group), dt.date(2025, 1, 1), 365)
        month = np.array(
            [d.month for d in (dt.date(2025, 1, 1) + dt.timedelta(n) for n in range(365))]
        )
        for index, mean in enumerate(monthly):
            assert year[month == index + 1].mean() == pytest.approx(mean, abs=0.5)
    assert np.ptp(year[200]) == pytest.approx(8.3, abs=0.5)


def test_clear_sky_has_no_light_at_night_and_peaks_at_solar_noon():
    elevation, ghi = clear_sky(51.5, 0.0, dt.date(2025, 6, 21), 1)
    assert (ghi[elevation < 0] == 0).all()
    assert int(elevation[0].argmax()) in (23, 24)
    assert elevation.max() == pytest.approx(90 - 51.5 + 23.44, abs=0.3)
    assert 800 < ghi.max() < 1000
    _, winter = clear_sky(51.5, 0.0, dt.date(2025, 12, 21), 1)
    assert winter.sum() < 0.2 * ghi.sum()
