"""The same event as every baseline expects it, on one chart."""

from __future__ import annotations

from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.delivery import LOOK, clock_label, event_window, local_times, span
from app.plots.frames import kw, steps, twice

METHOD_LABELS: Final = {
    "ridge": "Ridge on weather and calendar",
    "bl01_like": "BL01-like",
    "mean_of_days": "Mean of days",
}
_LOOKS: Final = {
    "ridge": (palette.EXPECTED, "solid"),
    "bl01_like": (palette.EVENT, "dashed"),
    "mean_of_days": (palette.PARTY_COLOURS[3], "dotted"),
}
_PLAIN: Final = (palette.GAP, "dotdash")
_WIDTH: Final = np.timedelta64(30, "m")
_TIME: Final = hv.Dimension("baseline_time", label="Local time")


def baselines_of_event(lines: pl.DataFrame, series: pl.DataFrame) -> hv.Overlay:
    """Draw the expected load of every method with the boundary meter.

    Parameters
    ----------
    lines
        `characterise.delivery.every_baseline.LINES`.
    series
        ``ts_utc, boundary_kw, in_event`` of the half-hours to draw; net import, kW.
    """
    series = series.sort("ts_utc")
    start = local_times(series)
    edge = steps(start, _WIDTH)
    layers: list[hv.Element] = [*event_window(series, start)]
    for method in lines["method"].unique(maintain_order=True).to_list():
        own = lines.filter(pl.col("method") == method).select("ts_utc", "expected_kw")
        spine = series.select("ts_utc").join(own, on="ts_utc", how="left", maintain_order="left")
        colour, dash = _LOOKS.get(method, _PLAIN)
        layers.append(
            hv.Curve(
                (edge, twice(kw(spine, "expected_kw"))),
                _TIME,
                "baseline_kw",
                label=METHOD_LABELS.get(method, method),
            ).opts(color=colour, line_dash=dash, line_width=2, framewise=True)
        )
    layers.append(
        hv.Curve(
            (edge, twice(kw(series, "boundary_kw"))), _TIME, "baseline_kw", label="Boundary meter"
        ).opts(color=palette.BOUNDARY, line_width=3, framewise=True)
    )
    return hv.Overlay(layers).opts(
        **LOOK,
        height=260,
        legend_cols=4,
        xlabel=clock_label(series),
        xlim=span(start),
        ylabel="kW (export below 0)",
        toolbar="right",
    )
