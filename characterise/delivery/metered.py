"""Which trials have the asset's own meter beside them, and what was declared for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterise.delivery.asset_meters import AssetMeters
from characterise.delivery.claims import Claims
from characterise.delivery.trials import USABLE, Trials

Int = npt.NDArray[np.int64]
Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Metered:
    """Asset meters of T trials."""

    start: Int
    """(T + 1,) where each trial's meters begin."""
    meter: Int
    """Index into the asset meters."""
    declared_kw: Double
    """What metered claims declared, by half-hour of the trials."""


def metered_declaration(
    claims: Claims, trials: Trials, assets: AssetMeters | None, mispaired: Collection[str]
) -> Metered:
    """Tie every trial to the asset meters of its claims.

    Parameters
    ----------
    mispaired
        Asset meters whose unit, sign, clock or place is in doubt: they say nothing here.
    """
    n_trials = trials.n_trials
    declared = np.zeros(len(trials.cell))
    if assets is None:
        return Metered(np.zeros(n_trials + 1, dtype=np.int64), np.zeros(0, np.int64), declared)
    places = {name: index for index, name in enumerate(assets.amsid) if name not in mispaired}
    held = [places.get(name, -1) for name in claims.table["amsid"].to_list()]
    meter = np.array(held, dtype=np.int64)
    which = np.flatnonzero((meter >= 0) & (trials.state == USABLE))
    joint = np.stack([trials.joint[claims.occasion[which]], meter[which]])
    alone = np.stack([trials.own[which], meter[which]])
    pairs = np.unique(np.concatenate([joint, alone], axis=1), axis=1)
    start = np.searchsorted(pairs[0], np.arange(n_trials + 1))
    _declare(declared, claims, trials, which)
    return Metered(start.astype(np.int64), pairs[1].astype(np.int64), declared)


def _declare(declared: Double, claims: Claims, trials: Trials, which: Int) -> None:
    """Add up what the claims ``which`` declared, in their joint and in their own trials."""
    trial = np.repeat(np.arange(trials.n_trials), np.diff(trials.start))
    span = int(trials.cell.max(initial=0)) + 1
    keys = trial * span + trials.cell
    claim = claims.claim_of_half_hour()
    mine = np.flatnonzero(np.isin(claim, which) & (claims.cell >= 0) & (claims.cell < span))
    owner = claim[mine]
    joint, own = trials.joint[claims.occasion[owner]], trials.own[owner]
    for target, some in ((joint, np.ones(len(own), dtype=np.bool_)), (own, own != joint)):
        wanted = (target * span + claims.cell[mine])[some]
        position = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        found = keys[position] == wanted
        np.add.at(declared, position[found], claims.declared_kw[mine][some][found])
