"""What recurs by weekday for some weeks and then fades: timetables, rotas, standing bookings."""

from __future__ import annotations

from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Float, Timeline

_WEEKS: Final = 8.0
"""Memory: hour by hour, what sets a day apart is half gone after some five weeks."""
_EVERY_DAY: Final = 0.65
"""Share of what recurs that all working days have in common, and likewise the others."""


def rota(rng: np.random.Generator, time: Timeline, slots: float) -> Float:
    """(local days, 48) noise of unit variance that recurs by weekday.

    Parameters
    ----------
    slots
        Memory within the day, in half-hours.
    """
    weeks = _weeks(time)
    along = float(np.exp(-1 / max(slots, 0.2)))
    own = smooth_noise(rng, weeks * 7 * SLOTS_PER_DAY, along).reshape(weeks, 7, SLOTS_PER_DAY)
    every = smooth_noise(rng, weeks * 2 * SLOTS_PER_DAY, along).reshape(weeks, 2, SLOTS_PER_DAY)
    week = _week(time)
    kind = time.working.astype(np.int64)
    both: Float = np.sqrt(_EVERY_DAY) * _faded(every)[week, kind]
    both += np.sqrt(1 - _EVERY_DAY) * _faded(own)[week, time.weekday]
    return both


def weekdays(rng: np.random.Generator, time: Timeline) -> Float:
    """(local days,) noise of unit variance, one value for each day, that recurs by weekday."""
    found: Float = _faded(rng.standard_normal((_weeks(time), 7)))[_week(time), time.weekday]
    return found


def _week(time: Timeline) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return (np.arange(time.n_local_days) + int(time.weekday[0])) // 7


def _weeks(time: Timeline) -> int:
    return int(_week(time)[-1]) + 1


def _faded(shock: Float) -> Float:
    """First-order process along the weeks, of unit variance, from (weeks, ...) unit shocks."""
    fade = float(np.exp(-1 / _WEEKS))
    since = np.subtract.outer(np.arange(len(shock)), np.arange(len(shock)))
    weight = np.where(since >= 0, fade ** np.maximum(since, 0), 0.0)
    weight[:, 1:] *= np.sqrt(1 - fade * fade)
    out: Float = np.tensordot(weight, shock, axes=1)
    return out
