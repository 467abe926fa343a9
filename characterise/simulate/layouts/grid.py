"""Which half-hour stands in which cell of a table with one row a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterise.settlement import SLOTS_PER_DAY, local_clock
from characterise.simulate.channel import Channel
from characterise.simulate.timeline import Bool, Int, Timeline

NONE: int = -1
"""A cell that stands for no half-hour of the span."""
EXTRA: int = 2
"""Columns that hold the repeated hour of the long day."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Days by columns.

    Parameters
    ----------
    dates
        (days,)
    index
        (days, columns) position in the span of each cell's half-hour, `NONE` for no half-hour.
    sure
        (n,) half-hours that a reader of the table can tell from every other.
    """

    dates: npt.NDArray[np.datetime64]
    index: Int
    sure: Bool


def held_in(channel: Channel, grid: Grid) -> int:
    """Readings of a channel that have a cell in the table."""
    return int(channel.read[grid.index[grid.index != NONE]].sum())


def utc_days(time: Timeline) -> Grid:
    """UTC days of 48 columns."""
    dates = np.datetime64(time.first_day, "D") + np.arange(time.n_days)
    index = np.arange(time.n).reshape(time.n_days, SLOTS_PER_DAY)
    return Grid(dates, index, np.ones(time.n, dtype=bool))


def settlement_days(time: Timeline, columns: int) -> Grid:
    """Settlement periods of local days; a layout of 48 columns cuts the long day short."""
    clock = local_clock(time.first_day, time.n_days)
    period = clock.period.reshape(-1).astype(np.int64)
    return _placed(time, time.day, period - 1, columns)


def wall_days(time: Timeline, *, ends: str = "shifted", extra: bool = False) -> Grid:
    """Wall-clock columns of local days.

    Parameters
    ----------
    ends
        ``shifted``: a column stands for the half-hour that begins at its wall time, whichever end
        its label names. ``instant``: labels are the local times at which half-hours end, so on
        days on which clocks change other columns stay empty.
    extra
        Two more columns hold the repeated hour; without them it is lost.
    """
    day, slot = time.day, time.slot
    if ends == "instant":
        clock = local_clock(time.first_day, time.n_days + 1)
        origin = np.datetime64(time.first_day, "D").astype(np.int64)
        day = clock.date.reshape(-1).astype(np.int64)[1 : time.n + 1] - origin
        slot = clock.slot.reshape(-1).astype(np.int64)[1 : time.n + 1] - 1
        day, slot = np.where(slot < 0, day - 1, day), slot % SLOTS_PER_DAY
    key = day * SLOTS_PER_DAY + slot
    _, first, inverse, count = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    again = np.arange(time.n) != first[inverse]
    column = np.where(again, SLOTS_PER_DAY + slot - slot[again].min(initial=99), slot)
    grid = _placed(time, day, column, SLOTS_PER_DAY + EXTRA if extra else SLOTS_PER_DAY)
    # A lone half of a repeated hour looks like any other half-hour but could be either.
    sure = grid.sure if extra else grid.sure & (count[inverse] == 1)
    return Grid(grid.dates, grid.index, sure)


def _placed(time: Timeline, day: Int, column: Int, columns: int) -> Grid:
    days = int(day.max()) + 1
    index = np.full((days, columns), NONE, dtype=np.int64)
    fits = column < columns
    index[day[fits], column[fits]] = np.flatnonzero(fits)
    dates = np.datetime64(time.first_day, "D") + np.arange(days)
    return Grid(dates, index, fits)
