from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from characterise.baselines import ridge
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


def test_ridge_solution_is_that_of_the_penalised_normal_equations():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(60, ridge.N_FEATURES)), rng.normal(size=60)
    gram, moment = x.T @ x, x.T @ y
    beta = np.zeros(ridge.N_FEATURES)
    ridge._solve(np.tril(gram), moment, 0.5, beta)
    penalised = gram + np.diag(0.5 * np.diag(gram))
    np.testing.assert_allclose(beta, np.linalg.solve(penalised, moment), rtol=1e-6)


def test_days_taken_out_of_the_normal_equations_leave_nothing_behind():
    rng = np.random.default_rng(4)
    features = rng.normal(size=(20, 48, ridge.N_FEATURES))
    target = rng.normal(size=(20, 48))
    target[rng.random(target.shape) < 0.1] = np.nan
    gram = np.zeros((48, ridge.N_FEATURES, ridge.N_FEATURES))
    moment, count = np.zeros((48, ridge.N_FEATURES)), np.zeros(48)
    ridge._accumulate(features, target, 0, 20, 1.0, gram, moment, count)
    assert count.sum() == np.isfinite(target).sum()
    ridge._accumulate(features, target, 0, 20, -1.0, gram, moment, count)
    assert np.abs(gram).max() < 1e-9
    assert np.abs(moment).max() < 1e-9
    assert not count.any()


def test_departures_are_bounded_by_what_earlier_days_departed():
    load = np.zeros((30, 48), dtype=np.float32)
    load[:, 0] = np.tile([1.0, -1.0], 15)
    load[20, 0] = 1000.0
    target, bound = np.zeros((30, 48)), np.zeros((30, 48))
    ridge._cut(load, np.zeros_like(load), target, bound)
    assert bound[20, 0] == 4.0
    assert target[20, 0] == 4.0
    assert np.array_equal(target[3:20, 0], load[3:20, 0])
