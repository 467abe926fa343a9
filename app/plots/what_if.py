"""A day or some days of a boundary meter, as read and with an asset more or less."""

from __future__ import annotations

import datetime as dt
from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, HALF_HOUR, NO_LOGO, Floats, kw, steps, twice

_HOUR: Final = hv.Dimension("hour", label="Local time")
_DAYS_NAMED: Final = 2
"""From this many days on the axis names days, not hours."""


def with_and_without(
    trace: pl.DataFrame, first: dt.date, last: dt.date, asset_class: str
) -> hv.Overlay:
    """Draw the meter as read, and filled in the class's colour what the change adds or takes away.

    Parameters
    ----------
    trace
        ``ts_utc``, ``local_date``, ``local_slot``, ``net_kw``, ``what_if_kw`` of one meter point.
    first, last
        Local dates, both included.

    Notes
    -----
    Layers are always the same ones in the same order, empty or not: a dynamic plot that changes
    its layers keeps stale glyphs.
    """
    chosen = trace.filter(pl.col("local_date").is_between(first, last)).sort("ts_utc")
    hour = hours(chosen)
    edge = steps(hour, HALF_HOUR)
    read, changed = kw(chosen, "net_kw"), kw(chosen, "what_if_kw")
    known = np.isfinite(read) & np.isfinite(changed)
    low = np.where(known, np.minimum(read, changed), 0.0)
    high = np.where(known, np.maximum(read, changed), 0.0)
    more = np.where(changed >= read, high, low)
    less = np.where(changed < read, high, low)
    colour = palette.CLASS_COLOURS.get(asset_class, palette.BOUNDARY)
    return hv.Overlay(
        [
            _between(edge, low, more, "More load").opts(color=colour, fill_alpha=0.55),
            _between(edge, low, less, "Less load").opts(color=colour, fill_alpha=0.25),
            hv.Curve((edge, twice(changed)), _HOUR, "kw", label="What if").opts(
                color=colour, line_width=2, line_dash="dashed", framewise=True
            ),
            hv.Curve((edge, twice(read)), _HOUR, "kw", label="As read").opts(
                color=palette.BOUNDARY, line_width=2.5, framewise=True
            ),
        ]
    ).opts(
        responsive=True,
        height=235,
        framewise=True,
        show_legend=False,
        xlabel="Local time",
        ylabel="kW, import up, export down",
        xticks=ticks(chosen, hour),
        xlim=(0, max(len(hour) / 2, 24)),
        active_tools=[],
        fontsize=FONTS,
        toolbar="right",
        backend_opts=NO_LOGO,
    )


def hours(chosen: pl.DataFrame) -> Floats:
    """(N,) hours elapsed since the first local midnight; a gap shifts nothing after it."""
    if chosen.is_empty():
        return np.array([], dtype=float)
    elapsed = chosen["ts_utc"] - chosen["ts_utc"][0]
    begun = float(chosen["local_slot"][0]) / 2
    return np.asarray(elapsed.dt.total_seconds().to_numpy() / 3600 + begun, dtype=float)


def ticks(chosen: pl.DataFrame, hour: Floats) -> list[tuple[float, str]]:
    """Hours of one day, else each local day by its name where it begins."""
    if chosen["local_date"].n_unique() < _DAYS_NAMED:
        return [(float(at), f"{at:02d}:00") for at in range(0, 25, 3)]
    dates = chosen["local_date"].to_list()
    begun = [place for place, day in enumerate(dates) if place == 0 or dates[place - 1] != day]
    return [(float(hour[place]), f"{dates[place]:%a %d}") for place in begun]


def chance_moves(before: pl.DataFrame, after: pl.DataFrame) -> hv.Overlay:
    """Draw one bar a class: its probability with the change, its bounds, and where it stood.

    Parameters
    ----------
    before, after
        `characterise.frames.DETECTIONS` of one meter point.
    """
    names = [name for name in palette.CLASS_COLOURS if name != palette.REST]
    place = {name: float(len(names) - 1 - at) for at, name in enumerate(names)}
    now, then = _chances(after), _chances(before)
    bars = [(0.0, place[n] - 0.28, now[n][0], place[n] + 0.28, n) for n in names if n in now]
    bounds = [(now[n][1], place[n], now[n][2], place[n]) for n in names if n in now]
    stood = [(then[n][0], place[n] - 0.42, then[n][0], place[n] + 0.42) for n in names if n in then]
    blank = [(0.02, place[n], "cannot be judged") for n in names if n not in now]
    return hv.Overlay(
        [
            hv.Rectangles(bars, vdims=["asset_class"]).opts(
                color=hv.dim("asset_class").categorize(palette.CLASS_COLOURS, default=palette.GAP),
                fill_alpha=0.75,
                line_alpha=0,
                framewise=True,
            ),
            hv.Segments(bounds, label="bounds").opts(color=palette.BOUNDARY, line_width=4),
            hv.Segments(stood, label="before").opts(color=palette.BOUNDARY, line_width=2),
            hv.Labels(blank, ["x", "y"], "text").opts(
                text_align="left", text_font_size="9pt", text_color=palette.BOUNDARY
            ),
            *(
                hv.VLine(at).opts(color=palette.GAP, line_width=1, line_dash="dotted")
                for at in (0.5, 0.7, 0.9)
            ),
        ]
    ).opts(
        responsive=True,
        height=190,
        framewise=True,
        fontsize=FONTS,
        xlim=(0.0, 1.0),
        ylim=(-0.6, len(names) - 0.4),
        yticks=[(place[n], palette.CLASS_LABELS[n]) for n in names],
        xlabel="Probability (upright stroke: as it is; dotted: 0.5, 0.7, 0.9)",
        ylabel="",
        toolbar=None,
        show_legend=False,
    )


def _chances(detections: pl.DataFrame) -> dict[str, tuple[float, float, float]]:
    return {
        row["asset_class"]: (row["probability"], row["lower"], row["upper"])
        for row in detections.iter_rows(named=True)
        if row["probability"] is not None
    }


def _between(edge: Floats, low: Floats, high: Floats, label: str) -> hv.Area:
    return hv.Area((edge, twice(high), twice(low)), _HOUR, ["kw", "floor"], label=label).opts(
        line_alpha=0, framewise=True
    )
