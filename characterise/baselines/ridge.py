"""Rolling 90-day ridge regression by wall-clock slot on the departure from recent like days.

What is regressed is how far a half-hour departs from the mean of recent days, on how far the
weather departs from theirs and how far yesterday and the same weekday departed. The ridge pulls
towards zero departure, so with nothing to learn it is that mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from characterise.baselines.local_days import Float, LocalDays
from characterise.baselines.recent_mean import recent_mean

NAME = "ridge"
REFIT_DAYS = {"daily": 1, "weekly": 7, "monthly": 30}
N_FEATURES = 6
CLIP = 4.0
"""Departures beyond this many times the slot's usual absolute departure are cut to it."""
MEMORY_DAYS = 30.0
"""Memory of the usual absolute departure."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """Window of the fit, strength of the pull towards the recent mean, and the like days."""

    window_days: int = 90
    pseudo_days: float = 30.0
    """The penalty of each coefficient, as so many days on which it explained nothing."""
    min_days: int = 14
    n_working: int = 10
    n_nonworking: int = 4
    like_window_days: int = 60


def predict(days: LocalDays, refit: str = "weekly", settings: Ridge | None = None) -> Float:
    """One-day-ahead net load in kW, (M, L, 48); NaN on days with no history at all.

    Notes
    -----
    Features of methods.md 2 and seed 003: time (a fit for each slot), day (like days; the same
    weekday one and two weeks back), temperature (heating and cooling degrees of the last 24 hours,
    irradiance), recent consumption (yesterday's departure around the slot and over the day).
    """
    settings = settings or Ridge()
    wanted = np.array([settings.n_working, settings.n_nonworking])
    least = np.ones(2, dtype=np.int64)
    window = settings.like_window_days
    ordinary = np.ones(days.non_working.shape, dtype=np.bool_)
    like = recent_mean(days.load_kw, days.non_working, ordinary, days.clock, wanted, least, window)
    any_kind = recent_mean(
        days.load_kw, np.zeros_like(days.non_working), ordinary, days.clock, wanted, least, window
    )
    usual = _blend(
        days.load_kw, like, any_kind, settings.window_days, REFIT_DAYS[refit], settings.pseudo_days
    )
    weather = np.stack([days.heating_c, days.cooling_c, days.ghi_kwm2])
    departures = np.empty_like(weather)
    for index, series in enumerate(weather):
        normal = recent_mean(
            series, days.non_working, ordinary, days.pair_clock, wanted, least, window
        )
        departures[index] = np.nan_to_num(series - normal)
    predicted: Float = _fit_and_predict(
        days.load_kw,
        usual,
        departures,
        days.pair,
        settings.window_days,
        REFIT_DAYS[refit],
        settings.pseudo_days,
        settings.min_days,
    )
    return predicted


@njit(cache=True)
def _blend(load, like, any_kind, window, refit, pseudo_days):  # type: ignore[no-untyped-def]
    """(M, L, 48) mean of recent days: of any kind, moved towards the day's own kind.

    How far is one weight a meter, fitted to the preceding days: an office's weekend needs it all,
    a home's hardly any, and then ten days of any kind are the steadier mean.
    """
    n_meters, n_days, n_slots = load.shape
    out = any_kind.copy()
    top = np.zeros(n_days + 1)
    bottom = np.zeros(n_days + 1)
    for m in range(n_meters):
        for d in range(n_days):
            top[d + 1], bottom[d + 1] = top[d], bottom[d]
            for s in range(n_slots):
                shift = like[m, d, s] - any_kind[m, d, s]
                product = shift * (load[m, d, s] - any_kind[m, d, s])
                if not np.isnan(product):
                    top[d + 1] += product
                    bottom[d + 1] += shift * shift
        for start in range(0, n_days, refit):
            first = max(0, start - window)
            spread = bottom[start] - bottom[first]
            weight = np.float32(0)
            if spread > 0:
                # A day's worth of doubt: under a week of history the weight stays low.
                doubt = spread * pseudo_days / (n_slots * (start - first))
                weight = (top[start] - top[first]) / (spread + doubt)
                weight = np.float32(min(max(weight, 0.0), 1.0))
            for d in range(start, min(n_days, start + refit)):
                for s in range(n_slots):
                    shift = like[m, d, s] - any_kind[m, d, s]
                    if not np.isnan(shift):
                        out[m, d, s] += weight * shift
    return out


@njit(cache=True)
def _fit_and_predict(load, like, weather, pair, window, refit, pseudo_days, min_days):  # type: ignore[no-untyped-def]
    n_meters, n_days, n_slots = load.shape
    out = np.full(load.shape, np.float32(np.nan), dtype=np.float32)
    features = np.zeros((n_days, n_slots, N_FEATURES))
    target = np.zeros((n_days, n_slots))
    bound = np.zeros((n_days, n_slots))
    gram = np.zeros((n_slots, N_FEATURES, N_FEATURES))
    moment = np.zeros((n_slots, N_FEATURES))
    count = np.zeros(n_slots)
    beta = np.zeros((n_slots, N_FEATURES))
    for m in range(n_meters):
        _cut(load[m], like[m], target, bound)
        _describe(target, weather[:, pair[m]], features)
        gram[:] = 0
        moment[:] = 0
        count[:] = 0
        added, removed = 0, 0
        for start in range(0, n_days, refit):
            _accumulate(features, target, added, start, 1.0, gram, moment, count)
            oldest = max(0, start - window)
            _accumulate(features, target, removed, oldest, -1.0, gram, moment, count)
            added, removed = start, oldest
            for s in range(n_slots):
                beta[s] = 0
                if count[s] >= min_days:
                    _solve(gram[s], moment[s], pseudo_days / count[s], beta[s])
            for d in range(start, min(n_days, start + refit)):
                for s in range(n_slots):
                    departure = 0.0
                    for j in range(N_FEATURES):
                        departure += beta[s, j] * features[d, s, j]
                    departure = min(max(departure, -bound[d, s]), bound[d, s])
                    out[m, d, s] = like[m, d, s] + departure
    return out


@njit(cache=True)
def _cut(load, like, target, bound):  # type: ignore[no-untyped-def]
    """Fill ``target`` with departures cut to ``bound``, both (L, 48); it knows only the past.

    A faulty reading of a hundred times the load would otherwise rule the fit for 90 days.
    """
    n_days, n_slots = load.shape
    for s in range(n_slots):
        usual, n = 0.0, 0
        for d in range(n_days):
            bound[d, s] = CLIP * usual
            departure = load[d, s] - like[d, s]
            if not np.isnan(departure):
                if n >= 3:
                    departure = min(max(departure, -bound[d, s]), bound[d, s])
                n += 1
                usual += (abs(departure) - usual) / min(float(n), MEMORY_DAYS)
            target[d, s] = departure


@njit(cache=True)
def _describe(target, weather, features):  # type: ignore[no-untyped-def]
    """Fill ``features`` (L, 48, 6) of one meter; what is unknown is taken as no departure."""
    n_days, n_slots = target.shape
    daily = np.zeros(n_days)
    for d in range(n_days):
        total, n = 0.0, 0
        for s in range(n_slots):
            if not np.isnan(target[d, s]):
                total += target[d, s]
                n += 1
        daily[d] = total / n if n else 0.0
    for d in range(n_days):
        for s in range(n_slots):
            features[d, s, 0] = weather[0, d, s]
            features[d, s, 1] = weather[1, d, s]
            features[d, s, 2] = weather[2, d, s]
            features[d, s, 3] = _around(target, d - 1, s)
            features[d, s, 4] = daily[d - 1] if d else 0.0
            week = target[d - 7, s] if d >= 7 else 0.0
            fortnight = target[d - 14, s] if d >= 14 else 0.0
            week = week if not np.isnan(week) else 0.0
            fortnight = fortnight if not np.isnan(fortnight) else 0.0
            features[d, s, 5] = 0.5 * (week + fortnight)


@njit(cache=True)
def _around(target, d, s):  # type: ignore[no-untyped-def]
    """Mean departure of day ``d`` in the slots next to ``s``; zero where none is known."""
    if d < 0:
        return 0.0
    total, n = 0.0, 0
    for k in range(max(0, s - 1), min(target.shape[1], s + 2)):
        if not np.isnan(target[d, k]):
            total += target[d, k]
            n += 1
    return total / n if n else 0.0


@njit(cache=True)
def _accumulate(features, target, first, last, sign, gram, moment, count):  # type: ignore[no-untyped-def]
    """Add the days [first, last) to the normal equations, or with ``sign`` -1 take them out."""
    for d in range(first, last):
        for s in range(target.shape[1]):
            y = target[d, s]
            if np.isnan(y):
                continue
            count[s] += sign
            for i in range(N_FEATURES):
                x = sign * features[d, s, i]
                moment[s, i] += x * y
                for j in range(i + 1):
                    gram[s, i, j] += x * features[d, s, j]


@njit(cache=True)
def _solve(gram, moment, share, beta):  # type: ignore[no-untyped-def]
    """Cholesky solution of the ridge with each diagonal raised by ``share`` of itself."""
    n = N_FEATURES
    lower = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            total = gram[i, j]
            if i == j:
                total = total * (1.0 + share) + 1e-9
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            lower[i, j] = np.sqrt(max(total, 1e-12)) if i == j else total / lower[j, j]
    for i in range(n):
        total = moment[i]
        for k in range(i):
            total -= lower[i, k] * beta[k]
        beta[i] = total / lower[i, i]
    for i in range(n - 1, -1, -1):
        total = beta[i]
        for k in range(i + 1, n):
            total -= lower[k, i] * beta[k]
        beta[i] = total / lower[i, i]
