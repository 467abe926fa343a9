"""Expected load with an interval of the site's own past errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

Float = npt.NDArray[np.float32]

COVERAGE = 0.9
INTERVAL_DAYS = 60
INTERVAL_REFRESH_DAYS = 7
MIN_RESIDUALS = 30


@dataclass(frozen=True, slots=True)
class Expected:
    """One-day-ahead net import of M meters; kW, NaN where nothing can be expected.

    The interval holds 90 % of the site's own past errors of like time of day; it says nothing
    about the first weeks, where it is NaN.
    """

    method: tuple[str, ...]
    """(M,) the method with the least back-test error over the whole span, or the one asked for."""
    used: npt.NDArray[np.int8]
    """(M, D, 48) index into `characterise.baselines.METHODS` of what served each half-hour, -1
    where none could: ``auto`` chooses week by week from the errors before that week."""
    expected_kw: Float
    """(M, D, 48) expected net import."""
    lower: Float
    """(M, D, 48) lower end of the 90 % interval."""
    upper: Float
    """(M, D, 48) upper end of the 90 % interval."""
    sigma_kw: Float
    """(M, 48) standard deviation of the residuals by UTC slot, excluded days left out."""


def with_interval(
    method: tuple[str, ...], used: npt.NDArray[np.int8], expected_kw: Float, residual_kw: Float
) -> Expected:
    """Put the interval and sigma beside an expected load.

    Parameters
    ----------
    residual_kw
        (M, D, 48) actual less expected, NaN where unusable or excluded.

    Notes
    -----
    Split-conformal quantiles (rank ceil((n + 1) q)) of the residuals of the same and the adjacent
    slots over the preceding 60 days, renewed weekly.
    """
    low, high = _past_quantiles(
        residual_kw, INTERVAL_DAYS, INTERVAL_REFRESH_DAYS, (1 - COVERAGE) / 2, MIN_RESIDUALS
    )
    return Expected(
        method, used, expected_kw, expected_kw + low, expected_kw + high, sigma_by_slot(residual_kw)
    )


def sigma_by_slot(residual_kw: Float) -> Float:
    """(M, 48) standard deviation over days; NaN under two residuals."""
    known = np.isfinite(residual_kw)
    count = known.sum(axis=1)
    values = np.where(known, residual_kw, 0.0)
    mean = values.sum(axis=1) / np.maximum(count, 1)
    spread = np.where(known, residual_kw - mean[:, None, :], 0.0)
    variance = (spread.astype(np.float64) ** 2).sum(axis=1) / np.maximum(count - 1, 1)
    return np.where(count >= 2, np.sqrt(variance), np.nan).astype(np.float32)


@njit(cache=True)
def _past_quantiles(residual, window, refresh, tail, least):  # type: ignore[no-untyped-def]
    n_meters, n_days, n_slots = residual.shape
    low = np.full(residual.shape, np.float32(np.nan), dtype=np.float32)
    high = np.full(residual.shape, np.float32(np.nan), dtype=np.float32)
    held = np.empty(3 * window, dtype=np.float32)
    for m in range(n_meters):
        for start in range(0, n_days, refresh):
            for s in range(n_slots):
                n = 0
                for d in range(max(0, start - window), start):
                    for k in range(max(0, s - 1), min(n_slots, s + 2)):
                        x = residual[m, d, k]
                        if not np.isnan(x):
                            held[n] = x
                            n += 1
                if n < least:
                    continue
                part = np.sort(held[:n])
                rank = min(n, int(np.ceil((n + 1) * (1 - tail))))
                for d in range(start, min(n_days, start + refresh)):
                    low[m, d, s] = part[n - rank]
                    high[m, d, s] = part[rank - 1]
    return low, high
