"""Boosted trees: the plain arrays say what the library said, and physics keeps its direction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from characterise.model.trees import plain, read
from characterise.training import boosting
from characterise.training.boosting import fit_trees


def sites(n=600, seed=0):
    draw = np.random.default_rng(seed)
    label = (np.arange(n) % 2).astype(float)
    values = label[:, None] * [1.0, -1.0, 0.7] + draw.normal(0, 1, (n, 3))
    values[draw.random((n, 3)) < 0.1] = np.nan
    return values, label


def test_the_arrays_say_what_the_library_says():
    values, label = sites()
    found = fit_trees(values, label, np.ones(len(label)), [1, -1, 2])
    library = HistGradientBoostingClassifier(
        max_iter=boosting.TREES,
        learning_rate=boosting.LEARNING_RATE,
        max_leaf_nodes=boosting.LEAVES,
        min_samples_leaf=boosting.LEAST_IN_LEAF,
        l2_regularization=boosting.L2,
        monotonic_cst=[1, -1, 0],
        early_stopping=False,
        random_state=0,
    ).fit(values, label, sample_weight=np.ones(len(label)))
    assert found.logit(values) == pytest.approx(library.decision_function(values), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(base=st.lists(st.floats(-4, 4), min_size=3, max_size=3), step=st.floats(0, 5))
def test_more_of_a_figure_never_speaks_against_its_direction(base, step):
    values, label = sites()
    found = _fitted(values, label)
    row = np.array([base])
    more, less = row.copy(), row.copy()
    more[0, 0] += step
    less[0, 1] += step
    assert found.logit(more)[0] >= found.logit(row)[0] - 1e-12
    assert found.logit(less)[0] <= found.logit(row)[0] + 1e-12


_KEPT = {}


def _fitted(values, label):
    if "it" not in _KEPT:
        _KEPT["it"] = fit_trees(values, label, np.ones(len(label)), [1, -1, 2])
    return _KEPT["it"]


def test_a_row_that_counts_nothing_teaches_nothing():
    values, label = sites()
    wrong = np.concatenate([values, values]), np.concatenate([label, 1 - label])
    weight = np.concatenate([np.ones(len(label)), np.full(len(label), 1e-9)])
    right = fit_trees(*wrong, weight, [1, -1, 2]).logit(values)
    assert ((right > 0) == (label == 1)).mean() > 0.75


def test_trees_read_back_as_written():
    values, label = sites()
    found = fit_trees(values, label, np.ones(len(label)), [1, -1, 2])
    again = read(plain(found))
    assert again.logit(values) == pytest.approx(found.logit(values), abs=1e-4)
    assert plain(again) == plain(found)


def test_a_figure_that_nobody_knows_says_nothing():
    values, label = sites()
    blank = np.concatenate([values, np.full((len(values), 1), np.nan)], axis=1)
    with_it = fit_trees(blank, label, np.ones(len(label)), [1, -1, 2, 1]).logit(blank)
    without = fit_trees(values, label, np.ones(len(label)), [1, -1, 2]).logit(values)
    assert with_it == pytest.approx(without)
