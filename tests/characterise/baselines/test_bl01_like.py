from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from engine_cases import cube_of

from characterise.baselines import bl01_like
from characterise.baselines.local_days import local_days


def test_worked_example_of_the_in_day_adjustment():
    # domain.md 2.3: mean of SP35 6.0 kWh; SP28-33 exceed the mean by 0.4; adjusted 6.4.
    mean = np.full(48, 6.0, dtype=np.float32)
    actual = mean.copy()
    actual[27:33] += 0.4
    adjusted = bl01_like.adjusted(
        mean, actual, start=34, settings=bl01_like.Bl01Like(adjust_gap_periods=1)
    )
    assert adjusted[34] == pytest.approx(6.4)


def test_adjustment_with_nothing_to_see_changes_nothing():
    mean = np.full(48, 6.0, dtype=np.float32)
    unseen = np.full(48, np.nan, dtype=np.float32)
    assert np.array_equal(bl01_like.adjusted(mean, unseen, start=34), mean)


def test_days_of_a_clock_change_are_not_taken():
    first = dt.date(2025, 9, 29)
    load = np.ones((1, 40, 48), dtype=np.float32)
    sunday = (dt.date(2025, 10, 26) - first).days
    load[0, sunday, 1:] = 50.0
    predicted = bl01_like.predict(local_days(cube_of(load, first)))
    assert np.nanmax(predicted[0, :, 4:]) == 1.0


def test_event_days_are_taken_only_where_too_few_others_exist():
    load = np.ones((1, 30, 48), dtype=np.float32)
    exclude = np.zeros((1, 30), dtype=bool)
    exclude[0, 20:25] = True
    load[0, exclude[0]] = 9.0
    days = local_days(cube_of(load), exclude)
    assert bl01_like.predict(days)[0, 25, 20] == 1.0
    exclude[0, :25] = True
    load[0, :] = 9.0
    only_events = local_days(cube_of(load), exclude)
    assert bl01_like.predict(only_events)[0, 24, 20] == 9.0


def test_working_and_non_working_days_do_not_mix():
    load = np.ones((1, 42, 48), dtype=np.float32)
    weekend = np.arange(42) % 7 >= 5
    load[0, weekend] = 5.0
    predicted = bl01_like.predict(local_days(cube_of(load)))
    assert predicted[0, 40, 12] == 5.0
    assert predicted[0, 39, 12] == 1.0
