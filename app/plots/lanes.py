"""Declared, external and observed side by side; and what was delivered of what was declared."""

from __future__ import annotations

from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, kw, times

LANE_COLOURS: Final = {
    "declared": palette.CLAIM,
    "external": palette.EVENT,
    "observed": palette.EXPECTED,
}
_MARKERS: Final = {"declared": "square", "external": "diamond", "observed": "circle"}
_SIDES: Final = {"rated_import_kw": "import", "rated_export_kw": "export or let go"}


def lane_dots(lanes: pl.DataFrame) -> hv.Overlay:
    """Draw the lanes of every rated power that somebody declared or registered [kW].

    Parameters
    ----------
    lanes
        `app.workflows.lanes.FRAME` of one meter point. A ring marks the effective value.
    """
    rows = drawn(lanes)
    y = np.arange(rows.height, dtype=np.float64)[::-1]
    low, high = kw(rows, "observed_lower"), kw(rows, "observed_upper")
    bounded = np.isfinite(low) & np.isfinite(high)
    parts = [
        hv.Segments((low[bounded], y[bounded], high[bounded], y[bounded])).opts(
            color=LANE_COLOURS["observed"], line_width=3, alpha=0.5
        )
    ]
    for lane, colour in LANE_COLOURS.items():
        known = np.isfinite(kw(rows, lane))
        if not known.any():
            continue  # a legend entry without a point would read as a value of none
        points = (kw(rows, lane)[known], y[known])
        parts.append(
            hv.Scatter(points, "kW", "y", label=lane.capitalize()).opts(
                color=colour, marker=_MARKERS[lane], size=10
            )
        )
    parts.append(
        hv.Scatter((kw(rows, "effective"), y), "kW", "y", label="Counts").opts(
            fill_alpha=0.0, line_color=palette.BOUNDARY, line_width=2, size=20
        )
    )
    ends = np.concatenate([kw(rows, name) for name in LANE_COLOURS] + [high, [1.0]])
    ticks = [(float(place), _name(row)) for place, row in zip(y, rows.to_dicts(), strict=True)]
    return hv.Overlay(parts).opts(
        responsive=True,
        height=110 + 34 * max(rows.height, 1),
        framewise=True,
        fontsize=FONTS,
        xlim=(0.0, float(np.nanmax(ends)) * 1.1),
        ylim=(-0.7, max(rows.height, 1) - 0.3),
        yticks=ticks or [(0.0, "")],
        xlabel="kW",
        ylabel="",
        toolbar=None,
        default_tools=[],
        legend_position="top",
        legend_cols=4,
    )


def drawn(lanes: pl.DataFrame) -> pl.DataFrame:
    """Rated powers that were declared or registered: those that the plot holds."""
    entered = pl.col("declared").is_not_null() | pl.col("external").is_not_null()
    return lanes.filter(entered, pl.col("parameter").is_in(list(_SIDES)))


def answers(activations: pl.DataFrame, declared: float, unit: str) -> hv.Overlay:
    """Draw what each dispatch event asked for and what the meter shows, under the declared line.

    Parameters
    ----------
    activations
        `characterise.divergence.ACTIVATIONS` of one override.
    declared
        The declared value [unit].
    """
    events = activations.filter("dispatched")
    at = times(events, "start_utc")
    observed, low, high = (kw(events, name) for name in ("observed", "lower", "upper"))
    top = float(np.nanmax(np.concatenate([observed, high, kw(events, "asked"), [declared]])))
    return hv.Overlay(
        [
            hv.HLine(declared).opts(color=palette.CLAIM, line_width=2, line_dash="dashed"),
            hv.Segments((at, low, at, high), ["t", "y0", "t1", "y1"]).opts(
                color=palette.EXPECTED, line_width=3, alpha=0.5
            ),
            hv.Scatter((at, kw(events, "asked")), "t", "y0", label="Asked for").opts(
                color=palette.EVENT, marker="dash", size=16, line_width=3
            ),
            hv.Scatter((at, observed), "t", "y0", label="The meter shows").opts(
                color=palette.EXPECTED, size=9
            ),
        ]
    ).opts(
        responsive=True,
        height=220,
        framewise=True,
        fontsize=FONTS,
        ylim=(min(0.0, float(np.nanmin(np.concatenate([low, [0.0]])))), top * 1.15),
        xlabel="Event",
        ylabel=unit,
        toolbar=None,
        default_tools=[],
        legend_position="top",
        legend_cols=2,
    )


def _name(row: dict[str, str | None]) -> str:
    asset = f" …{str(row['amsid'])[-4:]}" if row["amsid"] else ""
    name = palette.CLASS_LABELS[str(row["asset_class"])]
    return f"{name}{asset}, {_SIDES[str(row['parameter'])]}, {row['statistic']}"
