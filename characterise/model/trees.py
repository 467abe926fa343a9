"""Boosted trees as plain arrays, read by one kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Trees:
    """All nodes of all trees one after the other; a leaf's ``left`` is -1."""

    baseline: float
    """Logit before any tree speaks."""
    roots: Index
    """(T,) node of each tree that is asked first."""
    feature: Index
    """(N,) column that a node asks about."""
    threshold: Array
    """(N,) values up to it go left."""
    left: Index
    right: Index
    missing_left: npt.NDArray[np.bool_]
    """(N,) where an unknown value goes."""
    value: Array
    """(N,) what a leaf adds to the logit."""

    def logit(self, values: Array) -> Array:
        """(M,) sum of the leaves that the rows of (M, F) ``values`` fall into; NaN is unknown."""
        out = np.full(len(values), self.baseline)
        _add_leaves(
            np.ascontiguousarray(values, dtype=np.float64), self.roots, self.feature,
            self.threshold, self.left, self.right, self.missing_left, self.value, out,
        )  # fmt: skip
        return out


def plain(trees: Trees) -> dict[str, Any]:
    """Lists and numbers of the artefact: thresholds whole, for values lie on them; leaves short."""
    return {
        "baseline": _short(trees.baseline),
        "roots": trees.roots.tolist(),
        "feature": trees.feature.tolist(),
        "threshold": trees.threshold.tolist(),
        "left": trees.left.tolist(),
        "right": trees.right.tolist(),
        "missing_left": trees.missing_left.astype(int).tolist(),
        "value": [_short(one) for one in trees.value.tolist()],
    }


def read(body: Mapping[str, Any]) -> Trees:
    """Trees from what `plain` gave."""
    return Trees(
        baseline=float(body["baseline"]),
        roots=np.array(body["roots"], dtype=np.int32),
        feature=np.array(body["feature"], dtype=np.int32),
        threshold=np.array(body["threshold"], dtype=np.float64),
        left=np.array(body["left"], dtype=np.int32),
        right=np.array(body["right"], dtype=np.int32),
        missing_left=np.array(body["missing_left"], dtype=bool),
        value=np.array(body["value"], dtype=np.float64),
    )


def _short(value: float) -> float:
    return float(f"{value:.6e}")


@njit(cache=True)
def _add_leaves(values, roots, feature, threshold, left, right, missing_left, value, out):  # type: ignore[no-untyped-def]
    for m in range(values.shape[0]):
        for root in roots:
            node = root
            while left[node] >= 0:
                x = values[m, feature[node]]
                goes_left = missing_left[node] if np.isnan(x) else x <= threshold[node]
                node = left[node] if goes_left else right[node]
            out[m] += value[node]
