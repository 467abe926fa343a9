from __future__ import annotations

import numpy as np
from engine_cases import cube_of
from hypothesis import given, settings
from hypothesis import strategies as st

from characterise.baselines import ridge, usual
from characterise.baselines.local_days import local_days
from characterise.baselines.normal_equations import solve
from characterise.baselines.recent_mean import recent_mean


def plain_recent_mean(load, kind, usable, *, wanted, least, window):
    out = np.full(load.shape, np.nan)
    n_days, n_slots = load.shape
    for d in range(1, n_days):
        for s in range(n_slots):
            back = [
                load[k, s]
                for k in range(d - 1, max(-1, d - 1 - window), -1)
                if kind[k] == kind[d] and usable[k] and np.isfinite(load[k, s])
            ][: wanted[kind[d]]]
            if len(back) >= least[kind[d]]:
                out[d, s] = np.mean(back)
    return out


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), window=st.integers(3, 30))
def test_recent_mean_is_the_plain_mean_of_recent_like_days(seed, window):
    rng = np.random.default_rng(seed)
    load = rng.gamma(1.0, 1.0, (2, 40, 48)).astype(np.float32)
    load[rng.random(load.shape) < 0.2] = np.nan
    kind = (rng.random((1, 40)) < 0.3).astype(np.int8)
    usable = rng.random((1, 40)) < 0.9
    wanted, least = np.array([5, 2]), np.array([2, 1])
    got = recent_mean(load, kind, usable, np.zeros(2, np.int32), wanted, least, window)
    for m in range(2):
        plain = plain_recent_mean(
            load[m], kind[0], usable[0], wanted=wanted, least=least, window=window
        )
        np.testing.assert_allclose(got[m], plain, rtol=1e-5)


def test_solution_is_that_of_the_penalised_normal_equations():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(60, 5)), rng.normal(size=60)
    gram, moment = x.T @ x, x.T @ y
    beta, lower = np.zeros(5), np.zeros((5, 5))
    solve(np.tril(gram), moment, 0.5, 7.0, lower, beta)
    penalised = gram + np.diag(0.5 * np.diag(gram) + 7.0)
    np.testing.assert_allclose(beta, np.linalg.solve(penalised, moment), rtol=1e-6)


def test_days_taken_out_of_the_normal_equations_leave_nothing_behind():
    rng = np.random.default_rng(4)
    n = ridge.N_FEATURES
    features = rng.normal(size=(n, 20, 48)).astype(np.float32)
    target = rng.normal(size=(20, 48))
    target[rng.random(target.shape) < 0.1] = np.nan
    gram, moment, count = np.zeros((48, n, n)), np.zeros((48, n)), np.zeros(48)
    ridge._accumulate(features, target, 0, 20, 1.0, gram, moment, count)
    assert count.sum() == np.isfinite(target).sum()
    ridge._accumulate(features, target, 0, 20, -1.0, gram, moment, count)
    assert np.abs(gram).max() < 1e-9
    assert np.abs(moment).max() < 1e-9
    assert not count.any()


def usual_beside_plain(load, **changed):
    """What is usual, the mean of ten days it starts from, and the load; all by local day."""
    days = local_days(cube_of(load.astype(np.float32)))
    kind, every = np.zeros_like(days.non_working), np.ones(days.non_working.shape, dtype=bool)
    ten, one = np.array([10, 10]), np.ones(2, dtype=np.int64)
    plain = recent_mean(days.load_kw, kind, every, days.clock, ten, one, 60)
    return usual.usual_load(days, plain, 7, usual.Usual(**changed)), plain, days.load_kw


def test_usual_follows_yesterday_where_levels_persist():
    rng = np.random.default_rng(5)
    level = np.cumsum(rng.normal(size=150))[None, :, None] + 50
    moved, plain, load = usual_beside_plain(level + 0.1 * rng.normal(size=(1, 150, 48)))
    error, plain_error = np.abs(moved - load)[0, 60:], np.abs(plain - load)[0, 60:]
    assert np.nanmean(error) < 0.6 * np.nanmean(plain_error)


def test_usual_is_the_plain_mean_where_the_penalty_is_endless():
    load = np.random.default_rng(6).gamma(1.0, 1.0, (1, 60, 48))
    moved, plain, _ = usual_beside_plain(load, pseudo_days=1e9, floor=1e9)
    np.testing.assert_allclose(moved, plain, atol=1e-3)


def test_usual_of_noise_is_steadier_than_ten_days():
    load = 5 + np.random.default_rng(7).normal(size=(1, 150, 48))
    moved, plain, _ = usual_beside_plain(load)
    assert np.nanvar(moved[0, 60:] - 5) < 0.5 * np.nanvar(plain[0, 60:] - 5)


def test_departures_are_bounded_by_what_earlier_days_departed():
    load = np.zeros((30, 48), dtype=np.float32)
    load[:, 0] = np.tile([1.0, -1.0], 15)
    load[20, 0] = 1000.0
    target, bound = np.zeros((30, 48)), np.zeros((30, 48))
    ridge._cut(load, np.zeros_like(load), target, bound)
    assert bound[20, 0] == 4.0
    assert target[20, 0] == 4.0
    assert np.array_equal(target[3:20, 0], load[3:20, 0])
