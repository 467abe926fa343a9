"""Placebo windows: the same half-hours of other days of the same site, without an event.

A trial's shortfall is what was declared less what the boundary fell, in the direction declared.
Had the claim been honest, the shortfall would be noise alone, and the matched windows show how
large noise is: the rank among them is a p-value that assumes no distribution.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterise.delivery.asset_meters import AssetMeters
from characterise.delivery.claims import Claims
from characterise.delivery.ground import Ground
from characterise.delivery.metered import metered_declaration
from characterise.delivery.settings import VerifySettings
from characterise.delivery.trials import Trials
from characterise.delivery.windows import match

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placebo:
    """Matched windows of T trials; W = most windows kept; energies kWh."""

    null_kwh: npt.NDArray[np.float32]
    """(T, W) shortfalls of the windows, at the size of the event's season; NaN beyond n."""
    n_windows: npt.NDArray[np.int64]
    """(T,) matched windows kept."""
    inflation: Double
    """(T,) variance of the windows' weighted sums over that of an AR(1) of the site's sigma and
    rho; NaN under `VerifySettings.min_windows` windows."""
    memory: Double
    """(T,) correlation of windows within a week of one another."""
    response_kw: Double
    """Fall of net import in each half-hour of the trials, against the expected load given what
    the windows, the hour before and the asset meter say of it."""
    shortfall_kwh: Double
    """(T,) declared less fallen in the trial."""
    declared_kwh: Double
    """(T,) absolute declared energy."""


def match_windows(
    claims: Claims,
    trials: Trials,
    ground: Ground,
    assets: AssetMeters | None,
    settings: VerifySettings,
    *,
    mispaired: Collection[str] = (),
) -> Placebo:
    """Find the windows of every trial and what they show.

    Parameters
    ----------
    mispaired
        Asset meters that are not to be believed.

    Notes
    -----
    A window has the trial's local times on another day of the same kind (working or not), no
    unusable half-hour and none near an event; the nearest in season are kept.

    Providers dispatch assets that are running, so the load of an event day would have been
    above the expected without any fault. Three things keep that from counting as a shortfall.
    The hour before the event shifts event and windows alike, by the regression of the windows.
    Where the asset meter is given, its own departure from its expected load is taken off event
    and windows alike: what is tested is then whether the boundary moved with the asset meter. Both
    are foretold in the same way: an asset that draws more in winter is no departure. Where it is
    not given and the site never exports, only windows that drew what was declared can match.

    Windows are scaled by the noise around their own date against that around the event's, each
    leaving itself out, so that a summer window does not understate a winter evening.
    """
    links = metered_declaration(claims, trials, assets, mispaired)
    blank = np.zeros((1, ground.residual_kw.shape[1]), dtype=np.float32)
    null, count, inflation, memory, adjust, mean = match(
        ground.residual_kw,
        ground.boundary_kw,
        ground.blocked,
        ground.working,
        ground.offset,
        ground.clock,
        ground.sigma_kw,
        ground.rho,
        ground.never_exports,
        trials.start,
        trials.site,
        trials.cell,
        trials.declared_kw,
        blank if assets is None else assets.net_kw,
        blank if assets is None else assets.expected_kw,
        links.start,
        links.meter,
        links.declared_kw,
        settings.max_windows,
        settings.min_windows,
        settings.season_days,
        settings.before_half_hours,
        settings.lead_half_hours,
    )
    trial = np.repeat(np.arange(trials.n_trials), np.diff(trials.start))
    response = ground.residual_kw[trials.site[trial], trials.cell] + adjust
    missed = 0.5 * np.sign(trials.declared_kw) * (trials.declared_kw - response)
    shortfall = np.bincount(trial, weights=missed, minlength=trials.n_trials)
    size = np.bincount(trial, weights=np.abs(trials.declared_kw), minlength=trials.n_trials)
    declared = (0.5 * size).astype(np.float64)
    return Placebo(
        null, count, inflation, memory, response - mean, shortfall - trials.credit_kwh, declared
    )


def p_values(placebo: Placebo, settings: VerifySettings) -> Double:
    """(T,) one-sided rank of each shortfall among its windows; NaN under the least number."""
    with np.errstate(invalid="ignore"):
        above = (placebo.null_kwh >= placebo.shortfall_kwh[:, None]).sum(axis=1)
    p = (1.0 + above) / (1.0 + placebo.n_windows)
    return np.where(placebo.n_windows >= settings.min_windows, p, np.nan)
