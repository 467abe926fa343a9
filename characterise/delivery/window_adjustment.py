"""What the asset meter and the hour before tell of an event, taken off it and its windows alike."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def gather(series, cells, shift):  # type: ignore[no-untyped-def]
    """(n, L) values of a series in the half-hours of each window."""
    windows = np.empty((len(shift), len(cells)))
    for j in range(len(shift)):
        for i in range(len(cells)):
            windows[j, i] = series[cells[i] + shift[j]]
    return windows


@njit(cache=True)
def asset_load(asset, foreseen, links, cells):  # type: ignore[no-untyped-def]
    """Summed net import of the linked asset meters, and what was expected of them.

    Both are empty where the event was unread or nothing could be expected.
    """
    load, usual = np.zeros(asset.shape[1]), np.zeros(asset.shape[1])
    for u in links:
        load += asset[u]
        usual += foreseen[u]
    known = len(links) > 0
    for k in cells:
        known &= np.isfinite(load[k]) and np.isfinite(usual[k])
    if not known:
        return np.zeros(0), np.zeros(0)
    return load, usual


@njit(cache=True)
def take_asset_off(windows, load, usual, blocked, cells, shift, metered, before, lead):  # type: ignore[no-untyped-def]
    """Take the asset's departure from its expected load off the windows; the event's is returned.

    In the event the asset would have drawn what it drew and what was declared, but no more than
    its windows ever drew, and only as far past what the hour before foretold as they ever strayed.
    """
    drawn = gather(load, cells, shift)
    departures = drawn - gather(usual, cells, shift)
    q = before_event(load - usual, blocked, cells[0], shift, before, lead)
    spread = (q[1:] ** 2).sum() if len(q) > 0 else 0.0
    credit = np.zeros(len(cells))
    for i in range(len(cells)):
        mean = departures[:, i].mean()
        departure = departures[:, i] - mean
        windows[:, i] += departure
        foreseen = usual[cells[i]] + mean
        if spread > 0.0:
            slope = (q[1:] * departure).sum() / spread
            departure = departure - slope * q[1:]
            foreseen += slope * q[0]
        took = load[cells[i]]
        would = took + metered[i]
        if metered[i] > 0:
            most = min(drawn[:, i].max(), foreseen + departure.max())
            would = min(would, max(most, took))
        elif metered[i] < 0:
            least = max(drawn[:, i].min(), foreseen + departure.min())
            would = max(would, min(least, took))
        credit[i] = would - usual[cells[i]] - mean
    return credit


@njit(cache=True)
def before_event(series, blocked, first, shift, before, lead):  # type: ignore[no-untyped-def]
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
def take_before_off(windows, q):  # type: ignore[no-untyped-def]
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
