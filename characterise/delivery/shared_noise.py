"""How much less the occasions of one site tell together than each alone would say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from characterise.delivery.claims import OUTSIDE, Claims
from characterise.delivery.placebo import Placebo
from characterise.delivery.trials import Trials
from characterise.delivery.window_noise import WEEK_DAYS
from characterise.settlement import SLOTS_PER_DAY

Double = npt.NDArray[np.float64]


def information_kept(
    claims: Claims, trials: Trials, placebo: Placebo, counted: npt.NDArray[np.bool_]
) -> Double:
    """(O,) share of an occasion's information that counts beside the others of its site.

    Parameters
    ----------
    counted
        (O,) occasions to use; the others keep nothing.

    Notes
    -----
    Variance of a mean whose terms are alike in two ways. All K occasions are held against the
    mean of the same n windows, whose error, 1 / n of one occasion's, is one for all of them. And
    what is not known of one day is partly the same within a week: with correlation c and m other
    occasions that near, an occasion tells 1 / (1 + c m) of itself.
    """
    joint = trials.joint
    n = placebo.n_windows[joint].astype(np.float64)
    site = np.full(claims.n_occasions, OUTSIDE, dtype=np.int64)
    site[claims.occasion] = claims.row
    used = counted & (n > 0) & np.isfinite(placebo.inflation[joint]) & (site != OUTSIDE)
    kept = np.zeros(claims.n_occasions)
    if not used.any():
        return kept
    where = np.flatnonzero(used)
    _, place = np.unique(site[where], return_inverse=True)
    several = np.bincount(place)[place]
    memory = (np.bincount(place, weights=placebo.memory[joint[where]]) / np.bincount(place))[place]
    day = trials.cell[trials.start[joint[where]]] // SLOTS_PER_DAY
    span = int(day.max()) + 2 * WEEK_DAYS + 1
    key = place * span + day
    held = np.sort(key)
    near = np.searchsorted(held, key + WEEK_DAYS, side="right")
    near -= np.searchsorted(held, key - WEEK_DAYS)
    alone = 1.0 + 1.0 / n[where]
    kept[where] = alone / (1.0 + memory * (near - 1) + several / n[where])
    return kept
