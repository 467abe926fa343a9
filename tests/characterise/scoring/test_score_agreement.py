"""Agreement with a sub-meter: known series give known figures."""

from __future__ import annotations

import numpy as np
import pytest
from scoring_cases import DAYS, charging
from sklearn.metrics import matthews_corrcoef, r2_score

from characterise.training.agreement import agreement, operating


def table(kw):
    return np.asarray(kw, dtype=float).reshape(DAYS, 48)


def test_figures_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    truth = charging() * rng.uniform(0.8, 1.2, DAYS * 48)
    said = np.maximum(truth + rng.normal(0, 1.5, truth.size), 0)
    told = agreement(table(said), table(truth))
    assert told.half_hourly_r2 == pytest.approx(r2_score(truth, said))
    days = [part.sum(axis=1) for part in (table(truth), table(said))]
    assert told.daily_r2 == pytest.approx(r2_score(*days))
    ran = [operating(part) for part in (truth, said)]
    assert told.mcc == pytest.approx(matthews_corrcoef(*ran))
    assert told.energy_error == pytest.approx(said.sum() / truth.sum() - 1)
    assert told.mae_kw == pytest.approx(np.abs(said - truth).mean())


def test_a_battery_is_right_in_sign_where_its_direction_is():
    truth = np.zeros((DAYS, 48))
    truth[:, 2:6], truth[:, 34:38] = 3.0, -3.0
    said = truth.copy()
    said[:, 34:36] = 3.0
    told = agreement(said, truth)
    assert told.sign_right == pytest.approx(0.75)
    assert told.energy_error == pytest.approx(0)
    assert agreement(truth * 0.1, truth).sign_right == 1.0


def test_standby_is_no_operation():
    power = np.full(480, 0.03)
    assert not operating(power).any()
    power[:10] = 2.0
    power[10:20] = 0.3
    assert operating(power).sum() == 20


def test_unknown_half_hours_count_for_neither():
    truth, said = table(charging()), table(charging())
    said[:10] = np.nan
    truth[20:30] = np.nan
    told = agreement(said, truth)
    assert told.mcc == 1
    assert told.mae_kw == 0
    assert told.half_hourly_r2 == 1
    assert np.isnan(agreement(said * np.nan, truth).mcc)


def test_a_day_half_known_moves_no_daily_figure():
    truth = table(charging()) * np.linspace(1, 2, DAYS)[:, None]
    said = truth.copy()
    said[7, 2:20] = np.nan  # its charging is unknown: 30 half-hours are left
    said[7, 20:] = 9.0
    assert agreement(said, truth).daily_r2 == 1
    assert agreement(said, truth).half_hourly_r2 < 1
