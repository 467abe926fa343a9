"""Simulated assets over real boundaries: the background stays, the asset adds up, labels agree."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from characterise import simulate
from characterise.signatures.dispatch_signals import asked
from characterise.training import overlay
from characterise.training.corpus import LABEL, simulated_batches
from characterise.training.histories import HIDDEN, WHOLE, cuts
from characterise.training.overlay import overlaid
from characterise.training.sub_meters import signed_truth


@pytest.fixture(scope="module")
def backgrounds():
    people = simulate.population(
        homes=12, businesses=6, first_day=dt.date(2024, 1, 1), n_days=120, seed=5
    )
    return list(simulated_batches(people))


@pytest.fixture(scope="module")
def laid(backgrounds):
    return list(overlaid(backgrounds, seed=1))


def test_what_was_laid_on_is_the_difference_to_the_background(backgrounds, laid):
    [below], first = backgrounds, laid[0]
    place = {name: row for row, name in enumerate(below.cube.mpan)}
    compared = 0
    for row, name in enumerate(first.cube.mpan):
        if first.cube.has_export[row] != 1:
            continue
        under = below.cube.net_kw[place[name.split("+")[0]]]
        gap = first.cube.net_kw[row] - under
        added = np.zeros_like(gap)
        for asset in ("ev", "heat_pump", "battery", "pv", "dr"):
            truth = signed_truth(first.cube, first.submeters, asset)
            added = added + np.nan_to_num(truth.get(row, np.zeros_like(gap)))
        known = np.isfinite(gap)
        assert np.abs(gap - added)[known].max() < 1e-3
        compared += 1
    assert compared >= 3


def test_unknown_half_hours_stay_unknown(backgrounds, laid):
    below = backgrounds[0].cube
    place = {name: row for row, name in enumerate(below.mpan)}
    for batch in laid:
        for row, name in enumerate(batch.cube.mpan):
            blank = np.isnan(below.net_kw[place[name.split("+")[0]]])
            assert np.array_equal(np.isnan(batch.cube.net_kw[row]), blank)


def test_every_class_stands_on_both_sides_and_known_ones_are_kept(backgrounds, laid):
    before = {row["mpan"]: row for row in backgrounds[0].sites.iter_rows(named=True)}
    sides = {name: set() for name in LABEL.values()}
    for batch in laid:
        for row in batch.sites.iter_rows(named=True):
            for name in LABEL.values():
                sides[name].add(row[name])
                if before[row["mpan"].split("+")[0]][name]:
                    assert row[name]
    assert all(side == {True, False} for side in sides.values())


def test_the_same_seed_lays_the_same(backgrounds, laid):
    again = list(overlaid(backgrounds, seed=1))
    other = list(overlaid(backgrounds, seed=2))
    assert np.array_equal(again[0].cube.import_kw, laid[0].cube.import_kw, equal_nan=True)
    assert not np.array_equal(other[0].cube.import_kw, laid[0].cube.import_kw, equal_nan=True)


def test_a_battery_that_waits_for_calls_gives_in_signalled_half_hours_alone(
    backgrounds, monkeypatch
):
    drawn = overlay._draw
    store = simulate.AssetSpec("battery", 60.0, 150.0, "dispatched")
    monkeypatch.setattr(
        overlay, "_draw", lambda *args, **known: replace(drawn(*args, **known), assets=(store,))
    )
    batch = next(iter(overlay.overlaid(backgrounds, seed=1, variants=1)))
    calls, index = asked(batch.cube, batch.signals)
    truth = signed_truth(batch.cube, batch.submeters, "battery")
    gave = 0
    for row, power in truth.items():
        if index[row] >= 0:
            called = calls[index[row]] > 0
            assert not (power[~called] < -0.01).any()
            gave += (power[called] < -0.01).any()
    assert gave >= 3
    laid_upon = batch.sites[list(truth)]["has_dr"]
    assert laid_upon.is_null().any()  # the load may answer as well
    assert (laid_upon.is_null() | laid_upon).all()


def test_a_closed_licence_is_not_laid_upon(backgrounds):
    [batch] = backgrounds
    closed = batch.sites.with_columns(pl.lit("measure_only").alias("licence_class"))
    shut = type(batch)(batch.cube, closed, batch.signals, batch.submeters)
    assert list(overlaid([shut], seed=1)) == []


def test_a_shorter_history_keeps_as_many_days_and_drops_what_stands_still_in_them(laid):
    for batch in laid:
        parts = {view.kept: (view.cube, view.labels) for view in cuts(batch, made=True)}
        assert set(parts) - {HIDDEN} == {WHOLE, 30, 91}  # 120 days are too few for half a year
        cube, labels = parts[30]
        days = np.isfinite(cube.import_kw).any(axis=2).sum(axis=1)
        assert days.max() <= 30
        assert days.max() > 20
        for place, asset in enumerate(("ev", "heat_pump", "battery", "pv", "dr")):
            truth = signed_truth(cube, batch.submeters, asset)
            for row, power in truth.items():
                seen = np.isfinite(cube.import_kw[row])
                if labels[row, place] == 1:
                    assert np.abs(np.nan_to_num(power))[seen].max() > 0.05
