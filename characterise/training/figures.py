"""Figures of merit: discrimination, agreement, calibration, and what a tier is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def auc(score: Array, label: Array) -> float:
    """Chance that a site with the class scores over one without; NaN where a side is empty."""
    positive = np.sort(score[label == 1])
    negative = score[label == 0]
    if not positive.size or not negative.size:
        return float("nan")
    below = positive.size - np.searchsorted(positive, negative, side="right")
    equal = np.searchsorted(positive, negative, side="right") - np.searchsorted(positive, negative)
    return float((below + 0.5 * equal).sum() / positive.size / negative.size)


def macro_f1(called: npt.NDArray[np.bool_], label: Array) -> float:
    """Mean of the F1 of both sides; NaN where a side is empty."""
    if not (label == 1).any() or not (label == 0).any():
        return float("nan")
    sides = []
    for side in (False, True):
        both = ((called == side) & ((label == 1) == side)).sum()
        sides.append(2 * both / ((called == side).sum() + ((label == 1) == side).sum()))
    return float(np.mean(sides))


def balanced(label: Array) -> Array:
    """(N,) weights that make both sides count alike and sum to one."""
    positive, negative = (label == 1).sum(), (label == 0).sum()
    if not positive or not negative:
        return np.full(label.size, 1 / max(label.size, 1))
    return np.asarray(np.where(label == 1, 0.5 / positive, 0.5 / negative))


def brier(probability: Array, label: Array) -> float:
    """Mean squared error of the probability at a prevalence of one half; NaN of nothing."""
    if not label.size:
        return float("nan")
    return float(np.dot(balanced(label), (probability - label) ** 2))


def ece(probability: Array, label: Array, bins: int = 10) -> float:
    """Expected calibration error at a prevalence of one half, less what chance alone would show.

    Notes
    -----
    Root of `squared_gaps`' debiased mean, never under zero. NaN under five sites a bin, or of one
    side only.
    """
    if label.size < 5 * bins or label.min() == label.max():
        return float("nan")
    gaps = squared_gaps(probability, label, balanced(label), bins=bins)
    return float(np.sqrt(max(gaps.debiased, 0.0)))


@dataclass(frozen=True, slots=True)
class SquaredGaps:
    """Mean over equal-mass bins of the squared gap between stated and true."""

    plain: float
    debiased: float
    """Each bin's squared gap less its sampling variance."""
    absolute: float
    """Mean of the gaps without their sign: what is commonly called ECE, biased upwards."""


def squared_gaps(
    probability: Array,
    label: Array,
    weight: Array,
    *,
    cluster: npt.NDArray[np.int64] | None = None,
    bins: int = 10,
) -> SquaredGaps:
    """Gaps of calibration in bins of equal weight.

    Parameters
    ----------
    weight
        (N,) sums to one; the share of either side is fixed by it, as in `balanced`.
    cluster
        (N,) sites of one number say the same thing more than once; each its own by default.

    Notes
    -----
    Debiased after Kumar, Liang and Ma (2019), with the variance of a weighted share between
    clusters, less what fixing the share of either side takes from it. A bin of one cluster says
    nothing.
    """
    bin_of = mass_bins(probability, weight, bins)
    mass = np.bincount(bin_of, weight, bins)
    share = weight / mass[bin_of]
    miss = label - probability
    gap = np.bincount(bin_of, share * miss, bins)
    number = np.arange(label.size) if cluster is None else cluster
    _, cell = np.unique(bin_of * (int(number.max()) + 1) + number, return_inverse=True)
    held = np.bincount(cell, share * (miss - gap[bin_of]))
    home = np.zeros(held.size, dtype=np.int64)
    home[cell] = bin_of
    count = np.bincount(home, minlength=bins)
    spread = np.bincount(home, held**2, bins) * count / np.maximum(count - 1, 1)
    pull = np.bincount(bin_of, label * share * (miss - gap[bin_of]), bins)
    n_with = max(label.sum(), 1.0)
    spread -= pull**2 * (1 / n_with + 1 / max(label.size - n_with, 1.0))
    spread = np.where(count > 1, spread, gap**2)
    return SquaredGaps(
        float(np.dot(mass, gap**2)),
        float(np.dot(mass, gap**2 - spread)),
        float(np.dot(mass, np.abs(gap))),
    )


def mass_bins(probability: Array, weight: Array, bins: int) -> npt.NDArray[np.int64]:
    """(N,) bin of each site, bins of equal weight; equal probabilities share one bin."""
    _, tie = np.unique(probability, return_inverse=True)
    held = np.bincount(tie, weight)
    middle = np.cumsum(held) - held / 2
    number = np.minimum((middle * bins / held.sum()).astype(np.int64), bins - 1)
    return np.asarray(number[tie])


def wilson(right: float, total: float, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of a share; (0, 1) of nothing."""
    if total == 0:
        return 0.0, 1.0
    share = right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * np.sqrt(share * (1 - share) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))


def matthews(called: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """Matthews correlation of two yes-no series; NaN where one never changes."""
    tp = float((called & truth).sum())
    tn = float((~called & ~truth).sum())
    fp = float((called & ~truth).sum())
    fn = float((~called & truth).sum())
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return float((tp * tn - fp * fn) / np.sqrt(below)) if below > 0 else float("nan")


def r2(estimate: Array, truth: Array) -> float:
    """Share of the truth's variance that the estimate explains; NaN of a constant truth."""
    spread = ((truth - truth.mean()) ** 2).sum() if truth.size else 0.0
    return float(1 - ((estimate - truth) ** 2).sum() / spread) if spread > 0 else float("nan")
