"""What is laid over a building is what its load loses, and its size is measured against that."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from characterise.meter_cube import MISSING, cube_from_reads
from characterise.settlement import LONDON, local_clock
from characterise.signatures.dispatch_signals import asked
from characterise.training.curtailments import (
    STATISTICS,
    curtailed,
    errors,
    only_days,
    statistics,
)

FIRST = dt.date(2025, 1, 6)
DAYS = 200
SITES = 8


@pytest.fixture(scope="module")
def steady():
    """Buildings of 100 kW in working hours and 40 kW else, with little noise; one is short."""
    rng = np.random.default_rng(5)
    clock = local_clock(FIRST, DAYS, LONDON)
    busy = clock.working & (clock.slot >= 14) & (clock.slot < 42)
    kw = (40 + 60 * busy) + rng.normal(0, 0.5, (SITES, DAYS, 48))
    times = np.datetime64(FIRST, "us") + np.arange(DAYS * 48) * np.timedelta64(30, "m")
    reads = pl.DataFrame(
        {
            "mpan": np.repeat([f"{row}" for row in range(SITES)], DAYS * 48),
            "ts_utc": pl.Series(np.tile(times, SITES)).dt.replace_time_zone("UTC"),
            "import_kwh": kw.ravel() / 2,
            "export_kwh": np.zeros(kw.size),
        }
    )
    cube = cube_from_reads(reads)
    cube.import_kw[SITES - 1, 70:] = np.nan
    return cube


@pytest.fixture(scope="module")
def laid(steady):
    return curtailed(steady, 0.3, seed=2)


def test_load_loses_the_reduction_and_takes_some_of_it_again(steady, laid):
    before = steady.net_kw[laid.rows]
    change = before - laid.cube.net_kw[laid.rows]
    gives = laid.reduction_kw > 0
    assert np.allclose(change[gives], laid.reduction_kw[gives], atol=1e-3)
    known = np.isfinite(change)
    assert (change[known & ~gives] < 1e-3).all()
    again = -np.where(known & ~gives, change, 0).sum(axis=(1, 2))
    given = laid.reduction_kw.sum(axis=(1, 2))
    assert ((again > 0.05 * given) & (again < 0.85 * given)).all()


def test_load_gives_way_in_called_halfhours_only_and_by_no_more_than_its_share(steady, laid):
    calls, index = asked(laid.cube, laid.signals)
    for k, row in enumerate(laid.rows.tolist()):
        called = calls[index[row]] == 1
        assert not laid.reduction_kw[k][~called].any()
        size = 0.3 * steady.net_kw[row][called].mean()
        assert 0.5 * size < laid.reduction_kw[k].max() < 1.31 * size


def test_buildings_with_too_few_days_are_left_alone(steady, laid):
    assert laid.rows.tolist() == list(range(SITES - 1))
    assert str(SITES - 1) not in laid.signals["mpan"].to_list()
    short = slice(SITES - 1, None)
    assert np.array_equal(laid.cube.net_kw[short], steady.net_kw[short], equal_nan=True)


def test_the_same_seed_lays_the_same(steady, laid):
    again, other = curtailed(steady, 0.3, seed=2), curtailed(steady, 0.3, seed=3)
    assert np.array_equal(again.reduction_kw, laid.reduction_kw)
    assert not np.array_equal(other.reduction_kw, laid.reduction_kw)


def test_days_outside_the_window_are_missing(steady):
    part = only_days(steady, 20, 100)
    assert np.isnan(np.delete(part.net_kw, np.s_[20:120], axis=1)).all()
    assert (np.delete(part.quality, np.s_[20:120], axis=1) == MISSING).all()
    kept = np.s_[:, 20:120]
    assert np.array_equal(part.net_kw[kept], steady.net_kw[kept], equal_nan=True)


def test_statistics_are_those_of_operating_halfhours():
    power = np.zeros((2, 2, 48), np.float32)
    power[0, 0, 10:20] = np.arange(10, 20)
    power[0, 1, 10] = 0.06  # under a tenth of the median: it counts as energy alone
    found = dict(zip(STATISTICS, statistics(power)[0].tolist(), strict=True))
    assert found["p50"] == pytest.approx(14.5)
    assert found["p10"] == pytest.approx(10.9)
    assert found["max"] == pytest.approx(19)
    assert found["energy"] == pytest.approx((145 + 0.06) / 2)
    assert np.isnan(statistics(power)[1]).all()


def test_in_steady_buildings_the_size_comes_back_within_a_quarter(laid):
    off = errors(laid)
    assert off.shape == (SITES - 1, len(STATISTICS))
    assert np.median(np.abs(off[:, STATISTICS.index("p90")])) < 0.25
    assert np.median(np.abs(off[:, STATISTICS.index("energy")])) < 0.25


def test_what_is_not_called_for_is_missed_altogether(laid):
    assert (errors(replace(laid, signals=laid.signals.clear())) == -1).all()
