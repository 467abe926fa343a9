"""Mean of the same slot over the most recent eligible days: the kernel two methods stand on."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def recent_mean(load, kind, usable, calendar, wanted, least, window):  # type: ignore[no-untyped-def]
    """Mean of each slot over the last days of the same kind, the day itself never among them.

    Parameters
    ----------
    load
        (M, L, 48) values, NaN where unusable.
    kind
        (Z, L) int8 kind of day: only days of the same kind are taken.
    usable
        (Z, L) bool days that may be taken at all.
    calendar
        (M,) row of ``kind`` and ``usable`` for each meter.
    wanted, least
        (2,) by kind: how many days are taken, and under how many there is no mean.
    window
        How many days back are looked at.

    Returns
    -------
    array of float32, shape (M, L, 48)
        NaN where fewer than ``least`` days were found.
    """
    n_meters, n_days, n_slots = load.shape
    out = np.full(load.shape, np.float32(np.nan), dtype=np.float32)
    total = np.zeros(n_slots, dtype=np.float32)
    count = np.zeros(n_slots, dtype=np.int32)
    for m in range(n_meters):
        z = calendar[m]
        for d in range(1, n_days):
            of = kind[z, d]
            total[:] = 0
            count[:] = 0
            for k in range(d - 1, max(-1, d - 1 - window), -1):
                if kind[z, k] != of or not usable[z, k]:
                    continue
                full = 0
                for s in range(n_slots):
                    x = load[m, k, s]
                    if not np.isnan(x) and count[s] < wanted[of]:
                        total[s] += x
                        count[s] += 1
                    full += count[s] >= wanted[of]
                if full == n_slots:
                    break
            for s in range(n_slots):
                if count[s] >= least[of]:
                    out[m, d, s] = total[s] / count[s]
    return out
