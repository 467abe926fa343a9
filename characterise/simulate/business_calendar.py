"""Days on which a business is not itself: vacations, the shut days of Christmas, the lockdown."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.simulate.timeline import Bool, Float, Timeline

_SCHOOL_BREAKS: Final = (
    (0, 4), (45, 52), (92, 106), (145, 152), (203, 245), (299, 306), (353, 366)
)  # fmt: skip
_UNIVERSITY_BREAKS: Final = ((0, 12), (77, 108), (167, 275), (338, 366))
_LOCKDOWN: Final = (dt.date(2020, 3, 20), dt.date(2020, 10, 1))


def dates(time: Timeline) -> npt.NDArray[np.datetime64]:
    """(local days,) the dates of a span."""
    return np.datetime64(time.first_day, "D") + np.arange(time.n_local_days)


def school_term(time: Timeline) -> Bool:
    """(local days,) rough English terms: breaks at Christmas, Easter, half-terms and August."""
    return ~_within(time, _SCHOOL_BREAKS)


def university_term(time: Timeline) -> Bool:
    """(local days,) three full terms; the long vacation runs from mid-June to early October."""
    return ~_within(time, _UNIVERSITY_BREAKS)


def christmas(time: Timeline) -> Bool:
    """(local days,) the days from 24 December to New Year's Day on which most places shut."""
    return _within(time, ((357, 366), (0, 1)))


def lockdown(time: Timeline) -> Float:
    """(local days,) 1 in the British lockdown of spring 2020, coming down to 0.35 by October.

    From October 2020 to July 2021 it stays there: many worked at home.
    """
    day = dates(time)
    first, last = (np.datetime64(one, "D") for one in _LOCKDOWN)
    since = (day - first).astype(np.float64)
    to_autumn = float((last - first).astype(np.int64))
    level = np.interp(since, (-1.0, 4.0, 60.0, to_autumn, 480.0, 520.0), (0, 1, 1, 0.35, 0.35, 0))
    return np.where(since < 0, 0.0, level)


def into_year(time: Timeline) -> npt.NDArray[np.int64]:
    """(local days,) days since 1 January."""
    day = dates(time)
    place: npt.NDArray[np.int64] = (day - day.astype("datetime64[Y]")).astype(np.int64)
    return place


def _within(time: Timeline, spans: tuple[tuple[int, int], ...]) -> Bool:
    place = into_year(time)
    inside = np.zeros(time.n_local_days, dtype=bool)
    for start, end in spans:
        inside |= (place >= start) & (place < end)
    return inside
