"""A canonical charger: sessions at its rating, evenings at home, mornings at a workplace."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.injection.chance import hill, uniform
from characterise.injection.laying import Float, Lay
from characterise.meter_cube import MeterCube
from characterise.settlement import LocalClock

_SALT: Final = 101
HOME_DAYS: Final = 0.5
"""Share of days on which a home plugs in: three or four sessions a week."""
WORK_DAYS: Final = 0.9
"""Share of working days on which a workplace's charger is used."""


def prepared(cube: MeterCube, signals: pl.DataFrame | None = None) -> Lay:
    """A charger at every meter of ``cube``; ``signals`` is not read.

    Notes
    -----
    A home plugs in on half of its days between 16:00 and 22:00 and charges for 1 to 4 hours (at
    7 kW about 18 kWh, some 3,000 kWh a year); non-domestic premises on working days between 7:00
    and 10:00, for 2 to 6 hours. First and last half-hours are partial, as a meter sees them. The
    length does not depend on the size: a bigger charger stands for a bigger car, or for a bank of
    chargers that is switched as one.
    """
    work = (cube.meters["premises"] == "non_domestic").fill_null(False).to_numpy()
    kinds, index = np.unique(np.stack([cube.clock, work], axis=1), axis=0, return_inverse=True)
    unit = np.stack(
        [sessions(cube.clocks[clock], work=bool(kind)) for clock, kind in kinds.tolist()]
    )
    place = index.reshape(-1)

    def lay(size_kw: Float) -> Float:
        return np.asarray(unit[place] * size_kw[:, None, None], dtype=np.float32)

    return lay


def sessions(clock: LocalClock, *, work: bool) -> Float:
    """(D, 48) share of each half-hour in which the car charges."""
    date = clock.date.astype(np.int64)
    position = clock.period.astype(np.float64) - 1
    share = _overlap(date, position, clock.working, work)
    if not work:
        # What began the evening before goes on past midnight.
        share += _overlap(date - 1, position + 48, clock.working, work)
    return np.asarray(np.minimum(share, 1.0), dtype=np.float32)


def _overlap(
    date: npt.NDArray[np.int64],
    position: npt.NDArray[np.float64],
    working: npt.NDArray[np.bool_],
    work: bool,
) -> npt.NDArray[np.float64]:
    """Share of each half-hour, ``position`` after the midnight of ``date``, in its session."""
    often, earliest, latest = (WORK_DAYS, 14.0, 20.0) if work else (HOME_DAYS, 32.0, 44.0)
    shortest, longest = (4.0, 12.0) if work else (2.0, 8.0)
    used = uniform(date, _SALT) < often
    if work:
        used &= working
    start = hill(date, _SALT + 1, earliest, latest)
    stop = start + hill(date, _SALT + 3, shortest, longest)
    covered = np.minimum(position + 1, stop) - np.maximum(position, start)
    return np.where(used, np.clip(covered, 0.0, 1.0), 0.0)
