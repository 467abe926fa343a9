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
_PRIOR: Final = np.array([1.0, 0.0, 0.0, 0.0, -3.5, 0.0])
_PRECISION: Final = np.array([0.05, 2.0, 0.05, 2.0, 0.2, 0.2])
"""Of a Gaussian prior on slope, its change, offset, its change, logit unseen, its change."""


def platt(
    raw: Array, label: Array, weight: Array, short: Array, cover: Array
) -> tuple[Array, Array, Array]:
    """(2,) slope and (2,) offset of the calibrated logit by length of history, (2,) its floor.

    Parameters
    ----------
    raw
        (N,) logits of sites that the trees did not see, those with assets too small to be seen
        among them.
    cover
        (N,) of `characterise.calibration.cover_of`.

    Notes
    -----
    Maximum likelihood with soft labels (Platt 1999) by Fisher scoring; slope and offset each have
    a term in `characterise.calibration.shortness`, the share of assets unseen
    (`characterise.calibration.scaled`) one in how much a site could hide.
    """
    weight = weight * (effective(weight) / weight.sum())
    ones = (weight * label).sum(), (weight * (1 - label)).sum()
    target = np.where(label > 0, (ones[0] + 1) / (ones[0] + 2), 1 / (ones[1] + 2))
    row = np.stack([raw, raw * short, np.ones_like(raw), short], axis=1)
    floor = np.stack([np.ones_like(raw), cover], axis=1)

    def loss(theta: Array) -> float:
        logit = floored(row @ theta[:4], floor @ theta[4:])
        prior = 0.5 * (_PRECISION * (theta - _PRIOR) ** 2).sum()
        return float((weight * (np.logaddexp(0.0, logit) - target * logit)).sum() + prior)

    theta = _PRIOR.copy()
    least = loss(theta)
    for _ in range(100):
        gradient, hessian = _curve(row, floor, target, weight, theta)
        step = np.clip(np.linalg.solve(hessian, gradient), -1.0, 1.0)
        while (found := loss(theta - step)) > least and np.abs(step).max() > 1e-6:
            step = step / 2
        if found >= least:
            break
        theta, gained, least = theta - step, least - found, found
        if gained < 1e-10:
            break
    return theta[:2], theta[2:4], theta[4:]


def _curve(
    row: Array, floor: Array, target: Array, weight: Array, theta: Array
) -> tuple[Array, Array]:
    """Gradient of the loss and its expected Hessian."""
    seen, hidden = row @ theta[:4], floor @ theta[4:]
    logit = floored(seen, hidden)
    share = 0.5 * (1 + np.tanh(0.5 * hidden))
    by_seen = 1 - share * np.exp(-logit)
    by_share = (np.exp(-logit) - np.exp(seen - logit)) * share * (1 - share)
    moves = np.concatenate([row * by_seen[:, None], floor * by_share[:, None]], axis=1)
    chance = 0.5 * (1 + np.tanh(0.5 * logit))
    gradient = moves.T @ (weight * (chance - target)) + _PRECISION * (theta - _PRIOR)
    curve = weight * chance * (1 - chance)
    return gradient, (moves * curve[:, None]).T @ moves + np.diag(_PRECISION)


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
