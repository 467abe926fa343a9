"""Shape of a load about its usual day: lopsided excursions, heavy steps, time at nothing."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

LARGE_KW: Final = 25.0
"""Load that a single-phase 100 A service cannot carry: there one charger is not the site's peak."""
SHAPES: Final = ("positive_skew", "step_tail", "idle_share")
"""Columns that `shape_features` fills; the first two are of homes alone."""


@njit(cache=True)
def shape_features(x, centre, work, out):  # type: ignore[no-untyped-def]
    """Fill `SHAPES`: lopsided excursions from the usual day, heavy steps, time at zero.

    Steps are taken over two half-hours, so that an hourly source split in two shows no false
    calm.
    """
    n = 0
    for t in range(x.shape[0]):
        value = x[t] - centre[t % 48]
        if not isnan(value):
            work[n] = value
            n += 1
    if n < 480:
        return
    half = n // 2
    ordered = np.partition(work[:n], half)
    middle = ordered[half]
    high = np.partition(ordered[half:], n - 1 - n // 100 - half)[n - 1 - n // 100 - half] - middle
    low = middle - np.partition(ordered[:half], n // 100)[n // 100]
    out[0] = np.log((high + 0.05) / (low + 0.05))
    quiet = 0
    k = 0
    for t in range(x.shape[0]):
        quiet += abs(x[t]) <= 0.02 * high
        if t >= 2:
            step = abs(x[t] - x[t - 2])
            if not isnan(step):
                work[k] = step
                k += 1
    out[2] = quiet / n
    if k >= 480:
        half = k // 2
        ordered = np.partition(work[:k], half)
        place = k - 1 - k // 200 - half
        out[1] = np.log(
            (np.partition(ordered[half:], place)[place] + 0.05) / (ordered[half] + 0.05)
        )


@njit(cache=True)
def is_large(x):  # type: ignore[no-untyped-def]
    """Whether more than 1 % of the known half-hours are over `LARGE_KW`, either way."""
    known = 0
    over = 0
    for value in x:
        known += not isnan(value)
        over += abs(value) > LARGE_KW
    return over > known // 100
