"""Which simulated assets a boundary can show."""

import numpy as np
import pytest

from characterise.training.visible import visible

WEEKDAYS = np.arange(140) % 7


def boundary(scatter, seed=0):
    draw = np.random.default_rng(seed)
    return 50 + scatter * draw.standard_normal((140, 48))


def charging(kw, often=2):
    power = np.zeros((140, 48))
    power[::often, 38:44] = kw
    return power


@pytest.mark.parametrize(("kw", "expected"), [(7.0, True), (0.3, False)])
def test_a_charger_is_seen_by_its_size_against_the_rest(kw, expected):
    mine = charging(kw)
    assert visible("EV_CHARGER", mine, boundary(2.0) + mine, WEEKDAYS) is expected


def test_what_hardly_ever_runs_is_not_seen():
    mine = charging(50.0, often=140)
    assert not visible("EV_CHARGER", mine, boundary(1.0) + mine, WEEKDAYS)


def test_a_heat_pump_shows_from_day_to_day_where_half_hours_drown_it():
    warm = np.linspace(1, 0, 140)[:, None] * np.ones(48)
    mine = 2.0 * warm
    net = boundary(8.0) + mine
    assert visible("HEAT_PUMP", mine, net, WEEKDAYS)
    assert not visible("EV_CHARGER", mine, net, WEEKDAYS)


def test_what_the_week_explains_hides_nothing():
    mine = charging(4.0)
    habit = np.where(np.isin(WEEKDAYS, (5, 6)), 0.0, 200.0)[:, None] * np.ones(48)
    assert visible("EV_CHARGER", mine, boundary(1.0) + habit + mine, WEEKDAYS)


def test_too_little_to_judge_by_keeps_the_label():
    mine = np.full((140, 48), np.nan)
    assert visible("SOLAR_PV", mine, boundary(1.0), WEEKDAYS)
