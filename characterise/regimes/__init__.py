"""Installed, removed, resized: what the half-hours of a class and of its site show over time."""

from characterise.regimes.arrivals import Break
from characterise.regimes.site_breaks import site_breaks
from characterise.regimes.stays import (
    INSTALLED,
    REMOVED,
    RESIZED,
    Regimes,
    regimes,
    without_season,
)

__all__ = [
    "INSTALLED",
    "REMOVED",
    "RESIZED",
    "Break",
    "Regimes",
    "regimes",
    "site_breaks",
    "without_season",
]
