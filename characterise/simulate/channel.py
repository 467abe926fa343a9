"""One meter point's one quantity as a file sees it: values with gaps and read status."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterise.meter_cube import ESTIMATED, MISSING
from characterise.settlement import SLOTS_PER_DAY, local_clock
from characterise.simulate.metering import Metered
from characterise.simulate.timeline import Float, Timeline

PERIODS: int = 50
"""Columns of a layout by settlement period: the long day has fifty."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Half-hours of one identifier and quantity over the span.

    ``ident`` is an MPAN or a meter serial number; ``quantity`` is AI or AE in kWh, RI or RE in
    kvarh.
    """

    ident: str
    quantity: str
    kwh: Float
    """(n,) kWh, or kvarh for RI and RE; NaN where nothing was read."""
    estimated: npt.NDArray[np.bool_]
    """(n,)"""

    @property
    def read(self) -> npt.NDArray[np.bool_]:
        """(n,) whether there is a value."""
        return ~np.isnan(self.kwh)

    @property
    def reactive(self) -> bool:
        """Whether it counts kvarh."""
        return self.quantity.startswith("R")


def channels_of(import_id: str, export_id: str | None, metered: Metered) -> list[Channel]:
    """Import channel, and export channel where the point has a second identifier."""
    estimated = metered.quality == ESTIMATED
    gone = metered.quality == MISSING
    pairs = [(import_id, "AI", metered.import_kwh)]
    if export_id is not None:
        pairs.append((export_id, "AE", metered.export_kwh))
    return [
        Channel(ident, quantity, np.where(gone, np.nan, kwh), estimated)
        for ident, quantity, kwh in pairs
    ]


def by_settlement_day(time: Timeline, values: Float) -> tuple[npt.NDArray[np.datetime64], Float]:
    """Settlement dates, and (dates, 50) values by period, NaN where there is none."""
    clock = local_clock(time.first_day, time.n_days)
    date = clock.date.reshape(-1).astype(np.int64)
    first = int(date.min())
    days = int(date.max()) - first + 1
    table = np.full((days, PERIODS), np.nan)
    table[date - first, clock.period.reshape(-1).astype(np.int64) - 1] = values
    dates = (np.arange(days) + first).astype("datetime64[D]")
    return dates, table


def by_utc_day(time: Timeline, values: Float) -> tuple[npt.NDArray[np.datetime64], Float]:
    """UTC dates, and (dates, 48) values."""
    dates = np.datetime64(time.first_day, "D") + np.arange(time.n_days)
    return dates, values.reshape(time.n_days, SLOTS_PER_DAY)
