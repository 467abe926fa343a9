"""A store that waits for calls: what it gives in them, when it fills again, what is none."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from characterise.frames import SIGNALS
from characterise.meter_cube import cube_from_reads
from characterise.settlement import LONDON, local_clock
from characterise.signatures import battery
from characterise.signatures.dispatch_signals import asked
from characterise.signatures.ordinary_days import LEAD
from characterise.signatures.store_calls import call_power, give_in_calls, plateau

FIRST = dt.date(2025, 1, 6)
DAYS = 200
ROW = np.array([0], np.int32)
SLOT = local_clock(FIRST, DAYS, LONDON).slot.ravel()
KW = 40.0


def building(seed=0):
    """(T,) kW: 40 kW, 100 kW in working hours, days that differ."""
    rng = np.random.default_rng(seed)
    clock = local_clock(FIRST, DAYS, LONDON)
    level = rng.normal(1, 0.04, DAYS + 1)[clock.date - clock.date[0, 0]]
    busy = clock.working & (clock.slot >= 16) & (clock.slot < 38)
    return ((40 + 60 * busy) * level + rng.normal(0, 1.5, (DAYS, 48))).ravel()


def cube_of(net):
    times = np.datetime64(FIRST, "us") + np.arange(DAYS * 48) * np.timedelta64(30, "m")
    reads = pl.DataFrame(
        {
            "mpan": "A",
            "ts_utc": pl.Series(times).dt.replace_time_zone("UTC"),
            "import_kwh": np.maximum(net, 0) / 2,
            "export_kwh": np.maximum(-net, 0) / 2,
        }
    )
    return cube_from_reads(reads, pl.DataFrame({"mpan": ["A"], "time_zone": [LONDON]}))


def calls(start=33, length=6, every=7):
    """Half-hours at which calls begin, and the signals."""
    begins = np.flatnonzero(start == SLOT)[3:-2:every]
    origin = dt.datetime.combine(FIRST, dt.time(), dt.UTC)
    at = [origin + dt.timedelta(minutes=30 * int(one)) for one in begins]
    frame = pl.DataFrame(
        {
            "signal_id": [f"s{k}" for k in range(len(at))],
            "kind": "turn_down",
            "area": None,
            "mpan": "A",
            "start_utc": at,
            "end_utc": [one + dt.timedelta(minutes=30 * length) for one in at],
        },
        schema=SIGNALS,
    )
    return begins, frame


def waiting(begins, standing=3.0):
    """A store of 40 kW that is empty after two hours and fills from half past midnight on."""
    own = np.where(SLOT == 1, standing, 0.0)
    for at in begins:
        own[at : at + 4] = -KW
        night = at + int(np.flatnonzero(SLOT[at:] == 1)[0])
        own[night : night + 9] = 0.5 * KW
    return own


def laid(own, signals, seed=0):
    part = battery.attribute(cube_of(building(seed) + own), ROW, None, signals)
    return part.import_kw.ravel(), part.export_kw.ravel()


def same_with_and_without(own, signals):
    return all(
        np.array_equal(a, b) for a, b in zip(laid(own, signals), laid(own, None), strict=True)
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_a_store_that_waits_for_calls_is_followed_in_and_after_them(seed):
    begins, signals = calls()
    own = waiting(begins)
    drawn, given = laid(own, signals, seed)
    runs = np.abs(own) > 0.5
    assert np.mean((np.sign(drawn - given) == np.sign(own))[runs]) > 0.95
    assert given.max() == pytest.approx(KW, rel=0.15)
    assert drawn.max() == pytest.approx(0.5 * KW, rel=0.15)
    assert given.sum() == pytest.approx(-own[own < 0].sum(), rel=0.1)
    assert not given[own >= 0].sum() > 0.1 * given.sum()


def test_without_signals_the_same_store_is_not_told_that_well():
    begins, _ = calls()
    own = waiting(begins)
    drawn, given = laid(own, None)
    assert np.mean((np.sign(drawn - given) == np.sign(own))[np.abs(own) > 0.5]) < 0.8


def test_what_makes_up_for_standing_losses_is_laid_on_nights_without_a_call_before():
    begins, signals = calls()
    quiet = np.ones(SLOT.size, bool)
    for at in begins:
        quiet[at : at + 48] = False
    with_it, _ = laid(waiting(begins), signals)
    without, _ = laid(waiting(begins, standing=0.0), signals)
    assert np.median(with_it[quiet & (SLOT == 1)]) == pytest.approx(3.0, abs=1.0)
    assert np.median(without[quiet & (SLOT == 1)]) == 0


def test_a_load_that_sheds_and_takes_nothing_in_again_is_no_store():
    begins, signals = calls()
    own = waiting(begins, standing=0.0)
    assert same_with_and_without(np.minimum(own, 0), signals)
    assert not same_with_and_without(own, signals)


def test_what_is_put_off_until_just_after_the_call_is_no_store():
    begins, signals = calls(start=29, length=6)
    own = np.zeros(SLOT.size)
    for at in begins:
        own[at : at + 6] = -KW
        own[at + 6 : at + 11] = KW
    assert same_with_and_without(own, signals)


def test_a_store_with_hours_of_its_own_keeps_them_on_days_without_a_call():
    begins, signals = calls(start=20, length=2)
    own = np.where(SLOT < 4, KW, 0.0) + np.where((SLOT >= 34) & (SLOT < 37), -KW, 0.0)
    alone = laid(own, None)
    for at in begins:
        own[at : at + 2] = -KW
    called = asked(cube_of(own), signals)[0][0].ravel() != 0
    near = called.copy()
    for shift in range(49):
        near |= np.roll(called, shift) | np.roll(called, -4)
    for with_calls, before in zip(laid(own, signals), alone, strict=True):
        assert with_calls[~near].sum() == pytest.approx(before[~near].sum(), rel=0.05)


def test_a_meter_that_no_signal_covers_is_left_alone():
    begins, signals = calls()
    own = waiting(begins)
    other = signals.with_columns(mpan=pl.lit("B"))
    assert same_with_and_without(own, other)


def test_unknown_half_hours_stay_unknown_and_calls_around_them_do_no_harm():
    begins, signals = calls()
    cube = cube_of(building() + waiting(begins))
    load = cube.import_kw.copy()
    load.reshape(-1)[begins[2] + 1 : begins[2] + 3] = np.nan
    load.reshape(-1)[begins[5] - 30 : begins[5] + 90] = np.nan
    part = battery.attribute(replace(cube, import_kw=load), ROW, None, signals)
    assert np.array_equal(np.isnan(part.export_kw), np.isnan(load))
    assert np.nanmax(part.export_kw) == pytest.approx(KW, rel=0.15)


def answered(*falls, length=4, noise=0.0):
    """(E, W) residuals of calls that fall by so much each."""
    residuals = np.random.default_rng(0).normal(0, noise, (len(falls), 60)).astype(np.float32)
    for e, fall in enumerate(falls):
        residuals[e, LEAD : LEAD + length] += fall
    lengths = np.full(len(falls), length, np.int32)
    return lengths, np.ones(len(falls), np.int8), residuals


def test_the_power_is_that_of_most_calls_whatever_single_ones_do():
    assert call_power(*answered(10, 10, 10, 10, 55, 2), 0.0) == pytest.approx(10, rel=0.01)


def test_falls_that_rises_match_have_no_power():
    assert np.isnan(call_power(*answered(6, -6, 5, -7, 7, -5), 0.0))
    assert np.isnan(call_power(*answered(9, 9), 0.0))


def test_a_higher_power_can_be_asked_for_beside_that_of_most():
    args = answered(*([8.0] * 20), *([50.0] * 3))
    assert call_power(*args, 0.0) == pytest.approx(8, rel=0.01)
    assert call_power(*args, 20.0) == pytest.approx(50, rel=0.01)


def test_hours_cut_by_an_hourly_source_do_not_lower_the_power():
    lengths, signs, residuals = answered(*([20.0] * 8))
    residuals[4:, LEAD] = residuals[4:, LEAD + 1] = 10
    starts = np.array([100, 200, 300, 400, 501, 601, 701, 801], np.int32)
    assert plateau(starts, lengths, signs, residuals, 18.0) == pytest.approx(20)


def test_calls_that_are_not_answered_get_nothing_and_empty_stores_stop():
    lengths, signs, residuals = answered(10, 0, 10)
    residuals[2, LEAD + 2 :] = 0
    out = np.zeros(400, np.float32)
    give_in_calls(np.array([50, 150, 250], np.int32), lengths, signs, residuals, 10.0, out)
    assert out[50:54].tolist() == [10] * 4
    assert out[150:160].sum() == 0
    assert out[250:254].tolist() == [10, 10, 0, 0]
