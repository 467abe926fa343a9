import numpy as np
import pytest

from characterise.signatures.thermal import (
    daily_means,
    damped,
    dark_all_year,
    heating_line,
    slot_slopes,
)


def test_the_heating_line_finds_balance_point_base_and_slope():
    draw = np.random.default_rng(1)
    temp = 10 + 8 * np.sin(np.arange(365) / 58) + draw.normal(0, 1, 365)
    load = 0.4 + 0.12 * np.maximum(0, 15.5 - temp) + draw.normal(0, 0.01, 365)
    balance, base, slope, r2, n = heating_line(load, temp.astype(np.float32))
    assert balance == pytest.approx(15.5, abs=0.5)
    assert base == pytest.approx(0.4, abs=0.02)
    assert slope == pytest.approx(0.12, rel=0.05)
    assert r2 > 0.98
    assert n == 365


def test_load_that_rises_with_warmth_has_no_heating():
    temp = np.linspace(0, 25, 100)
    _, _, slope, r2, _ = heating_line(0.4 + 0.1 * temp, temp.astype(np.float32))
    assert slope == 0
    assert r2 == 0


def test_without_a_heating_season_there_is_no_line():
    temp = np.full(100, 22.0, np.float32)
    assert heating_line(np.ones(100), temp)[4] == 0


def test_a_day_with_too_many_blanks_has_no_mean():
    net = np.ones((2, 48), np.float32)
    net[1, :20] = np.nan
    out = np.empty(2)
    daily_means(net, np.ones(48, np.bool_), out)
    assert out[0] == 1
    assert np.isnan(out[1])


def test_slot_slopes_match_least_squares_of_numpy():
    draw = np.random.default_rng(2)
    driver = np.maximum(0, draw.normal(3, 4, (200, 48)))
    net = (0.5 + 0.1 * driver + draw.normal(0, 0.05, driver.shape)).astype(np.float32)
    slopes, bases, gains = np.empty(48), np.empty(48), np.empty(48)
    slot_slopes(net, driver, 3.0, slopes, bases, gains)
    for j in (0, 20, 47):
        slope, base = np.polyfit(driver[:, j], net[:, j].astype(float), 1)
        assert slopes[j] == pytest.approx(slope, rel=1e-3)
        assert bases[j] == pytest.approx(base, rel=1e-3)
    assert np.all((gains >= 0) & (gains <= 1))


def test_dark_all_year_leaves_only_half_hours_without_sun():
    sun = np.zeros((10, 48), np.float32)
    sun[3, 12:36] = 0.5
    out = np.empty(48, np.bool_)
    dark_all_year(sun, out)
    assert out.sum() == 24
    assert not out[12:36].any()
    dark_all_year(np.ones((10, 48), np.float32), out)
    assert out.all()


def test_a_building_feels_a_cold_day_late_and_an_unknown_day_not_at_all():
    out = np.empty(6)
    damped(np.array([10.0, 0.0, 0.0, np.nan, 4.0, 4.0]), out)
    assert out[0] == 10.0
    assert 0 < out[2] < out[1] < 10.0
    assert np.isnan(out[3])
    assert out[4] == out[5] == 4.0
