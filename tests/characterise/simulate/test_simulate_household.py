"""Homes: levels and shapes of real ones, wall clock, absence, and no surprise between runs."""

import datetime as dt

import numpy as np
import pytest

from characterise.simulate.areas import AREAS
from characterise.simulate.household import HABITS, household
from characterise.simulate.timeline import timeline
from characterise.simulate.weather import weather_of

N_HOMES = 90


@pytest.fixture(scope="module")
def year():
    return timeline(dt.date(2023, 1, 1), 365)


@pytest.fixture(scope="module")
def weather(year):
    return weather_of(AREAS["_C"], year, 3)


@pytest.fixture(scope="module")
def homes(year, weather):
    names = list(HABITS)
    return [
        household(np.random.default_rng([5, i]), year, weather, names[i % 6])
        for i in range(N_HOMES)
    ]


def test_the_same_seed_gives_the_same_home(year, weather, homes):
    again = household(np.random.default_rng([5, 1]), year, weather, list(HABITS)[1])
    assert np.array_equal(again.load_kw, homes[1].load_kw)
    assert not np.array_equal(again.load_kw, homes[7].load_kw)


def test_annual_use_is_that_of_british_homes(homes):
    mwh = np.array([home.load_kw.sum() / 2000 for home in homes])
    assert 2.4 < np.median(mwh) < 4.2
    assert np.quantile(mwh, 0.1) > 0.9
    assert np.quantile(mwh, 0.9) < 9.5
    assert all(home.load_kw.min() >= 0 for home in homes)


def test_the_day_peaks_in_the_early_evening_and_sleeps_at_four(year, homes):
    shape = np.mean([home.load_kw / home.load_kw.mean() for home in homes], axis=0)
    by_slot = np.array([shape[year.slot == slot].mean() for slot in range(48)])
    assert 34 <= by_slot.argmax() <= 41
    assert 2 <= by_slot.argmin() <= 12
    assert by_slot.max() > 2.5 * by_slot.min()


def test_behaviour_follows_the_wall_clock_not_utc(year, homes):
    # The morning climb comes an hour earlier in UTC when clocks are ahead.
    shape = np.mean([home.load_kw / home.load_kw.mean() for home in homes], axis=0)
    ahead = (year.month[year.day] >= 4) & (year.month[year.day] <= 8)
    utc_slot = np.arange(year.n) % 48
    summer = np.array([shape[ahead & (utc_slot == s)].mean() for s in range(8, 20)])
    local = np.array([shape[ahead & (year.slot == s)].mean() for s in range(10, 22)])
    assert np.allclose(summer, local)


def test_winter_takes_more_than_summer_and_most_in_the_evening(year, homes):
    month = year.month[year.day]
    winter, summer = np.isin(month, (11, 0, 1)), np.isin(month, (5, 6, 7))
    evening = (year.slot >= 34) & (year.slot < 42)
    ratio = [home.load_kw[winter].mean() / home.load_kw[summer].mean() for home in homes]
    late = [
        home.load_kw[winter & evening].mean() / home.load_kw[summer & evening].mean()
        for home in homes
    ]
    assert 1.1 < np.median(ratio) < 1.6
    assert np.median(late) > np.median(ratio)


def test_rises_are_steeper_than_falls(homes):
    steps = [np.diff(home.load_kw) for home in homes]
    ratio = [np.quantile(step, 0.99) / -np.quantile(step, 0.01) for step in steps]
    assert 1.01 < np.median(ratio) < 1.2


def test_weeks_resemble_the_week_before(homes):
    def alike(home):
        energy = home.load_kw[: 364 * 48].reshape(52, 7 * 48).mean(axis=1)
        return np.corrcoef(energy[:-1], energy[1:])[0, 1]

    assert 0.35 < np.median([alike(home) for home in homes]) < 0.85


def test_days_away_are_quiet_and_without_activity(year, homes):
    gone = [home for home in homes if 5 < home.away[: year.n_days].sum() < 200]
    assert len(gone) > 10
    for home in gone:
        away = home.away[year.day]
        assert home.load_kw[away].mean() < 0.9 * home.load_kw[~away].mean()
        assert home.active[home.away].max() == 0
    assert np.median([h.load_kw[h.away[year.day]].mean() / h.load_kw.mean() for h in gone]) < 0.5


def test_load_is_higher_than_usual_when_people_are_in_when_they_usually_are_not(year, homes):
    def lift(home):
        active = year.on_wall_clock(home.active)
        slots = (year.slot >= 20) & (year.slot < 32) & year.working[year.day]
        slots &= ~home.away[year.day]
        here = active[slots] > 0.5
        return np.log(home.load_kw[slots][here].mean() / home.load_kw[slots][~here].mean())

    lifts = [lift(home) for home in homes]
    assert np.mean(lifts) > 0.03


def test_families_use_more_than_single_flats(homes):
    mean = [home.load_kw.mean() for home in homes]
    of = {name: np.median(mean[place::6]) for place, name in enumerate(HABITS)}
    assert of["family"] > 1.3 * of["single_flat"]


def test_a_week_of_a_home_is_not_a_whole_year_pressed_into_a_week(year, weather):
    week = timeline(dt.date(2023, 6, 5), 7)
    short = [
        household(np.random.default_rng([5, i]), week, weather, "family").load_kw.max()
        for i in range(30)
    ]
    long = [
        household(np.random.default_rng([5, i]), year, weather, "family").load_kw.max()
        for i in range(30)
    ]
    assert np.median(short) < 0.8 * np.median(long)


def test_german_homes_are_another_population_on_the_same_clock(year, weather, homes):
    german = [
        household(np.random.default_rng([5, i]), year, weather, list(HABITS)[i % 6], "german")
        for i in range(N_HOMES)
    ]
    noon = (year.slot >= 22) & (year.slot < 26)

    def share(made):
        return np.median([home.load_kw[noon].mean() / home.load_kw.mean() for home in made])

    assert share(german) > 1.03 * share(homes)


def test_a_style_that_does_not_exist_is_named(year, weather):
    with pytest.raises(ValueError, match="'martian'; use one of british, german"):
        household(np.random.default_rng(1), year, weather, "family", style="martian")
