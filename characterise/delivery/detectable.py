"""Smallest shortfall that a trial could have shown, and whether it shows one."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from characterise.delivery.placebo import Placebo
from characterise.delivery.settings import VerifySettings

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Detection:
    """What T trials could show, and show; NaN and false where too few windows match."""

    critical_kwh: Double
    """(T,) shortfall that honest trials exceed at the false-flag rate."""
    min_detectable_kwh: Double
    """(T,) shortfall that is seen with the stated power at that rate."""
    spread_kwh: Double
    """(T,) standard deviation of the matched windows."""
    significant: npt.NDArray[np.bool_]
    """(T,) the shortfall exceeds the critical one by more than the asset meter may err."""


def detect(
    placebo: Placebo, settings: VerifySettings, *, explained_kwh: Double | float = 0.0
) -> Detection:
    """Judge every trial against its windows.

    Parameters
    ----------
    explained_kwh
        (T,) part of the shortfall that something else explains, taken off before judging.

    Notes
    -----
    With at least ``1 / false_flag_rate - 1`` windows the critical value is an order statistic of
    them: no distribution is assumed. With fewer the shortfall must exceed every window and the
    Student t limit of them. The minimum detectable shortfall is the critical value less the
    quantile of the windows that leaves the power above it, and the asset meter's own error.
    """
    n = placebo.n_windows.astype(np.float64)
    held = np.sort(placebo.null_kwh.astype(np.float64), axis=1)  # NaN last
    enough = n >= settings.min_windows
    known = np.isfinite(held)
    count = np.maximum(n, 1)
    mean = np.where(known, held, 0.0).sum(axis=1) / count
    centred = np.where(known, held - mean[:, None], 0.0)
    spread = np.sqrt((centred**2).sum(axis=1) / np.maximum(n - 1, 1))
    largest = np.floor(settings.false_flag_rate * (n + 1) + 1e-9).astype(np.int64)
    ranked = _pick(held, placebo.n_windows - np.maximum(largest, 1))
    reach = spread * np.sqrt(1 + 1 / count)
    fitted = mean + student(1 - settings.false_flag_rate, n - 1) * reach
    critical = np.where(largest >= 1, ranked, np.maximum(ranked, fitted))
    low = _pick(held, np.floor((1 - settings.power) * (n - 1)).astype(np.int64))
    fitted_low = mean - student(settings.power, n - 1) * reach
    low = np.where(largest >= 1, low, np.minimum(low, fitted_low))
    erring = settings.meter_tolerance * placebo.declared_kwh
    left = placebo.shortfall_kwh - erring - explained_kwh
    return Detection(
        critical_kwh=np.where(enough, critical, np.nan),
        min_detectable_kwh=np.where(enough, np.maximum(critical - low, 0.0) + erring, np.nan),
        spread_kwh=np.where(enough, spread, np.nan),
        significant=enough & (left > critical),
    )


def student(probability: float, freedom: Double) -> Double:
    """Student t quantile by Cornish-Fisher, to 0.01 from 15 degrees of freedom up."""
    z = NormalDist().inv_cdf(probability)
    f = np.maximum(freedom, 1.0)
    return z + (z**3 + z) / (4 * f) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * f**2)


def _pick(ordered: Double, index: npt.NDArray[np.int64]) -> Double:
    inside = np.clip(index, 0, ordered.shape[1] - 1)
    return np.take_along_axis(ordered, inside[:, None], axis=1)[:, 0]
