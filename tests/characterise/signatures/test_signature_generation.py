import numpy as np
import pytest

from characterise.signatures.clear_sky import panel_light
from characterise.signatures.generation import generate
from characterise.signatures.usual_load import mean_load, spread_load
from characterise.training.figures import r2

DAYS = 360
LIGHT = panel_light(19723, DAYS, 52.0, 0.0)
SUN = LIGHT[4]
WORKING = np.broadcast_to((np.arange(DAYS) % 7 < 5)[:, None], (DAYS, 48)).copy()
BLANK = np.full((DAYS, 48), np.nan, np.float32)


def skies(seed):
    """(D, 48) clearness: a day's own, with clouds that pass; a third of days are clear."""
    rng = np.random.default_rng(seed)
    day = np.where(rng.random(DAYS) < 0.33, 1.0, rng.uniform(0.1, 0.9, DAYS))[:, None]
    cloud = rng.normal(0, 0.15, (DAYS, 48)) * (day < 1)
    return np.clip(day + cloud, 0.08, 1.1)


def home(parts, load_kw=0.5, seed=5):
    """Import, export and generation (D, 48) kW; by day a working home draws less."""
    rng = np.random.default_rng(seed)
    made = (np.tensordot(parts, LIGHT[:4], 1) * skies(seed)).astype(np.float32)
    load = load_kw * np.where(WORKING & (SUN > 0.3), 0.8, 1.3) * rng.uniform(0.6, 1.6, (DAYS, 48))
    net = (load - made).astype(np.float32)
    return np.maximum(net, 0), np.maximum(-net, 0), made


def generation(imported, exported, ghi=BLANK, light=LIGHT):
    given = np.zeros((DAYS, 48), np.float32)
    generate(imported - exported, exported, light, ghi, WORKING, given)
    return given


PARTS = np.array([1.0, 0.0, 3.0, 0.0])


def test_half_hours_and_highest_follow_the_panels():
    imported, exported, made = home(PARTS)
    given = generation(imported, exported)
    assert r2(given.ravel(), made.ravel()) > 0.95
    assert given.max() == pytest.approx(made.max(), rel=0.1)


def test_it_covers_the_export_and_ends_at_dusk():
    imported, exported, _ = home(PARTS)
    given = generation(imported, exported)
    assert (given >= exported)[SUN > 0].all()
    assert not given[SUN == 0].any()


def test_a_working_building_that_hardly_exports_is_told_by_its_clouds():
    imported, exported, made = home(PARTS, load_kw=3.0)
    given = generation(imported, exported)
    assert r2(given.ravel(), made.ravel()) > 0.7
    assert r2(given.sum(axis=1), made.sum(axis=1)) > 0.6


def test_irradiance_helps_where_it_is_the_sites_own():
    imported, exported, made = home(PARTS, load_kw=3.0)
    ghi = (1000 * LIGHT[0] * skies(5)).astype(np.float32)
    without = r2(generation(imported, exported).ravel(), made.ravel())
    assert r2(generation(imported, exported, ghi).ravel(), made.ravel()) > without + 0.02


def test_irradiance_of_another_place_is_not_heard():
    imported, exported, made = home(PARTS, load_kw=3.0)
    ghi = (1000 * LIGHT[0] * skies(99)).astype(np.float32)
    without = r2(generation(imported, exported).ravel(), made.ravel())
    assert r2(generation(imported, exported, ghi).ravel(), made.ravel()) > without - 0.02


def test_one_reading_gone_wrong_is_no_larger_roof():
    imported, exported, made = home(PARTS)
    imported[200, 24], exported[200, 24] = 0.0, 50.0
    assert generation(imported, exported).max() < 1.25 * made.max()


def test_a_store_that_exports_at_night_lends_the_panels_nothing():
    imported, exported, made = home(PARTS)
    exported[:, 38:44] += 5.0
    given = generation(imported, exported)
    assert given.max() < 1.25 * made.max()


def test_before_the_panels_came_nothing_is_generated():
    imported, exported, made = home(PARTS)
    plain, none, _ = home(np.zeros(4))
    imported[:180], exported[:180] = plain[:180], none[:180]
    given = generation(imported, exported)
    assert not given[:150].any()
    assert r2(given[180:].ravel(), made[180:].ravel()) > 0.9


def test_a_meter_stuck_at_zero_leaves_clearness_open():
    """What an unregistered export hides is not taken for a dull day."""
    imported, _, made = home(PARTS)
    given = generation(imported, np.zeros_like(imported))
    own = np.minimum(made, 0.4)
    assert (given[SUN > 0.3] >= 0.8 * own[SUN > 0.3]).mean() > 0.9


def test_a_meter_often_at_zero_has_more_behind_it_than_its_dip_shows():
    imported, _, made = home(PARTS, load_kw=0.4)
    shown = generation(imported, np.zeros_like(imported))
    dip = 2 * 0.4
    assert shown.max() > 1.5 * dip
    assert shown.max() < 1.2 * made.max()


def test_what_goes_out_by_day_is_generated_even_where_no_curve_shows():
    """Two days tell of no month, yet an export under the sun is one."""
    imported, exported, _ = home(PARTS)
    imported[2:], exported[2:] = np.nan, np.nan
    given = generation(imported, exported)
    assert np.array_equal(given[:2], np.where(SUN[:2] > 0, exported[:2], 0.0))


def test_blanks_stay_finite_and_a_blank_meter_generates_nothing():
    imported, exported, made = home(PARTS)
    imported[100:110] = np.nan
    given = generation(imported, exported)
    assert np.isfinite(given).all()
    known = np.isfinite(imported)
    assert r2(given[known], made[known]) > 0.95
    assert not generation(BLANK, BLANK).any()


def test_the_usual_load_runs_straight_between_months():
    table = np.full((2, 3, 48), np.nan)
    table[0] = np.array([1.0, 2.0, 4.0])[:, None]
    table[1] = 10.0
    load = np.full((90, 48), np.nan)
    working = np.zeros((90, 48), dtype=bool)
    working[:, 40:] = True
    spread_load(table, working, load)
    middles = np.array([14.5, 44.5, 74.5])
    assert np.allclose(load[:, 0], np.interp(np.arange(90), middles, [1.0, 2.0, 4.0]))
    assert np.allclose(load[:, 40:], 10.0)


def test_the_mean_load_adds_generation_back_and_leaves_stuck_half_hours_out():
    net = np.full((30, 48), 1.0, np.float32)
    net[:15, 24] = 0.0
    given = np.full((30, 48), 0.5, np.float32)
    sun = np.zeros((30, 48), np.float32)
    sun[:, 24] = 0.5
    table = np.full((2, 1, 48), np.nan)
    mean_load(net, given, sun, np.ones((30, 48), dtype=bool), 0.1, table)
    assert np.isnan(table[0]).all()
    assert np.allclose(table[1], 1.5)
