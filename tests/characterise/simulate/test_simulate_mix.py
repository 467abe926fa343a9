"""Draws of what stands where: each kind is drawn, in its place, the same for the same seed."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from characterise import simulate
from characterise.simulate.changes import CHARGERS_KW, changed, in_sequence
from characterise.simulate.confounders import COMMERCIAL, DOMESTIC, GENERATING
from characterise.simulate.ev_fleet import FLEETS
from characterise.simulate.mix import DEFAULT_MIX, draw_business, draw_home
from characterise.simulate.own_connection import OWN_CONNECTION
from characterise.simulate.site import AssetSpec, SiteSpec
from characterise.simulate.solar import G98_KW

N = 48 * 366
SPAN = {"first_day": dt.date(2026, 1, 1), "n_days": 30}
NOTHING = dict.fromkeys(("ev", "heat_pump", "battery", "pv", "dr", "confounder"), 0.0)


def _homes(count: int, **mix: float) -> list[SiteSpec]:
    chances = {**DEFAULT_MIX, **mix}
    return [draw_home(np.random.default_rng([5, k]), k, N, chances) for k in range(count)]


def _businesses(count: int, **mix: float) -> list[SiteSpec]:
    chances = {**DEFAULT_MIX, **mix}
    return [draw_business(np.random.default_rng([6, k]), k, N, chances) for k in range(count)]


def test_every_draw_is_reproducible() -> None:
    assert _homes(200) == _homes(200)
    assert _businesses(200) == _businesses(200)


def test_every_load_that_is_no_asset_is_drawn() -> None:
    homes = {name for one in _homes(1500) for name in one.confounders}
    businesses = {name for one in _businesses(1500) for name in one.confounders}
    assert homes == set(DOMESTIC)
    assert businesses == set(COMMERCIAL)


def test_every_rule_of_operation_is_drawn() -> None:
    styles: dict[str, set[str]] = {}
    for site in (*_homes(2000), *_businesses(2000)):
        for one in site.assets:
            styles.setdefault(one.asset, set()).add(one.style)
    assert styles["ev"] == {
        "immediate", "off_peak", "scheduled", "solar", "v2g", "fleet", "night_fleet",
        "workplace", "hub",
    }  # fmt: skip
    assert styles["battery"] == {"self_consumption", "arbitrage", "dispatched", "trading"}
    assert styles["dr"] == {"", "slow", "precool", "partial", "several"}
    assert styles["pv"] == {"", "east_west", "ground"}


def test_homes_have_chargers_of_four_sizes_and_the_large_ones_only_on_three_phases() -> None:
    sizes = set()
    for site in _homes(2000):
        for one in site.assets:
            if one.asset == "ev":
                sizes.add(one.kw)
                assert one.style not in FLEETS
                assert one.kw <= 7.4 or site.three_phase
    assert sizes == set(CHARGERS_KW)
    assert 0.05 < np.mean([site.three_phase for site in _homes(1000)]) < 0.2


def test_a_home_never_has_night_storage_or_panels_beside_its_heat_pump() -> None:
    for site in _homes(2000, heat_pump=1.0, confounder=1.0):
        assert not {"storage_heating", "panel_heaters"} & set(site.confounders)


def test_sizes_run_from_homes_to_megawatts() -> None:
    home = [one.kw for site in _homes(2000) for one in site.assets if one.asset == "battery"]
    assert 2.5 == min(home) < max(home) <= 12.0
    sites = [site for site in _businesses(3000) if site.archetype == OWN_CONNECTION]
    grid = [one.kw for site in sites for one in site.assets if one.asset == "battery"]
    solar = [one.kw for site in sites for one in site.assets if one.asset == "pv"]
    assert 3000 < max(grid) <= 5000
    assert 2500 < max(solar) <= 5000
    assert 0.03 < len(sites) / 3000 < 0.1
    assert all(site.premises == "non_domestic" for site in sites)


def test_who_can_send_power_out_has_an_export_register_but_for_some_homes() -> None:
    for site in _businesses(1500):
        gives = any(one.gives for one in site.assets)
        assert site.export_register == (gives or bool(set(site.confounders) & set(GENERATING)))
    giving = [site for site in _homes(2000) if any(one.gives for one in site.assets)]
    assert 0.85 < np.mean([site.export_register for site in giving]) < 0.97


def test_a_limit_is_set_only_where_inverters_exceed_sixteen_amperes_a_phase() -> None:
    limited = [site for site in _homes(3000) if site.export_limit_kw is not None]
    assert len(limited) > 50
    for site in limited:
        phases = 3 if site.three_phase else 1
        assert site.export_limit_kw == round(phases * G98_KW, 2)
        assert sum(one.kw for one in site.assets if one.gives) > site.export_limit_kw


def test_without_assets_in_the_mix_none_is_drawn() -> None:
    for site in (*_homes(200, **NOTHING), *_businesses(200, **NOTHING)):
        assert not site.assets
        assert not site.confounders
        assert site.archetype != OWN_CONNECTION


def test_changes_are_of_every_kind_and_follow_one_another() -> None:
    kinds = set()
    for seed in range(400):
        rng = np.random.default_rng(seed)
        held = changed(rng, N, 1.0, AssetSpec("ev", 3.7, style="immediate"), 22.0)
        assert all(one.first % 48 == 0 and 0 <= one.first < N for one in held)
        for before, after in pairwise(held):
            assert before.last == after.first
            assert before.kw < after.kw
        kinds.add((len(held), held[0].first > 0, held[-1].last is not None))
    assert kinds == {
        (1, True, False), (1, False, True), (2, False, False), (2, True, False), (2, False, True)
    }  # fmt: skip
    assert changed(np.random.default_rng(1), N, 0.0, AssetSpec("pv", 4.0)) == [AssetSpec("pv", 4.0)]


def test_assets_in_sequence_come_as_homes_come_by_them() -> None:
    assets = [AssetSpec("ev", 7.4), AssetSpec("battery", 5.0, 10.0), AssetSpec("pv", 4.0)]
    for seed in range(50):
        held = in_sequence(np.random.default_rng(seed), N, assets)
        assert [one.asset for one in held] == ["pv", "battery", "ev"]
        assert held[0].first < held[1].first < held[2].first < N
        assert {replace(one, first=0) for one in held} == set(assets)
    alone = [AssetSpec("ev", 7.4, last=480), AssetSpec("pv", 4.0)]
    assert in_sequence(np.random.default_rng(1), N, alone) == alone


def test_labels_hold_several_changes_and_several_assets_of_a_kind() -> None:
    day = 48
    spec = SiteSpec(
        0, "_C", "domestic", "family",
        (
            AssetSpec("pv", 3.0),
            AssetSpec("battery", 3.6, 8.0, "self_consumption", first=5 * day),
            AssetSpec("ev", 3.7, style="immediate", first=8 * day, last=15 * day),
            AssetSpec("ev", 7.4, style="immediate", first=15 * day),
            AssetSpec("ev", 7.4, style="off_peak", first=20 * day),
        ),
        export_register=True,
    )  # fmt: skip
    row = simulate.one_site(spec, **SPAN).sites.to_dicts()[0]
    first = SPAN["first_day"]
    assert row["ev_installed"] == first + dt.timedelta(days=8)
    assert row["ev_resized"] == first + dt.timedelta(days=20)
    assert row["ev_removed"] is None
    assert row["ev_kw"] == pytest.approx(14.8)
    assert row["battery_installed"] == first + dt.timedelta(days=5)
    assert row["battery_kwh"] == 8.0
    assert row["pv_installed"] is row["pv_resized"] is row["pv_removed"] is None
    grown_then_gone = replace(
        spec,
        assets=(
            AssetSpec("ev", 3.7, style="immediate", last=9 * day),
            AssetSpec("ev", 7.4, style="immediate", first=9 * day, last=20 * day),
        ),
    )
    row = simulate.one_site(grown_then_gone, **SPAN).sites.to_dicts()[0]
    assert row["ev_installed"] is None
    assert row["ev_resized"] == first + dt.timedelta(days=9)
    assert row["ev_removed"] == first + dt.timedelta(days=20)
    assert row["ev_kw"] == 7.4


def test_a_car_that_gives_is_labelled_a_charger_and_a_grid_battery_a_battery() -> None:
    for name, asset in (("v2g_home", "ev"), ("grid_battery", "battery")):
        held = simulate.example(name, n_days=60)
        row = held.sites.to_dicts()[0]
        assert [key for key, value in row.items() if key.startswith("has_") and value] == [
            f"has_{asset}"
        ]
        flows = held.submeters.filter(pl.col("asset") == asset)
        assert flows["import_kwh"].max() > 0 < flows["export_kwh"].max()
        assert held.reads["export_kwh"].max() > 0


def test_a_home_stays_the_same_whatever_the_number_of_sites() -> None:
    quiet = {"enrolled": 0.0}
    small = simulate.population(homes=9, businesses=0, seed=3, mix=quiet, **SPAN)
    large = simulate.population(homes=15, businesses=4, seed=3, mix=quiet, **SPAN)
    own = pl.col("mpan").is_in(small.sites["mpan"].implode())
    assert small.sites.equals(large.sites.filter(own))
    assert small.reads.equals(large.reads.filter(own))
    assert small.submeters.equals(large.submeters.filter(own))


def test_areas_are_drawn_from_those_asked_for_and_leave_the_homes_as_they_are() -> None:
    asked = simulate.population(homes=20, businesses=6, seed=3, areas=["_F", "_P"], **SPAN)
    everywhere = simulate.population(homes=20, businesses=6, seed=3, **SPAN)
    assert set(asked.sites["gsp_group"]) == {"_F", "_P"}
    assert set(asked.weather["station"]) == {"_F", "_P"}
    assert set(asked.signals["area"].drop_nulls()) <= {"_F", "_P"}
    assert everywhere.sites["gsp_group"].n_unique() > 6
    same = ["archetype", "confounders", "has_ev", "ev_kw", "has_battery", "battery_kwh", "pv_kw"]
    assert asked.sites.select(same).equals(everywhere.sites.select(same))
    again = simulate.population(homes=20, businesses=6, seed=3, areas=["_F", "_P"], **SPAN)
    assert asked.reads.equals(again.reads)


@pytest.mark.parametrize(("areas", "named"), [(["_C", "_Z"], "_Z"), ([], "none at all")])
def test_an_area_that_does_not_exist_is_refused(areas: list[str], named: str) -> None:
    with pytest.raises(ValueError, match=f"areas names {named}"):
        simulate.population(homes=1, businesses=0, seed=1, areas=areas, **SPAN)


def test_no_reading_exceeds_the_limits_of_its_connection() -> None:
    held = simulate.population(
        homes=60, businesses=40, first_day=dt.date(2025, 12, 1), n_days=45, seed=4,
        mix={"export_limit": 1.0, "confounder": 0.7, "three_phase": 0.3},
    )  # fmt: skip
    most = held.reads.group_by("mpan").agg(pl.col("import_kwh", "export_kwh").max() * 2)
    both = most.join(held.meters, on="mpan")
    assert both.filter(pl.col("import_kwh") > pl.col("import_limit_kw")).is_empty()
    assert both.filter(pl.col("export_kwh") > pl.col("export_limit_kw") * 1.01 + 0.5).is_empty()
    assert both.filter(pl.col("export_kwh") > 0)["export_limit_kw"].drop_nulls().len() > 10
