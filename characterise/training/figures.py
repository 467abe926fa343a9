"""Figures of merit: discrimination, agreement, calibration, and what a tier is worth."""

from __future__ import annotations

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
    Bins of equal mass; debiased after Kumar, Liang and Ma (2019): each bin's squared gap less its
    sampling variance, root of the mean, never under zero. NaN under five sites a bin, or of one
    side only.
    """
    if label.size < 5 * bins or label.min() == label.max():
        return float("nan")
    weight = balanced(label)
    order = np.argsort(probability, kind="stable")
    mass = np.cumsum(weight[order])
    bin_of = np.minimum((mass * bins).astype(np.int64), bins - 1)
    total = 0.0
    for number in np.unique(bin_of):
        part = order[bin_of == number]
        share = weight[part] / weight[part].sum()
        rate = float(np.dot(share, label[part]))
        count = 1 / float((share**2).sum())
        gap = (float(np.dot(share, probability[part])) - rate) ** 2
        noise = rate * (1 - rate) / (count - 1) if count > 1 else gap
        total += float(weight[part].sum()) * (gap - noise)
    return float(np.sqrt(max(total, 0.0)))


def wilson(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
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
