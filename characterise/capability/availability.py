"""When it ran and how hard, by half-hour of the week and season: operation, not availability.

An idle battery or an absent car is unknown, not unavailable; these figures say what was observed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.capability.spread import Float, Window
from characterise.settlement import LocalClock

N_SEASONS = 4
N_WEEK = 336


@dataclass(frozen=True, slots=True)
class Availability:
    """Observed operation of K series in each season's week, Monday first, local wall clock.

    The half-hours that the short day lacks are not counted; the hour that the long day repeats
    counts once, as the mean of its two.
    """

    operating_share: Float
    """(K, 4, 336) share of the counted half-hours in which it ran; NaN where none counted."""
    kw_mean: Float
    """(K, 4, 336) mean power over them, idle ones included."""
    kw_p90: Float
    """(K, 4, 336) 90th percentile of the power over them, idle ones included."""
    n_days: npt.NDArray[np.int32]
    """(K, 4) local days of the season with at least one counted half-hour."""


def availability(
    power_kw: Float,
    threshold_kw: Float,
    window: Window,
    clocks: tuple[LocalClock, ...],
    clock: npt.NDArray[np.int32],
) -> Availability:
    """Fold each series' window into a week a season.

    Parameters
    ----------
    power_kw
        (K, D, 48) power of one direction, NaN where nobody knows.
    clock
        (K,) index into ``clocks``.
    """
    share, mean, high, n_days = _fold(
        power_kw,
        threshold_kw,
        window.first,
        window.end,
        np.stack([each.date for each in clocks]),
        np.stack([each.slot for each in clocks]),
        np.stack([each.weekday for each in clocks]),
        np.stack([each.season for each in clocks]),
        clock,
    )
    return Availability(share, mean, high, n_days)


@njit(cache=True)
def _fold(power, threshold, first, end, date, slot, weekday, season, clock):  # type: ignore[no-untyped-def]
    n_rows, n_days, n_slots = power.shape
    shape = (n_rows, N_SEASONS, N_WEEK)
    share = np.full(shape, np.float32(np.nan), dtype=np.float32)
    mean = np.full(shape, np.float32(np.nan), dtype=np.float32)
    high = np.full(shape, np.float32(np.nan), dtype=np.float32)
    counted = np.zeros((n_rows, N_SEASONS), dtype=np.int32)
    most = n_days // 7 + 3
    held = np.empty((N_SEASONS, N_WEEK, most), dtype=np.float32)
    n = np.zeros((N_SEASONS, N_WEEK), dtype=np.int64)
    last_date = np.zeros((N_SEASONS, N_WEEK), dtype=np.int64)
    for r in range(n_rows):
        z = clock[r]
        n[:] = 0
        last_date[:] = -(2**40)
        seen = np.int64(-(2**40))
        for d in range(first[r], end[r]):
            for s in range(n_slots):
                x = power[r, d, s]
                if np.isnan(x):
                    continue
                a, w = season[z, d, s], weekday[z, d, s] * 48 + slot[z, d, s]
                if date[z, d, s] != seen:
                    seen = date[z, d, s]
                    counted[r, a] += 1
                if last_date[a, w] == date[z, d, s]:
                    # The repeated hour of the long day: one half-hour, the mean of the two.
                    held[a, w, n[a, w] - 1] = np.float32(0.5) * (held[a, w, n[a, w] - 1] + x)
                    continue
                last_date[a, w] = date[z, d, s]
                held[a, w, n[a, w]] = x
                n[a, w] += 1
        _summarise(held, n, threshold[r], share[r], mean[r], high[r])
    return share, mean, high, counted


@njit(cache=True)
def _summarise(held, n, threshold, share, mean, high):  # type: ignore[no-untyped-def]
    """Share, mean and 90th percentile of each half-hour of each season's week."""
    for a in range(N_SEASONS):
        for w in range(N_WEEK):
            k = n[a, w]
            if k == 0:
                continue
            part = np.sort(held[a, w, :k])
            total = np.float32(0)
            running = 0
            for i in range(k):
                total += part[i]
                running += threshold > 0 and part[i] >= threshold
            share[a, w] = running / k
            mean[a, w] = total / k
            at = 0.9 * (k - 1)
            below = int(at)
            above = min(below + 1, k - 1)
            high[a, w] = part[below] + (part[above] - part[below]) * np.float32(at - below)
