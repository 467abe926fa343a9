"""What the meter shows of each class: probability with its bounds."""

from __future__ import annotations

from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, kw

CLASSES: Final = tuple(name for name in palette.CLASS_COLOURS if name != palette.REST)


def detections_bar(detections: pl.DataFrame) -> hv.Overlay:
    """Draw one bar a class, from 0 to its probability, with a whisker from lower to upper.

    Parameters
    ----------
    detections
        `characterise.frames.DETECTIONS` of one meter point. A class with too little data has no
        bar: that is "insufficient", not zero.
    """
    rows = {row["asset_class"]: index for index, row in enumerate(detections.iter_rows(named=True))}
    place = {name: float(len(CLASSES) - 1 - at) for at, name in enumerate(CLASSES)}
    known = [name for name in CLASSES if name in rows and _known(detections, rows[name])]
    probability, lower, upper = (
        kw(detections, column) for column in ("probability", "lower", "upper")
    )
    bars = [(0.0, place[n] - 0.3, probability[rows[n]], place[n] + 0.3, n) for n in known]
    whiskers = [(lower[rows[n]], place[n], upper[rows[n]], place[n]) for n in known]
    blank = [(0.02, place[n], "cannot be judged") for n in CLASSES if n not in known]
    ticks = [(place[n], palette.CLASS_LABELS[n]) for n in CLASSES]
    thresholds = [
        hv.VLine(at).opts(color=palette.GAP, line_width=1, line_dash="dotted")
        for at in (0.5, 0.7, 0.9)
    ]
    return hv.Overlay(
        [
            hv.Rectangles(bars, vdims=["asset_class"]).opts(
                color=hv.dim("asset_class").categorize(palette.CLASS_COLOURS, default=palette.GAP),
                fill_alpha=0.75,
                line_alpha=0,
            ),
            hv.Segments(whiskers).opts(color=palette.BOUNDARY, line_width=4),
            hv.Labels(blank, ["x", "y"], "text").opts(
                text_align="left", text_font_size="9pt", text_color=palette.BOUNDARY
            ),
            *thresholds,
        ]
    ).opts(
        responsive=True,
        height=200,
        framewise=True,
        fontsize=FONTS,
        xlim=(0.0, 1.0),
        ylim=(-0.6, len(CLASSES) - 0.4),
        yticks=ticks,
        xlabel="Probability (dotted: 0.5, 0.7, 0.9)",
        ylabel="",
        toolbar=None,
        show_legend=False,
    )


def _known(detections: pl.DataFrame, row: int) -> bool:
    return detections["probability"][row] is not None and bool(
        np.isfinite(detections["probability"][row])
    )
