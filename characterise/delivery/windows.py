"""Kernels that find and dress the placebo windows of a trial; see `placebo`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

_SHRINK: Final = 10.0
"""Windows' worth of weight that all windows keep in the size of the noise near a date."""
_DREW: Final = 0.9
"""Share of the declared energy that a window of a site that never exports must have drawn."""
_PLAUSIBLE: Final = 0.98
"""Quantile of an asset's departures from what the hour before foretold, past which a claim of what
it would have drawn is not followed."""


@njit(cache=True)
def match(  # type: ignore[no-untyped-def]
    residual, boundary, blocked, working, offset, clock, sigma, rho, never_exports,
    start, site, cell, declared, asset, link_start, link, metered,
    most, least, season_days, before, lead,
):  # fmt: skip
    """Null shortfalls (T, W), windows (T,), inflation (T,), event adjustment and mean by cell."""
    n_trials = len(site)
    null = np.full((n_trials, most), np.float32(np.nan), dtype=np.float32)
    count = np.zeros(n_trials, dtype=np.int64)
    inflation = np.full(n_trials, np.nan)
    adjust, mean = np.zeros(len(cell)), np.zeros(len(cell))
    for t in range(n_trials):
        a, b = start[t], start[t + 1]
        if a == b:
            continue
        r = site[t]
        cells, d_kw = cell[a:b], declared[a:b]
        load = _asset_load(asset, link[link_start[t] : link_start[t + 1]], cells)
        floor = never_exports[r] and len(load) == 0 and d_kw.min() >= 0
        shift = _candidates(
            residual[r], boundary[r], blocked[r], working[clock[r]], offset[clock[r]],
            cells, d_kw, load, floor,
        )  # fmt: skip
        shift = _nearest(shift, most)
        n = len(shift)
        count[t] = n
        if n < least:
            continue
        windows = _gather(residual[r], cells, shift)
        if len(load) > 0:
            adjust[a:b] = _take_asset_off(
                windows, load, blocked[r], cells, shift, metered[a:b], before, lead
            )
        ratio = _scale(windows, d_kw, shift, season_days)
        for j in range(n):
            windows[j] *= ratio[j]
        q = _before(residual[r], blocked[r], cells[0], shift, before, lead)
        if len(q) > 0:
            q[1:] *= ratio
            adjust[a:b] += _take_before_off(windows, q)
        mean[a:b] = windows.sum(axis=0) / n
        null[t, :n] = -0.5 * (windows * np.sign(d_kw)).sum(axis=1)
        inflation[t] = _inflation(windows, mean[a:b], sigma[r], rho[r], cells, d_kw)
    return null, count, inflation, adjust, mean


@njit(cache=True)
def _asset_load(asset, links, cells):  # type: ignore[no-untyped-def]
    """Summed net import of the linked asset meters; empty where unread in the event."""
    if len(links) == 0:
        return np.zeros(0)
    load = np.zeros(asset.shape[1])
    for u in links:
        load += asset[u]
    for k in cells:
        if not np.isfinite(load[k]):
            return np.zeros(0)
    return load


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


@njit(cache=True)
def _gather(series, cells, shift):  # type: ignore[no-untyped-def]
    windows = np.empty((len(shift), len(cells)))
    for j in range(len(shift)):
        for i in range(len(cells)):
            windows[j, i] = series[cells[i] + shift[j]]
    return windows


@njit(cache=True)
def _take_asset_off(windows, load, blocked, cells, shift, metered, before, lead):  # type: ignore[no-untyped-def]
    """Take the asset's departure from its usual load off the windows; the event's is returned.

    In the event the asset would have drawn what it drew and what was declared, but no more than
    its windows ever drew, and only as far past what the hour before foretold as they strayed.
    """
    drawn = _gather(load, cells, shift)
    q = _before(load, blocked, cells[0], shift, before, lead)
    spread = (q[1:] ** 2).sum() if len(q) > 0 else 0.0
    credit = np.zeros(len(cells))
    for i in range(len(cells)):
        usual = drawn[:, i].mean()
        departure = drawn[:, i] - usual
        windows[:, i] += departure
        foreseen = usual
        highest, lowest = drawn[:, i].max(), drawn[:, i].min()
        if spread > 0.0:
            slope = (q[1:] * departure).sum() / spread
            departure = departure - slope * q[1:]
            foreseen += slope * q[0]
        would = load[cells[i]] + metered[i]
        departure = np.sort(departure)
        rank = min(int(np.ceil(_PLAUSIBLE * (len(shift) + 1))), len(shift))
        if metered[i] > 0:
            most = min(highest, foreseen + departure[rank - 1])
            would = min(would, max(most, load[cells[i]]))
        elif metered[i] < 0:
            least = max(lowest, foreseen + departure[len(shift) - rank])
            would = max(would, min(least, load[cells[i]]))
        credit[i] = would - usual
    return credit


