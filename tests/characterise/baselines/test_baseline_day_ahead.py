from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from engine_cases import WINTER, cube_of, local_habit

from characterise import baselines
from characterise.baselines import METHODS
from characterise.errors import UnknownMethod
from characterise.frames import BASELINES, check

SPRING_FORWARD = dt.date(2025, 3, 30)
FALL_BACK = dt.date(2025, 10, 26)


def noisy(n_meters, n_days, seed, first_day=WINTER):
    rng = np.random.default_rng(seed)
    shape = 1 + np.sin(np.arange(48) / 48 * 2 * np.pi)
    load = local_habit(n_days, first_day, shape) * rng.uniform(0.5, 3, (n_meters, 1, 1))
    return load + rng.gamma(1.0, 0.3, (n_meters, n_days, 48)).astype(np.float32)


@pytest.mark.parametrize("method", ["auto", *METHODS])
def test_prediction_never_sees_the_day_it_predicts(method):
    load = noisy(2, 75, seed=1)
    day = 60
    changed = load.copy()
    changed[:, day] *= 7
    before = baselines.one_day_ahead(cube_of(load), method)
    after = baselines.one_day_ahead(cube_of(changed), method)
    for field in ("expected_kw", "lower", "upper", "used"):
        was, now = getattr(before, field), getattr(after, field)
        assert np.array_equal(was[:, : day + 1], now[:, : day + 1], equal_nan=True)
    assert not np.array_equal(before.expected_kw[:, day + 1 :], after.expected_kw[:, day + 1 :])


def test_prediction_follows_the_wall_clock_over_both_clock_changes():
    habit = np.zeros(48)
    habit[14] = 4.0  # 07:00 local
    for change in (SPRING_FORWARD, FALL_BACK):
        first = change - dt.timedelta(days=40)
        load = local_habit(55, first, habit)
        expected = baselines.one_day_ahead(cube_of(load, first), "mean_of_days")
        # From the fourth day on, ten identical mornings say the same for every later one.
        assert np.array_equal(expected.expected_kw[0, 4:], load[0, 4:])


def test_one_hour_that_occurs_twice_is_averaged_not_counted_twice():
    first = FALL_BACK - dt.timedelta(days=20)
    load = np.ones((1, 30, 48), dtype=np.float32)
    load[0, 20, 0:2] = 3.0  # 01:00-02:00 BST; the same wall clock comes again at 01:00-02:00 UTC
    expected = baselines.one_day_ahead(cube_of(load, first), "mean_of_days")
    assert expected.expected_kw[0, 21, 2] == pytest.approx((9 * 1 + 2) / 10)


def test_office_weekends_are_expected_empty_by_all_but_the_plain_mean():
    rng = np.random.default_rng(2)
    load = 1 + 0.02 * rng.normal(size=(1, 80, 48))  # no bank holiday among them
    weekday = (np.arange(80) % 7) < 5
    load[0, weekday, 18:36] += 20
    cube = cube_of(load)
    sunday = 76
    for method in ("ridge", "bl01_like"):
        noon = baselines.one_day_ahead(cube, method).expected_kw[0, sunday, 24]
        assert noon == pytest.approx(1, abs=0.5)
    assert baselines.one_day_ahead(cube, "mean_of_days").expected_kw[0, sunday, 24] > 10
    scores = baselines.backtest(cube)
    assert scores.filter("chosen")["method"].item() in ("ridge", "bl01_like")


def test_cold_day_is_expected_to_draw_more_by_the_ridge():
    rng = np.random.default_rng(5)
    temp = 8 + 5 * np.sin(np.arange(120 * 48).reshape(120, 48) / 48 / 3)
    load = 0.3 + 0.4 * np.maximum(0, 15.5 - temp) + rng.normal(0, 0.05, temp.shape)
    cube = cube_of(load[None], temp_c=temp)
    scores = baselines.backtest(cube)
    by = dict(zip(scores["method"], scores["pnrmse"], strict=True))
    assert by["ridge"] < 0.6 * by["mean_of_days"]
    assert scores.filter("chosen")["method"].item() == "ridge"


