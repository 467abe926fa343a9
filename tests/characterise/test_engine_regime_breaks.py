"""What came when, told from the boundary although the attribution runs all along."""

from __future__ import annotations

import numpy as np
import pytest
from engine_cases import cube_of

from characterise.asset_classes import BESS, EV_CHARGER, FLEXIBLE_DEMAND, HEAT_PUMP, SOLAR_PV
from characterise.capability.history import histories, history, while_there
from characterise.detections import _dates as dates_of
from characterise.regimes import Break, regimes, site_breaks
from characterise.regimes.breaks import answer, ready, scan
from characterise.signatures.attribution import Attribution

DAYS = 300
ROW = np.array([0], np.int32)


def home(seed):
    rng = np.random.default_rng(seed)
    level = rng.gamma(8, 0.05, (1, DAYS, 1))
    return (level + rng.gamma(1.0, 0.3, (1, DAYS, 48))).astype(np.float32)


def charging(seed, first, end=DAYS, kw=7.0, chance=0.5):
    rng = np.random.default_rng(seed)
    power = np.zeros((1, DAYS, 48), np.float32)
    for day in range(first, end):
        if rng.random() < chance:
            start = rng.integers(0, 40)
            power[0, day, start : start + rng.integers(3, 8)] = kw
    return power


def part_of(name, drawn, given=None):
    return Attribution(name, ROW, drawn, np.zeros_like(drawn) if given is None else given)


def haunted(true, seed, share=0.2):
    """What a careless attribution makes of it: the truth, and some of it on other days."""
    rng = np.random.default_rng(seed)
    ghost = charging(seed + 50, 0, kw=1.5, chance=share)
    return np.maximum(true * rng.uniform(0.7, 1.1, (1, DAYS, 1)).astype(np.float32), ghost)


@pytest.mark.parametrize("day", [60, 150, 270])
def test_a_charger_is_dated_although_something_was_attributed_before(day):
    errors = []
    for seed in range(6):
        true = charging(seed, day)
        cube = cube_of(home(seed) + true)
        held = histories(cube, [part_of(EV_CHARGER, haunted(true, seed))])[0]
        assert held.regimes.changes[0] == ("installed",)
        errors.append(abs(int(held.regimes.first_seen[0]) - day))
        assert held.window.first[0] == held.regimes.start[0] >= day - 14
    assert np.median(errors) <= 7
    assert max(errors) <= 14


def test_a_charger_there_throughout_has_no_changes():
    for seed in range(10):
        true = charging(seed, 0)
        cube = cube_of(home(seed) + true)
        held = histories(cube, [part_of(EV_CHARGER, haunted(true, seed))])[0]
        assert held.regimes.changes[0] == ()


def test_a_charger_that_left_ends_its_window():
    true = charging(1, 0, 180)
    held = histories(cube_of(home(1) + true), [part_of(EV_CHARGER, haunted(true, 1, 0.05))])[0]
    assert held.regimes.changes[0] == ("removed",)
    assert 166 <= held.regimes.last_seen[0] <= 182
    assert held.window.end[0] == held.regimes.last_seen[0] + 1


def test_a_fortnight_away_is_no_removal():
    true = charging(2, 0)
    true[0, -20:] = 0
    held = histories(cube_of(home(2) + true), [part_of(EV_CHARGER, true)])[0]
    assert held.regimes.changes[0] == ()


def test_the_coming_of_a_battery_is_not_the_charger_s():
    """The charger was always there; its attribution grows where the battery confuses it."""
    car = charging(3, 0)
    charge, discharge = np.zeros_like(car), np.zeros_like(car)
    charge[0, 140:, 2:8] = 3.0
    discharge[0, 140:, 34:40] = 2.5
    cube = cube_of(home(3) + car + charge - discharge)
    parts = [part_of(EV_CHARGER, haunted(car, 3)), part_of(BESS, charge, discharge)]
    ev, battery = site_breaks(cube, parts)
    assert [one.day for one in battery[0]] == [140]
    assert not any(abs(one.day - 140) <= 10 for one in ev[0])


def test_panels_that_came_pull_the_noon_down():
    rng = np.random.default_rng(4)
    slot = np.arange(48)
    sun = np.maximum(np.cos((slot - 24) / 16 * np.pi), 0) * (np.abs(slot - 24) < 8)
    cloud = rng.uniform(0.2, 1, (1, DAYS, 1))
    made = (3 * sun * cloud).astype(np.float32)
    made[0, :160] = 0
    seen = made + (0.4 * sun * cloud).astype(np.float32)
    held = histories(cube_of(home(4) - made), [part_of(SOLAR_PV, np.zeros_like(made), seen)])[0]
    assert held.regimes.changes[0][0] == "installed"
    assert abs(int(held.regimes.first_seen[0]) - 160) <= 7


def test_calls_that_begin_late_are_no_arrival_of_flexible_demand():
    given = np.zeros((1, DAYS, 48), np.float32)
    given[0, 200::7, 34:38] = 5.0
    held = histories(cube_of(home(5) + 8 - given), [part_of(FLEXIBLE_DEMAND, given * 0, given)])[0]
    assert held.regimes.changes[0] == ()
    assert held.regimes.first_seen[0] == 200


