"""Half-hours of a store: states, nights, sales, blocks, and the attribution they make."""

import numpy as np
import pytest

from characterise.signatures import battery
from characterise.signatures.store_blocks import balance, lay_blocks, modal_log
from characterise.signatures.store_decode import decode
from characterise.signatures.store_state import FREE, GIVING, HELD, states

DAYS = 60
SLOT = np.tile(np.arange(48, dtype=np.int8), (DAYS, 1))
SUN = np.zeros((DAYS, 48), np.float32)
SUN[:, 14:34] = np.sin(np.linspace(0.15, np.pi - 0.15, 20))


def home(seed=0):
    load = 0.4 + 0.1 * np.random.default_rng(seed).random((DAYS, 48))
    load[:, 34:42] += 1.0
    return load.astype(np.float32)


def decoded(net, left=None, *, hidden=False):
    left = net if left is None else left
    drawn, given = np.zeros_like(net), np.zeros_like(net)
    spaces = (
        np.empty(net.size, np.float32),
        np.empty(DAYS, np.float32),
        np.empty(DAYS, np.float32),
        np.empty((DAYS, 48), np.float32),
        np.empty((DAYS, 48), np.uint8),
        np.empty((48, DAYS + 2), np.float32),
        SLOT.reshape(-1),
    )
    return decode(left, net, SUN, SLOT, hidden, spaces, drawn, given), drawn, given


def arbitrage():
    """A store of 3 kW: 6 kWh in from 0.30 h, and the load from 16 h until it is empty."""
    load = home()
    own = np.zeros_like(load)
    own[:, 1:5] = 3.0
    own[:, 32:40] = -load[:, 32:40]
    own[::3, 36:40] = 0.0  # empty earlier on some days
    return load + own, own


def test_zero_in_the_dark_is_held_and_hidden_export_is_not():
    net = np.full(8, 1.0, np.float32)
    net[2:4] = 0.0
    net[5:7] = 0.0
    net[7] = -1.0
    sun = np.zeros(8, np.float32)
    sun[5:7] = 0.5
    state = np.empty(8, np.uint8)
    states(net, net, sun, np.float32(2.0), False, state)
    assert state.tolist() == [FREE, FREE, HELD, HELD, FREE, HELD, HELD, GIVING]
    states(net, net, sun, np.float32(2.0), True, state)
    assert state.tolist() == [FREE, FREE, HELD, HELD, FREE, FREE, FREE, GIVING]


def test_charge_and_discharge_have_the_right_sign_and_the_right_power():
    net, own = arbitrage()
    power, drawn, given = decoded(net)
    runs = np.abs(own) > 0.1
    assert np.mean(np.sign(drawn - given)[runs] == np.sign(own)[runs]) > 0.95
    assert power == pytest.approx(3.0, rel=0.1)
    assert (drawn - given).max() == pytest.approx(3.0, rel=0.1)
    assert given[own < 0].mean() == pytest.approx(-own[own < 0].mean(), rel=0.25)


def test_a_car_on_some_nights_does_not_set_the_power():
    net, _ = arbitrage()
    net[::3, 2:10] += 7.0
    power, _, _ = decoded(net)
    assert power == pytest.approx(3.0, rel=0.2)


def test_what_is_sold_by_the_clock_is_given_on_top_of_the_load():
    load = np.minimum(home(), 0.5)
    net = load.copy()
    net[:, 1:5] += 3.0
    net[:, 36:40] -= 2.5
    _, _, given = decoded(net)
    assert given[:, 36:40].mean() == pytest.approx(2.5, rel=0.1)
    assert given[:, 5:30].max() == 0


def test_a_store_that_fills_from_panels_charges_under_the_sun():
    load, panels = home(), 4 * SUN
    net = load - panels
    net[:, 14:26] = np.maximum(net[:, 14:26], 0.0)  # full about noon
    net[:, 34:44] = 0.0
    _, drawn, given = decoded(net, net + panels)
    assert np.mean(drawn[:, 18:26] > 0) > 0.9
    assert np.mean(given[:, 36:44] > 0) > 0.9
    plain = load - panels
    _, drawn, _ = decoded(plain, load)
    assert drawn[:, 14:34].max() == 0


def test_a_large_load_shows_the_store_in_dips_and_bumps():
    load = (40 + np.random.default_rng(1).random((DAYS, 48))).astype(np.float32)
    net = load.copy()
    net[:, 2:6] += 12.0
    net[:, 34:37] -= 12.0
    power, drawn, given = decoded(net)
    assert power == pytest.approx(12.0, rel=0.1)
    assert drawn[:, 2:6].mean() == pytest.approx(12.0, rel=0.15)
    assert given[:, 34:37].mean() == pytest.approx(12.0, rel=0.15)
    assert given[:, 6:34].max() == 0


def test_nothing_goes_out_that_did_not_come_in():
    drawn = np.array([0, 2, 2, 0, 0, 0], np.float32)
    given = np.array([5, 0, 0, 1, 5, 5], np.float32)
    balance(drawn, given, np.float32(100.0), 1.0)
    assert given.tolist() == [0, 0, 0, 1, 3, 0]


def test_the_commonest_power_is_found_by_weight():
    sizes = np.array([3.0, 3.1, 2.9, 9.0, 0.5], np.float32)
    assert modal_log(sizes, np.ones(5, np.float32), 5) == pytest.approx(3.0, rel=0.02)
    assert np.isnan(modal_log(sizes, np.ones(5, np.float32), 0))


def test_a_flat_load_has_no_blocks():
    x = np.ones(480, np.float32)
    drawn, given = np.zeros_like(x), np.zeros_like(x)
    power = lay_blocks(x, np.float32(np.nan), np.empty_like(x), drawn, given)
    assert np.isnan(power)
    assert drawn.max() == given.max() == 0


@pytest.mark.parametrize("name", ["battery_home", "pv_battery_home"])
def test_simulated_homes_have_the_sign_right_in_most_half_hours(site, name):
    batch = site(name)
    left = None
    part = battery.attribute(batch.cube, np.zeros(1, np.int32), left)
    estimate = (part.import_kw - part.export_kw).reshape(-1)
    frame = batch.submeters.filter(batch.submeters["asset"] == "battery").sort("ts_utc")
    truth = 2 * (frame["import_kwh"] - frame["export_kwh"]).to_numpy()
    origin = np.datetime64(batch.cube.first_day, "us")
    when = frame["ts_utc"].dt.replace_time_zone(None).to_numpy()
    place = ((when - origin) / np.timedelta64(30, "m")).astype(int)
    net = batch.cube.net_kw.reshape(-1)[place]
    dark = np.isfinite(net) & (np.abs(truth) > 0.2)
    dark &= np.isin(place % 48, [*range(14), *range(40, 48)])
    right = np.sign(estimate[place][dark]) == np.sign(truth[dark])
    assert right.mean() > 0.8


def test_blank_and_dead_meters_say_nothing():
    net = np.zeros((DAYS, 48), np.float32)
    power, drawn, given = decoded(net)
    assert np.isnan(power)
    assert drawn.max() == given.max() == 0
    power, _, _ = decoded(np.full((DAYS, 48), np.nan, np.float32))
    assert np.isnan(power)
