"""How large a shortfall the same half-hours of other days would have shown by chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.delivery import LOOK

_BINS: Final = 28
MARKS: Final = {
    "shortfall_kwh": ("This event", palette.CLAIM, "solid", 4),
    "critical_kwh": ("Critical value", palette.EXPECTED, "dashed", 2),
    "min_detectable_kwh": ("Minimum detectable", palette.BOUNDARY, "dotted", 3),
}
"""What is marked on the axis: column of a trial, words, colour, dash, width."""


def placebo_histogram(windows: pl.DataFrame, trial: Mapping[str, Any]) -> hv.Overlay:
    """Draw the matched windows of one trial with its own shortfall among them.

    Parameters
    ----------
    windows
        ``shortfall_kwh`` of days without an event, one row a window; those of other trials are
        left out by ``trial`` where the frame names them.
    trial
        One row of `characterise.delivery.explain.TRIALS`.
    """
    if "trial" in windows.columns:
        windows = windows.filter(pl.col("trial") == trial["trial"])
    held = windows["shortfall_kwh"].drop_nulls().cast(pl.Float64).to_numpy()
    marks = {name: trial[name] for name in MARKS if trial.get(name) is not None}
    ends = [*held, *marks.values(), 0.0]
    count, edges = np.histogram(
        held, bins=_BINS, range=(min(ends), max(ends)) if held.size else (0, 1)
    )
    top = float(count.max(initial=1)) * 1.05
    layers: list[hv.Element] = [
        hv.Histogram(
            (edges, count), kdims=["placebo_kwh"], vdims=["windows"],
            label=f"{held.size} days without an event",
        ).opts(
            fill_color=palette.BOUNDARY,
            fill_alpha=0.55,
            line_color=palette.BOUNDARY,
            framewise=True,
        )
    ]  # fmt: skip
    for name, at in marks.items():
        words, colour, dash, width = MARKS[name]
        layers.append(
            hv.Curve(
                ([at, at], [0.0, top]), "placebo_kwh", "windows", label=words
            ).opts(color=colour, line_dash=dash, line_width=width, framewise=True)
        )  # fmt: skip
    return hv.Overlay(layers).opts(
        **LOOK,
        height=230,
        legend_cols=4,
        xlabel="Shortfall, kWh",
        ylabel="Days",
        ylim=(0, top),
        toolbar=None,
    )
