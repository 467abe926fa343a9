from __future__ import annotations

import numpy as np
import pytest

from characterise.regimes import Break, regimes, without_season


def habit(seed, n_days=365, mean=10.0):
    rng = np.random.default_rng(seed)
    weekly = 1 + 0.4 * (np.arange(n_days) % 7 >= 5)
    return (mean * weekly * rng.gamma(4, 0.25, n_days)).astype(np.float32)[None]


def found(energy, size=None):
    operating = energy > 0
    size = np.where(operating, 7.0, np.nan).astype(np.float32) if size is None else size
    return regimes(energy, size, operating)


def test_steady_asset_has_one_regime():
    for seed in range(10):
        assert found(habit(seed)).changes == ((),)


@pytest.mark.parametrize("day", [60, 150, 300])
def test_arrival_is_found_to_the_week(day):
    errors = []
    for seed in range(10):
        energy = habit(seed)
        energy[0, :day] = 0
        got = found(energy)
        assert got.changes == (("installed",),)
        errors.append(abs(int(got.first_seen[0]) - day))
        assert got.start[0] == got.first_seen[0]
    assert max(errors) <= 7


def test_removal_is_found_and_ends_the_last_seen():
    energy = habit(1)
    energy[0, 200:] = 0
    got = found(energy)
    assert got.changes == (("removed",),)
    assert 193 <= got.last_seen[0] <= 199
    assert got.first_seen[0] == 0


def test_asset_that_left_and_came_back_is_there_since_its_return():
    energy = habit(4)
    energy[0, 120:240] = 0
    got = found(energy)
    assert got.changes == (("installed",),)
    assert 240 <= got.start[0] <= 247
    assert got.last_seen[0] == 364


def test_stray_false_positives_before_arrival_do_not_move_it():
    energy = habit(2)
    energy[0, :180] = 0
    energy[0, 30] = 2.0
    got = found(energy)
    assert got.changes == (("installed",),)
    assert 173 <= got.first_seen[0] <= 187


def test_resize_shows_in_power_not_in_how_often_it_runs():
    rng = np.random.default_rng(3)
    energy = habit(3)
    size = (7 + rng.normal(0, 0.3, (1, 365))).astype(np.float32)
    size[0, :120] *= 0.4
    got = found(energy, size)
    assert got.changes == (("resized",),)
    assert 113 <= got.start[0] <= 127
    busier = habit(4)
    busier[0, 200:] *= 3
    assert found(busier).changes == ((),)


def resized_at(day, ratio, breaks, *, proportional=False):
    rng = np.random.default_rng(3)
    size = (7 + rng.normal(0, 0.3, (1, 365))).astype(np.float32)
    energy = np.full((1, 365), 10.0, np.float32)
    size[0, day:] *= ratio
    energy[0, day:] *= ratio
    return regimes(energy, size, energy > 0, breaks, proportional=proportional).changes


def test_a_resize_goes_the_way_that_the_boundary_went():
    grew, shrank = ([[Break(200, 1.0, comes, whole=False)]] for comes in (True, False))
    assert resized_at(200, 2.5, grew) == (("resized",),)
    assert resized_at(200, 2.5, shrank) == ((),)
    assert resized_at(200, 0.4, shrank) == (("resized",),)
    assert resized_at(200, 2.5, [[]]) == ((),)


@pytest.mark.parametrize(("day", "found"), [(330, ()), (36, ()), (120, ("resized",))])
def test_a_heat_pump_that_seems_larger_in_one_cold_month_is_the_same(day, found):
    seen = [[Break(day, 1.0, comes=True, whole=False)]]
    assert resized_at(day, 2.5, seen, proportional=True) == (found,)


def test_an_end_that_the_boundary_does_not_show_is_told_by_the_attribution_alone():
    energy = habit(1)
    energy[0, 200:] = 0
    size = np.where(energy > 0, 7.0, np.nan).astype(np.float32)
    got = regimes(energy, size, energy > 0, [[]])
    assert got.changes == (("removed",),)
    assert 193 <= got.last_seen[0] <= 199
    # That it began late says little: an attribution is fitted to the whole span.
    late = energy[:, ::-1].copy()
    assert regimes(late, size[:, ::-1].copy(), late > 0, [[]]).changes == ((),)
    # Panels pull at the boundary themselves, which has the last word.
    assert regimes(energy, size, energy > 0, [[]], proportional=True).changes == ((),)


def test_asset_that_never_ran_has_no_dates():
    got = found(np.zeros((1, 100), dtype=np.float32))
    assert got.first_seen.tolist() == [-1]
    assert got.last_seen.tolist() == [-1]


def test_season_is_taken_out_before_a_change_is_looked_for():
    day = np.arange(365)
    sun = (1.1 - np.cos(day / 365 * 2 * np.pi)).astype(np.float32)[None]
    rng = np.random.default_rng(5)
    energy = (sun * rng.uniform(0.6, 1.4, sun.shape)).astype(np.float32)
    freed = without_season(energy, sun, 0.2)
    assert np.isnan(freed[sun < 0.2 * np.percentile(sun, 90)]).all()
    assert found(freed).changes == ((),)
