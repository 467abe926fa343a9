"""Canonical assets laid onto a site's own half-hours: how small a one would show there."""

from characterise.injection.ladder import (
    NEVER_VISIBLE,
    PREPARE,
    SMALLEST_KW,
    Visibility,
    nothing_sought,
    size_range,
    smallest_visible,
)
from characterise.injection.laying import behind, rows_of

__all__ = [
    "NEVER_VISIBLE",
    "PREPARE",
    "SMALLEST_KW",
    "Visibility",
    "behind",
    "nothing_sought",
    "rows_of",
    "size_range",
    "smallest_visible",
]
