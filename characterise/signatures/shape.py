"""Shape of a load about its usual day: lopsided excursions, heavy steps, time at nothing."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

from characterise.signatures.excursions import reached

LARGE_KW: Final = 25.0
"""Load that a single-phase 100 A service cannot carry: there one charger is not the site's peak."""
SHAPES: Final = ("positive_skew", "step_tail", "idle_share")
"""Columns that `shape_features` fills at homes; at large sites the third alone, by `levels`."""


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


@njit(cache=True)
def levels(x, counts):  # type: ignore[no-untyped-def]
    """Swing of a large site's load and share of time at nothing, from one histogram.

    Parameters
    ----------
    x
        (T,) kW, NaN where unusable.
    counts
        (bins,) work space.

    Returns
    -------
    swing
        From the 10th to the 90th percentile, kW; NaN of nothing.
    idle
        Share of half-hours within 2 % of what the rarest hundredth stands above the median; NaN
        under ten days.
    """
    low, high = np.float32(np.inf), np.float32(-np.inf)
    known = 0
    for value in x:
        if not isnan(value):
            low = min(low, value)
            high = max(high, value)
            known += 1
    if known == 0:
        return np.nan, np.nan
    width = max((high - low) / counts.shape[0], np.float32(1e-6))
    counts[:] = 0
    for value in x:
        if not isnan(value):
            counts[min(int((value - low) / width), counts.shape[0] - 1)] += 1
    swing = reached(counts, width, 0.9) - reached(counts, width, 0.1)
    if known < 480:
        return swing, np.nan
    rare = 0.02 * (reached(counts, width, 0.99) - reached(counts, width, 0.5))
    quiet = 0
    for value in x:
        quiet += abs(value) <= rare
    return swing, quiet / known
