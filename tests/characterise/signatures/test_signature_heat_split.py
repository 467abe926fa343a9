"""Heating unmixed from a base of the same size."""

import numpy as np
import pytest

from characterise.signatures.heat_mixture import GRID, run_again
from characterise.signatures.heat_split import split
from characterise.signatures.thermal import split_by_line
from characterise.training.figures import r2

IDLE = (np.arange(365) % 7 >= 5).astype(float)
TEMP = 10 - 9 * np.cos(2 * np.pi * np.arange(365) / 365)


def home(kw=1.5, seed=1):
    """Base and heating: cooking peaks beside a compressor that is on the longer the colder."""
    draw = np.random.default_rng(seed)
    base = 0.2 + draw.gamma(2, 0.05, (365, 48)) + 2.0 * (draw.random((365, 48)) < 0.04)
    duty = np.maximum(0, 15 - TEMP) / 20
    heat = kw * (draw.random((365, 48)) < duty[:, None])
    return base, heat


def unmixed(net, temp=TEMP, balance=15.0, taken=None):
    drawn = np.zeros(net.shape, np.float32)
    taken = np.zeros(net.shape) if taken is None else taken
    done = split(net.astype(np.float32), taken.astype(np.float32), temp, balance, IDLE, drawn)
    return done, drawn.astype(float)


def test_a_cycling_heat_pump_is_found_better_than_by_a_line():
    base, heat = home()
    done, drawn = unmixed(base + heat)
    line = np.zeros((365, 48), np.float32)
    split_by_line((base + heat).astype(np.float32), TEMP, 15.0, line)
    assert done
    assert r2(drawn.ravel(), heat.ravel()) > 0.85
    assert r2(drawn.ravel(), heat.ravel()) > r2(line.ravel().astype(float), heat.ravel())


def test_its_energy_and_running_power_are_its_own():
    base, heat = home()
    _, drawn = unmixed(base + heat)
    assert drawn.sum() == pytest.approx(heat.sum(), rel=0.1)
    assert np.quantile(drawn[drawn > 0.15], 0.9) == pytest.approx(1.5, rel=0.15)


def test_a_base_that_knows_no_cold_holds_little_heating():
    base, _ = home()
    _, drawn = unmixed(base)
    assert drawn.sum() < 0.12 * base.sum()


def test_working_days_of_a_business_are_no_heating():
    draw = np.random.default_rng(2)
    busy = np.zeros(48)
    busy[16:36] = 40.0
    base = 20 + busy * (1 - IDLE)[:, None] + draw.normal(0, 1, (365, 48))
    heat = 12.0 * (draw.random((365, 48)) < (np.maximum(0, 15 - TEMP) / 20)[:, None])
    _, drawn = unmixed(base + heat)
    assert r2(drawn.ravel(), heat.ravel()) > 0.85


def test_it_never_draws_more_than_the_load_nor_on_warm_days():
    base, heat = home()
    net = base + heat
    net[:, 20] = -1.0  # generation taken out badly
    net[40, 3:9] = np.nan
    _, drawn = unmixed(net)
    assert np.all(drawn[np.isfinite(net)] <= np.maximum(net[np.isfinite(net)], 0) + 1e-6)
    assert np.all(drawn[np.isnan(net)] == 0)
    assert np.all(drawn[TEMP > 15] == 0)


@pytest.mark.parametrize(("net", "temp"), [
    (np.ones((365, 48)), TEMP),
    (np.random.default_rng(3).random((365, 48)), np.full(365, -2.0)),
    (np.full((365, 48), np.nan), TEMP),
])  # fmt: skip
def test_a_still_load_and_a_year_without_mild_days_are_left(net, temp):
    done, drawn = unmixed(net, temp)
    assert not done
    assert drawn.sum() == 0


def test_of_what_a_charger_left_over_at_most_half_is_heating():
    base, heat = home()
    taken = np.zeros((365, 48))
    taken[::3, 36:42] = 4.0
    over = np.where((taken > 0) & (TEMP < 10)[:, None], 3.0, 0.0)
    told = unmixed(base + heat + over, taken=taken)[1][::3, 36:42].sum()
    plain = unmixed(base + heat + over)[1][::3, 36:42].sum()
    right = heat[::3, 36:42].sum()
    assert told - right < 0.5 * (plain - right)


def charged(base, heat):
    """A car on two evenings of three; on cold days each third session was missed."""
    draw = np.random.default_rng(5)
    comes = draw.random(365) < 2 / 3
    missed = comes & (draw.random(365) < 1 / 3) & (TEMP < 10)
    session = np.zeros((365, 48))
    session[comes, 38:44] = 7.0
    taken = np.where(missed[:, None], 0.0, session)
    return base + heat + session - taken, taken, missed


def test_a_missed_session_of_a_charger_is_not_told_as_heating():
    base, heat = home()
    net, taken, missed = charged(base, heat)
    hours = np.zeros((365, 48), bool)
    hours[missed, 38:44] = True
    aware, blind = unmixed(net, taken=taken)[1], unmixed(net)[1]
    assert aware[hours].mean() < 0.5 * blind[hours].mean()
    assert r2(aware.ravel(), heat.ravel()) > r2(blind.ravel(), heat.ravel()) + 0.1


def test_what_towers_over_all_else_grows_with_the_load_only_where_no_car_was_taken_out():
    base, heat = home()
    cold = int(np.argmin(TEMP))
    taken = np.zeros((365, 48))
    taken[100, 4] = 7.0
    told = {}
    for kw in (10.0, 20.0):
        net = base + heat
        net[cold, 10] = kw
        told[kw] = [unmixed(net, taken=own)[1][cold, 10] for own in (np.zeros((365, 48)), taken)]
    assert told[20.0][0] > 1.5 * told[10.0][0]
    assert told[20.0][1] == pytest.approx(told[10.0][1], rel=0.05)


def test_where_nothing_was_taken_out_no_missed_session_is_looked_for():
    base = np.full((2, GRID), 1 / GRID)
    run_again(np.zeros((30, 48), np.float32), 0.1, 0.5, base)
    assert np.all(base == 1 / GRID)


def test_missed_runs_stand_where_those_found_stand_and_are_of_their_size():
    base = np.zeros((2, GRID))
    base[:, 0] = 1.0
    taken = np.zeros((30, 48), np.float32)
    taken[:, :12] = 2.0  # half of the first half of each day
    taken[3, 5] = np.nan
    run_again(taken, 0.1, 0.5, base)
    assert base[0, 20] == pytest.approx(0.25, rel=0.01)
    assert base[0].sum() == pytest.approx(1.0)
    assert base[1, 0] == 1.0
