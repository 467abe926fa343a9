"""Whether an asset whose truth is known could be seen at its boundary at all.

A heat pump that moves a factory's load by a hundredth leaves no trace in half-hours. Its label
teaches nothing but noise, and draws the probabilities of every ambiguous site towards a half, so
such labels are left out of training on made sites. Real labels are judged whatever their size.
"""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.asset_classes import HEAT_PUMP

Array = npt.NDArray[np.float64]

LEAST_SHARE: Final = 0.25
"""Least swing of an asset against the unexplained swing of all else behind the meter."""
LEAST_DAYS: Final = 0.05
"""Least share of known days in which it runs."""
_RUNS_KW: Final = 0.05


def visible(asset_class: str, power: Array, net: Array, weekday: npt.NDArray[np.int64]) -> bool:
    """Judge one asset.

    Parameters
    ----------
    power
        (D, 48) kW drawn less given, NaN where unknown.
    net
        (D, 48) net import at the boundary, NaN where unknown.
    weekday
        (D,) 0 to 6: what else happens is expected by weekday and half-hour.
    """
    known = np.isfinite(power) & np.isfinite(net)
    days = known.any(axis=1)
    if days.sum() < 7:
        return True
    rest = np.where(known, net - power, np.nan)[days]
    mine = np.where(known, power, np.nan)[days]
    runs = (np.abs(np.nan_to_num(mine)) > _RUNS_KW).any(axis=1)
    if runs.mean() < LEAST_DAYS:
        return False
    # A heat pump shows from day to day, the others within the day.
    if asset_class == HEAT_PUMP:
        rest, mine = _daily(rest), _daily(mine)
    else:
        rest, mine = rest - _daily(rest), mine - _daily(mine)
    swing = float(np.nanstd(mine))
    left = _unexplained(rest, weekday[days])
    return swing >= LEAST_SHARE * left


def _daily(power: Array) -> Array:
    known = np.isfinite(power)
    total = np.where(known, power, 0.0).sum(axis=1)
    return np.asarray((total / np.maximum(known.sum(axis=1), 1))[:, None])


def _unexplained(rest: Array, weekday: npt.NDArray[np.int64]) -> float:
    """Standard deviation of what weekday and half-hour do not say."""
    left = rest.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a half-hour that is never known
        for day in range(7):
            mine = weekday == day
            if mine.any():
                left[mine] -= np.nanmedian(rest[mine], axis=0)
    return float(np.nanstd(left))
