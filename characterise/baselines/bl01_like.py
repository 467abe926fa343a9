"""BL01-like: mean of recent days of the same kind, with an optional in-day adjustment.

The Baselining Methodology Document itself could not be read (domain.md 2.3): day counts, selection
and adjustment are settings, and the label is "BL01-like", never "BL01".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterise.baselines.local_days import Float, LocalDays
from characterise.baselines.recent_mean import recent_mean

NAME = "bl01_like"
LABEL = "BL01-like"


@dataclass(frozen=True, slots=True)
class Bl01Like:
    """Parameters of domain.md 2.3; every one of them is unverified against the primary text."""

    n_working: int = 10
    n_nonworking: int = 4
    min_working: int = 5
    min_nonworking: int = 2
    window_days: int = 60
    adjust_periods: int = 6
    adjust_gap_periods: int = 2


def predict(days: LocalDays, settings: Bl01Like | None = None) -> Float:
    """One-day-ahead net load in kW, (M, L, 48), without the in-day adjustment.

    Days of a clock change are never taken; event days only where too few others exist. The in-day
    adjustment reads the day itself, so it is no part of a one-day-ahead prediction: see `adjusted`.
    """
    settings = settings or Bl01Like()
    wanted = np.array([settings.n_working, settings.n_nonworking])
    least = np.array([settings.min_working, settings.min_nonworking])
    ordinary = ~days.clock_change
    window = settings.window_days
    mean: Float = recent_mean(
        days.load_kw, days.non_working, ordinary, days.clock, wanted, least, window
    )
    if days.kept_out_kw is days.load_kw:
        return mean
    with_events = recent_mean(
        days.kept_out_kw, days.non_working, ordinary, days.clock, wanted, least, window
    )
    filled: Float = np.where(np.isnan(mean), with_events, mean)
    return filled


def adjusted(
    expected_kw: Float, net_kw: Float, start: int, settings: Bl01Like | None = None
) -> Float:
    """Shift one meter's expected load by what the hours before an event showed.

    Parameters
    ----------
    expected_kw, net_kw
        (H,) half-hours of one meter in time order, kW.
    start
        Index of the event's first half-hour.

    Returns
    -------
    array of float32, shape (H,)
        ``expected_kw`` plus the mean difference over ``adjust_periods`` half-hours that end
        ``adjust_gap_periods`` before ``start``; unchanged where none of them is usable.

    Notes
    -----
    An adjustment by the hours just before an event can be gamed: the Demand Flexibility Service
    dropped it for homes in 2023/24 (domain.md 2.3).
    """
    settings = settings or Bl01Like()
    end = max(0, start - settings.adjust_gap_periods)
    before = slice(max(0, end - settings.adjust_periods), end)
    difference = net_kw[before] - expected_kw[before]
    seen = np.isfinite(difference)
    if not seen.any():
        return expected_kw
    shifted: Float = expected_kw + difference[seen].mean(dtype=np.float32)
    return shifted
