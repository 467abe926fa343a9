"""Calibration on sites that the trees did not see: Platt above a floor, Venn-Abers evidence."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import isotonic_regression

from characterise.calibration import floored
from characterise.training.weights import effective

Array = npt.NDArray[np.float64]

KNOTS: Final = 61
REACH: Final = 6.0
"""Logit beyond which all is alike."""
_PRIOR: Final = np.array([1.0, 0.0, 0.0, 0.0])
_PRECISION: Final = np.array([0.05, 2.0, 0.05, 2.0])
"""Of a Gaussian prior on slope, its change, offset, its change."""
MOST_UNSEEN: Final = 0.3
_GOLDEN: Final = (5**0.5 - 1) / 2
_SECTIONS: Final = 14


def platt(raw: Array, label: Array, weight: Array, short: Array) -> tuple[Array, Array, float]:
    """(2,) slope and (2,) offset of the calibrated logit by length of history, and its floor.

    Parameters
    ----------
    raw
        (N,) logits of sites that the trees did not see, those with assets too small to be seen
        among them.

    Notes
    -----
    Maximum likelihood with soft labels (Platt 1999); slope and offset each have a term in
    `characterise.calibration.shortness`. The share of assets unseen (`calibration.scaled`) is
    sought by golden section, each time with the best slope and offset for it.
    """
    weight = weight * (effective(weight) / weight.sum())
    ones = (weight * label).sum(), (weight * (1 - label)).sum()
    target = np.where(label > 0, (ones[0] + 1) / (ones[0] + 2), 1 / (ones[1] + 2))
    row = np.stack([raw, raw * short, np.ones_like(raw), short], axis=1)

    def loss(unseen: float) -> float:
        return _fit(row, target, weight, unseen)[1]

    low, high = 0.0, MOST_UNSEEN
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(_SECTIONS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = loss(right)
    unseen = (low + high) / 2
    theta, found = _fit(row, target, weight, unseen)
    none, without = _fit(row, target, weight, 0.0)
    if without <= found:
        theta, unseen = none, 0.0
    return theta[:2], theta[2:], float(unseen)


def _fit(row: Array, target: Array, weight: Array, unseen: float) -> tuple[Array, float]:
    """(4,) likeliest slope and offset at a share unseen, and their loss; Fisher scoring."""
    theta = _PRIOR.copy()
    for _ in range(60):
        seen = row @ theta
        logit = floored(seen, unseen)
        moves = 1 - unseen * np.exp(-logit)  # of the logit with that of a visible asset
        chance = 0.5 * (1 + np.tanh(0.5 * logit))
        gradient = row.T @ (weight * (chance - target) * moves) + _PRECISION * (theta - _PRIOR)
        curve = weight * chance * (1 - chance) * moves**2
        hessian = (row * curve[:, None]).T @ row + np.diag(_PRECISION)
        step = np.linalg.solve(hessian, gradient)
        theta = theta - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    logit = floored(row @ theta, unseen)
    prior = 0.5 * (_PRECISION * (theta - _PRIOR) ** 2).sum()
    return theta, float((weight * (np.logaddexp(0.0, logit) - target * logit)).sum() + prior)


def venn_abers(logit: Array, label: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Knots, and the lower and the upper Venn-Abers logit at each.

    Parameters
    ----------
    logit
        (N,) calibrated logits of sites not seen in training.
    weight
        (N,) rescaled to the number of rows that they are worth; the new site counts as one.

    Notes
    -----
    Vovk and Petej (2014), inductive: isotonic fits with the new site on either side.
    """
    heard = weight > 0
    logit, label, weight = logit[heard], label[heard], weight[heard]
    weight = weight * (effective(weight) / weight.sum())
    order = np.argsort(logit, kind="stable")
    z, y, w = logit[order], label[order], weight[order]
    knots = np.linspace(-REACH, REACH, KNOTS)
    place = np.searchsorted(z, knots)
    least, most = (np.array([_fitted(y, w, int(at), side) for at in place]) for side in (0.0, 1.0))
    return knots, _logit(least), _logit(most)


def _fitted(label: Array, weight: Array, at: int, side: float) -> float:
    grown = isotonic_regression(
        np.insert(label, at, side), sample_weight=np.insert(weight, at, 1.0)
    )
    return float(grown[at])


def _logit(chance: Array) -> Array:
    inside = np.clip(chance, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(inside / (1 - inside)))


__all__ = ["platt", "venn_abers"]
