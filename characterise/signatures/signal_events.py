"""Signalled runs of half-hours, and where the same local time of every other day is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.meter_cube import MeterCube
from characterise.settlement import SLOTS_PER_DAY

LONGEST: Final = 48
"""Half-hours of a call that are looked at; what comes later is another day's business."""


@dataclass(frozen=True, slots=True)
class Calendars:
    """Z local calendars of the N half-hours of a cube, in shapes that kernels read."""

    position: npt.NDArray[np.int32]
    """(Z, L, 48) half-hour of each local day and wall-clock slot; -1 where there is none."""
    day: npt.NDArray[np.int32]
    """(Z, N) local day, counted from the first."""
    slot: npt.NDArray[np.int8]
    """(Z, N) wall-clock slot."""
    working: npt.NDArray[np.bool_]
    """(Z, N)."""
    weekday: npt.NDArray[np.int8]
    """(Z, N) 0 is Monday."""


def calendars(cube: MeterCube) -> Calendars:
    """Local calendars of a cube's clocks; the repeated hour of autumn keeps its first pass."""
    shape = (len(cube.clocks), -1)
    day = np.stack([clock.date - clock.date[0, 0] for clock in cube.clocks]).reshape(shape)
    slot = np.stack([clock.slot for clock in cube.clocks]).reshape(shape)
    position = np.full((len(day), int(day.max()) + 1, SLOTS_PER_DAY), -1, dtype=np.int32)
    backwards = np.arange(day.shape[1] - 1, -1, -1, dtype=np.int32)
    for z in range(len(day)):
        position[z, day[z, backwards], slot[z, backwards]] = backwards
    return Calendars(
        position,
        day.astype(np.int32),
        slot,
        np.stack([clock.working for clock in cube.clocks]).reshape(shape),
        np.stack([clock.weekday for clock in cube.clocks]).reshape(shape),
    )


@njit(cache=True)
def find_events(asked, day, ordinary):  # type: ignore[no-untyped-def]
    """Start, length and direction of each signalled run; marks the days without any.

    Parameters
    ----------
    asked
        (N,) 1 where less load is asked for, -1 where more, 0 where nothing.
    day
        (N,) local day of each half-hour.
    ordinary
        (L,) filled: true on local days that no signal touches.

    Notes
    -----
    Runs are cut at `LONGEST`.
    """
    ordinary[:] = True
    n = 0
    for t in range(len(asked)):
        n += asked[t] != 0 and (t == 0 or asked[t - 1] != asked[t])
    starts, lengths = np.empty(n, np.int32), np.zeros(n, np.int32)
    signs = np.empty(n, np.int8)
    e = -1
    for t in range(len(asked)):
        if asked[t] == 0:
            continue
        ordinary[day[t]] = False
        if t == 0 or asked[t - 1] != asked[t]:
            e += 1
            starts[e], signs[e] = t, asked[t]
        lengths[e] = min(lengths[e] + 1, LONGEST)
    return starts, lengths, signs
