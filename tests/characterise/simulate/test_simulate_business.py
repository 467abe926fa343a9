"""Businesses: each trade's known day and year, and its sheddable part."""

import datetime as dt

import numpy as np
import pytest

from characterise.simulate.areas import AREAS
from characterise.simulate.business import TRADES, Premises, business
from characterise.simulate.timeline import Timeline, timeline
from characterise.simulate.weather import weather_of

TIME = timeline(dt.date(2022, 1, 1), 365)
WEATHER = weather_of(AREAS["_A"], TIME, 5)
CAMPUS = ("university", "teaching", "faculty", "library", "laboratory")


def run(archetype: str, seed: int, kw: float = 100.0, time: Timeline = TIME) -> Premises:
    weather = WEATHER if time is TIME else weather_of(AREAS["_A"], time, 5)
    return business(np.random.default_rng(seed), time, weather, archetype, kw)


def by_day(load: np.ndarray, time: Timeline = TIME) -> np.ndarray:
    table = np.full((time.n_local_days, 48), np.nan)
    table[time.day, time.slot] = load
    return table


def median_of(archetype: str, share: object, n: int = 9) -> float:
    return float(np.median([share(by_day(run(archetype, seed).load_kw)) for seed in range(n)]))


@pytest.mark.parametrize("archetype", TRADES)
def test_the_sheddable_part_lies_within_the_load(archetype: str) -> None:
    for seed in range(4):
        drawn = run(archetype, seed)
        assert np.isfinite(drawn.load_kw).all()
        assert drawn.plant_kw.min() >= 0
        assert (drawn.plant_kw <= drawn.load_kw).all()
        assert drawn.plant_kw.mean() > 0.05 * drawn.load_kw.mean()


@pytest.mark.parametrize("archetype", TRADES)
def test_the_same_seed_gives_the_same_business(archetype: str) -> None:
    one, again, other = run(archetype, 3), run(archetype, 3), run(archetype, 4)
    np.testing.assert_array_equal(one.load_kw, again.load_kw)
    np.testing.assert_array_equal(one.plant_kw, again.plant_kw)
    assert not np.array_equal(one.load_kw, other.load_kw)


@pytest.mark.parametrize("archetype", TRADES)
def test_the_load_when_open_is_about_the_size_asked_for(archetype: str) -> None:
    def when_open(days: np.ndarray) -> float:
        return float(np.nanmean(days[TIME.working][:, 20:32]))

    assert 55 < median_of(archetype, when_open) < 150


def test_a_school_is_shut_in_august_and_at_weekends() -> None:
    def against_term(days: np.ndarray, other: np.ndarray) -> float:
        term = TIME.working & np.isin(TIME.month, (0, 2, 5))
        return float(np.nanmean(days[other][:, 18:30]) / np.nanmean(days[term][:, 18:30]))

    august = TIME.working & (TIME.month == 7)
    assert median_of("school", lambda days: against_term(days, august)) < 0.55
    assert median_of("school", lambda days: against_term(days, TIME.weekday == 6)) < 0.5


def test_an_office_is_quiet_on_sundays_and_a_shop_is_not() -> None:
    def sunday(days: np.ndarray) -> float:
        middle = slice(20, 32)
        return float(
            np.nanmean(days[TIME.weekday == 6][:, middle])
            / np.nanmean(days[TIME.working][:, middle])
        )

    assert median_of("office", sunday) < 0.45
    assert 0.55 < median_of("shop", sunday) < 0.95
    assert median_of("museum", sunday) > 0.9


def test_a_cold_store_uses_more_in_heat() -> None:
    warm = WEATHER.daily_c > np.quantile(WEATHER.daily_c, 0.95)
    cold = WEATHER.daily_c < np.quantile(WEATHER.daily_c, 0.30)

    def heat_over_cold(days: np.ndarray) -> float:
        return float(np.nanmean(days[warm & TIME.working]) / np.nanmean(days[cold & TIME.working]))

    assert median_of("cold_store", heat_over_cold) > 1.12


def test_a_laboratory_barely_falls_at_night_and_a_teaching_building_does() -> None:
    def night(days: np.ndarray) -> float:
        work = days[TIME.working]
        return float(np.nanmean(work[:, 2:10]) / np.nanmean(work[:, 20:32]))

    assert median_of("laboratory", night, 15) > 0.72
    assert median_of("teaching", night, 15) < 0.55


def test_a_library_keeps_its_weekends_and_a_faculty_does_not() -> None:
    def weekend(days: np.ndarray) -> float:
        return float(np.nanmean(days[~TIME.working]) / np.nanmean(days[TIME.working]))

    assert median_of("library", weekend, 15) > median_of("faculty", weekend, 15) + 0.05


def test_a_residence_follows_university_terms() -> None:
    def august(days: np.ndarray) -> float:
        evening = slice(34, 44)
        november = TIME.month == 10
        return float(
            np.nanmean(days[TIME.month == 7][:, evening]) / np.nanmean(days[november][:, evening])
        )

    assert median_of("residence", august) < 0.85


def test_the_lockdown_of_2020_emptied_university_buildings() -> None:
    time = timeline(dt.date(2020, 1, 1), 200)

    def april(seed: int) -> float:
        days = by_day(run("teaching", seed, time=time).load_kw, time)
        before = time.working & (time.month == 1)
        after = time.working & (time.month == 4)
        return float(np.nanmean(days[after][:, 18:34]) / np.nanmean(days[before][:, 18:34]))

    assert np.median([april(seed) for seed in range(9)]) < 0.85


def test_buildings_follow_the_wall_clock_through_both_clock_changes() -> None:
    time = timeline(dt.date(2022, 3, 1), 62)
    change = (dt.date(2022, 3, 27) - dt.date(2022, 3, 1)).days
    shape = []
    for seed in range(6):
        load = run("office", seed, time=time).load_kw.reshape(-1, 48)
        working = time.working[:62]
        before, after = load[:change][working[:change]], load[change:][working[change:]]
        shape.append((np.mean(before[:, 13:17]), np.mean(after[:, 11:15])))
    opening = np.array(shape)
    assert np.median(np.abs(opening[:, 1] / opening[:, 0] - 1)) < 0.15


def test_university_buildings_differ_more_than_shops_in_how_flat_they_are() -> None:
    def spread(archetype: str) -> float:
        loads = [run(archetype, seed).load_kw for seed in range(14)]
        return float(np.std([one.std() / one.mean() for one in loads]))

    assert spread("university") > 2 * spread("shop")
