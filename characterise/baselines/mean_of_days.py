"""Mean of the same slot over the last ten days of any kind: the plainest baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterise.baselines.local_days import Float, LocalDays
from characterise.baselines.recent_mean import recent_mean

NAME = "mean_of_days"


@dataclass(frozen=True, slots=True)
class MeanOfDays:
    """How many days, how few, and how far back."""

    n_days: int = 10
    min_days: int = 3
    window_days: int = 60


def predict(days: LocalDays, settings: MeanOfDays | None = None) -> Float:
    """One-day-ahead net load in kW, (M, L, 48); NaN where too few days precede."""
    settings = settings or MeanOfDays()
    wanted = np.array([settings.n_days] * 2)
    least = np.array([settings.min_days] * 2)
    kind = np.zeros_like(days.non_working)
    every = np.ones(kind.shape, dtype=np.bool_)
    window = settings.window_days
    mean: Float = recent_mean(days.load_kw, kind, every, days.clock, wanted, least, window)
    return mean
