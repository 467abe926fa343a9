from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from engine_cases import WINTER, cube_of, local_habit
from hypothesis import given
from hypothesis import strategies as st

from characterise.asset_classes import BESS, EV_CHARGER
from characterise.capability import (
    Window,
    availability,
    duration_h,
    ramp_kw_per_min,
    rated_kw,
)
from characterise.capability.history import history
from characterise.capability.spread import spread
from characterise.episodes import episodes, operating_threshold_kw
from characterise.settlement import local_clock
from characterise.signatures.attribution import Attribution

NO_ERROR = np.zeros(1, dtype=np.float32)


def whole(n_days):
    return Window(np.array([0], np.int32), np.array([n_days], np.int32))


@given(st.lists(st.floats(0, 100, width=32), min_size=1, max_size=60), st.integers(1, 40))
def test_statistics_are_numpys_quantiles_and_lie_in_their_intervals(values, runs):
    value = np.array(values, dtype=np.float32)
    row = np.zeros(value.size, dtype=np.int32)
    got = spread(row, value, 1, np.array([runs], np.int32), NO_ERROR)
    np.testing.assert_allclose(
        got.value[0], np.quantile(value, [0, 0.1, 0.5, 0.9, 1]), rtol=1e-3, atol=1e-3
    )
    assert (got.lower <= got.value + 1e-4).all()
    assert (got.upper >= got.value - 1e-4).all()


def test_more_runs_narrow_the_interval_and_error_widens_it():
    rng = np.random.default_rng(0)
    value = rng.normal(7, 0.5, 400).astype(np.float32)
    row = np.zeros(400, dtype=np.int32)
    few = spread(row, value, 1, np.array([5], np.int32), NO_ERROR)
    many = spread(row, value, 1, np.array([300], np.int32), NO_ERROR)
    blurred = spread(row, value, 1, np.array([300], np.int32), NO_ERROR + 1)
    width = [part.upper[0, 2] - part.lower[0, 2] for part in (few, many, blurred)]
    assert width[1] < width[0]
    assert width[2] > 2 * 1.6


def test_median_interval_holds_the_true_median_nine_times_in_ten():
    rng = np.random.default_rng(1)
    value = rng.exponential(1, (1000, 41)).astype(np.float32)
    row = np.repeat(np.arange(1000, dtype=np.int32), 41)
    runs = np.full(1000, 41, dtype=np.int32)
    got = spread(row, value.ravel(), 1000, runs, np.zeros(1000, dtype=np.float32))
    inside = (got.lower[:, 2] <= np.log(2)) & (got.upper[:, 2] >= np.log(2))
    assert 0.86 < inside.mean() < 0.95


def test_rating_counts_operating_half_hours_of_the_window_only():
    power = np.zeros((1, 10, 48), dtype=np.float32)
    power[0, :5, 10] = 99.0
    power[0, 5:, 10:14] = 7.0
    power[0, 5:, 14] = 0.5  # under a tenth of the median running power
    window = Window(np.array([5], np.int32), np.array([10], np.int32))
    threshold = operating_threshold_kw(power)
    got = rated_kw(power, threshold, window, np.array([5], np.int32), NO_ERROR)
    assert got.value[0].tolist() == [7.0] * 5


def test_duration_and_ramp_come_from_the_runs():
    power = np.zeros((1, 4, 48), dtype=np.float32)
    power[0, 0, 10:14] = 6.0  # 2 h
    power[0, 1, 10:18] = 6.0  # 4 h
    power[0, 2, 10:12] = [3.0, 9.0]  # up by 6 from 3, down by 9
    power[0, 3, 46:] = 6.0  # cut by the end of the span
    found = episodes(power, operating_threshold_kw(power))
    keep = np.ones(len(found.row), dtype=bool)
    hours = duration_h(found, keep, 1)
    assert hours.n_episodes[0] == 3
    assert hours.value[0, [0, 2, 4]].tolist() == [1.0, 2.0, 4.0]
    up, down = ramp_kw_per_min(found, keep, 1, NO_ERROR)
    assert up.value[0, 4] == pytest.approx(6 / 30)
    assert down.value[0, 4] == pytest.approx(9 / 30)


