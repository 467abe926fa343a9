"""Hot water as people draw it, and when the clock lets it be made."""

from __future__ import annotations

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.heat_pump_plant import Cylinder
from characterise.simulate.timeline import Bool, Float, Timeline

_DRAWS = 7.0
"""Draws of a day that matter."""
_HOURS = np.array([7.0, 12.5, 19.3])
_SPREAD = np.array([1.0, 1.8, 1.7])
_SHARES = np.array([0.42, 0.18, 0.40])


def hot_water_drawn(
    rng: np.random.Generator, time: Timeline, cylinder: Cylinder, away: Bool, sun: Float
) -> Float:
    """(n,) heat drawn from the cylinder, kWh; none while everybody is away."""
    days = np.arange(time.n_local_days)
    count = rng.poisson(_DRAWS, time.n_local_days) * ~away
    day = np.repeat(days, count)
    part = rng.choice(3, len(day), p=_SHARES)
    late = np.where(time.working[day], 0.0, 0.9)
    slot = 2 * (_HOURS[part] + late * (part == 0) + _SPREAD[part] * rng.standard_normal(len(day)))
    size = rng.gamma(0.8, 1 / 0.8, len(day)) * cylinder.daily_kwh / _DRAWS
    table = np.zeros((time.n_local_days, SLOTS_PER_DAY))
    np.add.at(table, (day, np.clip(slot, 0, SLOTS_PER_DAY - 1).astype(np.int64)), size)
    # Panels heat by day what is drawn until the next.
    bright = np.bincount(time.day, weights=sun, minlength=time.n_local_days) / SLOTS_PER_DAY
    left = np.clip(1.0 - cylinder.solar * bright / 160.0, 0.0, 1.0)
    return time.on_wall_clock(table * left[:, None])


def charging_hours(time: Timeline, clock: float) -> Bool:
    """(n,) whether hot water may be made: at any time, or in two hours from ``clock``."""
    if clock < 0:
        return np.ones(time.n, dtype=bool)
    behind = (time.slot / 2 - clock) % 24
    allowed: Bool = behind < 2.0
    return allowed
