"""The canonical asset of each class: when it runs, how much it takes, what it never does."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from engine_cases import cube_of

from characterise.frames import SIGNALS
from characterise.injection import PREPARE
from characterise.settlement import local_clock

YEAR = dt.date(2024, 10, 1)


def laid(name, cube, kw=1.0, signals=None):
    size = np.full(cube.n_meters, kw, dtype=np.float32)
    return PREPARE[name](cube, signals)(size)


def flat(days=365, kw=1.0, first=YEAR, **facts):
    return cube_of(np.full((1, days, 48), kw), first, **facts)


def at_work(cube):
    return replace(cube, meters=cube.meters.with_columns(premises=pl.lit("non_domestic")))


def seasons(days=365):
    """(D, 48) from -1 C in January to 19 C in July."""
    day = np.arange(days)[:, None] + np.zeros(48)
    return 9 - 10 * np.cos(2 * np.pi * (day - 105) / 365)


def test_a_home_charges_some_three_thousand_kwh_a_year_at_seven_kw():
    kwh = laid("EV_CHARGER", flat(), 7.0).sum() / 2
    assert 2500 < kwh < 3800


def test_a_home_never_charges_in_the_local_working_day_summer_or_winter():
    cube = flat()
    slot = cube.clocks[0].slot
    drawn = laid("EV_CHARGER", cube)[0]
    assert drawn[(slot >= 8) & (slot < 31)].max() == 0
    assert drawn[slot == 38].mean() > 0.2


def test_a_workplace_charges_by_day_and_not_at_weekends():
    cube = at_work(flat())
    drawn = laid("EV_CHARGER", cube)[0]
    clock = cube.clocks[0]
    assert drawn[~clock.working].max() == 0
    assert drawn[clock.slot < 13].max() == 0
    assert drawn[clock.working & (clock.slot == 20)].mean() > 0.6


def test_sessions_are_flat_with_partial_first_and_last_half_hours():
    drawn = laid("EV_CHARGER", flat(), 7.0).reshape(-1)
    running = drawn > 0
    assert drawn.max() == 7
    assert (drawn[running] == 7).mean() > 0.5
    begins = drawn[1:][running[1:] & ~running[:-1]]
    assert (begins < 7).mean() > 0.9


@pytest.mark.parametrize("name", ["EV_CHARGER", "HEAT_PUMP", "SOLAR_PV"])
def test_a_days_draw_depends_on_its_date_alone(name):
    late = YEAR + dt.timedelta(days=100)
    long = laid(name, flat(temp_c=seasons()))
    short = laid(name, flat(30, first=late, temp_c=seasons()[100:130]))
    # The first day of a span does not know what was charging the evening before its first local
    # midnight; that is the same in both.
    np.testing.assert_allclose(short, long[:, 100:130], atol=1e-6)


def test_heating_follows_the_cold_and_water_is_heated_in_summer_too():
    drawn = laid("HEAT_PUMP", flat(temp_c=seasons()), 3.0)[0]
    winter, summer = drawn[90:120].mean(), drawn[270:300].mean()
    assert winter > 5 * summer > 0
    assert 0 < drawn.max() <= 3


def test_a_heat_pump_without_temperature_cannot_be_laid():
    assert np.isnan(laid("HEAT_PUMP", flat())).all()


def test_monthly_climatology_alone_gives_no_load_that_is_exactly_its_own():
    usual = seasons()
    known = laid("HEAT_PUMP", flat(temp_c=usual))[0, 60:150].mean(axis=1)
    guessed = laid("HEAT_PUMP", flat(temp_c=usual, climatology=True))[0, 60:150].mean(axis=1)
    cold = -usual[60:150, 0]
    assert np.corrcoef(cold, known)[0, 1] > 0.9
    assert np.corrcoef(cold, guessed)[0, 1] < 0.8
    assert abs(guessed.mean() / known.mean() - 1) < 0.2


def test_an_array_gives_by_day_only_and_a_british_year_of_energy():
    given = -laid("SOLAR_PV", flat(), 4.0)[0]
    assert given[:, :6].max() == 0
    assert 2800 < given.sum() / 2 < 5200
    assert given.max() <= 4
    daily = given.sum(axis=1)[240:280]
    assert daily.max() > 2 * daily.min()  # clouds, though nothing was measured


def test_measured_irradiance_is_followed():
    cube = flat(10, first=dt.date(2025, 6, 1))
    ghi = np.full((1, 10, 48), 500, dtype=np.float32)
    ghi[0, 4] = 0
    given = -laid("SOLAR_PV", replace(cube, ghi_wm2=ghi), 2.0)[0]
    assert given[4].max() == 0
    assert given[5].max() == pytest.approx(2 * 0.85 * 0.5)


def test_a_battery_gives_less_than_it_takes_and_never_exports():
    cube = flat(kw=0.4)
    change = laid("BESS", cube, 3.0)
    taken, given = np.maximum(change, 0).sum(), np.maximum(-change, 0).sum()
    assert 0.8 < given / taken < 0.9
    assert (cube.net_kw + change).min() >= 0
    assert change.max() <= 3


def test_a_battery_behind_panels_takes_the_surplus_and_leaves_the_night_alone():
    net = np.full((1, 60, 48), 0.5)
    net[:, :, 20:30] = -2.0
    change = laid("BESS", cube_of(net, dt.date(2025, 1, 6)), 2.0)[0]
    assert change[2:, :10].max() == 0
    assert change[2:, 20:30].sum(axis=1).min() > 0


def test_a_battery_waits_where_the_boundary_is_unusable():
    net = np.full((1, 5, 48), 0.5)
    net[0, 2] = np.nan
    assert np.all(laid("BESS", cube_of(net), 2.0)[0, 2] == 0)


def test_a_response_lasts_as_long_as_the_signal_and_stops_at_zero_load():
    start = dt.datetime(2025, 1, 8, 17, tzinfo=dt.UTC)
    signals = pl.DataFrame(
        [("s", "call", None, None, start, start + dt.timedelta(hours=1))],
        schema=SIGNALS,
        orient="row",
    )
    cube = flat(7, kw=1.0, first=dt.date(2025, 1, 6))
    small = laid("FLEXIBLE_DEMAND", cube, 0.25, signals)
    assert small.sum() == pytest.approx(-0.5)
    assert np.all(small[0, 2, 34:36] == -0.25)
    assert laid("FLEXIBLE_DEMAND", cube, 9.0, signals).min() == -1


def test_a_meter_without_signals_has_no_response_to_lay():
    assert np.isnan(laid("FLEXIBLE_DEMAND", flat(7))).all()


def test_clock_changes_move_no_session_by_an_hour():
    clock = local_clock(dt.date(2025, 3, 28), 5)
    cube = replace(flat(5, first=dt.date(2025, 3, 28)), clocks=(clock,))
    drawn = laid("EV_CHARGER", cube)[0]
    assert drawn[(clock.slot >= 8) & (clock.slot < 31)].max() == 0