def test_week_follows_the_wall_clock_and_short_and_long_days_count_once():
    for change in (dt.date(2025, 3, 30), dt.date(2025, 10, 26)):
        first = change - dt.timedelta(days=6)
        habit = np.zeros(48)
        habit[14:16] = 3.0
        power = local_habit(14, first, habit)
        seen = availability(
            power,
            operating_threshold_kw(power),
            whole(14),
            (local_clock(first, 14),),
            np.zeros(1, dtype=np.int32),
        )
        share = np.nanmax(seen.operating_share[0], axis=0).reshape(7, 48)
        assert (share[:, 14:16] == 1).all()
        assert np.nansum(share) == 14


def test_half_hours_that_the_short_day_lacks_are_empty_not_zero():
    first = dt.date(2025, 3, 30)
    power = np.ones((1, 1, 48), dtype=np.float32)
    clocks = (local_clock(first, 1),)
    seen = availability(power, NO_ERROR + 0.1, whole(1), clocks, np.zeros(1, dtype=np.int32))
    sunday = seen.operating_share[0, 0].reshape(7, 48)[6]
    assert np.isnan(sunday[2:4]).all()
    assert (sunday[4:] == 1).all()


def test_repeated_hour_is_the_mean_of_its_two():
    first = dt.date(2025, 10, 26)
    power = np.zeros((1, 1, 48), dtype=np.float32)
    power[0, 0, 0] = 4.0  # 01:00 BST; UTC slot 2 is 01:00 GMT, the same wall clock
    clocks = (local_clock(first, 1),)
    seen = availability(power, NO_ERROR + 0.1, whole(1), clocks, np.zeros(1, dtype=np.int32))
    sunday = seen.kw_mean[0, 3].reshape(7, 48)[6]
    assert sunday[2] == 2.0
    assert seen.n_days[0, 3] == 1


def test_missing_half_hours_are_not_counted_as_idle():
    power = np.zeros((1, 14, 48), dtype=np.float32)
    power[0, :7, 20] = 5.0
    power[0, 7:, 20] = np.nan
    clocks = (local_clock(WINTER, 14),)
    seen = availability(power, NO_ERROR + 0.5, whole(14), clocks, np.zeros(1, dtype=np.int32))
    assert (seen.operating_share[0, 0].reshape(7, 48)[:, 20] == 1).all()


def charger(n_days, first_run, kw=7.0):
    power = np.zeros((1, n_days, 48), dtype=np.float32)
    power[0, first_run:, 40:46] = kw
    return power


def test_history_of_a_late_charger_begins_when_it_came():
    power = charger(200, 120)
    cube = cube_of(power + 0.4)
    part = Attribution(EV_CHARGER, np.array([0], np.int32), power, np.zeros_like(power))
    held = history(cube, part)
    assert held.regimes.changes[0] == ("installed",)
    assert held.regimes.first_seen[0] == 120
    assert held.window.first[0] == 120
    assert held.window.end[0] == 200
    assert held.main.n_runs[0] == 80


def test_a_year_is_the_most_that_counts():
    power = charger(500, 0)
    part = Attribution(EV_CHARGER, np.array([0], np.int32), power, np.zeros_like(power))
    held = history(cube_of(power + 0.4), part)
    assert held.window.end[0] - held.window.first[0] == 365


def test_battery_duration_is_that_of_its_discharge():
    charge, discharge = charger(60, 0, 3.0), np.zeros((1, 60, 48), dtype=np.float32)
    discharge[0, :, 30:34] = 3.0
    part = Attribution(BESS, np.array([0], np.int32), charge, discharge)
    held = history(cube_of(charge - discharge), part)
    assert held.main.direction == "export"
    hours = duration_h(held.main.runs, held.main.counted, 1)
    assert hours.value[0, 2] == 2.0
