"""Rolling ridge regression in two steps: what is usual at the site, and what the weather adds.

First the departure from the mean of recent days on other views of the recent past, one fit a meter
(`characterise.baselines.usual`); then what that leaves, by wall-clock slot, on how far the weather
departs from that of the recent days. Each ridge pulls towards zero departure, so with nothing to
learn it is the mean of recent days.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit

from characterise.baselines.local_days import Float, LocalDays
from characterise.baselines.normal_equations import solve
from characterise.baselines.recent_mean import recent_mean
from characterise.baselines.usual import CLIP, CLIP_MEMORY_DAYS, Usual, usual_load

NAME = "ridge"
REFIT_DAYS = {"daily": 1, "weekly": 7, "monthly": 30}
N_FEATURES = 3
REACH = 1
"""The weather's effect in a slot is learned from the slots this near as well."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """Window of the weather's fit, strength of its pull to zero, and the like days."""

    window_days: int = 180
    pseudo_days: float = 60.0
    """The penalty of each coefficient, as so many days on which it explained nothing."""
    min_days: int = 21
    n_working: int = 10
    n_nonworking: int = 4
    like_window_days: int = 60
    kind_window_days: int = 90
    """Window of the weight that moves the mean of any days towards that of like days."""
    kind_pseudo_days: float = 30.0
    usual: Usual = field(default_factory=Usual)


def predict(days: LocalDays, refit: str = "weekly", settings: Ridge | None = None) -> Float:
    """One-day-ahead net load in kW, (M, L, 48); NaN on days with no history at all.

    Notes
    -----
    Features of methods.md 2 and seed 003: time (the mean of each slot; the weather by slot), day
    (like days, the same weekday), temperature (heating and cooling degrees of the last 24 hours,
    irradiance), recent consumption (yesterday around the slot and over the day, short and long
    means).
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
    plain = _blend(
        days.load_kw, like, any_kind, settings.kind_window_days, settings.kind_pseudo_days
    )
    usual = usual_load(days, plain, REFIT_DAYS[refit], settings.usual)
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
def _blend(load, like, any_kind, window, pseudo_days):  # type: ignore[no-untyped-def]
    """(M, L, 48) mean of recent days: of any kind, moved towards the day's own kind.

    How far is one weight a meter and day, fitted to the days before: an office's weekend needs it
    all, a home's hardly any, and then ten days of any kind are the steadier mean.
    """
    n_meters, n_days, n_slots = load.shape
    out = any_kind.copy()
    top = np.zeros(n_days + 1)
    bottom = np.zeros(n_days + 1)
    for m in range(n_meters):
        for d in range(n_days):
            first = max(0, d - window)
            spread = bottom[d] - bottom[first]
            weight = np.float32(0)
            if spread > 0:
                # A day's worth of doubt: under a week of history the weight stays low.
                doubt = spread * pseudo_days / (n_slots * (d - first))
                weight = (top[d] - top[first]) / (spread + doubt)
                weight = np.float32(min(max(weight, 0.0), 1.0))
            top[d + 1], bottom[d + 1] = top[d], bottom[d]
            for s in range(n_slots):
                shift = like[m, d, s] - any_kind[m, d, s]
                if np.isnan(shift):
                    continue
                out[m, d, s] += weight * shift
                product = shift * (load[m, d, s] - any_kind[m, d, s])
                if not np.isnan(product):
                    top[d + 1] += product
                    bottom[d + 1] += shift * shift
    return out


@njit(cache=True)
def _fit_and_predict(load, usual, weather, pair, window, refit, pseudo_days, min_days):  # type: ignore[no-untyped-def]
    n_meters, n_days, n_slots = load.shape
    out = np.full(load.shape, np.float32(np.nan), dtype=np.float32)
    target = np.zeros((n_days, n_slots))
    bound = np.zeros((n_days, n_slots))
    gram = np.zeros((n_slots, N_FEATURES, N_FEATURES))
    moment = np.zeros((n_slots, N_FEATURES))
    count = np.zeros(n_slots)
    beta = np.zeros((n_slots, N_FEATURES))
    around, sums = np.zeros((N_FEATURES, N_FEATURES)), np.zeros(N_FEATURES)
    lower = np.zeros((N_FEATURES, N_FEATURES))
    for m in range(n_meters):
        _cut(load[m], usual[m], target, bound)
        features = weather[:, pair[m]]
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
                if count[s] < min_days:
                    continue
                around[:] = 0
                sums[:] = 0
                days = 0.0
                for k in range(max(0, s - REACH), min(n_slots, s + REACH + 1)):
                    around += gram[k]
                    sums += moment[k]
                    days += count[k]
                share = pseudo_days * (2 * REACH + 1) / days
                solve(around, sums, share, 0.0, lower, beta[s])
            for d in range(start, min(n_days, start + refit)):
                for s in range(n_slots):
                    departure = 0.0
                    for j in range(N_FEATURES):
                        departure += beta[s, j] * features[j, d, s]
                    departure = min(max(departure, -bound[d, s]), bound[d, s])
                    out[m, d, s] = usual[m, d, s] + departure
    return out


@njit(cache=True)
def _cut(load, usual, target, bound):  # type: ignore[no-untyped-def]
    """Fill ``target`` with departures cut to ``bound``, both (L, 48); it knows only the past."""
    n_days, n_slots = load.shape
    for s in range(n_slots):
        size, n = 0.0, 0
        for d in range(n_days):
            bound[d, s] = CLIP * size
            departure = load[d, s] - usual[d, s]
            if not np.isnan(departure):
                if n >= 3:
                    departure = min(max(departure, -bound[d, s]), bound[d, s])
                n += 1
                size += (abs(departure) - size) / min(float(n), CLIP_MEMORY_DAYS)
            target[d, s] = departure


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
                x = sign * features[i, d, s]
                moment[s, i] += x * y
                for j in range(i + 1):
                    gram[s, i, j] += x * features[j, d, s]
