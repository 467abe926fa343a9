"""Cold nights beside mild ones: the hours in which little else runs."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from numba import njit

_COLD_C: Final = 6.0
_MILD_C: Final = 14.0
_NIGHT_SLOTS: Final = 10
"""Local half-hours from midnight to 5 h."""
_LEAST: Final = 100
_FIRM_KW: Final = 0.05
_FIRM_STEP_KW: Final = 0.02
"""Added on both sides of a ratio, so that next to nothing beside nothing tells nothing."""
_FROST_C: Final = 8.0


@njit(cache=True)
def cold_nights(net, top, temp, slot, work):  # type: ignore[no-untyped-def]
    """How much higher, and how much livelier, cold nights are than mild ones.

    Parameters
    ----------
    net
        (D, 48) kW, cut at ``top`` first.
    temp
        (D,) mean daily temperature, degC.
    slot
        (D, 48) local wall-clock slot.
    work
        (4, D * 48) work space.

    Returns
    -------
    Log of the ratio of the nights' median powers; log of the ratio of their mean hourly steps; and
    the difference of their median hourly steps, kW. NaN under 100 half-hours of either kind.
    """
    n = np.zeros(4, np.int64)
    mean = np.zeros(2)
    for d in range(net.shape[0]):
        if not (temp[d] <= _COLD_C or temp[d] >= _MILD_C):
            continue
        side = 0 if temp[d] <= _COLD_C else 1
        for j in range(48):
            if slot[d, j] >= _NIGHT_SLOTS or isnan(net[d, j]):
                continue
            x = min(net[d, j], top)
            work[side, n[side]] = x
            n[side] += 1
            if j > 1 and slot[d, j] >= 2 and not isnan(net[d, j - 2]):
                step = abs(x - min(net[d, j - 2], top))
                work[2 + side, n[2 + side]] = step
                n[2 + side] += 1
                mean[side] += step
    if n.min() < _LEAST:
        return np.nan, np.nan, np.nan
    cold, mild = np.median(work[0, : n[0]]), np.median(work[1, : n[1]])
    lift = np.log((max(cold, 0.0) + _FIRM_KW) / (max(mild, 0.0) + _FIRM_KW))
    livelier = np.log((mean[0] / n[2] + _FIRM_STEP_KW) / (mean[1] / n[3] + _FIRM_STEP_KW))
    return lift, livelier, np.median(work[2, : n[2]]) - np.median(work[3, : n[3]])


@njit(cache=True)
def persistence(net, temp):  # type: ignore[no-untyped-def]
    """Correlation of load with itself an hour before, on days under 8 degC; NaN under 240 pairs."""
    n = 0
    sx = 0.0
    sy = 0.0
    sxx = 0.0
    syy = 0.0
    sxy = 0.0
    for d in range(net.shape[0]):
        if not temp[d] <= _FROST_C:
            continue
        for j in range(2, 48):
            a, b = net[d, j - 2], net[d, j]
            if not isnan(a) and not isnan(b):
                n += 1
                sx += a
                sy += b
                sxx += a * a
                syy += b * b
                sxy += a * b
    if n < 240:
        return np.nan
    spread = (sxx - sx * sx / n) * (syy - sy * sy / n)
    return (sxy - sx * sy / n) / np.sqrt(spread) if spread > 1e-9 else np.nan


@njit(cache=True)
def rise_with_cold(x, temp, warm_c):  # type: ignore[no-untyped-def]
    """Slope of a day's figure on the degrees below ``warm_c``, per K; NaN under 30 days."""
    n = 0
    sx = 0.0
    sy = 0.0
    sxx = 0.0
    sxy = 0.0
    for d in range(x.shape[0]):
        if not isnan(x[d]) and not isnan(temp[d]):
            cold = max(0.0, warm_c - temp[d])
            n += 1
            sx += cold
            sy += x[d]
            sxx += cold * cold
            sxy += cold * x[d]
    if n < 30 or sxx - sx * sx / n < n:
        return np.nan
    return (sxy - sx * sy / n) / (sxx - sx * sx / n)
