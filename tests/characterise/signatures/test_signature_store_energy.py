"""Energy of a store: what goes in comes out, by night, by month and under the sun."""

import numpy as np
import pytest

from characterise.signatures.store_energy import keep_balance, trim_nights
from characterise.signatures.store_follow import at_limit
from characterise.signatures.store_soak import full_from, skies, top_up
from characterise.signatures.store_state import FREE, HELD

DAYS = 56
SLOT = np.tile(np.arange(48, dtype=np.int8), (DAYS, 1))
SUN = np.zeros((DAYS, 48), np.float32)
SUN[:, 14:34] = np.sin(np.linspace(0.15, np.pi - 0.15, 20))
ONE = np.float32(1.0)


def blank(fill=0.0):
    return np.full((DAYS, 48), fill, np.float32)


def test_a_night_takes_in_little_more_than_the_usual_night():
    drawn = blank()
    drawn[:, 1:5] = 3.0
    drawn[::7, 1:14] = 3.0  # a car goes on
    trim_nights(SLOT, drawn, np.float32(3.0), np.empty(drawn.size, np.float32))
    nights = drawn.sum(axis=1) / 2
    assert nights[1] == pytest.approx(6.0)
    assert nights[7] == pytest.approx(1.3 * 6.0, rel=0.01)


def test_a_hidden_load_is_stretched_until_it_takes_what_went_in():
    state = np.full((DAYS, 48), FREE, np.uint8)
    state[:, 34:42] = HELD
    drawn, given = blank(), blank()
    drawn[:, 1:5] = 3.0
    given[:, 34:42] = 0.9
    keep_balance(state, np.float32(3.0), False, drawn, given)
    assert given.sum() / drawn.sum() == pytest.approx(0.75, rel=0.01)
    assert drawn[:, 1:5].min() == 3.0


def test_charge_that_never_comes_out_is_cut():
    state = np.full((DAYS, 48), FREE, np.uint8)
    drawn, given = blank(), blank()
    drawn[:, 1:9] = 3.0
    given[:, 34:36] = 3.0
    keep_balance(state, np.float32(3.0), False, drawn, given)
    assert given.sum() / drawn.sum() == pytest.approx(0.6, rel=0.01)


def test_discharge_stands_only_where_panels_may_hide_all_of_the_charge():
    state = np.full((DAYS, 48), HELD, np.uint8)
    drawn, given = blank(), blank(0.5)
    keep_balance(state, np.float32(3.0), True, drawn, given)
    assert given.min() > 0.3
    keep_balance(state, np.float32(3.0), False, drawn, given)
    assert given.max() == 0


def test_a_load_over_zero_between_two_holds_is_met_with_all_there_is():
    net = np.zeros(96, np.float32)
    net[36] = 2.0
    net[60:] = 2.0
    state = np.where(net == 0, HELD, FREE).astype(np.uint8)
    drawn, given = np.zeros_like(net), np.zeros_like(net)
    dark = np.zeros_like(net)
    at_limit(net, dark, ONE, state, 0.0, np.float32(3.6), np.empty_like(net), drawn, given)
    assert np.flatnonzero(given).tolist() == [36]
    assert given[36] == pytest.approx(3.6)
    # With a charge between the holds it may have been empty.
    net[36:39], state[36:39], drawn[37], given[:] = 2.0, FREE, 1.0, 0.0
    at_limit(net, dark, ONE, state, 0.0, np.float32(3.6), np.empty_like(net), drawn, given)
    assert given.max() == 0


def test_a_store_that_comes_late_to_a_load_is_not_at_its_limit():
    net = np.zeros(96, np.float32)
    net[36] = 0.3
    state = np.where(net == 0, HELD, FREE).astype(np.uint8)
    drawn, given = np.zeros_like(net), np.zeros_like(net)
    dark, work = np.zeros_like(net), np.empty_like(net)
    at_limit(net, dark, ONE, state, 0.0, np.float32(3.6), work, drawn, given)
    assert given.max() == 0


def surplus(sky):
    """Panels of 4 kW and a load of 0.4 kW, all surplus taken in, and 0.8 kW given after dark."""
    load = blank(0.4)
    load[:, 34:] = 0.8
    net = blank()
    state = np.full((DAYS, 48), HELD, np.uint8)
    state[:, :14] = FREE
    net[:, :14] = 0.4
    return net, load, state, np.float32(sky)


def test_what_is_given_after_dark_tells_how_bright_the_day_was():
    net, load, state, _ = surplus(0.5)
    made = np.empty(DAYS, np.float32)
    skies(net, net, SUN, load, state, ONE, np.float32(4.0), 0.86, made)
    taken = 0.5 * np.maximum(made[3] * 4 * SUN[3, 14:34] - load[3, 14:34], 0).sum()
    assert 0.86 * taken == pytest.approx(0.5 * load[3, 34:].sum(), rel=0.1)


def test_a_day_that_exports_tells_its_own_sky():
    net, load, state, _ = surplus(0.5)
    left = net.copy()
    net[5, 20:26] = -(0.7 * 4 * SUN[5, 20:26] - 0.4)
    left[5, 20:26] = 0.4
    state[5, 20:26] = FREE
    made = np.empty(DAYS, np.float32)
    skies(left, net, SUN, load, state, ONE, np.float32(4.0), 0.86, made)
    assert made[5] == pytest.approx(0.7, rel=0.05)


def test_what_a_full_store_lets_go_is_what_it_took_in_before():
    net, _, state, _ = surplus(0.5)
    net[:, 24:30] = -2.5
    state[:, 24:30] = FREE
    flat = [part.reshape(-1) for part in (net, SUN, state)]
    most = full_from(*flat, np.empty(net.size, np.float32))
    assert most == pytest.approx(2.5)
    drawn = blank(9.0)
    top_up(*flat, most, drawn.reshape(-1))
    assert drawn.max() == pytest.approx(2.5)
    drawn[:] = 0.0
    top_up(*flat, most, drawn.reshape(-1))
    assert drawn[:, 23] == pytest.approx(2.5)


def test_without_any_start_of_export_nothing_tells_the_charge():
    net, _, state, _ = surplus(0.5)
    flat = [part.reshape(-1) for part in (net, SUN, state)]
    most = full_from(*flat, np.empty(net.size, np.float32))
    assert np.isnan(most)
    drawn = blank(9.0)
    top_up(*flat, most, drawn.reshape(-1))
    assert drawn.min() == 9.0
