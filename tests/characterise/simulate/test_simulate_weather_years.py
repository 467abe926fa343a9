"""Weather years: each its own, all together the table of the climatology."""

import datetime as dt
from functools import lru_cache

import numpy as np
import pytest

from characterise.climatology import DAILY_RANGE_C, MONTHLY_MEAN_C
from characterise.simulate.areas import AREAS
from characterise.simulate.timeline import Timeline, timeline
from characterise.simulate.weather import Weather, weather_of

TIME = timeline(dt.date(2025, 1, 1), 365)
MONTH = TIME.month[TIME.day]


@lru_cache(maxsize=4)
def _years(group: str, count: int = 40) -> tuple[Weather, ...]:
    return tuple(weather_of(AREAS[group], TIME, seed) for seed in range(count))


def _months_c(years: tuple[Weather, ...]) -> np.ndarray:
    return np.array([[one.temp_c[month == MONTH].mean() for month in range(12)] for one in years])


def test_simulator_and_engine_share_one_table_of_temperatures() -> None:
    assert set(AREAS) == set(MONTHLY_MEAN_C)
    for group, area in AREAS.items():
        assert area.months_c.tolist() == list(MONTHLY_MEAN_C[group])


@pytest.mark.parametrize("group", ["_C", "_P"])
def test_many_years_come_back_to_the_table(group: str) -> None:
    months = _months_c(_years(group))
    # 40 years of months that vary by about 2 C leave an error of 0.3 C; joining months costs more.
    assert np.abs(months.mean(axis=0) - AREAS[group].months_c).max() < 1.0
    assert abs(months.mean() - AREAS[group].annual_mean_c) < 0.25


def test_years_differ_and_winters_differ_more_than_summers() -> None:
    months = _months_c(_years("_C"))
    spread = months.std(axis=0)
    assert 0.3 < months.mean(axis=1).std() < 0.9
    assert 1.2 < spread[[0, 1, 11]].mean() < 2.6
    assert 0.7 < spread[[5, 6, 7]].mean() < spread[[0, 1, 11]].mean()


def test_a_day_is_as_wide_as_the_table_says_and_wider_under_a_clear_sky() -> None:
    widths = [np.ptp(one.temp_c.reshape(365, 48), axis=1) for one in _years("_C")]
    month = TIME.month[:365]
    by_month = [np.mean([width[month == m] for width in widths]) for m in range(12)]
    assert np.abs(np.array(by_month) - DAILY_RANGE_C).max() < 1.2
    sun = [one.ghi_wm2.reshape(365, 48).sum(axis=1) for one in _years("_C")]
    june = month == 5
    assert (
        np.mean([np.corrcoef(w[june], s[june])[0, 1] for w, s in zip(widths, sun, strict=True)])
        > 0.5
    )


def test_some_winters_have_a_frost_that_lasts_and_some_summers_a_heat_wave() -> None:
    def longest(days: np.ndarray) -> int:
        runs = "".join("x" if one else " " for one in days).split()
        return max((len(run) for run in runs), default=0)

    frost = [longest(one.daily_c < 1.0) for one in _years("_C")]
    heat = [longest(one.daily_c > 21.5) for one in _years("_C")]
    assert np.quantile(frost, 0.75) >= 4 > np.quantile(frost, 0.05)
    assert np.quantile(heat, 0.75) >= 4 > np.quantile(heat, 0.05)


def test_sun_of_a_year_is_that_of_britain() -> None:
    for group in ("_C", "_P"):
        yearly_kwh_m2 = np.mean([one.ghi_wm2.sum() / 2000 for one in _years(group)])
        assert 750 < yearly_kwh_m2 < 1200


def test_neighbouring_areas_share_their_weather() -> None:
    here, there = (weather_of(AREAS[group], TIME, 5) for group in ("_C", "_M"))
    other_year = weather_of(AREAS["_C"], TIME, 6)
    change = [np.diff(one.daily_c) for one in (here, there, other_year)]
    assert np.corrcoef(change[0], change[1])[0, 1] > 0.6
    assert abs(np.corrcoef(change[0], change[2])[0, 1]) < 0.3
    assert np.corrcoef(here.wind_ms, there.wind_ms)[0, 1] > 0.4


def test_wind_remembers_blows_harder_in_the_north_and_is_never_negative() -> None:
    for group in ("_C", "_P"):
        for one in _years(group)[:8]:
            assert one.wind_ms.min() >= 0
            hourly = np.corrcoef(one.wind_ms[:-2], one.wind_ms[2:])[0, 1]
            weekly = np.corrcoef(one.wind_ms[:-336], one.wind_ms[336:])[0, 1]
            assert hourly > 0.8
            assert weekly < 0.3
            assert one.wind_ms.mean() == pytest.approx(AREAS[group].wind_ms, rel=0.15)


def test_mild_winter_days_are_windy_and_hot_summer_days_still() -> None:
    def together(one: Weather, months: tuple[int, ...]) -> float:
        days = np.isin(TIME.month[:365], months)
        wind = one.wind_ms.reshape(365, 48).mean(axis=1)
        return float(np.corrcoef(wind[days], one.daily_c[:365][days])[0, 1])

    assert np.mean([together(one, (11, 0, 1)) for one in _years("_C")]) > 0.15
    assert np.mean([together(one, (5, 6, 7)) for one in _years("_C")]) < 0.0


def test_snow_lies_only_in_the_cold_and_longer_in_scotland() -> None:
    lying = {group: [(one.snow_cm > 1).sum() for one in _years(group)] for group in ("_C", "_P")}
    assert np.mean(lying["_C"]) < np.mean(lying["_P"])
    assert 0.5 < np.mean(lying["_C"]) < 15
    for one in _years("_P")[:10]:
        thaws = (one.daily_c[1:] > 2) & (one.snow_cm[:-1] > 0)
        assert (np.diff(one.snow_cm)[thaws] < 0).all()
        assert (one.snow_cm[150:240] == 0).all()
        fresh = np.diff(one.snow_cm) > 0
        assert one.wet[1:][fresh].all()


def test_weather_of_a_seed_is_the_same_each_time() -> None:
    time: Timeline = timeline(dt.date(2025, 12, 1), 40)
    one, again = (weather_of(AREAS["_F"], time, 3) for _ in range(2))
    for name in Weather.__slots__:
        assert np.array_equal(getattr(one, name), getattr(again, name)), name