def test_a_second_size_must_show_at_the_boundary_too():
    """A cold spell raises the attributed size, and no break stands beside it."""
    rng = np.random.default_rng(6)
    energy = rng.gamma(4, 2.5, (1, DAYS)).astype(np.float32)
    energy[0, :30] = 0
    size = np.full((1, DAYS), 7.0, np.float32)
    size[0, :150] *= 0.4
    size[0, :30] = np.nan
    operating = energy > 0
    came = Break(30, 1.0, True)
    assert regimes(energy, size, operating, [[came]]).changes == (("installed",),)
    grown = regimes(energy, size, operating, [[came, Break(148, 1.0, True)]])
    assert grown.changes == (("installed", "resized"),)
    assert grown.first_seen[0] == 30
    assert 143 <= grown.start[0] <= 157


def test_scan_gives_the_likelihood_gain_of_a_plain_step():
    rng = np.random.default_rng(7)
    y = rng.normal(0, 1, 200)
    y[80:] += 2.0
    y[30:40] = np.nan
    series, weight = ready(y[None])
    level = np.ones((200, 1))
    up, down = np.zeros(200), np.zeros(200)
    scan(series, weight, level, level, np.ones(1), 1, up, down)
    assert abs(int(up.argmax()) - 80) <= 1
    known = np.isfinite(y)
    at = int(up.argmax())
    clipped = np.clip(y, *np.percentile(y[known], (2, 98)))
    parts = [clipped[known & (np.arange(200) < at)], clipped[known & (np.arange(200) >= at)]]
    inside = sum(((part - part.mean()) ** 2).sum() for part in parts)
    whole = ((clipped[known] - clipped[known].mean()) ** 2).sum()
    assert up.max() == pytest.approx(0.5 * np.log(whole / inside), rel=0.05)


def test_blank_and_short_meters_have_no_breaks():
    true = charging(8, 0)
    blank = cube_of(np.full_like(true, np.nan))
    assert site_breaks(blank, [part_of(EV_CHARGER, true * np.nan)]) == (((),),)
    short = cube_of(home(8)[:, :2])
    assert site_breaks(short, [part_of(EV_CHARGER, true[:, :2])]) == (((),),)


def test_a_charger_that_came_to_be_used_more_is_no_arrival():
    """Fewer days before, each to the same height: it was there."""
    for seed in range(6):
        seldom, often = charging(seed, 0, chance=0.45), charging(seed + 20, 0, chance=0.9)
        true = np.concatenate([seldom[:, :150], often[:, 150:]], axis=1)
        held = histories(cube_of(home(seed) + true), [part_of(EV_CHARGER, true)])[0]
        assert "installed" not in held.regimes.changes[0]


def test_panels_there_all_along_are_not_dated_by_a_seam_of_their_attribution():
    rng = np.random.default_rng(9)
    slot = np.arange(48)
    sun = np.maximum(np.cos((slot - 24) / 16 * np.pi), 0) * (np.abs(slot - 24) < 8)
    made = (3 * sun * rng.uniform(0.2, 1, (1, DAYS, 1))).astype(np.float32)
    seen = made.copy()
    seen[0, :90] = 0
    held = histories(cube_of(home(9) - made), [part_of(SOLAR_PV, made * 0, seen)])[0]
    assert held.regimes.changes[0] == ()


def test_answer_is_the_slope_of_the_days_on_their_cause_whatever_drifts():
    rng = np.random.default_rng(10)
    cause = rng.uniform(0, 1, 120)
    series = 2.0 * cause + np.linspace(0, 5, 120) + rng.normal(0, 0.1, 120)
    series[40:50] = np.nan
    slope, doubt = answer(series, cause, 0, 120)
    assert slope == pytest.approx(2.0, abs=3 * doubt)
    assert 0 < doubt < 0.1
    assert answer(series, cause, 0, 5) == (0.0, np.inf)


def test_nothing_is_attributed_before_an_asset_came_or_after_it_went():
    came, went = charging(1, 150), charging(1, 0, 150)
    for true, away in ((came, slice(0, 140)), (went, slice(160, DAYS))):
        part = part_of(EV_CHARGER, haunted(true, 1, 0.05))
        part.import_kw[0, away.start + 1] = np.nan
        followed = histories(cube_of(home(1) + true), [part])
        (kept,) = while_there([part], followed)
        assert np.nansum(part.import_kw[0, away]) > 0
        assert np.nansum(kept.import_kw[0, away]) == 0
        assert np.isnan(kept.import_kw[0, away.start + 1]).all()
        there = np.flatnonzero(true[0].max(axis=1) > 0)
        there = there[np.abs(there - 150) > 10]
        np.testing.assert_array_equal(kept.import_kw[0, there], part.import_kw[0, there])


def test_a_heat_pump_first_seen_in_the_cold_may_have_come_since_the_last_cold_before():
    temp = np.full((DAYS, 48), 18.0)
    temp[:60] = temp[200:] = 2.0
    drawn = np.zeros((1, DAYS, 48), np.float32)
    drawn[:, 200:, 10:40] = 2.0
    cube = cube_of(home(1) + drawn, temp_c=temp)
    held = history(cube, part_of(HEAT_PUMP, drawn), [[Break(200, 1.0, comes=True)]])
    assert held.regimes.first_seen[0] == 200
    assert held.earliest[0] == 60
    _, _, said = dates_of(cube, (held, 0))
    assert str(cube.day_of(60)) in said["installed"]
    car = history(cube, part_of(EV_CHARGER, drawn), [[Break(200, 1.0, comes=True)]])
    assert car.earliest[0] == 200
    assert str(cube.day_of(60)) not in dates_of(cube, (car, 0))[2]["installed"]


def test_what_stayed_keeps_its_attribution_as_it_is():
    part = part_of(EV_CHARGER, charging(2, 0))
    followed = histories(cube_of(home(2) + part.import_kw), [part])
    assert while_there([part], followed)[0] is part
