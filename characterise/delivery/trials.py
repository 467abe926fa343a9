"""Trials: declared power against a boundary, half-hour by half-hour, packed for the kernels.

Every occasion has one joint trial (the sum of what is declared against the boundary). On an
occasion that several parties share, each claim has a trial of its own besides, under the reading
most favourable to it: all that the boundary fell is credited to this claim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterise.delivery.claims import OUTSIDE, Claims
from characterise.delivery.ground import Ground
from characterise.delivery.settings import VerifySettings
from characterise.meter_cube import ESTIMATED, MISSING

Int = npt.NDArray[np.int64]
Double = npt.NDArray[np.float64]

USABLE, NO_EXPECTATION, CENSORED, NO_BOUNDARY, ESTIMATED_BOUNDARY = range(5)
"""State of a claim: can it be tried at all. Censored: the import meter reads nothing and export is
not metered, so a larger fall could not be seen."""
NOTHING_KW = 0.02
"""Net import under this reads as nothing."""


@dataclass(frozen=True, slots=True)
class Trials:
    """T trials over half-hours that the boundary read and that have an expectation."""

    start: Int
    """(T + 1,) where each trial's half-hours begin in ``cell`` and ``declared_kw``."""
    site: Int
    """(T,) index into the ground."""
    cell: Int
    """Flat half-hour of the cube's span, ascending within a trial."""
    declared_kw: Double
    """Declared fall of net import, summed over the claims of the trial."""
    credit_kwh: Double
    """(T,) what others declared in the opposite direction, credited to the claim."""
    joint: Int
    """(O,) the joint trial of each occasion."""
    own: Int
    """(C,) the trial of each claim alone; the joint trial where no one shares the occasion."""
    state: Int
    """(C,) State of each claim, `USABLE` where it is tried."""
    sharers: Int
    """(O,) how many parties have a claim on each occasion."""

    @property
    def n_trials(self) -> int:
        """How many trials."""
        return len(self.site)


def lay_out(claims: Claims, ground: Ground, settings: VerifySettings) -> Trials:
    """Make the trials of every occasion whose half-hours can be used."""
    claim = claims.claim_of_half_hour()
    site, usable, state = _states(claims, ground, claim, settings)
    tried = usable & (state[claim] == USABLE)
    occasion = claims.occasion[claim]
    n_occasions = claims.n_occasions
    sharers = _sharers(claims, state, n_occasions)
    n_cells = ground.residual_kw.shape[1]
    key = (occasion * n_cells + claims.cell)[tried]
    cells, position = np.unique(key, return_inverse=True)
    total = _sums(position, claims.declared_kw[tried], len(cells))
    joint_lengths = np.bincount(cells // n_cells, minlength=n_occasions)
    occasion_site = np.zeros(n_occasions, dtype=np.int64)
    occasion_site[claims.occasion] = site
    alone = tried & (sharers[occasion] > 1)
    owners, lengths = np.unique(claim[alone], return_counts=True)
    own = claims.occasion.copy()
    own[owners] = n_occasions + np.arange(len(owners))
    against = np.zeros(len(claim))
    against[tried] = _opposed(total[position], claims.declared_kw[tried])
    return Trials(
        start=np.concatenate([[0], np.cumsum(np.concatenate([joint_lengths, lengths]))]),
        site=np.concatenate([occasion_site, site[owners]]),
        cell=np.concatenate([cells % n_cells, claims.cell[alone]]),
        declared_kw=np.concatenate([total, claims.declared_kw[alone]]),
        credit_kwh=np.concatenate(
            [np.zeros(n_occasions), _per_claim(against[alone], claim[alone], owners)]
        ),
        joint=np.arange(n_occasions),
        own=own,
        state=state,
        sharers=sharers,
    )


def _states(
    claims: Claims, ground: Ground, claim: Int, settings: VerifySettings
) -> tuple[Int, npt.NDArray[np.bool_], Int]:
    """Site of each claim, use of each half-hour, state of each claim."""
    known = claims.row != OUTSIDE
    site = np.zeros(claims.n_claims, dtype=np.int64)
    site[known] = ground.place(claims.row[known])
    quality = np.full(len(claim), MISSING, dtype=np.uint8)
    residual = np.full(len(claim), np.nan, dtype=np.float32)
    boundary = residual.copy()
    inside = known[claim] & (claims.cell != OUTSIDE)
    where = (site[claim[inside]], claims.cell[inside])
    quality[inside] = ground.quality[where]
    residual[inside] = ground.residual_kw[where]
    boundary[inside] = ground.boundary_kw[where]
    unmetered = np.append(ground.never_exports, False)[site[claim]]
    censored = unmetered & (boundary < NOTHING_KW) & (residual < claims.declared_kw)
    usable = np.isfinite(residual) & ~censored
    # A claim of nothing but zeros still has half-hours to weigh.
    weight = np.abs(claims.declared_kw) + 1e-12
    whole = np.bincount(claim, weights=weight, minlength=claims.n_claims)

    def share(part: npt.NDArray[np.bool_]) -> Double:
        return np.bincount(claim, weights=weight * part, minlength=claims.n_claims) / whole

    unread = share(~np.isfinite(boundary)) > 1 - settings.min_covered
    guessed = share((quality == ESTIMATED) & ~np.isfinite(boundary)) > 0
    state = np.select(
        [
            unread & ~guessed,
            unread & guessed,
            share(censored) > 1 - settings.min_covered,
            share(usable) < settings.min_covered,
        ],
        [NO_BOUNDARY, ESTIMATED_BOUNDARY, CENSORED, NO_EXPECTATION],
        USABLE,
    )
    return site, usable, state.astype(np.int64)


def _sharers(claims: Claims, state: Int, n_occasions: int) -> Int:
    tried = state == USABLE
    pairs = np.unique(np.stack([claims.occasion[tried], claims.party[tried]]), axis=1)
    return np.bincount(pairs[0], minlength=n_occasions)


def _opposed(total_kw: Double, own_kw: Double) -> Double:
    """KWh that the others declared against the direction of this claim, by half-hour."""
    others = (total_kw - own_kw) * np.sign(own_kw)
    return 0.5 * np.maximum(-others, 0.0)


def _per_claim(values: Double, claim: Int, owners: Int) -> Double:
    return _sums(np.searchsorted(owners, claim), values, len(owners))


def _sums(group: Int, values: Double, n_groups: int) -> Double:
    # Without any value bincount forgets that it was to weigh.
    return np.bincount(group, weights=values, minlength=n_groups).astype(np.float64)
