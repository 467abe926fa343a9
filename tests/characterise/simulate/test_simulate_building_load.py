"""A building's load from its traits: what lasts, what does not, and that it is never nothing."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from characterise.simulate.areas import AREAS
from characterise.simulate.building_load import building_load, by_hour, swing_shape
from characterise.simulate.business_calendar import (
    christmas,
    dates,
    lockdown,
    school_term,
    university_term,
)
from characterise.simulate.estate import NAMES, Traits, draw, estate
from characterise.simulate.timeline import timeline
from characterise.simulate.trades import Marks
from characterise.simulate.weather import weather_of

TIME = timeline(dt.date(2022, 1, 1), 365)
WEATHER = weather_of(AREAS["_A"], TIME, 5)


@pytest.fixture
def steady() -> Traits:
    """A building without any trait: the same working day for ever."""
    hour = np.arange(24)
    work = np.where((hour >= 8) & (hour < 18), 1.6, 0.6)
    return Traits(work, np.full(24, 0.6), dict.fromkeys(NAMES, 0.0))


def having(traits: Traits, **value: float) -> Traits:
    return dataclasses.replace(traits, value={**traits.value, **value})


def run(traits: Traits, seed: int = 1) -> np.ndarray:
    return building_load(np.random.default_rng(seed), TIME, WEATHER, traits)


def test_without_traits_every_working_day_is_the_usual_one(steady: Traits) -> None:
    days = np.full((TIME.n_local_days, 48), np.nan)
    days[TIME.day, TIME.slot] = run(steady)
    usual = by_hour(steady.work)
    busy = days[TIME.working & np.isfinite(days).all(axis=1)]
    np.testing.assert_allclose(busy, np.broadcast_to(usual, busy.shape))


def test_a_shift_of_level_persists(steady: Traits) -> None:
    load = run(having(steady, shifts=1.0, shift_size=0.5), seed=6)
    night = load.reshape(-1, 48)[:, 4:8].mean(axis=1)
    at = int(np.argmax(np.abs(np.diff(night)))) + 1
    moved = np.abs(np.diff(night)) > 0.05
    assert moved.any()
    assert moved.sum() <= 3
    before, after = night[max(at - 20, 0) : at], night[at : at + 20]
    assert abs(after.mean() - before.mean()) > 0.05
    assert after.std() + before.std() < 0.3 * abs(after.mean() - before.mean())


def test_a_slow_building_remembers_its_weeks_and_a_quick_one_does_not(steady: Traits) -> None:
    def memory(days: float, seed: int) -> float:
        held = having(steady, day_sd=0.1, day_slow=1.0, day_days=days, rest_sd=0.1)
        week = run(held, seed)[: 336 * 52].reshape(52, 336).mean(axis=1)
        return float(np.corrcoef(week[:-1], week[1:])[0, 1])

    slow = [memory(60.0, seed) for seed in range(8)]
    quick = [memory(1.0, seed) for seed in range(8)]
    assert np.median(slow) > 0.6
    assert np.median(quick) < 0.3


def test_noise_leaves_the_energy_of_a_day_alone(steady: Traits) -> None:
    plain = run(steady).reshape(-1, 48)
    held = having(steady, noise_by_night=0.02, noise_by_day=0.1, noise_slow=0.9, noise_hours=3.0)
    noisy = run(held).reshape(-1, 48)
    assert (noisy - plain).std() > 0.03
    winter = slice(1, 80)  # UTC days are local days
    np.testing.assert_allclose(noisy[winter].mean(axis=1), plain[winter].mean(axis=1), rtol=0.01)


def test_the_load_never_reaches_nothing() -> None:
    rng = np.random.default_rng(2)
    for seed in range(40):
        load = run(draw(rng, float(np.exp(rng.uniform(1, 7)))), seed)
        assert load.min() > 0
        assert 0.6 < load.mean() < 1.5


def test_half_hours_keep_the_means_of_their_hours() -> None:
    hours = np.random.default_rng(1).random(24)
    np.testing.assert_allclose(by_hour(hours).reshape(24, 2).mean(axis=1), hours)


def test_a_busier_day_uses_nothing_more_by_night(steady: Traits) -> None:
    shape = swing_shape(by_hour(steady.work))
    assert abs(shape[2:10].mean()) < 0.05
    assert shape.mean() == pytest.approx(1.0)


def test_a_population_is_drawn_at_the_size_asked_for_and_with_its_marks() -> None:
    rng = np.random.default_rng(4)
    flat = [draw(rng, 200.0, Marks(night=(0.72, 9.0))) for _ in range(20)]
    assert all(one.night_level / one.open_level > 0.7 for one in flat)
    assert all(np.exp(one.value["log_open_kw"]) == pytest.approx(200, rel=0.05) for one in flat)


def test_small_buildings_are_noisier_than_large_ones() -> None:
    def noise(kw: float) -> float:
        rng = np.random.default_rng(4)
        return float(np.median([draw(rng, kw).value["noise_by_day"] for _ in range(60)]))

    assert noise(5.0) > 1.5 * noise(600.0)


def test_the_bundled_population_is_whole() -> None:
    held = estate()
    assert held.quantiles.shape == (len(NAMES), len(held.levels))
    assert (np.diff(held.quantiles, axis=1) >= 0).all()
    assert np.isfinite(held.factor).all()


def test_calendars_know_the_months() -> None:
    month = dates(TIME).astype("datetime64[M]").astype(int) % 12
    assert not school_term(TIME)[month == 7].any()
    assert school_term(TIME)[month == 2].all()
    assert not university_term(TIME)[month == 7].any()
    assert university_term(TIME)[month == 10].all()
    assert christmas(TIME)[358]
    assert not christmas(TIME)[100]
    assert lockdown(TIME).max() == 0
    assert lockdown(timeline(dt.date(2020, 1, 1), 150))[[60, 120]].tolist() == [0.0, 1.0]
