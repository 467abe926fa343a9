"""Days from which on a site's load follows another rule: steps of a regression, scanned by day.

A daily series follows covariates (heating degrees, sun, weekday) by fixed coefficients. A step at
day t gives the days from t on an effect of their own, of the level and of each covariate that the
class answers to. The log-likelihood that the best such step gains over none says where and how
surely something came or went.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[np.float64]

EDGE_DAYS: Final = 7
"""Known days that each side of a step must have."""
_CLIP: Final = (2.0, 98.0)
"""Percentiles beyond which a day counts as the percentile."""
_MOST_GAIN: Final = 20.0
_NOTHING_LEFT: Final = 0.02
"""Share of a series' variance under which what was found explains it all."""


def ready(series: Array) -> tuple[Array, Array]:
    """(S, D) series clipped and standardised, zero where unknown, and their weights, 0 or 1."""
    known = np.isfinite(series)
    out = np.zeros_like(series)
    for s in range(len(series)):
        if known[s].sum() < 4 * EDGE_DAYS:
            known[s] = False
            continue
        own = series[s, known[s]]
        own = np.clip(own, *np.percentile(own, _CLIP))
        spread = own.std()
        known[s] &= spread > 1e-6 * (1 + np.abs(own).max())
        out[s, known[s]] = ((own - own.mean()) / max(spread, 1e-9)) if known[s].any() else 0.0
    return out, known.astype(np.float64)


def stepped(effects: Array, day: int) -> Array:
    """(D, P) effects of a step at ``day``: zero before it."""
    out = effects.copy()
    out[:day] = 0.0
    return out


@njit(cache=True)
def answer(series, cause, first, stop):  # type: ignore[no-untyped-def]
    """How much a daily series moves with its cause from one day to the next, and its error.

    Parameters
    ----------
    series, cause
        (D,), NaN where unknown.

    Notes
    -----
    Regression of differences through the origin with White's error: what changes slowly, a season
    or a habit, is taken out. ``(0, inf)`` where fewer than six steps are known.
    """
    n = 0
    xx = xy = 0.0
    for d in range(first + 1, stop):
        x, y = cause[d] - cause[d - 1], series[d] - series[d - 1]
        if not (np.isnan(x) or np.isnan(y)):
            n += 1
            xx += x * x
            xy += x * y
    if n < 6 or xx <= 0:
        return 0.0, np.inf
    slope, square = xy / xx, 0.0
    for d in range(first + 1, stop):
        x, y = cause[d] - cause[d - 1], series[d] - series[d - 1]
        if not (np.isnan(x) or np.isnan(y)):
            square += (x * (y - slope * x)) ** 2
    return slope, np.sqrt(square) / xx


@njit(cache=True)
def scan(y, weight, base, effects, signs, stride, up, down, first=0, last=2**31):  # type: ignore[no-untyped-def]
    """Fill (D,) gains, nats a known day, of a step at each day by which the class comes or goes.

    Parameters
    ----------
    y, weight
        (S, D) of `ready`.
    base
        (D, B) covariates that act throughout, the level first.
    effects
        (D, P) what a step has an effect of, P 1 or 2, the level first.
    signs
        (S,) 1 where the class raises the series, -1 where it lowers it.
    stride
        Only every such day is tried.
    up, down
        (D,) filled: sums over the series whose step says that it came, or that it went.
    first, last
        Only days from the one to the other are tried.

    Notes
    -----
    The step's effect is found by Schur complement of the normal equations, with a ridge of one day;
    the quasi-likelihood is Gaussian with a variance of its own for each series, as in Quandt, JASA
    55 (1960) 324.
    """
    up[:] = 0.0
    down[:] = 0.0
    for s in range(y.shape[0]):
        days = np.flatnonzero(weight[s] > 0)
        if len(days) < 4 * EDGE_DAYS:
            continue
        own, rest = base[days], y[s][days]
        gram = np.dot(np.ascontiguousarray(own.T), own)
        for b in range(base.shape[1]):
            gram[b, b] += 1.0
        inverse = np.linalg.inv(gram)
        rest = rest - np.dot(own, np.dot(inverse, np.dot(np.ascontiguousarray(own.T), rest)))
        if np.dot(rest, rest) >= _NOTHING_LEFT * len(days):
            _steps(days, own, rest, effects, inverse, signs[s], (stride, first, last), up, down)


@njit(cache=True)
def _steps(days, base, rest, effects, inverse, sign, tried, up, down):  # type: ignore[no-untyped-def]
    """Add one series' gains; ``base`` (n, B) and ``rest`` (n,) are of its n known days."""
    stride, first, last = tried
    left = np.dot(rest, rest)
    answers = effects.shape[1] > 1
    level, slope = np.zeros(base.shape[1]), np.zeros(base.shape[1])
    s01 = s11 = v0 = v1 = 0.0
    for i in range(len(days) - 1, 0, -1):
        seen = len(days) - i
        other = effects[days[i], 1] if answers else 0.0
        s01 += other
        s11 += other * other
        v0 += rest[i]
        v1 += other * rest[i]
        level += base[i]
        slope += other * base[i]
        skipped = days[i] % stride or days[i] < first or days[i] > last
        if skipped or seen < EDGE_DAYS or i < EDGE_DAYS:
            continue
        known = np.dot(inverse, level)
        a00 = seen + 1.0 - np.dot(level, known)
        a01 = s01 - np.dot(slope, known)
        a11 = s11 + 1.0 - np.dot(slope, np.dot(inverse, slope))
        det = max(a00 * a11 - a01 * a01, 1e-9)
        d0 = (a11 * v0 - a01 * v1) / det
        d1 = (a00 * v1 - a01 * v0) / det
        gain = 0.5 * np.log(left / max(left - d0 * v0 - d1 * v1, left * np.exp(-_MOST_GAIN)))
        if sign * (d0 * seen + d1 * s01) > 0:
            up[days[i]] += gain
        else:
            down[days[i]] += gain
