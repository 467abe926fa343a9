"""Kernels that find and dress the placebo windows of a trial; see `placebo`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from characterise.delivery.window_adjustment import (
    asset_load,
    before_event,
    gather,
    take_asset_off,
    take_before_off,
)
from characterise.delivery.window_noise import inflation_of, season_scale, within_a_week

_DREW: Final = 0.9
"""Share of the declared energy that a window of a site that never exports must have drawn."""


@njit(cache=True)
def match(  # type: ignore[no-untyped-def]
    residual, boundary, blocked, working, offset, clock, sigma, rho, never_exports,
    start, site, cell, declared, asset, foreseen, link_start, link, metered,
    most, least, season_days, before, lead,
):  # fmt: skip
    """Null shortfalls (T, W), windows, inflation, memory (T,), adjustment and mean by cell."""
    n_trials = len(site)
    null = np.full((n_trials, most), np.float32(np.nan), dtype=np.float32)
    count = np.zeros(n_trials, dtype=np.int64)
    inflation, memory = np.full(n_trials, np.nan), np.zeros(n_trials)
    adjust, mean = np.zeros(len(cell)), np.zeros(len(cell))
    for t in range(n_trials):
        a, b = start[t], start[t + 1]
        if a == b:
            continue
        r = site[t]
        cells, d_kw = cell[a:b], declared[a:b]
        behind = link[link_start[t] : link_start[t + 1]]
        load, usual = asset_load(asset, foreseen, behind, cells)
        floor = never_exports[r] and len(load) == 0 and d_kw.min() >= 0
        shift = _candidates(
            residual[r], boundary[r], blocked[r], working[clock[r]], offset[clock[r]],
            cells, d_kw, load - usual, floor,
        )  # fmt: skip
        shift = _nearest(shift, most)
        n = len(shift)
        count[t] = n
        if n < least:
            continue
        windows = gather(residual[r], cells, shift)
        if len(load) > 0:
            adjust[a:b] = take_asset_off(
                windows, load, usual, blocked[r], cells, shift, metered[a:b], before, lead
            )
        ratio = season_scale(windows, d_kw, shift, season_days)
        for j in range(n):
            windows[j] *= ratio[j]
        q = before_event(residual[r], blocked[r], cells[0], shift, before, lead)
        if len(q) > 0:
            q[1:] *= ratio
            adjust[a:b] += take_before_off(windows, q)
        mean[a:b] = windows.sum(axis=0) / n
        null[t, :n] = -0.5 * (windows * np.sign(d_kw)).sum(axis=1)
        inflation[t] = inflation_of(windows, mean[a:b], sigma[r], rho[r], cells, d_kw)
        memory[t] = within_a_week(windows, mean[a:b], shift, d_kw)
    return null, count, inflation, memory, adjust, mean


@njit(cache=True)
def _candidates(residual, boundary, blocked, working, offset, cells, d_kw, load, floor):  # type: ignore[no-untyped-def]
    """Shifts, in half-hours, to other days of the same kind that were all ordinary load."""
    day0 = cells[0] // 48
    shift = np.empty(len(offset), dtype=np.int64)
    n = 0
    for d in range(len(offset)):
        move = (d - day0) * 48 + offset[day0] - offset[d]
        first, last = cells[0] + move, cells[-1] + move
        if d == day0 or first < 0 or last >= len(residual):
            continue
        if working[first] != working[cells[0]]:
            continue
        drawn, ordinary = 0.0, True
        for i in range(len(cells)):
            k = cells[i] + move
            ordinary &= not blocked[k] and np.isfinite(residual[k])
            ordinary &= len(load) == 0 or np.isfinite(load[k])
            drawn += boundary[k]
        if ordinary and (not floor or drawn >= _DREW * d_kw.sum()):
            shift[n] = move
            n += 1
    return shift[:n]


@njit(cache=True)
def _nearest(shift, most):  # type: ignore[no-untyped-def]
    """The ``most`` shifts nearest in season, in order of date."""
    if len(shift) <= most:
        return shift
    apart = np.abs(shift / 48.0) % 365.25
    kept = np.argsort(np.minimum(apart, 365.25 - apart), kind="mergesort")[:most]
    return shift[np.sort(kept)]
