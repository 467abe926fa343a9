"""How big, how long, how fast: a parameter's distribution by class, with intervals."""

from __future__ import annotations

from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, kw

STATISTICS: Final = ("p10", "p50", "p90", "max")
_UNITS: Final = {
    "rated_import_kw": "Import, kW",
    "rated_export_kw": "Export or load let go, kW",
    "duration_h": "Duration of a run, hours",
    "ramp_up_kw_per_min": "Ramp up, kW a minute (at least)",
    "ramp_down_kw_per_min": "Ramp down, kW a minute (at least)",
}
_OFFSET: Final = {"p10": 0.24, "p50": 0.08, "p90": -0.08, "max": -0.24}


def capability_dots(capability: pl.DataFrame, parameter: str) -> hv.Overlay:
    """Draw p10, p50, p90 and max of one parameter by class, each with its interval.

    Parameters
    ----------
    capability
        `characterise.frames.CAPABILITY` of one meter point.
    parameter
        One of `characterise.frames.PARAMETERS`.
    """
    rows = capability.filter(
        pl.col("parameter") == parameter, pl.col("statistic").is_in(list(STATISTICS))
    ).filter(pl.col("value").is_not_null())
    classes = [name for name in palette.CLASS_COLOURS if name in set(rows["asset_class"])]
    place = {name: float(len(classes) - 1 - at) for at, name in enumerate(classes)}
    names = rows["asset_class"].to_list()
    statistics = rows["statistic"].to_list()
    y = np.array([place[n] + _OFFSET[s] for n, s in zip(names, statistics, strict=True)])
    value, lower, upper = (kw(rows, column) for column in ("value", "lower", "upper"))
    bounded = np.isfinite(lower) & np.isfinite(upper)
    colour = hv.dim("asset_class").categorize(palette.CLASS_COLOURS, default=palette.GAP)
    ends = np.where(bounded, upper, value)
    right = float(np.nanmax(np.concatenate([value, upper, [0.0]]))) or 1.0
    return hv.Overlay(
        [
            hv.Segments((lower[bounded], y[bounded], upper[bounded], y[bounded])).opts(
                color=palette.BOUNDARY, line_width=3, alpha=0.6
            ),
            hv.Scatter(
                (value, y, names, statistics), "value", ["y", "asset_class", "statistic"]
            ).opts(color=colour, size=9, tools=["hover"]),
            hv.Labels((ends, y, statistics), ["value", "y"], "text").opts(
                text_font_size="8pt",
                text_color=palette.BOUNDARY,
                xoffset=right * 0.015,
                text_align="left",
            ),
        ]
    ).opts(
        responsive=True,
        height=90 + 70 * max(len(classes), 1),
        framewise=True,
        fontsize=FONTS,
        xlim=(0.0, right * 1.15),
        ylim=(-0.6, max(len(classes), 1) - 0.4),
        yticks=[(place[n], palette.CLASS_LABELS[n]) for n in classes] or [(0.0, "")],
        xlabel=_UNITS[parameter],
        ylabel="",
        toolbar=None,
        show_legend=False,
    )
