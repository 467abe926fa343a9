"""A store that keeps hours: when it takes in, when it gives, and how much of each."""

import numpy as np
import pytest

from characterise.signatures.store_clock import begins, by_the_clock, gives_from, take

DAYS = 60
WALL = np.tile(np.arange(48, dtype=np.int8), DAYS)


def building(seed=0):
    load = 40 + 2 * np.random.default_rng(seed).random((DAYS, 48))
    load[:, 16:42] += 25.0
    return load


def kept(own, seed=0):
    return (building(seed) + own).astype(np.float32).reshape(-1)


def stored(begin=32, given=12.0):
    """A store of 12 kW that takes 24 kWh in from midnight and gives 20 of them from 16 h on."""
    own = np.zeros((DAYS, 48))
    own[:, 0:4] = 12.0
    slots = 20.6 / (0.5 * given)
    whole = int(slots)
    own[:, begin : begin + whole] = -given
    own[:, begin + whole] = -given * (slots - whole)
    return own


def heights():
    return np.empty((48, DAYS + 2), np.float32)


def laid(x, wall=WALL, utc=WALL):
    drawn, given = np.zeros_like(x), np.zeros_like(x)
    spaces = heights(), np.empty_like(x)
    power, both = by_the_clock(
        x, wall, utc, np.float32(5.0), np.float32(0.86), spaces, drawn, given
    )
    return power, both, drawn.reshape(DAYS, 48), given.reshape(DAYS, 48)


def test_the_hour_and_the_power_of_the_nights_charge_are_found():
    slot, power, share, _ = begins(kept(stored()), WALL, np.float32(5.0), heights())
    assert slot == 0
    assert power == pytest.approx(12.0, rel=0.15)
    assert share > 0.9


def test_what_is_taken_in_comes_out_from_one_hour_on():
    own = stored()
    power, both, drawn, given = laid(kept(own))
    assert both
    assert power == pytest.approx(12.0, rel=0.15)
    runs = np.abs(own) > 0.1
    assert np.mean((np.sign(drawn - given) == np.sign(own))[runs]) > 0.9
    assert given.sum() == pytest.approx(0.86 * drawn.sum(), rel=0.15)
    assert given[:, 4:30].max() == 0


def test_a_sale_that_is_spread_over_the_peak_is_given_at_less():
    x = kept(stored(begin=32, given=6.0))
    drawn = np.zeros_like(x)
    take(x, WALL, 0, np.float32(12.0), np.float32(5.0), drawn)
    slot, power, share = gives_from(x - drawn, WALL, drawn, 12.0, 0.86, 0.2)
    assert slot == 32
    assert power == pytest.approx(6.0, rel=0.25)
    assert share > 0.5


def test_a_tariff_that_goes_by_utc_is_found_by_it():
    utc = np.tile(np.arange(48, dtype=np.int8), DAYS).reshape(DAYS, 48)
    wall = utc.copy()
    wall[30:] = (wall[30:] + 2) % 48
    own = np.zeros((DAYS, 48))
    own[:, 1:5] = 12.0
    own[:30, 32:35], own[30:, 30:33] = -12.0, -12.0
    power, _, drawn, _ = laid(kept(own), wall.reshape(-1), utc.reshape(-1))
    assert power == pytest.approx(12.0, rel=0.15)
    assert np.mean(drawn[:, 1:5] > 6) > 0.9


def test_a_building_that_opens_in_the_morning_keeps_no_store():
    load = building()
    load[:, 12:14] += 15.0
    power, both, drawn, given = laid(load.astype(np.float32).reshape(-1))
    assert np.isnan(power)
    assert not both
    assert drawn.max() == given.max() == 0


def test_holes_and_blank_meters_break_nothing():
    x = kept(stored())
    x[::97] = np.nan
    power, _, drawn, given = laid(x)
    assert power == pytest.approx(12.0, rel=0.25)
    assert np.isfinite(drawn).all()
    assert np.isfinite(given).all()
    power, both, _, _ = laid(np.full(DAYS * 48, np.nan, np.float32))
    assert np.isnan(power)
    assert not both
