"""Size of panels behind a meter that only counts import: how much sun brings it to zero."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

AT_ZERO: Final = 0.05
"""Share of the usual load up to which a meter stands still."""
_BINS = 24
_LEAST = 30


@njit(cache=True)
def unseen_factor(net, clear, most, sun, usual_clearness):  # type: ignore[no-untyped-def]
    """How many times larger than the visible curve the panels are, at least 1.

    Parameters
    ----------
    net
        (D, 48) import, kW.
    clear, most
        (D, 48) clear-sky generation that the visible part of the dip gives, kW, and its highest.
    sun
        (D, 48) sine of the sun's elevation.

    Notes
    -----
    Under the light in which the meter stands at zero half of the time, usual panels in usual
    skies give as much as the usual load, which is taken from the half-hours after dark (median).
    """
    work = np.empty(net.size)
    n = 0
    for d in range(net.shape[0]):
        for j in range(48):
            if sun[d, j] <= 0 and not isnan(net[d, j]):
                work[n] = net[d, j]
                n += 1
    if n < 48 or most <= 0:
        return 1.0
    level = np.median(work[:n])
    zero = np.zeros(_BINS)
    many = np.zeros(_BINS)
    for d in range(net.shape[0]):
        for j in range(48):
            if clear[d, j] > 0 and not isnan(net[d, j]):
                place = min(int(_BINS * clear[d, j] / most), _BINS - 1)
                many[place] += 1
                zero[place] += net[d, j] <= AT_ZERO * level
    for place in range(_BINS):
        if many[place] >= _LEAST and zero[place] >= 0.5 * many[place]:
            half = most * (place + 0.5) / _BINS
            return max(level / (usual_clearness * half), 1.0)
    return 1.0
