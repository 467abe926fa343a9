"""Monotone boosted trees: fitted by scikit-learn, kept as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from characterise.model.trees import Trees

Array = npt.NDArray[np.float64]

TREES: Final = 200
LEARNING_RATE: Final = 0.06
LEAVES: Final = 8
LEAST_IN_LEAF: Final = 20
L2: Final = 5.0


def fit_trees(values: Array, label: Array, weight: Array, signs: Sequence[int]) -> Trees:
    """Fit by gradient boosting on histograms (Ke et al. 2017), the same bytes on any machine.

    Parameters
    ----------
    values
        (N, F), NaN where unknown.
    label
        (N,) 0 or 1.
    weight
        (N,) how much each row counts; they are rescaled to sum to N.
    signs
        (F,) 1, -1: the only direction a feature may speak in; 2: either.
    """
    learner = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=LEARNING_RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_IN_LEAF,
        l2_regularization=L2,
        monotonic_cst=[sign if abs(sign) == 1 else 0 for sign in signs],
        early_stopping=False,
        random_state=0,
    )
    # A column that nobody knows says nothing, and the library will not bin it.
    blank = np.isnan(values).all(axis=0)
    with threadpool_limits(1):
        learner.fit(
            np.where(blank, 0.0, values), label, sample_weight=weight * (len(label) / weight.sum())
        )
    return _arrays(learner)


def _arrays(learner: HistGradientBoostingClassifier) -> Trees:
    nodes = [one.nodes for (one,) in learner._predictors]
    sizes = [len(one) for one in nodes]
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    every = np.concatenate(nodes)
    shift = np.repeat(roots, sizes)
    leaf = every["is_leaf"].astype(bool)

    def child(side: str) -> npt.NDArray[np.int32]:
        return np.where(leaf, -1, every[side].astype(np.int64) + shift).astype(np.int32)

    return Trees(
        baseline=float(learner._baseline_prediction.item()),
        roots=roots,
        feature=np.where(leaf, 0, every["feature_idx"]).astype(np.int32),
        threshold=np.where(leaf, 0.0, _finite(every["num_threshold"])),
        left=child("left"),
        right=child("right"),
        missing_left=every["missing_go_to_left"].astype(bool) & ~leaf,
        value=np.where(leaf, every["value"], 0.0),
    )


def _finite(threshold: Array) -> Array:
    """An infinite threshold parts the known from the unknown."""
    return np.clip(threshold, -1e30, 1e30)
