"""Each signature tells its simulated example from the confusers of its class."""

from dataclasses import replace

import numpy as np
import pytest

from characterise import signatures
from characterise.asset_classes import ASSET_CLASSES
from characterise.signatures import battery, ev_charger, flexible_demand, heat_pump, solar_pv


def figure(module, batch, name):
    table = module.features(batch.cube, batch.signals)
    return float(table[0, module.FEATURES.index(name)])


@pytest.mark.parametrize("own", ["ev_home", "off_peak_ev_home"])
@pytest.mark.parametrize("other", ["plain_home", "storage_heating_home", "shower_home"])
def test_a_charger_lasts_longer_and_needs_no_cold(site, own, other):
    assert figure(ev_charger, site(own), "weekly_kwh") > 2.5  # 11 kWh a week and more
    balance = figure(ev_charger, site(own), "warm_balance")
    assert balance > 0.35
    weaker = figure(ev_charger, site(other), "weekly_kwh") < 2.5
    colder = figure(ev_charger, site(other), "warm_balance") < 0.3
    assert weaker or colder


def test_the_charger_size_is_read_off_its_plateaus(site):
    size = np.exp(figure(ev_charger, site("ev_home"), "size_kw"))
    assert size == pytest.approx(7.4, rel=0.1)


def middle(site, name, feature):
    """Of the middle home of seven: single ones differ, as real ones do."""
    batches = [site(name, seed=seed) for seed in range(1, 8)]
    at = heat_pump.FEATURES.index(feature)
    return np.nanmedian([heat_pump.features(batch.cube)[0][at] for batch in batches])


@pytest.mark.parametrize("other", ["plain_home", "storage_heating_home", "panel_heater_home"])
def test_a_heat_pump_answers_cold_spells_through_day_and_night(site, other):
    assert middle(site, "heat_pump_home", "cold_r") > 0.6
    assert middle(site, "heat_pump_home", "parts_r") > 0.4
    # Storage heaters answer by night, direct ones in the morning and evening; the rest hardly.
    assert middle(site, "heat_pump_home", "top_parts") < middle(site, other, "top_parts")


def test_a_heat_pump_stirs_cold_nights(site):
    own = middle(site, "heat_pump_home", "night_step_rise")
    assert own > 0.02
    assert own > middle(site, "plain_home", "night_step_rise")
    assert own > middle(site, "panel_heater_home", "night_step_rise")


def test_a_heat_pump_is_not_judged_without_cold_spells(site):
    cube = site("heat_pump_home").cube
    warm = replace(cube, temp_c=np.full_like(cube.temp_c, 22.0))
    blank = replace(cube, temp_c=np.full_like(cube.temp_c, np.nan))
    assert np.isnan(heat_pump.features(warm)).all()
    assert np.isnan(heat_pump.features(blank)).all()


@pytest.mark.parametrize("other", ["plain_home", "storage_heating_home", "battery_home"])
def test_panels_answer_to_brighter_days(site, other):
    assert figure(solar_pv, site("pv_home"), "cloud_response") > 0.7
    assert figure(solar_pv, site(other), "cloud_response") < 0.4
    assert figure(solar_pv, site("pv_home"), "export_under_sun") > 0.99


@pytest.mark.parametrize("other", ["plain_home", "storage_heating_home", "battery_home"])
def test_the_lowest_loads_of_panels_trace_a_clear_sky(site, other):
    assert figure(solar_pv, site("pv_home"), "envelope_fit") > 0.9
    assert figure(solar_pv, site(other), "envelope_fit") < 0.7
    season = figure(solar_pv, site("pv_home"), "envelope_season")
    assert season > figure(solar_pv, site(other), "envelope_season") + 0.2


@pytest.mark.parametrize("other", ["plain_home", "storage_heating_home", "battery_home"])
def test_panels_show_without_an_export_register(site, other):
    """Import alone: the dip stops at zero, yet stands there under the sun."""

    def hidden(name):
        cube = site(name).cube
        none = np.where(np.isnan(cube.export_kw), np.nan, 0.0).astype(np.float32)
        table = solar_pv.features(replace(cube, export_kw=none))[0]
        return dict(zip(solar_pv.FEATURES, table.tolist(), strict=True))

    own, confuser = hidden("pv_home"), hidden(other)
    assert np.isnan(own["export_share"])
    assert own["bright_zero"] > 0.3
    assert own["bright_zero"] > confuser["bright_zero"] + 0.3
    assert own["envelope_over_load"] > confuser["envelope_over_load"]


def test_reasons_name_capacity_side_and_share_exported():
    told = dict.fromkeys(solar_pv.FEATURES, np.nan)
    told |= {"capacity_kw": 3.25, "envelope_fit": 0.97, "envelope_season": 0.8, "leaning": 0.5}
    told |= {"clear_mean_kw": 1.0, "export_mean_kw": 0.3}
    first, season, out = solar_pv.reasons(np.array(list(told.values()), np.float32))
    assert "3.2 kW, deepest in the afternoon" in first
    assert "0.80" in season
    assert "50%" in out
    told |= {"leaning": -0.5, "export_mean_kw": np.nan}
    assert "in the morning" in solar_pv.reasons(np.array(list(told.values()), np.float32))[0]
    told |= {"capacity_kw": 0.0}
    assert solar_pv.reasons(np.array(list(told.values()), np.float32)) == []


@pytest.mark.parametrize("other", ["plain_home", "ev_home", "pv_home"])
def test_a_battery_empties_the_evening(site, other):
    own, confuser = site("battery_home"), site(other)
    assert figure(battery, own, "night_over_evening") > 1.0
    assert figure(battery, own, "night_over_evening") > figure(
        battery, confuser, "night_over_evening"
    )


def test_a_battery_beside_panels_holds_the_dark_load_at_zero(site):
    assert figure(battery, site("pv_battery_home"), "held_dark") > 0.1
    assert figure(battery, site("pv_home"), "held_dark") < 0.03


def test_flexible_demand_ranks_above_its_placebos(site):
    own = figure(flexible_demand, site("flexible_cold_store", 1, "honest"), "rank_z")
    assert own > 3
    assert figure(flexible_demand, site("plain_office"), "rank_z") < 2.5


def test_without_signals_flexible_demand_cannot_say(site):
    table = flexible_demand.features(site("flexible_cold_store").cube, None)
    assert np.isnan(table).all()


def test_the_registry_is_in_the_order_of_the_classes(site):
    cube = site("everything_home").cube
    tables = signatures.features(cube)
    assert tuple(one.asset_class for one in signatures.SIGNATURES) == ASSET_CLASSES
    for one, table in zip(signatures.SIGNATURES, tables, strict=True):
        assert table.dtype == np.float32
        assert table.shape == (1, len(one.feature_names)) == (1, len(one.signs))


@pytest.mark.parametrize("place", range(4))
def test_reasons_carry_figures_and_a_blank_meter_gives_none(site, place):
    name = ("ev_home", "heat_pump_home", "battery_home", "pv_home")[place]
    tables = signatures.features(site(name).cube)
    told = signatures.reasons(tables, 0, place)
    assert told
    assert all(any(letter.isdigit() for letter in sentence) for sentence in told)
    one = signatures.SIGNATURES[place]
    assert one.reasons(np.full(len(one.feature_names), np.nan, np.float32)) == []
