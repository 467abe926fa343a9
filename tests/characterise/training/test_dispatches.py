"""Deliveries of known truth: the asset meter shows them all, the boundary what is real of them."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from characterise import simulate
from characterise.training.corpus import simulated_batches
from characterise.training.delivery_study import one_party, two_parties
from characterise.training.dispatches import (
    EARLIEST_DAY,
    LENGTH,
    Party,
    dispatch,
    draw_days,
    habitual_slot,
    stage,
)


@pytest.fixture(scope="module")
def held():
    people = simulate.population(
        homes=24, businesses=6, first_day=dt.date(2024, 10, 1), n_days=260, seed=12
    )
    [found] = [each for batch in simulated_batches(people) if (each := stage(batch)) is not None]
    return found


def laid(held, fraction, kw=1.5):
    n = held.cube.n_meters
    days = draw_days(held.cube, 3, 6)
    party = Party("AAAA", np.full(n, kw), days, np.full(n, fraction))
    return days, dispatch(held, [party], habitual_slot(held.cube, 3))


@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
def test_the_boundary_falls_by_what_is_real_and_nowhere_else(held, fraction):
    days, after = laid(held, fraction)
    fall = held.cube.net_kw - after.cube.net_kw
    called = np.zeros_like(fall, dtype=bool)
    for row, first in enumerate(habitual_slot(held.cube, 3)):
        called[row, days[row], first : first + LENGTH] = True
    assert called.sum() == 6 * LENGTH * held.cube.n_meters
    assert fall[called] == pytest.approx(1.5 * fraction, abs=1e-4)
    assert np.nanmax(np.abs(fall[~called])) < 1e-4


def test_what_is_declared_stands_on_the_asset_meter(held):
    _, after = laid(held, 0.0)
    before = np.nansum(held.asset_kw, dtype=np.float64) / 2
    net = after.asset_reads.select(pl.col("import_kwh") - pl.col("export_kwh")).sum().item()
    assert before - net == pytest.approx(after.declared["declared_kwh"].sum(), rel=1e-3)


def test_events_come_on_read_working_days_after_the_first_weeks(held):
    days, _ = laid(held, 1.0)
    row, day = np.nonzero(days)
    working = np.stack([clock.working for clock in held.cube.clocks])[held.cube.clock]
    assert working[row, day, 34].all()
    assert day.min() >= EARLIEST_DAY


def test_two_parties_share_most_events_and_have_some_of_their_own(held):
    trial = two_parties(held, ratio=2.0, overlap=0.8, n_events=20, seed=3)
    count = trial.cumulative.group_by("fsp_id").agg(pl.col("n_events").max()).sort("fsp_id")
    assert count["n_events"].to_list() == [18, 18]
    truth = trial.cumulative.group_by("fsp_id").agg(pl.col("fraction").first()).sort("fsp_id")
    assert truth["fraction"].to_list() == [1.0, 0.0]


def test_a_false_series_is_told_from_an_honest_one(held):
    honest = one_party(held, ratio=4.0, fraction=1.0, n_events=6, seed=3)
    false = one_party(held, ratio=4.0, fraction=0.0, n_events=6, seed=3)
    assert (honest.cumulative["verdict"] == "unsupported").sum() == 0
    assert (false.cumulative["verdict"] == "unsupported").mean() > 0.8
    assert set(honest.evidence) == set(false.evidence)
