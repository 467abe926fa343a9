"""How good it is: reliability diagrams, and figures over months of history."""

from __future__ import annotations

from typing import Final

import holoviews as hv
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, LEGEND, kw

WHOLE: Final = "all"
"""Tick of results that saw every reading."""
LABELS: Final = {**palette.CLASS_LABELS, "ALL": "All classes", "": "All sites"}


def reliability_diagram(rows: pl.DataFrame, asset_class: str) -> hv.Overlay:
    """Draw how often what was stated came true, each bin with its interval.

    Parameters
    ----------
    rows
        ``reliability`` of a scoreboard, of one group and history.
    asset_class
        A class, or ``ALL``.
    """
    own = rows.filter(pl.col("asset_class") == asset_class).sort("stated")
    stated, true = kw(own, "stated"), kw(own, "came_true")
    colour = palette.CLASS_COLOURS.get(asset_class, palette.BOUNDARY)
    dims = (["stated"], ["came_true"])
    bars = (stated, true, true - kw(own, "lower"), kw(own, "upper") - true)
    drawn = [
        hv.Curve(([0.0, 1.0], [0.0, 1.0]), *dims).opts(
            color=palette.GAP, line_dash="dashed", line_width=1
        ),
        hv.ErrorBars(bars, "stated", ["came_true", "below", "above"]).opts(
            color=colour, line_width=1, upper_head=None, lower_head=None
        ),
        hv.Curve((stated, true), *dims).opts(color=colour, line_width=2),
        hv.Scatter((stated, true), *dims).opts(color=colour, size=6),
    ]
    return hv.Overlay(drawn).opts(
        title=LABELS[asset_class],
        xlabel="stated probability",
        ylabel="share that came true",
        xlim=(0, 1),
        ylim=(0, 1.02),
        height=260,
        responsive=True,
        fontsize=FONTS,
        toolbar=None,
    )


def history_curves(rows: pl.DataFrame, title: str) -> hv.Overlay:
    """Draw one line a class over months of history, with the interval of each figure.

    Parameters
    ----------
    rows
        What `characterise.scoring.headline.by_history` gave for one figure.
    """
    months = rows["months"].unique().sort(nulls_last=True).to_list()
    ticks = [WHOLE if one is None else str(one) for one in months]
    place = {one: float(at) for at, one in enumerate(months)}
    names = rows["asset_class"].unique(maintain_order=True).to_list()
    drawn: list[hv.Element] = []
    for number, name in enumerate(names):
        part = rows.filter(pl.col("asset_class") == name)
        shift = 0.04 * (number - (len(names) - 1) / 2)
        at = [place[one] + shift for one in part["months"]]
        value = kw(part, "value")
        colour = palette.CLASS_COLOURS.get(name, palette.BOUNDARY)
        known = part.with_columns(at=pl.Series(at, dtype=pl.Float64)).filter(
            pl.col("lower").is_not_nan() & pl.col("lower").is_not_null()
        )
        middle = kw(known, "value")
        bars = (kw(known, "at"), middle, middle - kw(known, "lower"), kw(known, "upper") - middle)
        drawn += [
            hv.ErrorBars(bars, "history", ["figure", "below", "above"]).opts(
                color=colour, line_width=1, upper_head=None, lower_head=None
            ),
            hv.Curve((at, value), "history", "figure", label=LABELS[name]).opts(
                color=colour, line_width=2
            ),
            hv.Scatter((at, value), "history", "figure").opts(color=colour, size=6),
        ]
    return hv.Overlay(drawn).opts(
        title=title,
        xlabel="months of readings",
        ylabel="",
        xticks=[(at, label) for at, label in enumerate(ticks)],
        xlim=(-0.4, len(ticks) - 0.6),
        height=280,
        responsive=True,
        fontsize=FONTS,
        legend_position="bottom_right",
        legend_opts=LEGEND,
        toolbar=None,
    )
