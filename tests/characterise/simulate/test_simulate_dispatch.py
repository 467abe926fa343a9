"""Events have a known truth: who delivered, how much of what was declared, and when."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from characterise import simulate

COLD_STORE = "flexible_cold_store"


def _fractions(conduct: str, name: str = COLD_STORE) -> np.ndarray:
    events = simulate.example(name, seed=7, conduct=conduct).events
    assert events.height > 5
    return events.filter(pl.col("conduct") == conduct)["true_fraction"].to_numpy()


def test_an_honest_declaration_is_what_was_delivered() -> None:
    for name in (COLD_STORE, "battery_factory", "ev_depot", "heat_pump_home"):
        assert np.abs(_fractions("honest", name) - 1).max() < 0.05


def test_nothing_is_delivered_where_the_provider_does_nothing() -> None:
    assert np.abs(_fractions("none")).max() < 0.02


def test_a_partial_delivery_falls_between() -> None:
    fractions = _fractions("partial")
    assert fractions.min() > 0.15
    assert fractions.max() < 0.75


def test_an_exaggerated_claim_is_delivered_and_declared_larger() -> None:
    fractions = _fractions("exaggerated")
    assert fractions.min() > 0.35
    assert fractions.max() < 0.75


def test_a_shifted_response_comes_after_its_window() -> None:
    held = simulate.example(COLD_STORE, seed=7, conduct="shifted")
    event = held.events.filter(pl.col("conduct") == "shifted").to_dicts()[0]
    shed = held.submeters.filter(pl.col("export_kwh") > 1)["ts_utc"]
    inside = shed.is_between(event["start_utc"], event["end_utc"], closed="left")
    later = shed.is_between(
        event["end_utc"], event["end_utc"] + dt.timedelta(hours=4), closed="left"
    )
    assert not inside.any()
    assert later.any()
    assert event["true_fraction"] < 0.1


def test_the_boundary_falls_by_what_an_honest_event_declares() -> None:
    spec = simulate.EXAMPLES[COLD_STORE]
    enrolled = [simulate.Enrolment(0, "FLXA", "DSO_LOCAL", "honest")]
    with_events = simulate.one_site(spec, enrolled, seed=7)
    quiet = simulate.one_site(spec, seed=7)
    plain = simulate.one_site(
        simulate.SiteSpec(0, "_C", "non_domestic", "cold_store", peak_kw=200.0), seed=7
    )
    assert quiet.events.is_empty()
    before = plain.reads.select("ts_utc", pl.col("import_kwh").alias("plain_kwh"))
    joined = with_events.reads.join(before, on="ts_utc").join(with_events.declared, on="ts_utc")
    fell = joined["plain_kwh"] - joined["import_kwh"]
    assert fell.sum() == pytest.approx(joined["declared_kwh"].sum(), rel=0.03)


def test_two_providers_behind_one_meter_declare_more_than_it_shows() -> None:
    spec = simulate.SiteSpec(
        0, "_C", "non_domestic", "cold_store",
        (simulate.AssetSpec("dr", 60.0), simulate.AssetSpec("battery", 60.0, 150.0, "dispatched")),
        peak_kw=180.0, export_register=True,
    )  # fmt: skip
    enrolled = [
        simulate.Enrolment(0, "FLXA", "DSO_LOCAL", "honest"),
        simulate.Enrolment(1, "GRDQ", "DSO_LOCAL", "none"),
    ]
    held = simulate.one_site(spec, enrolled, seed=7)
    assert held.asset_meters["import_amsid"].n_unique() == 2
    joint = (
        held.declared.join(
            held.events.select("event_id", "start_utc", "true_fraction"), on="event_id"
        )
        .group_by("start_utc")
        .agg(
            pl.col("fsp_id").n_unique(),
            pl.col("declared_kwh").sum(),
            (pl.col("declared_kwh") * pl.col("true_fraction")).sum().alias("true_kwh"),
        )
        .filter(pl.col("fsp_id") == 2)
    )
    assert joint.height > 3
    assert (joint["true_kwh"] < 0.75 * joint["declared_kwh"]).mean() > 0.7


def test_a_whole_site_agreement_names_no_asset_meter() -> None:
    enrolled = [simulate.Enrolment(0, "FLXA", "DSO_LOCAL", "honest", whole_site=True)]
    held = simulate.one_site(simulate.EXAMPLES[COLD_STORE], enrolled, seed=7)
    assert held.asset_meters.is_empty()
    assert held.asset_reads.is_empty()
    assert held.declared["amsid"].null_count() == held.declared.height > 0


def test_an_asset_meter_reads_its_asset_with_a_small_error_of_its_own() -> None:
    held = simulate.example("ev_depot", seed=7, conduct="honest")
    both = held.asset_reads.join(held.submeters, on="ts_utc", suffix="_true")
    assert 0 < held.submeters.height - both.height < 0.01 * held.submeters.height
    ratio = both["import_kwh"].sum() / both["import_kwh_true"].sum()
    assert 0.97 < ratio < 1.03
    assert ratio != pytest.approx(1.0, abs=1e-6)
    assert both.select(pl.corr("import_kwh", "import_kwh_true")).item() > 0.999
