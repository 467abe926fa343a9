"""Hand-made frames with a known answer, and the figure that a plot becomes."""

from __future__ import annotations

import datetime as dt

import holoviews as hv
import numpy as np
import polars as pl
from bokeh.plotting import figure as Figure

from characterise import frames
from characterise.settlement import with_local_clock

UTC = pl.Datetime("us", "UTC")
SERIES = pl.Schema(
    {
        "ts_utc": UTC,
        "expected_kw": pl.Float32,
        "lower_kw": pl.Float32,
        "upper_kw": pl.Float32,
        "boundary_kw": pl.Float32,
        "in_event": pl.Boolean,
    }
)
ASSETS = pl.Schema(
    {
        "ts_utc": UTC,
        "amsid": pl.String,
        "fsp_id": pl.String,
        "declared_kw": pl.Float32,
        "asset_kw": pl.Float32,
    }
)


def reads(first: dt.date, days: int, net_kw: np.ndarray) -> pl.DataFrame:
    """Half-hours of whole UTC days as the evidence workflow gives them; NaN is not read."""
    start = dt.datetime.combine(first, dt.time(), dt.UTC)
    stamps = pl.datetime_range(
        start, start + dt.timedelta(days=days), "30m", closed="left", time_zone="UTC", eager=True
    )
    frame = pl.DataFrame({"ts_utc": stamps.cast(UTC), "net_kw": net_kw.astype(np.float32)})
    return with_local_clock(frame.with_columns(mpan=pl.lit("1")), "Europe/London").select(
        "ts_utc",
        "local_date",
        "local_slot",
        pl.col("net_kw").clip(lower_bound=0).fill_nan(None).alias("import_kw"),
        (-pl.col("net_kw")).clip(lower_bound=0).fill_nan(None).alias("export_kw"),
        pl.col("net_kw").fill_nan(None),
        quality=pl.lit("actual"),
    )


def attribution(rows: list[tuple[str, dt.datetime, float, float]]) -> pl.DataFrame:
    """kWh by class and half-hour."""
    return pl.DataFrame(
        [("1", name, at, used, given) for name, at, used, given in rows],
        schema=frames.ATTRIBUTION,
        orient="row",
    )


def drawn(element: hv.core.Dimensioned) -> Figure:
    """The Bokeh figure that the element becomes."""
    return hv.renderer("bokeh").get_plot(element).state


def layer(overlay: hv.Overlay, label: str) -> hv.Element:
    """The one layer of this label."""
    [found] = [element for element in overlay if element.label == label]
    return found
