"""Charging logs over other buildings: what is added is the log, and folds keep it whole."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from characterise import simulate
from characterise.training.corpus import Batch, simulated_batches
from characterise.training.folds import clusters
from characterise.training.overlay_chargers import YEAR, Log, Logs, charging_logs, with_chargers
from characterise.training.sub_meters import signed_truth


@pytest.fixture(scope="module")
def buildings():
    people = simulate.population(
        homes=4, businesses=14, first_day=dt.date(2024, 1, 1), n_days=100, seed=5
    )
    return list(simulated_batches(people))


@pytest.fixture(scope="module")
def logs():
    rng = np.random.default_rng(3)
    every = tuple(
        Log(
            trace_id=f"ev:{number}",
            family="car_parks",
            first=np.datetime64("2024-01-01") - 3 * YEAR,
            kw=(7 * (rng.random((90, 48)) > 0.9)).astype(np.float32),
        )
        for number in range(3)
    )
    return Logs(every=every, over_real=every[:1], tied=frozenset())


@pytest.fixture(scope="module")
def laid(buildings, logs):
    return list(with_chargers(buildings, logs, real=False))


def test_with_less_without_is_the_log_moved_by_whole_years(buildings, logs, laid):
    by_trace = {log.trace_id: log for log in logs.every}
    for batch in laid:
        half = batch.cube.n_meters // 2
        gap = batch.cube.net_kw[:half] - batch.cube.net_kw[half:]
        truth = signed_truth(batch.cube, batch.submeters, "ev")
        for row in range(half):
            log = by_trace[batch.sites["trace_id"][row]]
            known = np.isfinite(gap[row])
            assert known[:90].any()
            assert not known[90:].any()
            assert np.abs(gap[row, :90] - log.kw)[known[:90]].max() < 1e-3
            assert np.abs(gap[row] - truth[row])[known].max() < 1e-3


def test_each_building_stands_on_both_sides_and_says_nothing_of_other_classes(laid):
    for batch in laid:
        half = batch.cube.n_meters // 2
        assert batch.sites["has_ev"].to_list() == [True] * half + [False] * half
        bare = [name.replace("+log", "+bare") for name in batch.cube.mpan[:half]]
        assert bare == list(batch.cube.mpan[half:])
        for name in ("has_heat_pump", "has_battery", "has_pv", "has_dr"):
            assert batch.sites[name].is_null().all()


def test_a_building_a_twin_and_a_log_never_part(buildings, laid):
    sites = pl.concat([one.sites for one in (*laid, *buildings)], how="diagonal_relaxed")
    cluster = clusters(sites)
    for column in ("group_id", "trace_id"):
        found = sites.with_columns(pl.Series("cluster", cluster)).drop_nulls(column)
        assert found.group_by(column).agg(pl.col("cluster").n_unique())["cluster"].max() == 1


def test_homes_and_buildings_with_chargers_are_passed_by(buildings, laid):
    able = {
        site["mpan"]
        for batch in buildings
        for site in batch.sites.iter_rows(named=True)
        if site["premises"] == "non_domestic" and not site["has_ev"]
    }
    carried = {name.split("+")[0] for batch in laid for name in batch.cube.mpan}
    assert carried == able
    assert any(batch.sites["has_ev"].any() for batch in buildings)


def test_real_buildings_keep_their_family_and_carry_only_their_share_of_logs(buildings, logs, laid):
    real = list(with_chargers(buildings, logs, real=True))
    assert {name for batch in real for name in batch.sites["trace_id"]} == {"ev:0"}
    assert {name for batch in real for name in batch.sites["family"]} == {"simulated"}
    assert {name for batch in laid for name in batch.sites["family"]} == {"car_parks"}


def test_a_building_that_a_trace_ties_already_carries_no_more(buildings, logs, laid):
    group = laid[0].sites["group_id"][0]
    fewer = with_chargers(buildings, Logs(logs.every, (), frozenset([group])), real=False)
    assert group not in {name for batch in fewer for name in batch.sites["group_id"]}


def test_a_log_is_a_site_whose_chargers_draw_all_there_is(laid):
    batch = laid[0]
    truth = signed_truth(batch.cube, batch.submeters, "ev")
    pure = batch.cube.import_kw.copy()
    pure[0] = truth[0]
    cube = replace(batch.cube, import_kw=pure, export_kw=0 * pure)
    found = charging_logs([Batch(cube, batch.sites, None, batch.submeters)])
    assert [log.trace_id for log in found.every] == [batch.sites["trace_id"][0]]
    assert np.nansum(found.every[0].kw) == pytest.approx(np.nansum(truth[0]), rel=1e-4)
    assert batch.sites["group_id"][0] in found.tied
    closed = batch.sites.with_columns(pl.lit("measure_only").alias("licence_class"))
    assert charging_logs([Batch(cube, closed, None, batch.submeters)]).every == ()
