"""What was declared, stacked by party, beside what the boundary fell: the gap is the shortfall."""

from __future__ import annotations

from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette, parties
from app.plots.delivery import LOOK, clock_label, declared_total, local_times, span
from app.plots.frames import kw, steps, twice

_WIDTH: Final = np.timedelta64(30, "m")
_AROUND: Final = 6
"""Half-hours shown on each side of the event."""
_TIME: Final = hv.Dimension("event_time", label="Local time")


def declared_beside_fall(series: pl.DataFrame, assets: pl.DataFrame) -> hv.Overlay:
    """Draw the declared sum and the fall of net import in the same half-hours.

    Parameters
    ----------
    series
        ``ts_utc, expected_kw, lower_kw, upper_kw, boundary_kw, in_event``; net import, kW. The
        fall is the expected less the boundary.
    assets
        ``ts_utc, amsid, fsp_id, declared_kw``: a declared turn-down is positive.
    """
    series = near_event(series.sort("ts_utc"))
    start = local_times(series)
    edge = steps(start, _WIDTH)
    names = parties.parties_of(assets)
    layers: list[hv.Element] = [hv.HLine(0).opts(color=palette.GAP, line_width=1)]
    top, bottom = np.zeros(series.height), np.zeros(series.height)
    for party in names:
        value = np.nan_to_num(declared_total(series, parties.rows_of(assets, party)))
        up, down = np.maximum(value, 0.0), np.minimum(value, 0.0)
        name = f"Declared, {parties.label(party)}"
        colour = parties.colour(party, names)
        layers.append(_area(edge, top, top + up, name, colour))
        if (down < 0).any():
            layers.append(_area(edge, bottom + down, bottom, name, colour))
        top, bottom = top + up, bottom + down
    fall = kw(series, "expected_kw") - kw(series, "boundary_kw")
    low = kw(series, "lower_kw") - kw(series, "boundary_kw")
    high = kw(series, "upper_kw") - kw(series, "boundary_kw")
    known = np.isfinite(low) & np.isfinite(high)
    declared = declared_total(series, assets)
    missing = np.isfinite(declared) & np.isfinite(fall) & (declared > fall)
    layers += [
        hv.Area(
            (steps(start[known], _WIDTH), twice(high[known]), twice(low[known])),
            _TIME,
            ["fall", "fall_floor"],
            label="Fall of the boundary, with its interval",
        ).opts(color=palette.BOUNDARY, fill_alpha=0.25, line_alpha=0, framewise=True),
        hv.Curve(
            (edge, twice(fall)), _TIME, "fall", label="Fall of the boundary"
        ).opts(color=palette.BOUNDARY, line_width=3, framewise=True),
        hv.Area(
            (
                steps(start[missing], _WIDTH),
                twice(declared[missing]),
                twice(fall[missing]),
            ),
            _TIME,
            ["fall", "fall_floor"],
            label="Shortfall",
        ).opts(
            color=palette.CLAIM,
            fill_alpha=0.12,
            line_color=palette.CLAIM,
            line_width=2,
            line_dash="dashed",
            framewise=True,
        ),
    ]  # fmt: skip
    return hv.Overlay(layers).opts(
        **LOOK,
        height=260,
        legend_cols=3,
        xlabel=clock_label(series),
        xlim=span(start),
        ylabel="kW of turn-down",
        toolbar="right",
    )


def near_event(series: pl.DataFrame) -> pl.DataFrame:
    """Half-hours of the event and a few on each side; all of them where none is in an event."""
    inside = series["in_event"].fill_null(value=False).arg_true()
    if not len(inside):
        return series
    first, last = int(inside[0]), int(inside[-1])
    begin = max(first - _AROUND, 0)
    return series.slice(begin, last + _AROUND + 1 - begin)


def _area(edge: np.ndarray, low: np.ndarray, high: np.ndarray, name: str, colour: str) -> hv.Area:
    return hv.Area((edge, twice(high), twice(low)), _TIME, ["fall", "fall_floor"], label=name).opts(
        color=colour, fill_alpha=0.55, line_alpha=0, framewise=True
    )
