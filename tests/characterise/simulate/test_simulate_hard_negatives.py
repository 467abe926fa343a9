"""Loads and generators that are no asset, each after its own kind."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from characterise import simulate
from characterise.simulate.areas import AREAS
from characterise.simulate.confounders import COMMERCIAL, DOMESTIC, GENERATING, confounding
from characterise.simulate.small_generators import CUT_IN_MS, _turbine, chp, wind
from characterise.simulate.timeline import timeline
from characterise.simulate.weather import weather_of

TIME = timeline(dt.date(2025, 1, 1), 365)
WEATHER = weather_of(AREAS["_N"], TIME, 3)
HOUR = TIME.slot / 2
MONTH = TIME.month[TIME.day]


def _load(name: str, seed: int = 1) -> np.ndarray:
    away = np.zeros(TIME.n_local_days, dtype=bool)
    return confounding(
        np.random.default_rng(seed), TIME, WEATHER, name=name, away=away, peak_kw=150.0
    )


@pytest.mark.parametrize("name", [*DOMESTIC, *COMMERCIAL])
def test_each_is_finite_reproducible_and_of_a_sensible_size(name: str) -> None:
    for seed in range(4):
        load = _load(name, seed)
        assert load.shape == (TIME.n,)
        assert np.isfinite(load).all()
        assert np.array_equal(load, _load(name, seed))
        assert np.abs(load).max() <= (12 if name in DOMESTIC else 160)
        assert (load <= 0).all() if name in GENERATING else (load >= 0).all()
    assert any(_load(name, seed).any() for seed in range(4))


def test_wind_gives_at_night_as_well_and_goes_by_the_wind_alone() -> None:
    power = -wind(np.random.default_rng(1), TIME, WEATHER, 100.0)
    dark = WEATHER.ghi_wm2 == 0
    assert power[dark].sum() > 0.3 * power.sum()
    assert np.corrcoef(power, WEATHER.wind_ms)[0, 1] > 0.8
    assert abs(np.corrcoef(power, WEATHER.ghi_wm2)[0, 1]) < 0.25
    assert np.corrcoef(power[:-2], power[2:])[0, 1] > 0.7
    assert 0.1 < power.mean() / power.max() < 0.5


def test_a_turbine_stands_under_cut_in_and_is_flat_at_its_rating() -> None:
    rng = np.random.default_rng(2)
    power = -_turbine(rng, TIME, WEATHER, 10.0, hub=1.5)
    still = WEATHER.wind_ms * 1.5 * 1.4 < CUT_IN_MS
    assert still.sum() > 100
    assert not power[still].any()
    assert power.max() == 10.0
    assert (power == 10.0).sum() > 20


def test_heat_and_power_runs_in_the_heating_season_in_long_flat_runs() -> None:
    for seed in range(8):
        power = -chp(np.random.default_rng(seed), TIME, WEATHER, 150.0)
        daily = np.bincount(TIME.day, power, TIME.n_local_days)
        assert not daily[WEATHER.daily_c > 14.5].any()
        assert (daily[WEATHER.daily_c < 12] > 0).mean() > 0.55
        running = power > 0
        both = running[1:] & running[:-1]
        assert both.sum() > 0.9 * running[1:].sum()
        change = np.abs(np.diff(power)[both])
        assert np.median(change) < 0.05 * power.max()


def test_cooling_waits_for_heat_and_a_pool_for_summer() -> None:
    warm = WEATHER.temp_c > 20.5
    assert not _load("air_conditioning")[~warm].any()
    assert not _load("swimming_pool")[np.isin(MONTH, (10, 11, 0, 1, 2))].any()
    assert _load("swimming_pool")[np.isin(MONTH, (5, 6, 7))].mean() > 0.2


def test_fields_are_watered_on_dry_summer_days_only() -> None:
    load = _load("irrigation_pump")
    assert not load[np.isin(MONTH, (10, 11, 0, 1, 2))].any()
    daily = np.bincount(TIME.day, load, TIME.n_local_days)
    # Runs that begin at night may end on the day after.
    dry_lately = ~WEATHER.wet | ~np.roll(WEATHER.wet, 1)
    assert daily[~dry_lately].sum() == 0
    assert daily.sum() > 0


def test_servers_never_stop_and_welding_stops_at_weekends() -> None:
    servers, arcs = _load("server_room"), _load("welding")
    assert servers.min() > 0.4 * servers.mean()
    daily = np.bincount(TIME.day, arcs, TIME.n_local_days)
    assert not daily[~TIME.working].any()


def test_night_heating_is_longer_the_colder_the_day() -> None:
    daily = np.bincount(TIME.day, _load("night_heating"), TIME.n_local_days)[:-1]
    assert np.corrcoef(daily, WEATHER.daily_c[:-1])[0, 1] < -0.8


@pytest.mark.parametrize("name", ["chp", "wind"])
def test_a_site_that_exports_without_sun_carries_no_label(name: str) -> None:
    spec = simulate.SiteSpec(
        0, "_P", "non_domestic", "own_connection", confounders=(name,), peak_kw=400.0,
        export_register=True,
    )  # fmt: skip
    held = simulate.one_site(spec, n_days=120)
    assert not held.sites.select(pl.any_horizontal("^has_.*$")).item()
    assert held.submeters.is_empty()
    night = held.reads.filter(pl.col("ts_utc").dt.hour().is_in([21, 22]))
    day = held.reads.filter(pl.col("ts_utc").dt.hour().is_in([11, 12]))
    assert day["export_kwh"].max() > 1
    if name == "wind":
        assert night["export_kwh"].mean() > 0.3 * day["export_kwh"].mean()


def test_an_unknown_load_is_refused() -> None:
    with pytest.raises(ValueError, match="no load is called 'theremin'"):
        _load("theremin")