def test_excluded_days_leave_no_trace_in_later_predictions_or_in_sigma():
    load = noisy(1, 70, seed=3)
    exclude = np.zeros((1, 70), dtype=bool)
    exclude[0, 55] = True
    changed = load.copy()
    changed[0, 55, 30:36] = 0
    one = baselines.one_day_ahead(cube_of(load), exclude=exclude)
    other = baselines.one_day_ahead(cube_of(changed), exclude=exclude)
    assert np.array_equal(one.expected_kw, other.expected_kw, equal_nan=True)
    assert np.array_equal(one.sigma_kw, other.sigma_kw)
    assert np.array_equal(one.upper, other.upper, equal_nan=True)
    assert np.isfinite(one.expected_kw[0, 55]).all()


def test_interval_holds_nine_in_ten_and_sigma_is_the_noise():
    rng = np.random.default_rng(7)
    load = 10 + rng.normal(0, 1, (6, 200, 48))
    cube = cube_of(load)
    expected = baselines.one_day_ahead(cube, "mean_of_days")
    known = np.isfinite(expected.lower)
    inside = (cube.net_kw >= expected.lower) & (cube.net_kw <= expected.upper)
    assert known[:, 60:].all()
    assert inside[known].mean() == pytest.approx(0.9, abs=0.02)
    # The mean of ten days adds a tenth of the variance.
    assert expected.sigma_kw.mean() == pytest.approx(np.sqrt(1.1), abs=0.03)


def test_site_that_never_exported_is_never_expected_to():
    rng = np.random.default_rng(8)
    load = np.maximum(0, rng.normal(0, 1, (1, 60, 48)))
    expected = baselines.one_day_ahead(cube_of(load), "ridge").expected_kw
    assert np.nanmin(expected) >= 0


def test_meters_of_a_few_days_or_of_no_variation_have_no_score():
    few = baselines.backtest(cube_of(noisy(1, 8, seed=4)))
    flat = baselines.backtest(cube_of(np.ones((1, 60, 48))))
    assert few.schema == flat.schema == BASELINES
    assert few.is_empty()
    assert flat.is_empty()


def test_scores_fit_the_contract_and_choose_the_least_error():
    scores = baselines.backtest(cube_of(noisy(3, 80, seed=6)))
    assert check(scores, BASELINES, "baselines").schema == BASELINES
    for _, rows in scores.group_by("mpan"):
        assert rows["chosen"].sum() == 1
        assert rows.filter("chosen")["pnrmse"].item() == rows["pnrmse"].min()


def test_scores_divide_by_the_spread_where_the_mean_is_near_zero():
    rng = np.random.default_rng(9)
    scores = baselines.backtest(cube_of(rng.normal(0, 3, (1, 60, 48))))
    assert scores["cvrmse"].null_count() == len(METHODS)
    # Normal noise: rmse of a ten-day mean over a spread of 2 x 1.645 sd.
    plain = scores.row(by_predicate=pl.col("method") == "mean_of_days", named=True)
    assert plain["pnrmse"] == pytest.approx(np.sqrt(1.1) / 3.29, rel=0.05)


def test_missing_half_hours_do_not_become_zeros():
    load = noisy(1, 60, seed=10) + 5
    load[0, 20:40, 10] = np.nan
    expected = baselines.one_day_ahead(cube_of(load), "mean_of_days").expected_kw
    assert np.nanmin(expected[0, 5:]) > 4


def test_method_and_refit_that_do_not_exist_are_named():
    cube = cube_of(noisy(1, 10, seed=11))
    with pytest.raises(UnknownMethod, match="BL01"):
        baselines.one_day_ahead(cube, "BL01")
    with pytest.raises(UnknownMethod, match="hourly"):
        baselines.backtest(cube, refit="hourly")


@pytest.mark.parametrize("refit", ["daily", "monthly"])
def test_refit_changes_how_often_not_what_is_learned(refit):
    cube = cube_of(noisy(1, 120, seed=12))
    weekly = baselines.one_day_ahead(cube, "ridge").expected_kw[0, 60:]
    other = baselines.one_day_ahead(cube, "ridge", refit=refit).expected_kw[0, 60:]
    assert not np.array_equal(weekly, other)
    assert np.abs(weekly - other).mean() < 0.05 * np.abs(weekly).mean()
