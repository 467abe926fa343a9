"""Monthly mean temperature of each GSP Group: what stands in where no station is known.

The one table of the package: the engine reads it as it is, `characterise.simulate` draws weather
years around it.

Notes
-----
After the Met Office's regional averages of 1991-2020, typed from memory of what is published and
rounded to 0.5 C; London is raised for its urban warmth. One daily range serves every group.

Only this much was checked against a published page: the Met Office's regional values of January
2012, June 2009 and October 2009 (``metoffice.gov.uk/climate/uk/...``; actual less anomaly gives
the 1971-2000 normal). Against those areal normals the table is warmer by 0.4 to 2.1 C, about 1 C in
the middle and most in Scotland; 1991-2020 is the warmer period, and people live lower down than
an area's hills. The daily range agrees with the normals of the UK within 0.5 C in those months.

It says how warm a month usually is and nothing about any one day, which is why nothing that rests
on it alone may be called certain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.settlement import SLOTS_PER_DAY

PREFIX: Final = "climatology:"
ANYWHERE: Final = "GB"

MONTHLY_MEAN_C: Final = {
    "_A": (4.5, 4.5, 6.5, 9.0, 12.0, 15.0, 17.5, 17.5, 15.0, 11.5, 7.5, 5.0),
    "_B": (4.5, 4.5, 6.5, 8.5, 11.5, 14.5, 17.0, 16.5, 14.0, 10.5, 7.0, 4.5),
    "_C": (5.5, 6.0, 8.0, 10.5, 13.5, 17.0, 19.0, 18.5, 16.0, 12.5, 8.5, 6.0),
    "_D": (5.0, 5.0, 6.5, 8.5, 11.5, 14.0, 15.5, 15.5, 13.5, 10.5, 7.5, 5.5),
    "_E": (4.5, 4.5, 6.5, 8.5, 11.5, 14.5, 16.5, 16.5, 14.0, 10.5, 7.0, 4.5),
    "_F": (4.0, 4.0, 5.5, 7.5, 10.5, 13.0, 15.5, 15.0, 13.0, 10.0, 6.5, 4.0),
    "_G": (4.5, 4.5, 6.0, 8.0, 11.0, 14.0, 15.5, 15.5, 13.5, 10.0, 7.0, 4.5),
    "_H": (5.0, 5.0, 7.0, 9.0, 12.0, 15.0, 17.0, 17.0, 14.5, 11.5, 8.0, 5.5),
    "_J": (5.0, 5.0, 7.0, 9.5, 12.5, 15.5, 17.5, 17.5, 15.0, 12.0, 8.0, 5.5),
    "_K": (5.0, 5.0, 6.5, 8.5, 11.5, 14.0, 16.0, 15.5, 14.0, 11.0, 7.5, 5.5),
    "_L": (6.0, 6.0, 7.5, 9.0, 12.0, 14.5, 16.5, 16.5, 14.5, 12.0, 8.5, 6.5),
    "_M": (4.5, 4.5, 6.0, 8.5, 11.5, 14.0, 16.5, 16.0, 13.5, 10.5, 7.0, 4.5),
    "_N": (4.0, 4.0, 5.5, 7.5, 10.0, 13.0, 14.5, 14.5, 12.0, 9.0, 6.0, 4.0),
    "_P": (3.5, 3.5, 5.0, 7.0, 9.5, 12.0, 14.0, 13.5, 11.5, 8.5, 5.5, 3.5),
}
"""January to December, C, by GSP Group."""
DAILY_RANGE_C: Final = (5.0, 5.5, 6.5, 8.0, 8.5, 8.5, 8.5, 8.0, 7.5, 6.0, 5.5, 5.0)
"""Usual maximum less minimum of a day, January to December, C."""

_WARMEST_HOUR_UTC = 14.5


def climatology_name(gsp_group: str | None) -> str:
    """Station name that the climatology of a group goes by; an unknown group has GB's mean."""
    return PREFIX + (gsp_group if gsp_group in MONTHLY_MEAN_C else ANYWHERE)


@lru_cache(maxsize=64)
def climatology(name: str, first_day: dt.date, n_days: int) -> npt.NDArray[np.float32]:
    """Usual temperature in C of each half-hour, (D, 48), for a name of `climatology_name`.

    Months' means are joined linearly at their middles; the day's shape is a cosine.
    """
    group = name.removeprefix(PREFIX)
    monthly = MONTHLY_MEAN_C.get(group)
    mean = np.mean(list(MONTHLY_MEAN_C.values()), axis=0) if monthly is None else monthly
    level = through_the_year(mean, first_day, n_days)
    swing = through_the_year(DAILY_RANGE_C, first_day, n_days)
    hour = (np.arange(SLOTS_PER_DAY) + 0.5) / 2
    shape = 0.5 * np.cos(2 * np.pi * (hour - _WARMEST_HOUR_UTC) / 24)
    usual: npt.NDArray[np.float32] = (level[:, None] + swing[:, None] * shape).astype(np.float32)
    return usual


def through_the_year(
    monthly: Sequence[float] | npt.NDArray[np.float64], first_day: dt.date, n_days: int
) -> npt.NDArray[np.float64]:
    """Twelve values of January to December at each of ``n_days`` days, joined at their middles."""
    days = np.datetime64(first_day, "D") + np.arange(n_days)
    in_year = (days - days.astype("datetime64[Y]")).astype(np.float64)
    middle = np.arange(12) * 30.44 + 15
    level: npt.NDArray[np.float64] = np.interp(in_year, middle, monthly, period=365.25)
    return level
