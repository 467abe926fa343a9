"""Runs of operation: when each began, how long, how much energy, how high, how fast it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

OPERATING_SHARE: Final = 0.1
"""An operating half-hour draws or gives at least this share of the median running power."""
STANDBY_KW: Final = 0.05
STANDBY_SHARE: Final = 0.01
"""Up to the greater of both, kW and share of its highest half-hour, a machine stands by and does
not run: a large store that makes up for its losses is not in operation."""

Float = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Episodes:
    """N runs of consecutive operating half-hours of K series, ordered by row and time."""

    row: npt.NDArray[np.int32]
    """(N,) index of the series."""
    start: npt.NDArray[np.int32]
    """(N,) first half-hour, counted from the first of the span."""
    slots: npt.NDArray[np.int32]
    """(N,) half-hours."""
    energy_kwh: Float
    """(N,)."""
    peak_kw: Float
    """(N,) highest half-hour."""
    ramp_up_kw: Float
    """(N,) largest rise from one half-hour to the next, the one into the run included; kW."""
    ramp_down_kw: Float
    """(N,) largest fall, the one out of the run included; kW."""
    whole: npt.NDArray[np.bool_]
    """(N,) false where a gap or the end of the span cuts the run, so it may have been longer."""


def operating_threshold_kw(power_kw: Float) -> Float:
    """(K,) a tenth of the median power of the half-hours in which each series runs; 0 if never.

    Running is over `STANDBY_KW` and `STANDBY_SHARE` of the series' highest half-hour.
    """
    thresholds: Float = _thresholds(power_kw)
    return thresholds


def episodes(power_kw: Float, threshold_kw: Float) -> Episodes:
    """Find the runs at or above each series' threshold.

    Parameters
    ----------
    power_kw
        (K, D, 48) power of one direction, zero where it does not run, NaN where nobody knows.
    threshold_kw
        (K,) of `operating_threshold_kw`.
    """
    flat = power_kw.reshape(len(power_kw), -1)
    return Episodes(*_find(flat, threshold_kw, int(_count(flat, threshold_kw))))


@njit(cache=True)
def _thresholds(power):  # type: ignore[no-untyped-def]
    n_rows, n_days, n_slots = power.shape
    out = np.zeros(n_rows, dtype=np.float32)
    held = np.empty(n_days * n_slots, dtype=np.float32)
    for r in range(n_rows):
        n = 0
        most = np.float32(0.0)
        for d in range(n_days):
            for s in range(n_slots):
                if power[r, d, s] > most:  # noqa: PLR1730 - NaN is not more
                    most = power[r, d, s]
        standby = max(np.float32(STANDBY_KW), np.float32(STANDBY_SHARE) * most)
        for d in range(n_days):
            for s in range(n_slots):
                if power[r, d, s] > standby:
                    held[n] = power[r, d, s]
                    n += 1
        if n:
            part = np.sort(held[:n])
            middle = np.float32(0.5) * (part[(n - 1) // 2] + part[n // 2])
            out[r] = np.float32(OPERATING_SHARE) * middle
    return out


@njit(cache=True)
def _count(flat, threshold):  # type: ignore[no-untyped-def]
    n = 0
    for r in range(flat.shape[0]):
        running = False
        for t in range(flat.shape[1]):
            now = threshold[r] > 0 and flat[r, t] >= threshold[r]
            n += now and not running
            running = now
    return n


@njit(cache=True)
def _find(flat, threshold, n):  # type: ignore[no-untyped-def]
    row = np.zeros(n, dtype=np.int32)
    start = np.zeros(n, dtype=np.int32)
    slots = np.zeros(n, dtype=np.int32)
    energy = np.zeros(n, dtype=np.float32)
    peak = np.zeros(n, dtype=np.float32)
    up = np.zeros(n, dtype=np.float32)
    down = np.zeros(n, dtype=np.float32)
    whole = np.ones(n, dtype=np.bool_)
    i = -1
    for r in range(flat.shape[0]):
        running = False
        length = flat.shape[1]
        for t in range(length):
            x = flat[r, t]
            now = threshold[r] > 0 and x >= threshold[r]
            before = flat[r, t - 1] if t else np.float32(np.nan)
            if now and not running:
                i += 1
                row[i], start[i] = r, t
                whole[i] = not np.isnan(before)
            if now:
                slots[i] += 1
                energy[i] += np.float32(0.5) * x
                peak[i] = max(peak[i], x)
                whole[i] = whole[i] and t + 1 < length
            if now or running:
                step = x - before
                if not np.isnan(step):
                    up[i] = max(up[i], step)
                    down[i] = max(down[i], -step)
            if running and np.isnan(x):
                whole[i] = False
            running = now
    return row, start, slots, energy, peak, up, down, whole
