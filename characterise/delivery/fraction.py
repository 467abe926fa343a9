"""Delivered fraction: Gaussian posterior of each party's share, with residuals that remember.

Model per half-hour: r_t = sum_i phi_i d_it + e_t with r the fall of net import, d_i what party i
declared, e AR(1) with the site's sigma by slot and rho. The information of an occasion is divided
by what its placebo windows show the AR(1) to understate. Prior N(1, 1), truncated nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.delivery.claims import Claims
from characterise.delivery.ground import Ground
from characterise.delivery.placebo import Placebo
from characterise.delivery.settings import VerifySettings
from characterise.delivery.trials import USABLE, Trials

Int = npt.NDArray[np.int64]
Double = npt.NDArray[np.float64]

Z_05: Final = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Regression:
    """Evidence of O occasions about their parties, as normal equations.

    Column j of occasion o belongs to ``party[column_start[o] + j]``; its P x P information is at
    ``gram_start[o]``, rows outermost.
    """

    column_start: Int
    party: Int
    gram_start: Int
    gram: Double
    """Information, 1 (fractions have no unit)."""
    score: Double
    """Information times estimate, by column."""
    column_of_claim: Int
    """(C,) the column of each claim, -1 where the claim was not tried."""


def regress(claims: Claims, trials: Trials, ground: Ground, placebo: Placebo) -> Regression:
    """Normal equations of every occasion."""
    n_occasions = claims.n_occasions
    tried = trials.state == USABLE
    pairs = np.stack([claims.occasion[tried], claims.party[tried]])
    columns, where = np.unique(pairs, axis=1, return_inverse=True)
    column_of_claim = np.full(claims.n_claims, -1, dtype=np.int64)
    column_of_claim[tried] = where.reshape(-1)
    width = np.bincount(columns[0], minlength=n_occasions)
    column_start = np.concatenate([[0], np.cumsum(width)])
    length = np.diff(trials.start)[:n_occasions]
    block_start = np.concatenate([[0], np.cumsum(width * length)])
    blocks = np.zeros(int(block_start[-1]))
    claim = claims.claim_of_half_hour()
    used = np.flatnonzero(tried[claim])
    occasion = claims.occasion[claim[used]]
    n_cells = ground.residual_kw.shape[1]
    joint = trials.start[n_occasions]
    keys = np.repeat(np.arange(n_occasions), length) * n_cells + trials.cell[:joint]
    wanted = occasion * n_cells + claims.cell[used]
    position = np.searchsorted(keys, wanted)
    held = position < len(keys)
    held[held] = keys[position[held]] == wanted[held]
    used, occasion, position = used[held], occasion[held], position[held]
    column = column_of_claim[claim[used]] - column_start[occasion]
    index = block_start[occasion] + column * length[occasion] + position - trials.start[occasion]
    np.add.at(blocks, index, claims.declared_kw[used])
    gram_start = np.concatenate([[0], np.cumsum(width * width)])
    # Too few windows: nothing is known of the noise, so the occasion says nothing.
    inflation = np.where(np.isfinite(placebo.inflation), placebo.inflation, np.inf)
    gram, score = _normal_equations(
        ground.sigma_kw, ground.rho, trials.start, trials.site, trials.cell,
        placebo.response_kw, np.maximum(inflation, 1e-6), column_start, block_start, blocks,
        gram_start,
    )  # fmt: skip
    return Regression(
        column_start, columns[1].astype(np.int64), gram_start, gram, score, column_of_claim
    )


@dataclass(frozen=True, slots=True)
class Fractions:
    """Normal posterior of delivered fractions, one by column or party."""

    mean: Double
    sd: Double

    @property
    def p05(self) -> Double:
        """Lower end of the 90 % interval."""
        return self.mean - Z_05 * self.sd

    @property
    def p95(self) -> Double:
        """Upper end of the 90 % interval."""
        return self.mean + Z_05 * self.sd


def by_occasion(regression: Regression, settings: VerifySettings) -> Fractions:
    """Posterior by column, from the one occasion alone.

    Parties that share an occasion are not told apart by it: how closely each kept to its declared
    shape is not known, and two shapes nearly alike would be told apart by that alone. Only the
    share of their sum is taken from it, as each one's part of the declared.
    """
    mean, sd = _solve_each(
        regression.column_start, regression.gram_start, regression.gram, regression.score,
        settings.prior_mean, settings.prior_sd,
    )  # fmt: skip
    return Fractions(mean, sd)


@njit(cache=True)
def _normal_equations(  # type: ignore[no-untyped-def]
    sigma, rho, start, site, cell, response, inflation,
    column_start, block_start, blocks, gram_start,
):  # fmt: skip
    gram = np.zeros(gram_start[-1])
    score = np.zeros(column_start[-1])
    for o in range(len(column_start) - 1):
        p = column_start[o + 1] - column_start[o]
        a, b = start[o], start[o + 1]
        length = b - a
        r = site[o]
        x, last = np.zeros(p), np.zeros(p)
        y_last = 0.0
        for i in range(length):
            kept = rho[r] ** (cell[a + i] - cell[a + i - 1]) if i > 0 else 0.0
            weight = 1.0 / ((1.0 - kept * kept) * inflation[o])
            s = sigma[r, cell[a + i] % 48]
            y = response[a + i] / s
            for j in range(p):
                x[j] = blocks[block_start[o] + j * length + i] / s
            for j in range(p):
                fresh = x[j] - kept * last[j]
                score[column_start[o] + j] += weight * fresh * (y - kept * y_last)
                for m in range(p):
                    gram[gram_start[o] + j * p + m] += weight * fresh * (x[m] - kept * last[m])
            last[:] = x
            y_last = y
    return gram, score


@njit(cache=True)
def _solve_each(column_start, gram_start, gram, score, prior_mean, prior_sd):  # type: ignore[no-untyped-def]
    mean = np.full(len(score), np.nan)
    sd = np.full(len(score), np.nan)
    for o in range(len(column_start) - 1):
        a, b = column_start[o], column_start[o + 1]
        p = b - a
        if p == 0:
            continue
        block = gram[gram_start[o] : gram_start[o + 1]].copy().reshape(p, p)
        right = score[a:b].copy()
        if not np.isfinite(block).all():
            continue
        if p > 1 and block.min() > 0.0:
            part = np.sqrt(np.diag(block))
            part /= part.sum()
            right = part * right.sum()
            block = block.sum() * np.outer(part, part)
        mean[a:b], sd[a:b] = solve(block, right, prior_mean, prior_sd)
    return mean, sd


@njit(cache=True)
def solve(gram, score, prior_mean, prior_sd):  # type: ignore[no-untyped-def]
    """Posterior mean and standard deviation of P fractions from their normal equations.

    Parameters
    ----------
    gram
        (P, P) information.
    score
        (P,) information times estimate.
    """
    p = len(score)
    precision = gram.copy()
    right = score.copy()
    for j in range(p):
        precision[j, j] += 1.0 / prior_sd**2
        right[j] += prior_mean / prior_sd**2
    covariance = np.linalg.inv(precision)
    sd = np.empty(p)
    for j in range(p):
        sd[j] = np.sqrt(covariance[j, j])
    return covariance @ right, sd
