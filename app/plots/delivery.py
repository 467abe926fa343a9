"""One event: what the boundary was expected to do, what it did, and what was declared."""

from __future__ import annotations

from typing import Any, Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, LEGEND, NO_LOGO, kw, steps, times, twice

_WIDTH: Final = np.timedelta64(30, "m")
_TIME: Final = hv.Dimension("time", label="Local time")
LOOK: Final[dict[str, Any]] = {
    "responsive": True,
    "framewise": True,
    "legend_position": "top",
    "legend_opts": LEGEND,
    "fontsize": FONTS,
    "active_tools": [],
    # Room for the longest figures of the axis, so that the plots of an event line up.
    "backend_opts": {**NO_LOGO, "plot.min_border_left": 72},
}
"""What the plots of one event have in common."""


def baseline_band(series: pl.DataFrame, assets: pl.DataFrame | None = None) -> hv.Overlay:
    """Draw the expected band, the boundary meter, and where the declarations put the boundary.

    Parameters
    ----------
    series
        ``ts_utc, expected_kw, lower_kw, upper_kw, boundary_kw, in_event``; net import, kW.
    assets
        ``ts_utc, amsid, fsp_id, declared_kw, asset_kw``: a declared turn-down is positive. The
        dashed line is the expectation less all that was declared.
    """
    series = series.sort("ts_utc")
    start = local_times(series)
    edge = steps(start, _WIDTH)
    expected, boundary = kw(series, "expected_kw"), kw(series, "boundary_kw")
    lower, upper = kw(series, "lower_kw"), kw(series, "upper_kw")
    known = np.isfinite(lower) & np.isfinite(upper)
    band = steps(start[known], _WIDTH)
    layers: list[hv.Element] = [
        *event_window(series, start),
        hv.Area(
            (band, twice(upper[known]), twice(lower[known])),
            _TIME,
            ["kw", "floor"],
            label="Expected, with its interval",
        ).opts(color=palette.EXPECTED, fill_alpha=0.2, line_alpha=0),
        _line(edge, expected, "Expected", color=palette.EXPECTED, line_width=2),
        _line(edge, boundary, "Boundary meter", color=palette.BOUNDARY, line_width=3),
        _line(
            edge,
            expected - declared_total(series, assets),
            "Expected less declared",
            color=palette.CLAIM,
            line_width=2,
            line_dash="dashed",
        ),
    ]
    return hv.Overlay(layers).opts(
        **LOOK,
        height=300,
        legend_cols=4,
        xlim=span(start),
        xlabel=clock_label(series),
        ylabel="kW (export below 0)",
        toolbar="right",
    )


def asset_stack(assets: pl.DataFrame, spine: pl.DataFrame | None = None) -> hv.Overlay:
    """Stack what each asset meter itself read, import up and export down.

    Parameters
    ----------
    assets
        ``ts_utc, amsid, fsp_id, declared_kw, asset_kw`` (net import of the asset, kW).
    spine
        Frame whose ``ts_utc`` sets the span drawn, such as the series of `baseline_band`.
    """
    names = sorted(set(assets["amsid"].drop_nulls().to_list()))
    if spine is None or spine.is_empty():
        spine = assets
    spine = spine.select("ts_utc").unique().sort("ts_utc")
    edge = steps(local_times(spine), _WIDTH)
    top, bottom = np.zeros(spine.height), np.zeros(spine.height)
    layers: list[hv.Element] = [hv.HLine(0).opts(color=palette.GAP, line_width=1)]
    for index, name in enumerate(names):
        own = (
            assets.filter(pl.col("amsid") == name).group_by("ts_utc").agg(pl.col("asset_kw").mean())
        )
        value = kw(spine.join(own, on="ts_utc", how="left", maintain_order="left"), "asset_kw")
        up, down = np.maximum(np.nan_to_num(value), 0.0), np.minimum(np.nan_to_num(value), 0.0)
        colour = palette.party_colour(index)
        parties = assets.filter(pl.col("amsid") == name)["fsp_id"].drop_nulls().unique().sort()
        label = " ".join([*parties.to_list(), f"…{name[-4:]}"])
        layers += [
            _asset_area(edge, top, top + up, label, colour),
            _asset_area(edge, bottom + down, bottom, label, colour),
        ]
        top, bottom = top + up, bottom + down
    return hv.Overlay(layers).opts(
        **LOOK,
        title="",
        height=220,
        legend_cols=4,
        xlim=span(local_times(spine)),
        xlabel=clock_label(spine),
        ylabel="kW, asset meters",
        toolbar="right",
    )


def declared_total(series: pl.DataFrame, assets: pl.DataFrame | None) -> np.ndarray:
    """(N,) kW declared by all parties in each half-hour of ``series``; NaN where nothing was."""
    if assets is None or assets.is_empty():
        return np.full(series.height, np.nan)
    # Some half-hours hold a declaration of one party only: a party that says nothing adds nothing.
    total = (
        assets.filter(pl.col("declared_kw").is_not_null())
        .unique(["ts_utc", "amsid", "fsp_id"])
        .group_by("ts_utc")
        .agg(pl.col("declared_kw").cast(pl.Float64).sum())
    )
    joined = series.select("ts_utc").join(total, on="ts_utc", how="left", maintain_order="left")
    return kw(joined, "declared_kw")


def local_times(frame: pl.DataFrame, zone: str = "Europe/London") -> np.ndarray:
    """Wall-clock starts as of the first half-hour: they never run backwards at a clock change."""
    start = times(frame)
    if frame.is_empty():
        return start
    offset = frame["ts_utc"].dt.convert_time_zone(zone)[0].utcoffset()
    return start + np.timedelta64(int(offset.total_seconds()) if offset else 0, "s")


def span(start: np.ndarray) -> tuple[Any, Any]:
    """First and last edge: plots of the same half-hours have the same axis."""
    return (start[0], start[-1] + _WIDTH) if len(start) else (None, None)


def clock_label(frame: pl.DataFrame, zone: str = "Europe/London") -> str:
    """Name the clock of `local_times`."""
    if frame.is_empty():
        return "Local time"
    return f"Local time, {frame['ts_utc'].dt.convert_time_zone(zone)[0]:%Z}"


def event_window(series: pl.DataFrame, start: np.ndarray) -> list[hv.Element]:
    """Shade the half-hours of the event; nothing where there are none."""
    inside = start[series["in_event"].fill_null(False).to_numpy()]
    if not len(inside):
        return []
    return [
        hv.VSpan(inside[0], inside[-1] + _WIDTH).opts(color=palette.EVENT, alpha=0.15, line_alpha=0)
    ]


def _line(edge: np.ndarray, value: np.ndarray, label: str, **look: object) -> hv.Curve:
    return hv.Curve((edge, twice(value)), _TIME, "kw", label=label).opts(framewise=True, **look)


def _asset_area(
    edge: np.ndarray, low: np.ndarray, high: np.ndarray, label: str, colour: str
) -> hv.Area:
    return hv.Area((edge, twice(high), twice(low)), _TIME, ["kw", "floor"], label=label).opts(
        color=colour, fill_alpha=0.75, line_alpha=0, framewise=True
    )
