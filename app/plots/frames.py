"""Frames to the plain arrays that HoloViews draws."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

HALF_HOUR: Final = 0.5
"""Hours."""

FONTS: Final = {"legend": "9pt", "labels": "9pt", "ticks": "8pt"}
LEGEND: Final = {"label_text_font_size": "9pt", "padding": 2, "margin": 2}
NO_LOGO: Final = {"plot.toolbar.logo": None}

Floats = npt.NDArray[np.float64]


def kw(frame: pl.DataFrame, column: str) -> Floats:
    """One column as float64, null as NaN."""
    return frame[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def times(frame: pl.DataFrame, column: str = "ts_utc") -> npt.NDArray[np.datetime64]:
    """UTC starts as datetime64[ns], without a zone."""
    return frame[column].dt.replace_time_zone(None).cast(pl.Datetime("ns")).to_numpy()


def steps(start: npt.NDArray[Any], width: Any) -> npt.NDArray[Any]:
    """Both edges of every half-hour, so that a mean is drawn as a step and not as a slope."""
    return np.stack([start, start + width], axis=1).reshape(-1)


def twice(values: Floats) -> Floats:
    """Each value at both edges of its step."""
    return np.repeat(values, 2)
