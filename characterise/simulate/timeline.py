"""The half-hours of a simulated span: UTC in order, each with its local wall clock.

People and timers follow the wall clock, so behaviour is drawn on a (local days, 48) table and laid
on UTC half-hours by `Timeline.on_wall_clock`: the short day skips two columns, the long day
uses two of them twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.settlement import SLOTS_PER_DAY, local_clock

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Timeline:
    """``n`` UTC half-hours from midnight of ``first_day``."""

    first_day: dt.date
    n_days: int
    day: Int
    """(n,) local day of each half-hour, 0 for ``first_day``."""
    slot: Int
    """(n,) wall-clock slot, 0-47."""
    weekday: Int
    """(local days,) 0 is Monday."""
    working: Bool
    """(local days,) false at weekends and on bank holidays."""
    month: Int
    """(local days,) 0 is January."""
    index: Int
    """(local days, 48) first UTC half-hour of a wall-clock slot; -1 where it does not occur."""

    @property
    def n(self) -> int:
        """How many half-hours."""
        return self.n_days * SLOTS_PER_DAY

    @property
    def n_local_days(self) -> int:
        """Local days touched: one more than UTC days, for summer nights run past midnight."""
        return self.n_days + 1

    def on_wall_clock(self, table: Float) -> Float:
        """Lay a (local days, 48) table on the (n,) half-hours."""
        return table[self.day, self.slot]

    def starts(self) -> npt.NDArray[np.datetime64]:
        """(n,) UTC starts, datetime64[us]."""
        return np.datetime64(self.first_day, "us") + np.arange(self.n) * np.timedelta64(1800, "s")

    def position(self, when: dt.date) -> int:
        """First half-hour of a UTC date, clipped to the span."""
        return int(np.clip((when - self.first_day).days * SLOTS_PER_DAY, 0, self.n))

    def date(self, position: int) -> dt.date:
        """UTC date of a half-hour."""
        return self.first_day + dt.timedelta(days=int(position) // SLOTS_PER_DAY)


def timeline(first_day: dt.date, n_days: int, subdivision: str = "ENG") -> Timeline:
    """Half-hours of ``n_days`` UTC days with London's wall clock and a country's bank holidays."""
    if n_days < 1:
        raise ValueError(f"n_days is {n_days}; a simulated span has at least one day")
    clock = local_clock(first_day, n_days, subdivision=subdivision)
    origin = (first_day - dt.date(1970, 1, 1)).days
    day = clock.date.reshape(-1).astype(np.int64) - origin
    slot = clock.slot.reshape(-1).astype(np.int64)
    local_days = n_days + 1
    dates = pl.date_range(first_day, first_day + dt.timedelta(days=n_days), eager=True)
    weekday = dates.dt.weekday().to_numpy().astype(np.int64) - 1
    working = weekday < 5
    working[day] = clock.working.reshape(-1)
    never = n_days * SLOTS_PER_DAY
    index = np.full((local_days, SLOTS_PER_DAY), never, dtype=np.int64)
    np.minimum.at(index, (day, slot), np.arange(never))
    index[index == never] = -1
    return Timeline(
        first_day=first_day,
        n_days=n_days,
        day=day,
        slot=slot,
        weekday=weekday,
        working=working,
        month=dates.dt.month().to_numpy().astype(np.int64) - 1,
        index=index,
    )
