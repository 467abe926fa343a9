"""What recurs by weekday: alike a week on, less so after a quarter, of unit variance."""

import dataclasses
import datetime as dt

import numpy as np

from characterise.simulate.areas import AREAS
from characterise.simulate.building_load import building_load
from characterise.simulate.estate import NAMES, Traits, estate
from characterise.simulate.rota import rota, weekdays
from characterise.simulate.timeline import timeline
from characterise.simulate.weather import weather_of

TIME = timeline(dt.date(2022, 1, 1), 365)


def test_a_rota_is_alike_a_week_on_and_less_so_after_a_quarter() -> None:
    days = np.stack([rota(np.random.default_rng(seed), TIME, 6.0) for seed in range(30)])
    assert abs(days.std() - 1) < 0.1

    def alike(lag: int) -> float:
        return float(np.mean(days[:, lag:] * days[:, :-lag]))

    assert alike(7) > 0.75
    assert alike(91) < 0.4


def test_a_weekday_is_alike_a_week_on_and_unlike_the_next_day() -> None:
    days = np.stack([weekdays(np.random.default_rng(seed), TIME) for seed in range(60)])
    assert np.mean(days[:, 7:] * days[:, :-7]) > 0.75
    assert abs(np.mean(days[:, 1:] * days[:, :-1])) < 0.15


def test_a_seamless_level_takes_no_step_at_midnight() -> None:
    plain = Traits(np.ones(24), np.ones(24), {**dict.fromkeys(NAMES, 0.0), "night_sd": 0.1})
    weather = weather_of(AREAS["_A"], TIME, 5)

    def step(traits: Traits) -> float:
        load = building_load(np.random.default_rng(1), TIME, weather, traits)
        return float(np.abs(np.diff(load)).max())

    assert step(dataclasses.replace(plain, seamless=True)) < 0.3 * step(plain)


def test_the_campus_is_scaled_and_the_estate_is_not() -> None:
    assert estate("campus").scaled
    assert not estate().scaled
