"""Days of a store: steps by the clock and parts of a day that make up for each other."""

import numpy as np
import pytest

from characterise.signatures.swings import clock_day, clock_steps, day_swings, evening

DAYS = 60
SLOT = np.tile(np.arange(48, dtype=np.int8), (DAYS, 1))


def clock(net, size=3.0, slot=SLOT):
    mean, rise, spread = np.empty(48), np.empty(48), np.empty(48)
    clock_day(net, slot, size, mean, rise, spread)
    return mean, rise, spread


def noisy(seed=0):
    load = 0.5 + 0.2 * np.random.default_rng(seed).random((DAYS, 48))
    return load.astype(np.float32)


def test_a_night_filled_by_the_clock_is_surer_than_one_filled_when_a_car_comes():
    fixed, drifting = noisy(), noisy()
    fixed[:, 2:6] += 3.0
    for day, start in enumerate(np.random.default_rng(1).integers(0, 10, DAYS)):
        drifting[day, start : start + 4] += 3.0
    up, _, kw = clock_steps(*clock(fixed)[1:], 3.0)
    other, _, _ = clock_steps(*clock(drifting)[1:], 3.0)
    assert up > 5 * other
    assert kw == pytest.approx(3.0, abs=0.2)


def test_the_clock_is_the_wall_clock():
    net, slot = noisy(), SLOT.copy()
    net[:30, 2:6] += 3.0
    net[30:, 0:4] += 3.0
    slot[30:] = (slot[30:] + 2) % 48  # summer time
    mean, _, _ = clock(net, slot=slot)
    assert np.argsort(mean)[-4:].min() == 2


def test_an_emptied_evening_and_a_filled_night_are_told():
    own = noisy()
    own[:, 34:42] = 0.0
    own[:, 2:6] += 3.0
    gap, night = evening(clock(own)[0])
    plain_gap, plain_night = evening(clock(noisy())[0])
    assert gap > plain_gap + 1
    assert night > plain_night + 2


def test_a_night_that_is_paid_back_by_day_moves_against_it():
    rng = np.random.default_rng(2)
    base, kept = noisy(), noisy(3)
    moved = rng.random(DAYS) < 0.5
    base[moved, 2:6] += 3.0
    base[moved, 34:38] -= 2.6
    kept[moved, 2:6] += 3.0
    kept[moved, 34:38] += 2.6
    balance, against = day_swings(base, SLOT, clock(base)[0])
    other_balance, with_it = day_swings(kept, SLOT, clock(kept)[0])
    assert against < -0.9
    assert with_it > 0.9
    assert balance > other_balance + 0.3


def test_few_days_and_gaps_say_nothing():
    net = noisy()
    net[5:, 7] = np.nan
    net[5:, 8:12] = np.nan
    balance, against = day_swings(net, SLOT, clock(net)[0])
    assert np.isnan(balance)
    assert np.isnan(against)
