"""Batteries: bounded by power and energy, paying their losses, keeping to an export limit."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterise.simulate.battery import STYLES, Losses, battery, draw_losses
from characterise.simulate.timeline import timeline

FIRST = dt.date(2025, 10, 1)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kw=st.floats(1, 5000),
    hours=st.floats(0.5, 4),
    style=st.sampled_from(STYLES),
)
def test_battery_stays_within_power_and_energy_and_pays_its_losses(
    seed: int, kw: float, hours: float, style: str
) -> None:
    time = timeline(FIRST, 20)
    rng = np.random.default_rng(seed)
    net = rng.normal(0, kw, time.n)
    call = (rng.random(time.n) < 0.05).astype(float)
    kwh = kw * hours
    losses = Losses(round_trip=0.85)
    run = battery(rng, time, net, kw=kw, kwh=kwh, style=style, call=call, losses=losses)
    assert run.charge_kw.max() <= kw * (1 + 1e-9)
    assert run.discharge_kw.max() <= kw * (1 + 1e-9)
    assert run.held_kwh.min() >= -1e-9
    assert run.held_kwh.max() <= kwh * (1 + 1e-9)
    assert not (run.charge_kw * run.discharge_kw).any()
    one_way = np.sqrt(losses.round_trip)
    stored = 0.5 * kwh + 0.5 * (run.charge_kw.sum() * one_way - run.discharge_kw.sum() / one_way)
    assert stored == pytest.approx(run.held_kwh[-1], abs=1e-6 * kwh)


@pytest.mark.parametrize("style", STYLES)
def test_five_megawatts_give_no_more_than_they_took_in_and_held(style: str) -> None:
    time = timeline(FIRST, 365)
    load = np.full(time.n, 15.0)
    call = np.zeros(time.n)
    call[35::960] = 1.0
    for seed in range(4):
        run = battery(
            np.random.default_rng(seed), time, load, kw=5000.0, kwh=10_000.0, style=style, call=call
        )
        given, taken = run.discharge_kw.sum() / 2, run.charge_kw.sum() / 2
        assert 0 < given <= 0.93 * taken + 5000
        # No stretch of a day gives more than a full battery and what it took meanwhile.
        out = run.discharge_kw.reshape(-1, 48).sum(axis=1) / 2
        into = run.charge_kw.reshape(-1, 48).sum(axis=1) / 2
        assert (out <= 10_000 + into).all()
        assert run.discharge_kw.max() <= 5000


def test_losses_are_drawn_within_what_is_sold() -> None:
    drawn = [draw_losses(np.random.default_rng(seed), 5.0) for seed in range(200)]
    trips = np.array([one.round_trip for one in drawn])
    assert 0.8 <= trips.min() < 0.83
    assert 0.9 < trips.max() <= 0.93
    assert all(0 < one.fade_a_year <= 0.03 and 0 < one.idle_kw <= 0.05 for one in drawn)


def test_a_standing_battery_runs_down_and_never_under_empty() -> None:
    time = timeline(FIRST, 200)
    lost = Losses(1.0, idle_kw=0.02)
    run = battery(
        np.random.default_rng(1), time, np.zeros(time.n), kw=5.0, kwh=10.0,
        style="self_consumption", losses=lost,
    )  # fmt: skip
    nights = run.charge_kw.sum() / 2
    assert (np.diff(run.held_kwh) <= run.charge_kw[1:] / 2 + 1e-9).all()
    assert run.held_kwh[-1] == pytest.approx(
        max(5.0 + nights - 0.02 * time.n / 2, run.held_kwh.min()), abs=0.01
    )
    assert run.held_kwh.min() >= 0


def test_capacity_fades_with_the_years() -> None:
    time = timeline(FIRST, 730)
    run = battery(
        np.random.default_rng(1), time, np.full(time.n, 0.5), kw=5.0, kwh=10.0, style="arbitrage",
        losses=Losses(fade_a_year=0.03),
    )  # fmt: skip
    fullest = run.held_kwh.reshape(730, 48).max(axis=1)
    assert np.median(fullest[-60:]) == pytest.approx(0.94 * 10.0, rel=0.01)
    assert np.median(fullest[:60]) == pytest.approx(10.0, rel=0.01)


@pytest.mark.parametrize("style", STYLES)
def test_nothing_goes_out_beyond_the_export_limit(style: str) -> None:
    time = timeline(FIRST, 60)
    rng = np.random.default_rng(4)
    net = rng.normal(0.5, 0.4, time.n).clip(-1.0)
    run = battery(
        rng, time, net, kw=10.0, kwh=20.0, style=style, export_limit_kw=3.68,
        call=(rng.random(time.n) < 0.03).astype(float),
    )  # fmt: skip
    assert (net + run.charge_kw - run.discharge_kw).min() >= -3.68 - 1e-9


def test_trading_buys_cheap_night_and_sells_dear_evening() -> None:
    time = timeline(FIRST, 200)
    run = battery(
        np.random.default_rng(2), time, np.zeros(time.n), kw=1000.0, kwh=2000.0, style="trading"
    )
    hour = time.slot / 2
    night, evening = (hour >= 1) & (hour < 6), (hour >= 16.5) & (hour < 20)
    assert run.charge_kw[night].mean() > 2 * run.charge_kw[evening].mean()
    assert run.discharge_kw[evening].mean() > 4 * run.discharge_kw[night].mean()
    cycles = run.discharge_kw.sum() / 2 / 2000 / 200
    assert 0.4 < cycles < 1.6


def test_an_unknown_rule_is_refused() -> None:
    time = timeline(FIRST, 2)
    with pytest.raises(ValueError, match="no battery is operated by 'whim'"):
        battery(np.random.default_rng(1), time, np.zeros(time.n), kw=1.0, kwh=2.0, style="whim")
