"""Each site's usual day: robust centre and spread by half-hour of the day."""

from __future__ import annotations

from math import isnan

import numpy as np
import numpy.typing as npt
from numba import njit


@njit(cache=True)
def usual_day(x, column, centre, spread):  # type: ignore[no-untyped-def]
    """Median and robust sd of each of the 48 half-hours, NaN where under 5 days are known.

    Parameters
    ----------
    x
        (D, 48) kW, NaN where unusable.
    column
        (D,) work space.
    centre, spread
        (48,) filled: median, and 1.4826 times the median absolute deviation.
    """
    for j in range(48):
        n = 0
        for d in range(x.shape[0]):
            if not isnan(x[d, j]):
                column[n] = x[d, j]
                n += 1
        if n < 5:
            centre[j] = np.nan
            spread[j] = np.nan
            continue
        middle = np.median(column[:n])
        for k in range(n):
            column[k] = abs(column[k] - middle)
        centre[j] = middle
        spread[j] = 1.4826 * np.median(column[:n])


@njit(cache=True)
def _detectable(net_kw, slots_needed, out):  # type: ignore[no-untyped-def]
    days = net_kw.shape[1]
    column = np.empty(days, np.float32)
    centre = np.empty(48, np.float32)
    spread = np.empty(48, np.float32)
    for m in range(net_kw.shape[0]):
        usual_day(net_kw[m], column, centre, spread)
        total = 0.0
        n = 0
        for j in range(48):
            if not isnan(spread[j]):
                total += spread[j] * spread[j]
                n += 1
        if n:
            out[m] = 3.0 * np.sqrt(total / n / slots_needed)


def smallest_visible(
    net_kw: npt.NDArray[np.float32], floor_kw: float, slots_needed: float
) -> npt.NDArray[np.float32]:
    """(M,) kW: three robust sd of the site's own day-to-day scatter, over the run's length.

    Parameters
    ----------
    net_kw
        (M, D, 48).
    floor_kw
        What half-hours never show below, whatever the noise.
    slots_needed
        How many half-hours of one run are averaged: noise falls with their root.

    Notes
    -----
    ``max(floor, 3 s / sqrt(slots))`` with ``s`` the root mean square over the 48 half-hours of
    1.4826 times the median absolute deviation from the usual day. First honest size; injection
    into the site's own half-hours replaces it later.
    """
    out = np.full(len(net_kw), np.nan, dtype=np.float32)
    _detectable(net_kw, np.float32(slots_needed), out)
    return np.maximum(out, np.float32(floor_kw))
