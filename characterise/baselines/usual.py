"""What is usual at a site: the mean of recent days, moved by other views of its recent past.

A home's next day is best told by a long, smoothed mean; an office's by its working days; a plant
that was switched on yesterday by yesterday. Which of them a site follows is one set of weights a
meter, shared by its 48 slots, so a few weeks teach it. The penalty pulls every weight to zero,
which is the plain mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from characterise.baselines.local_days import Float, LocalDays
from characterise.baselines.normal_equations import solve

N_VIEWS = 7
FAST, SLOW, KIND, WEEKDAY, YESTERDAY, LEVEL, SMOOTH = range(N_VIEWS)
CLIP = 4.0
"""Departures beyond this many times the slot's usual absolute departure are cut to it: a faulty
reading of a hundred times the load would otherwise rule the fit for months."""
CLIP_MEMORY_DAYS = 30.0
"""Memory of the usual absolute departure."""
YOUNG_DAYS = 28
"""Until a meter has this many days its weights are renewed daily, whatever the refit."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Memories of the views in days (of that kind), of the fit, and the strength of the pull."""

    fast_days: float = 3.0
    slow_days: float = 30.0
    kind_days: float = 12.0
    weekdays: float = 6.0
    memory_days: float = 90.0
    pseudo_days: float = 10.0
    floor: float = 0.1
    """Penalty of every weight as a share of the departures' own sum of squares."""


def usual_load(days: LocalDays, plain_kw: Float, refit_days: int, settings: Usual) -> Float:
    """(M, L, 48) expected net load in kW before the day's weather is looked at.

    Parameters
    ----------
    plain_kw
        (M, L, 48) mean of recent days, from earlier days alone.
    refit_days
        How often the weights are fitted; daily in a meter's first four weeks.

    Notes
    -----
    Views, as departures from the plain mean: exponential means with a memory of 3 and of 30 days,
    of 12 days of the same kind (working or not) and of 6 of the same weekday; yesterday around
    the slot; yesterday's departure over the whole day; and what the mean of the kind becomes when
    smoothed over two and a half hours.
    """
    memories = np.array(
        [settings.fast_days, settings.slow_days, settings.kind_days, settings.weekdays]
    )
    found: Float = _usual(
        days.load_kw,
        plain_kw,
        days.non_working,
        days.clock,
        memories,
        1.0 - 1.0 / settings.memory_days,
        refit_days,
        settings.pseudo_days,
        settings.floor,
    )
    return found


@njit(cache=True)
def _usual(load, plain, kind, clock, memories, keep, refit, pseudo_days, floor):  # type: ignore[no-untyped-def]
    n_meters, n_days, n_slots = load.shape
    out = plain.copy()
    # Rows: fast, slow, working, non-working, then the seven weekdays.
    mean = np.zeros((11, n_slots), dtype=np.float32)
    count = np.zeros((11, n_slots), dtype=np.float32)
    views = np.zeros((N_VIEWS, n_slots), dtype=np.float32)
    target = np.zeros(n_slots, dtype=np.float32)
    unknown = np.full(n_slots, np.float32(np.nan), dtype=np.float32)
    usual_size = np.zeros(n_slots)
    seen = np.zeros(n_slots)
    gram, lower = np.zeros((N_VIEWS, N_VIEWS)), np.zeros((N_VIEWS, N_VIEWS))
    moment, beta = np.zeros(N_VIEWS), np.zeros(N_VIEWS)
    for m in range(n_meters):
        count[:] = 0
        mean[:] = np.nan
        seen[:] = 0
        usual_size[:] = 0
        gram[:] = 0
        moment[:] = 0
        beta[:] = 0
        weight, power, level, learned = 0.0, 0.0, 0.0, 0
        for d in range(n_days):
            of, weekday = 2 + kind[clock[m], d], 4 + d % 7
            before = load[m, d - 1] if d else unknown
            _look(plain[m, d], before, mean, count, of, weekday, level, views)
            if weight > 0 and (d % refit == 0 or learned < YOUNG_DAYS):
                few = pseudo_days / weight
                solve(gram, moment, few, floor * power * min(1.0, few), lower, beta)
            for s in range(n_slots):
                moved = 0.0
                for i in range(N_VIEWS):
                    moved += beta[i] * views[i, s]
                if seen[s] >= 3:
                    bound = CLIP * usual_size[s]
                    moved = min(max(moved, -bound), bound)
                out[m, d, s] += moved
            known, total = _depart(load[m, d], plain[m, d], usual_size, seen, target, views)
            level = total / known if known else 0.0
            learned += known > 0
            gram *= keep
            moment *= keep
            weight = weight * keep + known / n_slots
            power = power * keep + _learn(views, target, gram, moment)
            _remember(load[m, d], plain[m, d], target, mean[0], count[0], memories[0])
            _remember(load[m, d], plain[m, d], target, mean[1], count[1], memories[1])
            _remember(load[m, d], plain[m, d], target, mean[of], count[of], memories[2])
            _remember(load[m, d], plain[m, d], target, mean[weekday], count[weekday], memories[3])
    return out


