"""Occasions of one site tell less together than each alone: they share windows and weeks."""

import numpy as np
import pytest
from delivery_cases import noisy_case, working_days

from characterise.delivery import VerifySettings
from characterise.delivery.claims import pack
from characterise.delivery.ground import ground_of
from characterise.delivery.placebo import match_windows
from characterise.delivery.shared_noise import information_kept
from characterise.delivery.trials import lay_out

SETTINGS = VerifySettings()


def laid(days, n_sites=1, n_days=200):
    case = noisy_case(n_sites=n_sites, n_days=n_days)
    for site in range(n_sites):
        for day in days[site] if n_sites > 1 else days:
            case.dispatch(site, day, 2.0, fraction=1.0)
    cube = case.cube()
    claims = pack(case.declared_frame(), cube)
    ground = ground_of(cube, claims, case.expected(), SETTINGS)
    trials = lay_out(claims, ground, SETTINGS)
    return claims, trials, match_windows(claims, trials, ground, None, SETTINGS)


def kept_of(days, **how):
    claims, trials, placebo = laid(days, **how)
    return information_kept(claims, trials, placebo, np.ones(claims.n_occasions, dtype=np.bool_))


def test_one_occasion_keeps_all_it_tells():
    kept = kept_of(working_days(200)[100:101])
    assert kept == pytest.approx([1.0])


def test_as_many_occasions_as_windows_tell_half():
    days = working_days(200)
    claims, trials, placebo = laid(days[::2])
    placebo.memory[:] = 0.0
    kept = information_kept(claims, trials, placebo, np.ones(claims.n_occasions, dtype=np.bool_))
    ratio = claims.n_occasions / placebo.n_windows[trials.joint]
    assert kept == pytest.approx((1 + 1 / placebo.n_windows[trials.joint]) / (1 + ratio))
    assert kept.mean() == pytest.approx(0.5, abs=0.05)


def test_occasions_of_one_week_tell_less_where_the_noise_lasts():
    days = working_days(200)
    claims, trials, placebo = laid([days[100], days[101], days[120]])
    placebo.memory[:] = 0.5
    near, also_near, apart = information_kept(claims, trials, placebo, np.ones(3, dtype=np.bool_))
    assert near == pytest.approx(also_near)
    assert apart / near == pytest.approx(1.5, abs=0.03)


def test_occasions_that_do_not_count_keep_nothing_and_take_nothing():
    days = working_days(200)
    claims, trials, placebo = laid(days[60:100:4])
    counted = np.zeros(claims.n_occasions, dtype=np.bool_)
    counted[3] = True
    kept = information_kept(claims, trials, placebo, counted)
    assert kept[3] == pytest.approx(1.0)
    assert kept[~counted].tolist() == [0.0] * (claims.n_occasions - 1)


def test_another_site_takes_nothing():
    days = working_days(200)
    alone = kept_of(days[60:100:4])
    both = kept_of({0: days[60:100:4], 1: days[61:101:2]}, n_sites=2)
    assert len(both) > len(alone)
    claims, *_ = laid({0: days[60:100:4], 1: days[61:101:2]}, n_sites=2)
    first = np.unique(claims.occasion[claims.row == 0])
    assert both[first] == pytest.approx(alone, abs=0.02)
