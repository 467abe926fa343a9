from __future__ import annotations

import numpy as np
import pytest
from engine_cases import cube_of

from characterise.asset_classes import ASSET_CLASSES, BESS, EV_CHARGER, HEAT_PUMP, SOLAR_PV
from characterise.sufficiency import SufficiencySettings, assess

HEAT = ASSET_CLASSES.index(HEAT_PUMP)


def load(n_days, seed=0):
    return np.random.default_rng(seed).gamma(1, 0.4, (1, n_days, 48))


def cold(n_days, temp_c=4.0):
    return np.full((n_days, 48), temp_c)


def codes(got, name=EV_CHARGER):
    return {finding.code for finding in got.findings[0][name]}


@pytest.mark.parametrize("n_days", [2, 9, 22])
def test_a_few_days_are_insufficient_for_every_class(n_days):
    got = assess(cube_of(load(n_days), temp_c=cold(n_days)))
    assert not got.sufficient.any()
    assert all("too_few_days" in codes(got, name) for name in ASSET_CLASSES)
    assert str(n_days) in got.findings[0][EV_CHARGER][0].because


def test_two_cold_months_are_sufficient_without_findings():
    got = assess(cube_of(load(60), temp_c=cold(60)))
    assert got.sufficient.all()
    assert not any(codes(got, name) for name in ASSET_CLASSES)
    assert got.usable_days.tolist() == [60]


def test_gaps_forbid_a_statement_unless_plenty_is_left():
    holed = load(100)
    holed[0, ::2, :] = np.nan
    holed[0, 1::4, :] = np.nan
    got = assess(cube_of(holed, temp_c=cold(100)), SufficiencySettings(min_days=20))
    assert codes(got) == {"too_many_gaps"}
    assert not got.sufficient.any()
    long = load(800)
    long[0, 150:700] = np.nan
    plenty = assess(cube_of(long, temp_c=cold(800)))
    assert codes(plenty) == {"too_many_gaps"}
    assert plenty.sufficient.all()


def test_estimated_readings_say_nothing():
    estimated = np.zeros((1, 90, 48), dtype=bool)
    estimated[0, :60] = True
    got = assess(cube_of(load(90), temp_c=cold(90), estimated=estimated))
    assert "mostly_estimated" in codes(got)
    assert not got.sufficient.any()


def test_a_load_that_never_changes_says_nothing():
    got = assess(cube_of(np.full((1, 60, 48), 1.5), temp_c=cold(60)))
    assert codes(got) == {"constant_values"}
    assert not got.sufficient.any()


def test_hourly_source_is_found_from_the_readings_and_forbids_nothing():
    hourly = np.repeat(load(60)[:, :, :24], 2, axis=2)
    got = assess(cube_of(hourly, temp_c=cold(60)))
    assert codes(got) == {"hourly_source"}
    assert got.sufficient.all()


@pytest.mark.parametrize(
    ("temp_c", "code"), [(cold(60, 18.0), "no_heating_season"), (None, "no_temperature")]
)
def test_without_cold_or_without_weather_only_the_heat_pump_is_not_judged(temp_c, code):
    got = assess(cube_of(load(60), temp_c=temp_c))
    assert codes(got, HEAT_PUMP) == {code}
    assert not got.sufficient[0, HEAT]
    assert np.delete(got.sufficient[0], HEAT).all()


def test_climatology_is_said_and_no_export_register_is_said_where_it_matters():
    got = assess(cube_of(load(60), temp_c=cold(60), climatology=True, has_export=0))
    assert codes(got, HEAT_PUMP) == {"climatology_only"}
    assert codes(got, SOLAR_PV) == codes(got, BESS) == {"no_export_register"}
    assert not codes(got, EV_CHARGER)
    assert got.sufficient.all()
