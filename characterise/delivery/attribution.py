"""Which party a joint shortfall belongs to: one regression a site, over all its occasions.

Parties are told apart only through half-hours in which they were dispatched apart or in different
proportions; where their patterns coincide the posterior stays wide and the collinearity says why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.delivery.claims import Claims
from characterise.delivery.fraction import Fractions, Regression, solve
from characterise.delivery.settings import VerifySettings
from characterise.delivery.trials import USABLE, Trials

Double = npt.NDArray[np.float64]

_SURE: Final = 2.326
"""Normal quantile of 99 %."""
_erf = np.vectorize(math.erf, otypes=[np.float64])


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """What all occasions together say of each of P parties."""

    fraction: Fractions
    """(P,) posterior of the delivered fraction."""
    probability_under: Double
    """(P,) probability that the fraction is under `VerifySettings.under_delivery`."""
    collinearity: Double
    """(P,) largest absolute correlation of the party's declarations with another's, 0 alone."""
    information: Double
    """(P,) information about the party that no other party can take away; 1 / variance."""


def attribute(
    claims: Claims,
    regression: Regression,
    kept: Double,
    settings: VerifySettings,
) -> PartyRecord:
    """Posterior of every party from the occasions that count.

    Parameters
    ----------
    kept
        (O,) share of each occasion's information to use, see `shared_noise`; 0 leaves it out.
    """
    site = claims.parties["mpan"].rle_id().to_numpy().astype(np.int64)
    n_sites = int(site.max(initial=-1)) + 1
    first = np.searchsorted(site, np.arange(n_sites + 1)).astype(np.int64)
    mean, sd, collinearity = _by_site(
        regression.column_start, regression.party, regression.gram_start, regression.gram,
        regression.score, kept, site, first, settings.prior_mean, settings.prior_sd,
    )  # fmt: skip
    fraction = Fractions(mean, np.hypot(sd, settings.meter_error_sd))
    return PartyRecord(
        fraction=fraction,
        probability_under=probability_below(settings.under_delivery, fraction),
        collinearity=collinearity,
        information=np.maximum(1.0 / sd**2 - 1.0 / settings.prior_sd**2, 0.0),
    )


def probability_below(bound: float, fraction: Fractions) -> Double:
    """Chance that the fraction is under ``bound``; NaN where it is unknown."""
    z = (bound - fraction.mean) / fraction.sd
    return np.asarray(0.5 * (1.0 + _erf(z / math.sqrt(2.0))))


def credited_to_others(claims: Claims, trials: Trials, fraction: Fractions) -> Double:
    """(T,) kWh of a shared fall that others surely gave, to be taken from a claim's own trial.

    A claim's own trial credits it with all that the boundary fell. What another party declared in
    the same half-hours and direction is not this claim's as far as that party's record over all
    events puts its fraction above zero with 99 % certainty.
    """
    sure = np.clip(fraction.mean - _SURE * fraction.sd, 0.0, 1.0)
    gain = np.zeros(trials.n_trials)
    claim = claims.claim_of_half_hour()
    shared = (trials.sharers[claims.occasion] > 1)[claim] & (claims.cell >= 0)
    shared &= (trials.state == USABLE)[claim]
    if not shared.any():
        return gain
    claim, kw = claim[shared], claims.declared_kw[shared]
    place = np.stack([claims.occasion[claim], claims.cell[shared], np.sign(kw).astype(np.int64)])
    _, group = np.unique(place, axis=1, return_inverse=True)
    given = sure[claims.party[claim]] * np.abs(kw)
    others = np.bincount(group.reshape(-1), weights=given)[group.reshape(-1)] - given
    np.add.at(gain, trials.own[claim], 0.5 * others)
    return gain


@njit(cache=True)
def _by_site(  # type: ignore[no-untyped-def]
    column_start, party, gram_start, gram, score, kept, site, first, prior_mean, prior_sd
):
    n_parties, n_sites = len(site), len(first) - 1
    square = np.zeros(n_sites + 1, dtype=np.int64)
    for s in range(n_sites):
        square[s + 1] = square[s] + (first[s + 1] - first[s]) ** 2
    whole, right = np.zeros(square[-1]), np.zeros(n_parties)
    for o in range(len(column_start) - 1):
        a, b = column_start[o], column_start[o + 1]
        if a == b or not kept[o] > 0.0 or not np.isfinite(gram[gram_start[o]]):
            continue
        s = site[party[a]]
        p = first[s + 1] - first[s]
        for j in range(b - a):
            right[party[a + j]] += kept[o] * score[a + j]
            row = square[s] + (party[a + j] - first[s]) * p
            for m in range(b - a):
                told = kept[o] * gram[gram_start[o] + j * (b - a) + m]
                whole[row + party[a + m] - first[s]] += told
    mean, sd, collinearity = np.empty(n_parties), np.empty(n_parties), np.zeros(n_parties)
    for s in range(n_sites):
        a, b = first[s], first[s + 1]
        block = whole[square[s] : square[s + 1]].copy().reshape(b - a, b - a)
        mean[a:b], sd[a:b] = solve(block, right[a:b], prior_mean, prior_sd)
        for j in range(b - a):
            for m in range(b - a):
                size = np.sqrt(block[j, j] * block[m, m])
                if j != m and size > 0:
                    collinearity[a + j] = max(collinearity[a + j], abs(block[j, m]) / size)
    return mean, sd, collinearity
