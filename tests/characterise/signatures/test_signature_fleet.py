"""Bumps of a fleet: up more than down, gone when long, measured against other weeks."""

import numpy as np
import pytest

from characterise.signatures import ev_charger
from characterise.signatures.excursions import (
    bumps,
    carried_forward,
    highest,
    lowest,
    reached,
    slot_counts,
    unlike_other_weeks,
)
from characterise.signatures.fleet import FLEET_STATISTICS, fill_fleet, fleet_statistics
from characterise.signatures.shape import is_large, levels

DAYS = 84


def building(seed=0):
    """(84, 48) kW of an office whose noise goes down as far as up."""
    draw = np.random.default_rng(seed)
    day = 40 + 30 * np.exp(-(((np.arange(48) - 26) / 9) ** 2))
    weekly = np.array([1, 1, 1, 1, 1, 0.6, 0.6])[np.arange(DAYS) % 7]
    load = weekly[:, None] * day + draw.normal(0, 1.0, (DAYS, 48))
    return load.astype(np.float32)


def cars(seed=1, kw=11.0, daily=3):
    """(84, 48) kW of cars that stop by for an hour or two at any time of the day."""
    draw = np.random.default_rng(seed)
    out = np.zeros((DAYS, 48), np.float32)
    for day in out:
        for start in draw.integers(14, 40, draw.poisson(daily)):
            day[start : start + draw.integers(2, 5)] += kw
    return out


def statistics(load):
    out = np.full(len(FLEET_STATISTICS), np.nan, np.float32)
    swing = levels(load.reshape(-1), np.empty(8192, np.int64))[0]
    fleet_statistics(load, swing, np.empty((5, load.size), np.float32), out)
    return dict(zip(FLEET_STATISTICS, out.tolist(), strict=True))


def drawn(load):
    out = np.zeros(load.size, np.float32)
    fill_fleet(load.reshape(-1), np.empty((5, load.size), np.float32), out)
    return out.reshape(load.shape)


def test_a_short_rise_stands_out_and_a_long_one_does_not():
    load = np.zeros(96, np.float32)
    load[10:13] = 7
    load[40:60] = 7
    out, work = np.empty(96, np.float32), np.empty(96, np.float32)
    bumps(load, 2, out, work)
    assert out[10:13].tolist() == [7, 7, 7]
    assert out.sum() == 21
    lowest(load, 2, work)
    assert work[42:58].min() == 7
    assert work[:42].max() == 0


def test_gaps_are_carried_forward_from_the_last_known():
    out = np.empty(4, np.float32)
    carried_forward(np.array([np.nan, 2, np.nan, 3], np.float32), out)
    assert out.tolist() == [0, 2, 2, 3]


def test_a_weekly_schedule_leaves_nothing_and_one_odd_day_leaves_itself():
    load = np.repeat(np.arange(7, dtype=np.float32)[:, None], 48, axis=1)
    load = np.tile(load, (6, 1))
    load[16, 20] += 9
    out = np.empty_like(load)
    unlike_other_weeks(load, out)
    assert out[16, 20] == 9
    out[16, 20] = 0
    # Other weeks shrug the odd day off where three or four of them are known.
    assert np.abs(out[14:28]).max() == 0


def test_a_share_of_days_is_read_off_the_counts():
    part = np.repeat(np.arange(10, dtype=np.float32), 48) + np.float32(0.5)
    counts = np.empty((48, 96), np.int32)
    slot_counts(part, part, np.float32(1), counts)
    assert reached(counts[3], 1.0, 0.8) == pytest.approx(8)
    assert np.isnan(reached(np.zeros(96, np.int32), 1.0, 0.8))


def test_cars_make_a_building_lopsided():
    own, other = statistics(building() + cars()), statistics(building())
    for name in ("fleet_up_hours", "fleet_up_spell", "fleet_bumps", "fleet_lone"):
        assert own[name] > other[name] + 0.3
    assert abs(other["fleet_up_rare"]) < 0.15
    assert np.exp(own["fleet_kw"]) > 5


def test_plant_that_drops_out_is_no_car():
    told = statistics(building() - cars())
    assert told["fleet_bumps"] < 0
    assert told["fleet_up_spell"] < 0.15


def test_a_schedule_of_one_time_a_day_is_no_car():
    load = building()
    load[:, 30:33] += 11
    told = statistics(load)
    assert told["fleet_up_spell"] < 0.2
    assert told["fleet_up_spell"] < statistics(building() + cars())["fleet_up_spell"] - 0.3


