"""Panels: which way they face, what clips them, snow, dust and shade."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from characterise import simulate
from characterise.simulate.areas import AREAS
from characterise.simulate.solar import _dust, generation
from characterise.simulate.timeline import timeline
from characterise.simulate.weather import Weather, weather_of

TIME = timeline(dt.date(2025, 1, 1), 365)
WEATHER = weather_of(AREAS["_E"], TIME, 2)
BARE = replace(WEATHER, snow_cm=np.zeros(TIME.n_local_days))


def _made(seed: int, weather: Weather = BARE, **more: object) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return generation(rng, TIME, weather, kw=4.0, **more)  # type: ignore[arg-type]


def test_days_under_snow_give_nothing_and_other_days_are_as_before() -> None:
    depth = np.zeros(TIME.n_local_days)
    depth[40:46] = 12.0
    snowed, bare = _made(1, replace(WEATHER, snow_cm=depth)), _made(1)
    covered = np.isin(TIME.day, np.arange(40, 46))
    assert not snowed[covered].any()
    assert bare[covered].sum() > 0
    assert np.array_equal(snowed[~covered], bare[~covered])


def test_snow_takes_little_of_a_year_and_most_of_it_in_winter() -> None:
    north = weather_of(AREAS["_P"], TIME, 5)
    assert (north.snow_cm > 2).sum() > 3
    clear = replace(north, snow_cm=np.zeros(TIME.n_local_days))
    lost = 1 - _made(1, north).sum() / _made(1, clear).sum()
    assert 0 < lost < 0.06


def test_two_roofs_east_and_west_have_a_longer_and_lower_day_than_one_facing_south() -> None:
    june = TIME.month[TIME.day] == 5
    hour = (np.arange(TIME.n) % 48) / 2
    edges = june & ((hour < 6.5) | (hour >= 18))
    south, both = (
        np.array([_made(seed, style=style) for seed in range(20)])
        for style in ("south", "east_west")
    )
    share = [(one[:, edges].sum(axis=1) / one[:, june].sum(axis=1)).mean() for one in (south, both)]
    assert share[1] > 1.15 * share[0]
    assert both.sum() < south.sum()
    assert both.max(axis=1).mean() < south.max(axis=1).mean()


def test_the_inverter_clips_and_a_field_of_racks_is_clipped_more_often() -> None:
    clipped = {
        style: np.mean([(_made(seed, style=style) >= 4.0).mean() for seed in range(12)])
        for style in ("south", "ground")
    }
    assert _made(3).max() <= 4.0
    assert clipped["ground"] > clipped["south"] >= 0


def test_an_export_limit_holds_at_the_boundary_and_costs_only_the_sunniest_hours() -> None:
    spec = simulate.SiteSpec(
        0, "_C", "domestic", "couple_at_work", (simulate.AssetSpec("pv", 8.0),),
        export_register=True, three_phase=False,
    )  # fmt: skip
    span = {"first_day": dt.date(2026, 5, 1), "n_days": 60}
    free = simulate.one_site(spec, **span).submeters["export_kwh"].to_numpy()
    limited = replace(spec, export_limit_kw=3.68)
    held = simulate.one_site(limited, **span)
    made = held.submeters["export_kwh"].to_numpy()
    net = (held.reads["export_kwh"] - held.reads["import_kwh"]).to_numpy().astype(float)
    assert free.max() > 2.5
    assert net.max() * 2 <= 3.68 + 0.01
    assert (made <= free + 1e-12).all()
    same = made == free
    assert 0.5 < same.mean() < 1.0
    assert held.meters["export_limit_kw"].to_list() == [3.68]


def test_dust_grows_until_it_rains() -> None:
    wet = np.zeros(30, dtype=bool)
    wet[20] = True
    taken = _dust(wet, 0.002, 0.8)
    assert (np.diff(taken[:20]) > 0).all()
    assert taken[20] == pytest.approx(0.2 * taken[19])
    assert _dust(np.zeros(3000, dtype=bool), 0.002, 0.8).max() <= 0.08


def test_megawatts_scale_and_yield_is_british() -> None:
    made = generation(np.random.default_rng(1), TIME, WEATHER, kw=5000.0, style="ground")
    assert made.max() <= 5000
    assert 800 < made.sum() / 2 / 5000 < 1450
    homes = [_made(seed).sum() / 2 / 4.0 for seed in range(30)]
    assert 500 < min(homes) < 850 < max(homes) < 1400
