"""What a site would have drawn had a claim not delivered, against the most it ever drew."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.delivery.ground import Ground
from characterise.delivery.trials import Trials
from characterise.settlement import SLOTS_PER_DAY

Double = npt.NDArray[np.float64]

MIN_DAYS: Final = 60
"""Days of boundary reads before the highest of them bounds anything."""


def would_have_drawn(trials: Trials, ground: Ground) -> tuple[Double, Double]:
    """(C,) claimed peak net import without the delivery, and the site's highest ever, kW.

    The claimed load of a half-hour is what the boundary metered and what was declared to have
    fallen; a site that says it would have drawn more than it ever did declares more than its
    load could fall. NaN where a claim was not tried, and under `MIN_DAYS` of reads.
    """
    boundary = ground.boundary_kw.astype(np.float64)
    known = np.isfinite(boundary)
    enough = known.sum(axis=1) >= MIN_DAYS * SLOTS_PER_DAY
    highest = np.where(known, boundary, -np.inf).max(axis=1, initial=-np.inf)
    highest = np.append(np.where(enough, highest, np.nan), np.nan)
    trial = np.repeat(np.arange(trials.n_trials), np.diff(trials.start))
    load = boundary[trials.site[trial], trials.cell] + trials.declared_kw
    peak = np.full(trials.n_trials, -np.inf)
    np.maximum.at(peak, trial, np.where(trials.declared_kw > 0, load, -np.inf))
    peak[np.isneginf(peak)] = np.nan
    own = trials.own
    return peak[own], np.maximum(highest[trials.site[own]], 0.0)
