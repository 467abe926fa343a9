"""Simulated boundaries beside real ones: what a load's statistics look like in each."""

from __future__ import annotations

import re
from typing import Final

import holoviews as hv
import numpy as np
import numpy.typing as npt
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, LEGEND

REAL: Final = "real"
SIMULATED: Final = "simulated"
COLOURS: Final = {REAL: palette.CLASS_COLOURS["HEAT_PUMP"], SIMULATED: palette.EXPECTED}
FAMILIES: Final = {
    "duration": ("Load duration", "share of half-hours below", "load over its mean"),
    "acf": ("Autocorrelation", "lag, half-hours", "correlation"),
    "step": ("Steps from one half-hour to the next", "share of steps below", "step over mean load"),
    "part": ("The day", "from hour", "load over its mean"),
}
"""Prefix of statistics of `characterise.training.likeness` that lie on one axis."""

Floats = npt.NDArray[np.float64]


def likeness_curves(statistics: pl.DataFrame, family: str) -> hv.Overlay:
    """Draw the middle of real and of simulated boundaries, with the band that holds 80 % of them.

    Parameters
    ----------
    statistics
        kind (``real`` or ``simulated``), and one column a statistic; one row a boundary.
    family
        One of `FAMILIES`.
    """
    title, across, up = FAMILIES[family]
    # Dimensions of its own: plots that share them share their axes too.
    names = [name for name in statistics.columns if re.match(rf"{family}_[\d.]", name)]
    at = np.array([float(re.findall(r"[\d.]+", name)[0]) for name in names])
    drawn: list[hv.Element] = []
    for kind in (REAL, SIMULATED):
        own = statistics.filter(pl.col("kind") == kind).select(names).to_numpy().astype(float)
        low, middle, high = _bands(own, len(names))
        drawn += [
            hv.Area((at, low, high), f"{family}_at", [f"{family}_level", "high"]).opts(
                color=COLOURS[kind], alpha=0.15, line_alpha=0, framewise=True
            ),
            hv.Curve((at, middle), f"{family}_at", f"{family}_level", label=kind).opts(
                color=COLOURS[kind], line_width=2, framewise=True
            ),
        ]
    return hv.Overlay(drawn).opts(
        title=title,
        xlabel=across,
        ylabel=up,
        responsive=True,
        height=260,
        logx=family == "acf",
        fontsize=FONTS,
        legend_position="top_left" if family != "acf" else "top_right",
        legend_opts=LEGEND,
        toolbar=None,
    )


def _bands(values: Floats, width: int) -> tuple[Floats, Floats, Floats]:
    """(width,) 10th, 50th and 90th percentile of boundaries; NaN without any."""
    if not values.size:
        empty = np.full(width, np.nan)
        return empty, empty, empty
    low, middle, high = np.nanquantile(values, [0.1, 0.5, 0.9], axis=0)
    return low, middle, high
