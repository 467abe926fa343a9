"""Intervals: clusters stay whole, and what never varies is not certain."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, matthews_corrcoef, r2_score, roc_auc_score

from characterise.scoring.intervals import (
    auc_interval,
    macro_f1_interval,
    median_interval,
    percentile,
    resamples,
)
from characterise.training.figures import auc, macro_f1, matthews, r2, wilson


def test_figures_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    score = np.round(rng.normal(size=500), 1)  # with ties
    label = (rng.random(500) < 1 / (1 + np.exp(-score))).astype(float)
    called, truth = score > 0.3, label == 1
    assert auc(score, label) == pytest.approx(roc_auc_score(label, score))
    assert macro_f1(called, label) == pytest.approx(f1_score(truth, called, average="macro"))
    assert matthews(called, truth) == pytest.approx(matthews_corrcoef(truth, called))
    assert r2(score, label) == pytest.approx(r2_score(label, score))


def test_a_home_is_drawn_whole_or_not_at_all():
    cluster = np.array([3, 3, 3, 8, 5, 5])
    for rows, own in resamples(cluster, 50):
        for number in np.unique(own):
            mine = rows[own == number]
            assert sorted(mine) == np.flatnonzero(cluster == cluster[mine[0]]).tolist()


def test_repeats_of_one_home_widen_the_interval():
    rng = np.random.default_rng(1)
    values = rng.normal(size=40)
    many = np.repeat(values, 10)
    alone = percentile(lambda rows: float(many[rows].mean()), np.arange(400))
    whole = percentile(lambda rows: float(many[rows].mean()), np.repeat(np.arange(40), 10))
    assert whole[1] - whole[0] > 2 * (alone[1] - alone[0])


def test_interval_of_the_auc_holds_the_truth_about_as_often_as_it_says():
    truth, held = 0.7602, 0  # normal scores one standard deviation apart
    for seed in range(60):
        rng = np.random.default_rng(seed)
        label = np.arange(120) % 2.0
        low, high = auc_interval(rng.normal(label, 1.0), label, np.arange(120))
        held += low <= truth <= high
    assert 52 <= held <= 60


def test_a_figure_of_one_is_as_sure_as_the_rarer_side_is_large():
    label = np.array([1.0] * 8 + [0.0] * 100)
    low, high = auc_interval(label, label, np.arange(108))
    assert (low, high) == pytest.approx(wilson(8, 8))
    low, high = macro_f1_interval(label == 1, label, np.arange(108))
    assert (low, high) == pytest.approx(wilson(8, 8))
    shared = np.concatenate([np.zeros(8), np.arange(1, 101)]).astype(int)  # one home, eight sites
    assert auc_interval(label, label, shared)[0] <= wilson(1, 1)[0] + 1e-9


def test_one_side_alone_has_no_interval():
    assert np.isnan(auc_interval(np.ones(20), np.ones(20), np.arange(20))).all()


def test_median_leaves_unknown_sites_out_and_says_nothing_of_few():
    values = np.array([1.0, np.nan, 3.0, 2.0])
    middle, low, high = median_interval(values, np.arange(4))
    assert middle == 2.0
    assert np.isnan([low, high]).all()
    middle, low, high = median_interval(np.arange(50.0), np.arange(50))
    assert low < middle < high
    assert np.isnan(median_interval(np.array([np.nan]), np.arange(1))).all()
