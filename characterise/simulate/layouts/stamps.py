"""Stamps of a long file: the names of their columns, and their texts."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.settlement import LONDON

Stamps = npt.NDArray[np.datetime64]
STAMP_NAMES: Final[dict[str, tuple[str, str]]] = {
    "Timestamp": ("", ""),
    "Date/Time": ("", ""),
    "ReadDatetime": ("", ""),
    "Start": ("start", ""),
    "From": ("start", ""),
    "Interval Start": ("start", ""),
    "Period Ending": ("end", ""),
    "Interval End": ("end", ""),
    "ReadDatetime (UTC)": ("", "utc"),
    "Timestamp GMT": ("", "utc"),
    "Reading time (UK local time)": ("", "local"),
    "Start (UTC)": ("start", "utc"),
    "Start Time (local)": ("start", "local"),
    "End Time UTC": ("end", "utc"),
    "Settlement period end": ("end", "local"),
    "End Time (clock time, BST in summer)": ("end", "local"),
}
"""Names of a stamp's column, with the side and the clock that each says; empty where neither."""
DATE_TIME_NAMES: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("Date", "Time"): ("", ""),
    ("Reading Date", "Reading Time"): ("", ""),
    ("ReadDate_UTC", "ReadTime_UTC"): ("", "utc"),
    ("Date (local)", "Time (local)"): ("", "local"),
    ("Start Date", "Start Time"): ("start", ""),
    ("Date (UTC)", "Start Time (UTC)"): ("start", "utc"),
    ("End Date", "End Time"): ("end", ""),
    ("Date (UTC)", "Half hour ending (UTC)"): ("end", "utc"),
    ("Date (UK local)", "Interval End"): ("end", "local"),
}
"""The same for a date and a time in columns of their own."""


def local_times(instants: Stamps) -> Stamps:
    """British wall times of UTC instants."""
    utc = pl.Series(instants, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")
    wall = utc.dt.convert_time_zone(LONDON).dt.replace_time_zone(None)
    return wall.to_numpy()


def stamp_texts(stamps: Stamps, pattern: str) -> list[str]:
    """Stamps in a ``strftime`` pattern."""
    return pl.Series(stamps.astype("datetime64[us]")).dt.strftime(pattern).to_list()
