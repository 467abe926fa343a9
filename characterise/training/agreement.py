"""How far the half-hours that a class is said to explain follow its own sub-meter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.episodes import operating_threshold_kw
from characterise.training.figures import matthews, r2

WHOLE_DAY: Final = 40
"""Known half-hours from which a day's energy is compared."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One site and class; NaN where the sub-meter never varies, or under a day is known."""

    half_hourly_r2: float
    daily_r2: float
    mcc: float
    """Matthews correlation of operating half-hours."""
    sign_right: float
    """Share of operating half-hours in which the estimate has the sub-meter's direction."""
    energy_error: float
    """Estimated energy over the sub-meter's, less one; both directions added up."""
    mae_kw: float


def agreement(estimate: Array, truth: Array) -> Agreement:
    """Compare (D, 48) kW drawn less given with the sub-meter's; NaN where either is unknown."""
    both = np.isfinite(estimate) & np.isfinite(truth)
    if both.sum() < 48:
        return Agreement(*(float("nan"),) * 6)
    a, b = estimate[both], truth[both]
    whole = both.sum(axis=1) >= WHOLE_DAY
    days = np.where(both, estimate, 0.0).sum(axis=1)[whole]
    true_days = np.where(both, truth, 0.0).sum(axis=1)[whole]
    total = np.abs(b).sum()
    ran = operating(np.abs(b))
    alike = np.sign(a[ran]) == np.sign(b[ran])
    return Agreement(
        half_hourly_r2=r2(a, b),
        daily_r2=r2(days, true_days),
        mcc=matthews(operating(np.abs(a)), ran),
        sign_right=float(alike.mean()) if alike.size else float("nan"),
        energy_error=float(np.abs(a).sum() / total - 1) if total > 0 else float("nan"),
        mae_kw=float(np.abs(a - b).mean()),
    )


def operating(power: Array) -> npt.NDArray[np.bool_]:
    """Half-hours of (N,) kW at or over `operating_threshold_kw` of the series."""
    threshold = float(operating_threshold_kw(power.reshape(1, 1, -1).astype(np.float32))[0])
    return np.asarray(power >= threshold) if threshold > 0 else np.zeros(power.shape, dtype=bool)
