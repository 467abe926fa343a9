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
def scan(y, weight, base, effects, signs, stride, up, down):  # type: ignore[no-untyped-def]
    """Fill (D,) gains, in nats a known day, of a step at each day by which the class comes or goes.

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

    Notes
    -----
    The step's effect is found by Schur complement of the normal equations, with a ridge of one day;
    the quasi-likelihood is Gaussian with a variance of its own for each series, as in Quandt, JASA
    55 (1960) 324.
    """
    n_days, n_base = base.shape
    n_effects = effects.shape[1]
    up[:] = 0.0
    down[:] = 0.0
    cross = np.empty((n_effects, n_base))
    for s in range(y.shape[0]):
        n = weight[s].sum()
        if n < 4 * EDGE_DAYS:
            continue
        gram = np.zeros((n_base, n_base))
        right = np.zeros(n_base)
        for d in range(n_days):
            if weight[s, d] > 0:
                for b in range(n_base):
                    right[b] += base[d, b] * y[s, d]
                    for c in range(n_base):
                        gram[b, c] += base[d, b] * base[d, c]
        for b in range(n_base):
            gram[b, b] += 1.0
        inverse = np.linalg.inv(gram)
        whole = np.dot(inverse, right)
        rest = np.zeros(n_days)
        left = 0.0
        for d in range(n_days):
            if weight[s, d] > 0:
                rest[d] = y[s, d]
                for b in range(n_base):
                    rest[d] -= base[d, b] * whole[b]
                left += rest[d] * rest[d]
        if left < _NOTHING_LEFT * n:
            continue
        cross[:] = 0.0
        s00 = s01 = s11 = v0 = v1 = sum1 = seen = 0.0
        for d in range(n_days - 1, 0, -1):
            if weight[s, d] == 0:
                continue
            seen += 1
            e1 = effects[d, 1] if n_effects > 1 else 0.0
            s00 += 1.0
            s01 += e1
            s11 += e1 * e1
            v0 += rest[d]
            v1 += e1 * rest[d]
            sum1 += e1
            for b in range(n_base):
                cross[0, b] += base[d, b]
                if n_effects > 1:
                    cross[1, b] += e1 * base[d, b]
            if d % stride or seen < EDGE_DAYS or n - seen < EDGE_DAYS:
                continue
            a00, a01, a11 = s00 + 1.0, s01, s11 + 1.0
            for b in range(n_base):
                for c in range(n_base):
                    a00 -= cross[0, b] * inverse[b, c] * cross[0, c]
                    if n_effects > 1:
                        a01 -= cross[0, b] * inverse[b, c] * cross[1, c]
                        a11 -= cross[1, b] * inverse[b, c] * cross[1, c]
            if n_effects > 1:
                det = max(a00 * a11 - a01 * a01, 1e-9)
                d0 = (a11 * v0 - a01 * v1) / det
                d1 = (a00 * v1 - a01 * v0) / det
            else:
                d0, d1 = v0 / max(a00, 1e-9), 0.0
            won = d0 * v0 + d1 * v1
            gain = 0.5 * np.log(left / max(left - won, left * np.exp(-_MOST_GAIN)))
            if signs[s] * (d0 * seen + d1 * sum1) > 0:
                up[d] += gain
            else:
                down[d] += gain