def test_less_than_four_weeks_say_nothing():
    told = statistics(np.ascontiguousarray(building()[:20]))
    assert np.isnan(list(told.values())).all()


def test_charging_at_a_building_that_rests_is_found_and_sized():
    truth = cars()
    rest = np.random.default_rng(2).normal(20, 0.2, truth.shape).astype(np.float32)
    found = drawn(rest + truth)
    hit = ((found > 0) & (truth > 0)).sum()
    assert hit / (truth > 0).sum() > 0.9
    assert hit / (found > 0).sum() > 0.8
    top = np.percentile(found[found > 0], 90)
    assert top == pytest.approx(np.percentile(truth[truth > 0], 90), rel=0.15)


def test_a_building_day_is_mostly_left_alone():
    found = drawn(building())
    assert found.sum() < 0.05 * building().sum()


def test_unknown_half_hours_are_given_nothing():
    load = building() + cars()
    load[30:33] = np.nan
    assert drawn(load)[30:33].max() == 0


def test_large_sites_are_told_by_their_fleet_and_homes_by_their_charger(site):
    names = ev_charger.FEATURES
    depot = ev_charger.features(site("ev_depot").cube)[0]
    home = ev_charger.features(site("ev_home").cube)[0]
    assert np.isfinite(depot[names.index("fleet_kw")])
    assert np.isnan(depot[names.index("size_kw")])
    assert np.isnan(home[names.index("fleet_kw")])
    told = " ".join(ev_charger.reasons(depot))
    assert "bumps" in told
    assert "plateaus" not in told


def test_an_hourly_source_split_in_two_still_shows_its_fleet():
    def hourly(load):
        mean = load.reshape(DAYS, 24, 2).mean(axis=2, keepdims=True)
        return np.ascontiguousarray(mean.repeat(2, axis=2).reshape(DAYS, 48))

    own, other = statistics(hourly(building() + cars())), statistics(hourly(building()))
    assert own["fleet_up_hours"] > other["fleet_up_hours"] + 0.3


def test_a_site_is_large_by_more_than_a_hundredth_of_its_half_hours():
    load = np.full(1000, 5, np.float32)
    load[:10] = -30
    assert not is_large(load)
    load[10] = 30
    assert is_large(load)
    load[500:] = np.nan
    assert is_large(load)


def test_the_most_and_the_least_within_a_window_are_those_of_a_plain_search():
    draw = np.random.default_rng(4)
    for n in (1, 3, 7, 26, 300):
        load = draw.normal(0, 1, n).astype(np.float32)
        for half in (1, 2, 6, 12):
            low, high = np.empty(n, np.float32), np.empty(n, np.float32)
            lowest(load, half, low)
            highest(load, half, high)
            near = [load[max(t - half, 0) : t + half + 1] for t in range(n)]
            assert low.tolist() == [part.min() for part in near]
            assert high.tolist() == [part.max() for part in near]


def test_bumps_on_quiet_sundays_are_alone_and_the_same_on_a_restless_load_are_not():
    draw = np.random.default_rng(6)
    rest = np.full((DAYS, 48), 30, np.float32)
    rest[:, 16:36] += draw.normal(0, 6, (DAYS, 20)).astype(np.float32)
    sundays = np.zeros((DAYS, 48), np.float32)
    sundays[6::7, 20:22] = 7
    sundays[6::7, 40:43] = 7
    rest[6::7] = 30
    own, other = statistics(rest + sundays), statistics(rest - sundays)
    assert own["fleet_lone"] > other["fleet_lone"] + 2
    drowned = statistics(rest + np.roll(sundays, -1, axis=0))
    assert drowned["fleet_lone"] < own["fleet_lone"] - 0.5


def test_levels_of_a_load_are_its_percentiles_and_its_share_at_nothing():
    load = np.random.default_rng(5).gamma(2, 20, (DAYS, 48)).astype(np.float32)
    load[:, :12] = 0
    load[3] = np.nan
    swing, idle = levels(load.reshape(-1), np.empty(8192, np.int64))
    low, high = np.nanpercentile(load, [10, 90])
    assert swing == pytest.approx(high - low, rel=0.01)
    assert idle == pytest.approx(0.25, abs=0.03)
    assert np.isnan(levels(np.full(96, np.nan, np.float32), np.empty(8, np.int64))[0])
    assert np.isnan(levels(load[:5].reshape(-1), np.empty(64, np.int64))[1])