@njit(cache=True)
def _look(plain, before, mean, count, of, weekday, level, views):  # type: ignore[no-untyped-def]
    """Fill ``views`` (N_VIEWS, 48): departures from ``plain``, zero where nothing is known."""
    n_slots = plain.shape[0]
    for s in range(n_slots):
        p = plain[s]
        for i in range(N_VIEWS):
            views[i, s] = 0
        if np.isnan(p):
            continue
        views[LEVEL, s] = level
        if count[0, s] > 0:
            views[FAST, s] = mean[0, s] - p
        if count[1, s] > 0:
            views[SLOW, s] = mean[1, s] - p
        if count[weekday, s] > 0:
            views[WEEKDAY, s] = mean[weekday, s] - p
        if count[of, s] > 0:
            views[KIND, s] = mean[of, s] - p
            views[SMOOTH, s] = _around(mean[of], s, 2) - mean[of, s]
        yesterday = _around(before, s, 1)
        if not np.isnan(yesterday):
            views[YESTERDAY, s] = yesterday - p


@njit(cache=True)
def _around(values, s, reach):  # type: ignore[no-untyped-def]
    """Mean of the slots within ``reach`` of ``s`` that are known, NaN where none is."""
    total, n = np.float32(0), np.float32(0)
    for k in range(max(0, s - reach), min(values.shape[0], s + reach + 1)):
        if not np.isnan(values[k]):
            total += values[k]
            n += np.float32(1)
    return total / n if n > 0 else np.float32(np.nan)


@njit(cache=True)
def _depart(load, plain, usual_size, seen, target, views):  # type: ignore[no-untyped-def]
    """Fill ``target`` with the day's cut departures; unknown slots teach nothing.

    Returns how many are known, and their sum.
    """
    known, total = 0, 0.0
    for s in range(load.shape[0]):
        y = load[s] - plain[s]
        target[s] = 0
        if np.isnan(y):
            for i in range(views.shape[0]):
                views[i, s] = 0
            continue
        if seen[s] >= 3:
            bound = CLIP * usual_size[s]
            y = min(max(y, -bound), bound)
        seen[s] += 1
        usual_size[s] += (abs(y) - usual_size[s]) / min(seen[s], CLIP_MEMORY_DAYS)
        target[s] = y
        known += 1
        total += y
    return known, total


@njit(cache=True, fastmath={"reassoc"})
def _learn(views, target, gram, moment):  # type: ignore[no-untyped-def]
    """Add a day to the normal equations; returns the target's sum of squares."""
    n_views, n_slots = views.shape
    for i in range(n_views):
        total = np.float32(0)
        for s in range(n_slots):
            total += views[i, s] * target[s]
        moment[i] += total
        for j in range(i + 1):
            total = np.float32(0)
            for s in range(n_slots):
                total += views[i, s] * views[j, s]
            gram[i, j] += total
    power = np.float32(0)
    for s in range(n_slots):
        power += target[s] * target[s]
    return power


@njit(cache=True)
def _remember(load, plain, target, mean, count, memory):  # type: ignore[no-untyped-def]
    """Move the exponential mean by a day: a plain mean until its memory is full."""
    for s in range(load.shape[0]):
        x = load[s]
        if np.isnan(x):
            continue
        if not np.isnan(plain[s]):
            x = plain[s] + target[s]
        count[s] += 1
        if count[s] == 1:
            mean[s] = x
        else:
            mean[s] += (x - mean[s]) / np.float32(min(count[s], memory))
