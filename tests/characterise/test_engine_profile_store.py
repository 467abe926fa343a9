from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from characterise.errors import InvalidFrame, StoreUnavailable
from characterise.frames import AREA_LOAD, BASELINES, CAPABILITY
from characterise.profile_store import ProfileStore


def baselines(mpans, pnrmse=0.1):
    rows = [(m, "ridge", None, None, pnrmse, 30, True) for m in mpans]
    return pl.DataFrame(rows, schema=BASELINES, orient="row")


@pytest.fixture
def store(tmp_path):
    return ProfileStore(tmp_path / "results")


def test_store_without_results_reads_as_empty_frames(store):
    assert store.versions() == {}
    assert store.read("baselines").schema == BASELINES
    assert store.area_percentiles().is_empty()


def test_published_rows_come_back_sorted_by_meter_and_by_version(store):
    assert store.publish({"baselines": baselines(["b", "a"])}) == {"baselines": 0}
    assert store.publish({"baselines": baselines(["c"])}) == {"baselines": 1}
    assert store.read("baselines", version=0)["mpan"].to_list() == ["a", "b"]
    assert store.read("baselines")["mpan"].to_list() == ["c"]
    one = store.read("baselines", mpan="b", version=0, columns=["mpan", "pnrmse"])
    assert one.columns == ["mpan", "pnrmse"]
    assert one.height == 1
    assert store.read("baselines", mpan=["a", "b", "x"], version=0).height == 2


def test_restore_forgets_what_was_never_committed(store):
    store.publish({"baselines": baselines(["a"])})
    store.publish({"baselines": baselines(["b"])})
    store.publish({"baselines": baselines(["c"])})
    store.restore({"baselines": 0})
    assert store.versions() == {"baselines": 0}
    assert store.read("baselines")["mpan"].to_list() == ["a"]
    assert store.publish({"baselines": baselines(["d"])}) == {"baselines": 1}
    assert store.read("baselines")["mpan"].to_list() == ["d"]
    store.restore({"baselines": None})
    assert store.versions() == {}


def test_what_does_not_exist_is_named(store):
    with pytest.raises(StoreUnavailable, match="holds no version 3"):
        store.read("baselines", version=3)
    with pytest.raises(StoreUnavailable, match="'nonsense'"):
        store.read("nonsense")
    with pytest.raises(InvalidFrame, match="baselines lacks"):
        store.publish({"baselines": pl.DataFrame({"mpan": ["a"]})})
    store.publish({"baselines": baselines(["a"])})
    with pytest.raises(StoreUnavailable, match="holds no version 9"):
        store.restore({"baselines": 9})


def test_capability_is_totalled_by_group_class_and_tier(store):
    rows = [
        (m, "BESS", "rated_export_kw", s, v, v, v, 9, 0.9, tier)
        for m, tier in (("a", "high"), ("b", "high"), ("c", "low"))
        for s, v in (("p50", 3.0), ("max", 5.0))
    ]
    store.publish({"capability": pl.DataFrame(rows, schema=CAPABILITY, orient="row")})
    meters = pl.DataFrame({"mpan": ["a", "b"], "gsp_group": ["_C", "_C"]})
    totals = store.capability_totals(meters)
    assert totals.rows() == [("_C", "BESS", "high", 2, 10.0), ("unknown", "BESS", "low", 1, 5.0)]
    assert store.capability_totals(meters, parameter="rated_import_kw").is_empty()


def test_area_percentiles_are_of_the_summed_half_hours(store):
    start = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)
    rows = [
        ("_C", "EV_CHARGER", start + t * dt.timedelta(minutes=30), 2, float(t), 0.0)
        for t in range(11)
    ]
    store.publish({"area_load": pl.DataFrame(rows, schema=AREA_LOAD, orient="row")})
    got = store.area_percentiles().row(0, named=True)
    assert (got["n_meters"], got["half_hours"]) == (2, 11)
    assert [got[f"import_kw_{p}"] for p in ("p10", "p50", "p90", "max")] == [1.0, 5.0, 9.0, 10.0]
