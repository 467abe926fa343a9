"""Intervals of figures of merit: whole clusters resampled, and exact where nothing varies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.training.figures import auc, balanced, macro_f1, squared_gaps, wilson

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

RESAMPLES: Final = 200
SEED: Final = 20261125
LEVELS: Final = (0.025, 0.975)
NOTHING: Final = (float("nan"), float("nan"))


def resamples(cluster: Index, times: int = RESAMPLES) -> Iterator[tuple[Index, Index]]:
    """Rows of each resample, drawn by whole cluster, and the number of the draw each belongs to.

    Parameters
    ----------
    cluster
        (N,) number of each row's home, building or trace.
    """
    draw = np.random.default_rng(SEED)
    _, inverse, counts = np.unique(cluster, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    for _ in range(times):
        chosen = draw.integers(0, len(counts), len(counts))
        size = counts[chosen]
        own = np.repeat(np.arange(len(chosen)), size)
        inside = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        yield order[np.repeat(first[chosen], size) + inside], own


def percentile(
    figure: Callable[[Index], float], cluster: Index, times: int = RESAMPLES
) -> tuple[float, float]:
    """Central 95 % of a figure over resamples; NaN where fewer than half of them have one."""
    held = np.array([figure(rows) for rows, _ in resamples(cluster, times)])
    held = held[np.isfinite(held)]
    if held.size < times / 2:
        return NOTHING
    low, high = np.quantile(held, LEVELS)
    return float(low), float(high)


def median_interval(values: Array, cluster: Index) -> tuple[float, float, float]:
    """Median and its interval; NaN of nothing, no interval under five clusters."""
    known = np.isfinite(values)
    if not known.any():
        return float("nan"), *NOTHING
    held, group = values[known], cluster[known]
    middle = float(np.median(held))
    if np.unique(group).size < 5:
        return middle, *NOTHING
    return middle, *percentile(lambda rows: float(np.median(held[rows])), group)


def auc_interval(score: Array, label: Array, cluster: Index) -> tuple[float, float]:
    """Interval of the AUC; see `_at_the_edge` for one that no resample moves."""
    found = percentile(lambda rows: auc(score[rows], label[rows]), cluster)
    return _at_the_edge(auc(score, label), found, label, cluster)


def macro_f1_interval(
    called: npt.NDArray[np.bool_], label: Array, cluster: Index
) -> tuple[float, float]:
    """Interval of the macro-F1; see `_at_the_edge` for one that no resample moves."""
    found = percentile(lambda rows: macro_f1(called[rows], label[rows]), cluster)
    return _at_the_edge(macro_f1(called, label), found, label, cluster)


def _at_the_edge(
    value: float, found: tuple[float, float], label: Array, cluster: Index
) -> tuple[float, float]:
    """Wilson's interval of the rarer side's clusters where all resamples agree.

    A figure of one has no spread between resamples, which says nothing on the next site.
    """
    if np.isnan(value) or np.isnan(found[0]) or found[1] - found[0] > 1e-12:
        return found
    rarer = min(np.unique(cluster[label == side]).size for side in (0.0, 1.0))
    return wilson(round(value * rarer), rarer)


def ece_interval(
    probability: Array, label: Array, cluster: Index, bins: int
) -> tuple[float, float]:
    """Interval of the debiased calibration error.

    Notes
    -----
    In a resample the sample's own gaps are the truth, chance included, so resamples scatter about
    the plain squared gap; their distance from it is turned about the debiased one (the basic
    bootstrap, on squares).
    """
    weight = balanced(label)
    whole = squared_gaps(probability, label, weight, cluster=cluster, bins=bins)
    away = []
    for rows, own in resamples(cluster):
        y = label[rows]
        if y.min() < y.max():
            part = squared_gaps(probability[rows], y, balanced(y), cluster=own, bins=bins)
            away.append(part.debiased - whole.plain)
    if len(away) < RESAMPLES / 2:
        return NOTHING
    low, high = np.quantile(away, LEVELS)
    ends = np.sqrt(np.maximum([whole.debiased - high, whole.debiased - low], 0.0))
    return float(ends[0]), float(ends[1])
