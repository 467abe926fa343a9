"""Heating unmixed from a base of the same size."""

import numpy as np
import pytest

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


def unmixed(net, temp=TEMP, balance=15.0, blurred=None):
    drawn = np.zeros(net.shape, np.float32)
    blurred = np.zeros(net.shape, bool) if blurred is None else blurred
    done = split(net.astype(np.float32), blurred, temp, balance, IDLE, drawn)
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


def test_what_a_charger_left_over_is_not_taken_for_heating():
    base, heat = home()
    blurred = np.zeros((365, 48), bool)
    blurred[::3, 36:42] = True
    net = base + heat + np.where(blurred & (TEMP < 10)[:, None], 3.0, 0.0)
    _, drawn = unmixed(net, blurred=blurred)
    told, rest = drawn[::3, 36:42].sum(), drawn[1::3, 36:42].sum()
    assert told == pytest.approx(rest, rel=0.25)
    assert unmixed(net)[1][::3, 36:42].sum() > 1.5 * rest
