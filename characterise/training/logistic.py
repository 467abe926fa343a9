"""Regularised logistic regression that may only weigh features the way physics allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Array = npt.NDArray[np.float64]

CUT = 2.5
"""Scaled features are cut here either way: nothing far outside what was seen speaks louder."""
PRIOR_SD = 1.0
"""Standard deviation of the Gaussian prior of each weight."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """Centre and spread of each feature."""

    centre: Array
    scale: Array

    def apply(self, values: Array) -> Array:
        """Scaled and cut values, zero where unknown."""
        scaled = (values - self.centre) / self.scale
        return np.where(np.isfinite(values), np.clip(scaled, -CUT, CUT), 0.0)


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights with their posterior covariance, intercept last."""

    scaling: Scaling
    weights: Array
    intercept: float
    covariance: Array

    def logit(self, values: Array) -> Array:
        """(N,) linear predictor."""
        return np.asarray(self.scaling.apply(values) @ self.weights + self.intercept)


def scaling_of(values: Array, label: Array) -> Scaling:
    """Middle of the two groups' medians, and the root mean square of their robust spreads."""
    centres, spreads = [], []
    for side in (0.0, 1.0):
        part = values[label == side]
        centres.append(_by_column(part, 50))
        spreads.append(_by_column(part, 84) - _by_column(part, 16))
    centre = np.nanmean(np.stack(centres), axis=0) if len(values) else np.zeros(values.shape[1])
    middle = np.abs(centres[1] - centres[0])
    spread = np.sqrt(np.nanmean(np.stack([spread**2 for spread in spreads]), axis=0)) / 2
    scale = np.maximum(np.maximum(spread, 0.25 * np.nan_to_num(middle)), 1e-3)
    return Scaling(np.nan_to_num(centre), np.nan_to_num(scale, nan=1.0))


def _by_column(values: Array, percent: float) -> Array:
    out = np.full(values.shape[1], 0.0)
    for column in range(values.shape[1]):
        known = values[:, column][np.isfinite(values[:, column])]
        if known.size:
            out[column] = np.percentile(known, percent)
    return out


def fit(values: Array, label: Array, weight: Array, signs: Array) -> Fit:
    """Fit by maximum posterior.

    Parameters
    ----------
    values
        (N, F), NaN where unknown.
    label
        (N,) 0 or 1.
    weight
        (N,) how much each row counts; they are rescaled to the effective number of rows.
    signs
        (F,) 1, -1: the only direction a feature may speak in.

    Notes
    -----
    Gaussian prior on the weights; the covariance is the inverse Hessian at the optimum (Laplace).
    """
    scaling = scaling_of(values, label)
    row = np.concatenate([scaling.apply(values), np.ones((len(values), 1))], axis=1)
    weight = weight * (weight.sum() / (weight**2).sum())
    precision = np.full(row.shape[1], PRIOR_SD**-2)
    precision[-1] = 0.01

    def loss(theta: Array) -> tuple[float, Array]:
        z = row @ theta
        value = (weight * (np.logaddexp(0, z) - label * z)).sum() + (precision * theta**2).sum() / 2
        slope = row.T @ (weight * (_sigmoid(z) - label)) + precision * theta
        return float(value), slope

    bounds = [(0.0, None) if sign > 0 else (None, 0.0) for sign in signs] + [(None, None)]
    start = np.zeros(row.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    theta = found.x
    chance = _sigmoid(row @ theta)
    curve = weight * chance * (1 - chance)
    hessian = (row * curve[:, None]).T @ row + np.diag(precision)
    return Fit(scaling, theta[:-1], float(theta[-1]), np.linalg.inv(hessian))


def platt(logit: Array, label: Array, weight: Array) -> tuple[float, float]:
    """Slope and offset of the calibrated logit, by maximum likelihood with Platt's soft labels.

    Notes
    -----
    Platt (1999); the targets are drawn in by the count on each side, as he proposes.
    """
    positive, negative = label.sum(), (1 - label).sum()
    target = np.where(label > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    theta = np.array([1.0, 0.0])
    pair = np.stack([logit, np.ones_like(logit)], axis=1)
    weight = weight * (weight.sum() / (weight**2).sum())
    for _ in range(50):
        chance = _sigmoid(pair @ theta)
        gradient = pair.T @ (weight * (chance - target)) + 0.05 * (theta - np.array([1.0, 0.0]))
        hessian = (pair * (weight * chance * (1 - chance))[:, None]).T @ pair + 0.05 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        theta = theta - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    return float(max(theta[0], 0.05)), float(theta[1])


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)))
