"""What an asset can do, as its half-hours showed it: rating, duration, ramp, and when it ran."""

from __future__ import annotations

from characterise.capability.availability import Availability, availability
from characterise.capability.duration import duration_h
from characterise.capability.ramp import ramp_kw_per_min
from characterise.capability.rated_capacity import rated_kw
from characterise.capability.spread import Spread, Window

__all__ = [
    "Availability",
    "Spread",
    "Window",
    "availability",
    "duration_h",
    "ramp_kw_per_min",
    "rated_kw",
]
