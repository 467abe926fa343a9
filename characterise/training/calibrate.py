"""Calibration on sites that the trees did not see: Platt by history, and Venn-Abers evidence."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import isotonic_regression

from characterise.training.weights import effective

Array = npt.NDArray[np.float64]

KNOTS: Final = 61
REACH: Final = 6.0
"""Logit beyond which all is alike."""
_PRIOR: Final = np.array([1.0, 0.0, 0.0, 0.0])
_PRECISION: Final = np.array([0.05, 2.0, 0.05, 2.0])
"""Of a Gaussian prior on slope, its change, offset, its change."""


def platt(raw: Array, label: Array, weight: Array, short: Array) -> tuple[Array, Array]:
    """(2,) slope and (2,) offset of the calibrated logit by length of history.

    Notes
    -----
    Maximum likelihood with soft labels (Platt 1999); slope and offset each have a term in
    `characterise.calibration.shortness`.
    """
    weight = weight * (effective(weight) / weight.sum())
    ones = (weight * label).sum(), (weight * (1 - label)).sum()
    target = np.where(label > 0, (ones[0] + 1) / (ones[0] + 2), 1 / (ones[1] + 2))
    row = np.stack([raw, raw * short, np.ones_like(raw), short], axis=1)
    theta = _PRIOR.copy()
    for _ in range(60):
        chance = 0.5 * (1 + np.tanh(0.5 * (row @ theta)))
        gradient = row.T @ (weight * (chance - target)) + _PRECISION * (theta - _PRIOR)
        curve = weight * chance * (1 - chance)
        hessian = (row * curve[:, None]).T @ row + np.diag(_PRECISION)
        step = np.linalg.solve(hessian, gradient)
        theta = theta - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    return theta[:2], theta[2:]


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
