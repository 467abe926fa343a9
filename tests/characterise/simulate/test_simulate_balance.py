"""What crosses the boundary is what happens behind it, to the meter's last digit."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from characterise import simulate
from characterise.frames import (
    ASSET_READS,
    DECLARED,
    METERS,
    READS,
    SIGNALS,
    WEATHER,
    check,
)
from characterise.simulate.metering import _registers
from characterise.simulate.mix import DEFAULT_MIX, draw_business, draw_home
from characterise.simulate.runs import mean_power

SPAN = {"first_day": dt.date(2026, 2, 20), "n_days": 60}
STEP_KWH = 0.0016  # three registers, each rounded to a watt-hour


def _net(reads: pl.DataFrame) -> np.ndarray:
    return (reads["import_kwh"] - reads["export_kwh"]).to_numpy().astype(float)


@pytest.mark.parametrize(
    "name",
    [
        "ev_home",
        "heat_pump_home",
        "pv_battery_home",
        "everything_home",
        "v2g_home",
        "workplace_chargers",
    ],
)
def test_boundary_less_submeters_is_the_same_home_without_assets(name: str) -> None:
    spec = simulate.EXAMPLES[name]
    full = simulate.one_site(spec, seed=4, **SPAN)
    bare = simulate.one_site(replace(spec, assets=()), seed=4, **SPAN)
    assets = full.submeters.group_by("ts_utc", maintain_order=True).agg(
        (pl.col("import_kwh") - pl.col("export_kwh")).sum()
    )
    left = _net(full.reads) - assets["import_kwh"].to_numpy()
    assert np.abs(left - _net(bare.reads)).max() < STEP_KWH


@pytest.mark.parametrize("number", range(12))
def test_balance_holds_for_whatever_is_drawn(number: int) -> None:
    chances = dict.fromkeys(DEFAULT_MIX, 0.6) | {"gaps": 0.0, "estimates": 0.0}
    draw = draw_home if number % 2 else draw_business
    drawn = draw(np.random.default_rng([8, number]), 0, 48 * 30, chances)
    spec = replace(drawn, export_register=True, export_limit_kw=None)
    span = {"first_day": dt.date(2026, 6, 1), "n_days": 30}
    full = simulate.one_site(spec, seed=4, **span)
    bare = simulate.one_site(replace(spec, assets=()), seed=4, **span)
    parts = full.submeters.select(pl.col("import_kwh") - pl.col("export_kwh")).to_series()
    assets = parts.to_numpy().astype(float).reshape(-1, full.reads.height).sum(axis=0)
    left = _net(full.reads) - assets
    # Readings are 32-bit: a large site's last watt-hours are lost.
    step = STEP_KWH + 2e-7 * full.reads["import_kwh"].max() * 4
    assert spec.assets
    assert np.abs(left - _net(bare.reads)).max() < step + 2e-7 * np.abs(assets).max() * 4


def test_response_takes_from_the_load_and_gives_part_of_it_back() -> None:
    spec = simulate.EXAMPLES["flexible_cold_store"]
    full = simulate.one_site(spec, seed=4, **SPAN)
    bare = simulate.one_site(replace(spec, assets=()), seed=4, **SPAN)
    shed = full.submeters["export_kwh"].to_numpy() - full.submeters["import_kwh"].to_numpy()
    assert shed.max() > 5
    assert np.abs(_net(bare.reads) - shed - _net(full.reads)).max() < STEP_KWH * 2


def test_readings_are_whole_watt_hours_and_never_negative() -> None:
    reads = simulate.example("everything_home", **SPAN).reads
    for column in ("import_kwh", "export_kwh"):
        kwh = reads[column].to_numpy().astype(float)
        assert kwh.min() >= 0
        assert np.abs(kwh * 1000 - np.round(kwh * 1000)).max() < 0.01


def test_without_an_export_register_no_export_is_read() -> None:
    spec = replace(simulate.EXAMPLES["pv_home"], export_register=False)
    held = simulate.one_site(spec, **SPAN)
    assert held.reads["export_kwh"].max() == 0
    assert held.submeters["export_kwh"].max() > 0.5
    assert held.pairings.is_empty()


@given(
    net=arrays.arrays(float, 30, elements=st.floats(-8, 8)),
    swing=arrays.arrays(float, 30, elements=st.floats(0, 3)),
)
def test_two_registers_always_differ_by_the_net(net: np.ndarray, swing: np.ndarray) -> None:
    imported, exported = _registers(net, swing)
    assert np.allclose(imported - exported, net, atol=1e-9)
    assert exported.min() >= 0
    assert imported.min() >= -1e-9


@given(start=st.floats(0, 40), length=st.floats(0.01, 8), kw=st.floats(0.1, 22))
def test_a_run_keeps_its_energy_whatever_half_hours_it_touches(
    start: float, length: float, kw: float
) -> None:
    load = mean_power(50, np.array([start]), np.array([length]), np.array([kw]))
    assert load.sum() == pytest.approx(kw * length, rel=1e-6)
    assert load.max() <= kw * (1 + 1e-9)
    assert np.flatnonzero(load).size <= np.ceil(length) + 1


def test_every_frame_fits_its_contract() -> None:
    held = simulate.population(homes=4, businesses=3, seed=9, mix={"enrolled": 1.0}, **SPAN)
    for frame, schema, name in (
        (held.reads, READS, "reads"),
        (held.weather, WEATHER, "weather"),
        (held.meters, METERS, "meters"),
        (held.asset_reads, ASSET_READS, "asset reads"),
        (held.signals, SIGNALS, "signals"),
        (held.declared, DECLARED, "declared"),
    ):
        assert frame.height
        assert check(frame, schema, name).schema == schema
    assert set(held.reads["mpan"]) == set(held.meters["mpan"]) == set(held.sites["mpan"])
    assert set(held.meters["weather_station"]) <= set(held.weather["station"])