@njit(cache=True)
def _scale(windows, d_kw, shift, season_days):  # type: ignore[no-untyped-def]
    """Size of the noise near the event's date over that near each window's, itself left out."""
    n = len(shift)
    squares = np.zeros(n + 1)
    for j in range(n):
        squares[j + 1] = squares[j] + (np.sign(d_kw) * windows[j]).sum() ** 2
    scale = np.empty(n + 1)
    for k in range(-1, n):
        centre = shift[k] if k >= 0 else 0
        low = np.searchsorted(shift, centre - season_days * 48 - 2)
        high = np.searchsorted(shift, centre + season_days * 48 + 2, side="right")
        own = squares[k + 1] - squares[k] if k >= 0 else 0.0
        left = 1 if k >= 0 else 0
        rest = (squares[n] - own) / max(n - left, 1)
        near = squares[high] - squares[low] - own
        scale[k + 1] = np.sqrt(max(near + _SHRINK * rest, 0.0) / (high - low - left + _SHRINK))
    if scale.min() <= 0.0:
        return np.ones(n)
    return scale[0] / scale[1:]


@njit(cache=True)
def _before(series, blocked, first, shift, before, lead):  # type: ignore[no-untyped-def]
    """Mean of a series just before the event (first) and each window, less the windows' mean.

    Empty where the event follows upon another or was not read before; a window without an
    ordinary hour before it counts as average.
    """
    n = len(shift)
    if first < before or first <= lead or blocked[first - lead - 1]:
        return np.zeros(0)
    q = np.zeros(n + 1)
    for k in range(first - before, first):
        q[0] += series[k] / before
    if not np.isfinite(q[0]):
        return np.zeros(0)
    total, known = 0.0, 0
    for j in range(n):
        for k in range(first + shift[j] - before, first + shift[j]):
            q[j + 1] += series[k] / before if k >= 0 and not blocked[k] else np.nan
        if np.isfinite(q[j + 1]):
            total += q[j + 1]
            known += 1
    if known < 0.5 * n:
        return np.zeros(0)
    for j in range(n + 1):
        q[j] = q[j] - total / known if np.isfinite(q[j]) else 0.0
    return q


@njit(cache=True)
def _take_before_off(windows, q):  # type: ignore[no-untyped-def]
    """Take off what the hour before tells; the event's share is returned.

    Windows are then spread as a prediction is, not as fitted residuals are.
    """
    n, length = windows.shape
    spread = (q[1:] ** 2).sum()
    taken = np.zeros(length)
    if spread <= 0.0:
        return taken
    reach = 1.0 + 1.0 / n + q[0] ** 2 / spread
    for i in range(length):
        slope = (q[1:] * windows[:, i]).sum() / spread
        middle = windows[:, i].mean()
        for j in range(n):
            left = windows[j, i] - middle - slope * q[j + 1]
            held = max(1.0 - 1.0 / n - q[j + 1] ** 2 / spread, 0.5)
            windows[j, i] = middle + left * np.sqrt(reach / held)
        taken[i] = -slope * q[0]
    return taken


@njit(cache=True)
def _inflation(windows, mean, sigma, rho, cells, d_kw):  # type: ignore[no-untyped-def]
    n = len(windows)
    sums = np.zeros(n)
    information = 0.0
    for j in range(n):
        x_last, y_last, information = 0.0, 0.0, 0.0
        for i in range(len(cells)):
            kept = rho ** (cells[i] - cells[i - 1]) if i > 0 else 0.0
            fresh = 1.0 - kept * kept
            x = d_kw[i] / sigma[cells[i] % 48]
            y = (windows[j, i] - mean[i]) / sigma[cells[i] % 48]
            information += (x - kept * x_last) ** 2 / fresh
            sums[j] += (x - kept * x_last) * (y - kept * y_last) / fresh
            x_last, y_last = x, y
    if not information > 0:
        return np.nan
    return (sums**2).sum() / (n - 1) * (1.0 + 1.0 / n) / information
