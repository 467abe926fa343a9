"""What the classes explain together stays inside what the meter saw."""

from dataclasses import replace

import numpy as np
import pytest

from characterise import signatures
from characterise.asset_classes import ASSET_CLASSES
from characterise.signatures import ev_charger, flexible_demand, heat_pump, solar_pv
from characterise.signatures.dispatch_signals import covered
from characterise.signatures.surroundings import surroundings
from characterise.training.explained import signed_truth
from characterise.training.figures import matthews, r2

ALL = np.ones((1, 5), dtype=bool)


@pytest.mark.parametrize(
    "name", ["everything_home", "storage_heating_home", "ev_depot", "battery_factory"]
)
def test_shapes_order_and_signs_keep_the_contract(site, name):
    cube = site(name).cube
    parts = signatures.attribute(cube, ALL)
    assert tuple(part.asset_class for part in parts) == ASSET_CLASSES
    blank = np.isnan(cube.net_kw)
    for part in parts:
        for power in (part.import_kw, part.export_kw):
            assert power.dtype == np.float32
            assert power.shape == cube.net_kw.shape
            assert np.array_equal(np.isnan(power), blank)
            assert np.nanmin(power) >= 0


@pytest.mark.parametrize("name", ["ev_home", "heat_pump_home", "storage_heating_home"])
def test_charging_and_heating_together_draw_no_more_than_the_boundary(site, name):
    cube = site(name).cube
    present = np.isin(ASSET_CLASSES, ["EV_CHARGER", "HEAT_PUMP"])[None, :]
    parts = signatures.attribute(cube, present)
    drawn = sum(part.import_kw[0] for part in parts if len(part.rows))
    assert np.nanmax(drawn - cube.import_kw[0]) < 1e-3


def test_generation_is_zero_at_night_and_covers_the_export(site):
    cube = site("pv_home").cube
    part = solar_pv.attribute(cube, np.array([0], np.int32))
    around = surroundings(cube)
    night = around.sun[around.place] == 0
    assert np.nanmax(part.export_kw[night]) == 0
    day = ~night
    assert np.nanmax((cube.export_kw - part.export_kw)[day]) < 1e-3


def test_absent_classes_are_not_attributed(site):
    parts = signatures.attribute(site("ev_home").cube, ~ALL)
    assert all(len(part.rows) == 0 and part.import_kw.shape[0] == 0 for part in parts)


def test_a_response_stands_only_in_signalled_windows(site):
    batch = site("flexible_cold_store", 1, "honest")
    part = flexible_demand.attribute(batch.cube, np.array([0], np.int32), signals=batch.signals)
    mask, index = covered(batch.cube, batch.signals)
    outside = ~mask[index]
    assert np.nansum(part.export_kw[~outside]) > 0
    assert np.nansum(part.export_kw[outside]) == 0


def test_charging_scales_with_the_load(site):
    cube = site("ev_home").cube
    rows = np.array([0], np.int32)
    once = ev_charger.attribute(cube, rows)
    twice = ev_charger.attribute(replace(cube, import_kw=2 * cube.import_kw), rows)
    # The floor of a step is absolute, so small blocks differ; the charger's own do not.
    share = np.nansum(twice.import_kw) / np.nansum(once.import_kw)
    assert share == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize(
    ("name", "place", "asset", "least"),
    [
        ("ev_home", 0, "ev", 0.85),
        ("heat_pump_home", 1, "heat_pump", 0.6),
        ("pv_home", 3, "pv", 0.9),
    ],
)
def test_the_explained_part_follows_the_sub_meter(site, name, place, asset, least):
    batch = site(name)
    part = signatures.attribute(batch.cube, np.arange(5)[None, :] == place)[place]
    truth = signed_truth(batch.cube, batch.submeters, asset)[0]
    estimate = (part.import_kw - part.export_kw)[0]
    both = np.isfinite(estimate) & np.isfinite(truth)
    assert r2(estimate[both].astype(float), truth[both]) > least


def test_charging_half_hours_agree_with_the_sub_meter(site):
    batch = site("off_peak_ev_home")
    part = ev_charger.attribute(batch.cube, np.array([0], np.int32))
    truth = signed_truth(batch.cube, batch.submeters, "ev")[0]
    assert matthews(part.import_kw[0] > 0.7, truth > 0.7) > 0.85


def test_heating_is_nothing_on_warm_days(site):
    cube = site("heat_pump_home").cube
    part = heat_pump.attribute(cube, np.array([0], np.int32))
    warm = surroundings(cube).day_temp_c[cube.station[0]] > 20.5
    assert warm.any()
    assert np.nansum(part.import_kw[0][warm]) == 0
