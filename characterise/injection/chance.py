"""Chance that is the same wherever a day is looked at: a hash of the calendar, no generator."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Double = npt.NDArray[np.float64]


def uniform(at: npt.NDArray[Any], salt: int) -> Double:
    """Uniform on [0, 1) for each whole number of ``at``: days or half-hours since 1970.

    Notes
    -----
    The finaliser of SplitMix64 (Steele, Lea and Flood 2014). A day's draw depends on nothing but
    its date, so that a meter is asked the same question whoever shares its cube.
    """
    with np.errstate(over="ignore"):
        x = at.astype(np.uint64) + np.uint64(salt) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return np.asarray((x >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def hill(at: npt.NDArray[Any], salt: int, low: float, high: float) -> Double:
    """Triangular draw between ``low`` and ``high``, the middle likeliest."""
    both = uniform(at, salt) + uniform(at, salt + 1)
    return np.asarray(low + (high - low) * both / 2)


def spell(day: npt.NDArray[Any], salt: int, reach: int = 4) -> Double:
    """Weather-like draw of each day: about normal, mean 0, sd 1, neighbours alike.

    Parameters
    ----------
    reach
        Days over which a spell fades by e.
    """
    total = np.zeros(day.shape)
    square = 0.0
    for back in range(3 * reach):
        weight = np.exp(-back / reach)
        total += weight * (uniform(day - back, salt) - 0.5) * np.sqrt(12.0)
        square += weight * weight
    return np.asarray(total / np.sqrt(square))
