"""What the answer to the cold tells from what merely goes with the season."""

import numpy as np
import pytest

from characterise.signatures.cold_nights import cold_nights, persistence, rise_with_cold
from characterise.signatures.cold_response import (
    COLUMNS,
    STEPS,
    WHOLE,
    answers,
    ceiling,
    parts_of_days,
    swings,
)

SLOT = np.tile(np.arange(48, dtype=np.int8), (365, 1))


def weather(seed=1):
    draw = np.random.default_rng(seed)
    season = 10 - 8 * np.cos(2 * np.pi * np.arange(365) / 365)
    return season, season + draw.normal(0, 3, 365)


def answer(load, temp, light=None):
    """Slopes and fits of a (D, 48) load."""
    parts = np.empty((365, COLUMNS))
    parts_of_days(load.astype(np.float32), np.float32(1e9), SLOT, parts)
    moved, around = np.empty((365, WHOLE + 1)), np.zeros((365, 3))
    for k in range(WHOLE + 1):
        swings(np.ascontiguousarray(parts[:, k]), moved[:, k])
    if light is not None:
        swings(light, around[:, 0])
    cold = np.maximum(0, 16 - temp)
    swings(cold, around[:, 2])
    slopes, fits = np.zeros(WHOLE + 1), np.zeros(WHOLE + 1)
    return answers(moved, around, cold > 3, slopes, fits), slopes, fits


def test_heating_answers_cold_spells_at_every_part_of_the_day():
    _, temp = weather()
    noise = np.random.default_rng(2).normal(0, 0.1, (365, 48))
    n, slopes, fits = answer(1 + 0.1 * np.maximum(0, 16 - temp)[:, None] + noise, temp)
    assert n > 100
    assert slopes == pytest.approx(0.1, rel=0.1)
    assert fits.min() > 0.9


def test_lighting_that_follows_the_season_does_not():
    season, temp = weather()
    noise = np.random.default_rng(2).normal(0, 0.1, (365, 48))
    _, slopes, fits = answer(1 + 0.1 * (16 - season)[:, None] + noise, temp)
    assert abs(slopes[WHOLE]) < 0.02
    assert abs(fits[WHOLE]) < 0.4


def test_load_moved_by_dull_days_is_not_laid_to_the_cold():
    _, temp = weather()
    draw = np.random.default_rng(3)
    light = 100 + 10 * temp + draw.normal(0, 5, 365)  # bright days are warm ones
    load = np.repeat((3 - 0.01 * light)[:, None], 48, axis=1) + draw.normal(0, 0.02, (365, 48))
    assert abs(answer(load, temp, light)[2][WHOLE]) < 0.3
    assert answer(load, temp)[2][WHOLE] > 0.8


def test_without_cold_spells_there_is_no_answer():
    assert answer(np.ones((365, 48)), np.full(365, 22.0))[0] == 0


def test_swings_leave_a_straight_line_and_blanks_alone():
    out = np.empty(60)
    x = np.arange(60.0)
    x[30] = np.nan
    swings(x, out)
    assert np.isnan(out[30])
    assert np.abs(out[15:16]).max() < 1e-9


def test_the_ceiling_cuts_the_highest_tenth():
    net = np.random.default_rng(4).random((365, 48)).astype(np.float32)
    work = np.empty(365 * 48, np.float32)
    assert ceiling(net, 0.9, work) == pytest.approx(0.9, abs=0.03)
    assert np.isnan(ceiling(np.full((3, 48), np.nan, np.float32), 0.9, work))


def test_hourly_readings_split_in_two_keep_their_steps():
    hourly = np.random.default_rng(5).random((365, 24)).astype(np.float32)
    out = np.empty((365, COLUMNS))
    parts_of_days(np.repeat(hourly, 2, axis=1), np.float32(9), SLOT, out)
    assert out[:, STEPS].mean() == pytest.approx(np.abs(np.diff(hourly)).mean(), rel=0.02)


def nights(cold_night, mild_night):
    """Lift, livelier, step of 60 cold days and 60 mild ones with these nights of ten slots."""
    net = np.full((120, 48), 0.2, np.float32)
    net[:60, :10], net[60:, :10] = cold_night, mild_night
    temp = np.repeat([2.0, 18.0], 60)
    work = np.empty((4, 120 * 48), np.float32)
    return cold_nights(net, np.float32(9), temp, SLOT[:120], work)


def test_a_cycling_compressor_lifts_and_stirs_cold_nights():
    cycles = np.tile([0.2, 0.2, 1.2, 1.2], 3)[:10]
    lift, livelier, step = nights(cycles, 0.2)
    assert lift >= 0
    assert livelier > 3
    assert step == pytest.approx(1.0)


def test_a_steady_lift_is_no_stir():
    lift, livelier, step = nights(1.0, 0.2)
    assert lift == pytest.approx(np.log(1.05 / 0.25))
    assert livelier == pytest.approx(0)
    assert step == 0


def test_a_year_of_mild_nights_says_nothing():
    work = np.empty((4, 120 * 48), np.float32)
    net = np.ones((120, 48), np.float32)
    told = cold_nights(net, np.float32(9), np.full(120, 18.0), SLOT[:120], work)
    assert np.isnan(told).all()


def test_persistence_is_of_the_hour_before_on_cold_days():
    wave = np.sin(np.arange(100 * 48) * 2 * np.pi / 48).reshape(100, 48).astype(np.float32)
    assert persistence(wave, np.full(100, 0.0)) == pytest.approx(np.cos(np.pi / 12), abs=0.02)
    assert np.isnan(persistence(wave, np.full(100, 20.0)))


def test_rise_with_cold_is_the_slope_per_degree():
    _, temp = weather()
    assert rise_with_cold(0.3 * np.maximum(0, 16 - temp), temp, 16.0) == pytest.approx(0.3)
    assert np.isnan(rise_with_cold(np.ones(365), np.full(365, 20.0), 16.0))
