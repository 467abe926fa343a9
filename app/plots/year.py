"""A year of half-hours: local days across, local time of day up."""

from __future__ import annotations

import datetime as dt
from typing import Final

import holoviews as hv
import numpy as np
import polars as pl
from bokeh.palettes import interp_palette

from app.plots import palette
from app.plots.frames import FONTS, NO_LOGO, Floats

SLOTS_PER_DAY: Final = 48
_NOON: Final = np.timedelta64(12, "h")
_KINDS: Final = {
    "net_kw": "Import (+) or export (−)",
    "import_kw": "Import",
    "export_kw": "Export",
}


def year_heatmap(reads: pl.DataFrame, column: str = "net_kw") -> hv.Image:
    """Draw kW by local day and local time of day.

    Parameters
    ----------
    reads
        ``local_date``, ``local_slot`` (0-47, wall clock) and the kW column named by ``column``.
        On the long day two half-hours share a slot and their mean is drawn; on the short day two
        slots stay blank, as does whatever was not read.
    column
        ``net_kw``, ``import_kw`` or ``export_kw``.
    """
    days, grid = day_grid(reads, column)
    noon = days.astype("datetime64[ns]") + _NOON  # cells are centred
    diverging = column == "net_kw" and bool(np.nanmin(grid, initial=0.0) < 0)
    limits = colour_limits(grid, diverging)
    image = hv.Image(
        (noon, np.arange(SLOTS_PER_DAY) / 2 + 0.25, grid),
        kdims=[hv.Dimension("day", label="Day"), hv.Dimension("hour", label="Local time")],
        vdims=[hv.Dimension("kw", label=_KINDS[column], unit="kW", range=limits)],
    )
    return image.opts(
        responsive=True,
        height=210,
        cmap=interp_palette(palette.NET_SCALE, 101) if diverging else palette.IMPORT_SCALE,
        clim=limits,
        clipping_colors={"NaN": "transparent"},
        colorbar=True,
        clabel="kW",
        backend_opts=NO_LOGO,
        tools=["hover", "tap"],
        active_tools=[],
        toolbar="right",
        framewise=True,
        fontsize=FONTS,
        xlabel="",
        ylabel="Local time",
        yticks=[(hour, f"{hour:02d}:00") for hour in range(0, 25, 4)],
    )


def day_grid(reads: pl.DataFrame, column: str) -> tuple[np.ndarray, Floats]:
    """Days (D,) datetime64[D] without a gap and kW (48, D), NaN where nothing was read."""
    held = reads.filter(pl.col("local_date").is_not_null())
    if held.is_empty():
        nothing = np.array(["1970-01-01", "1970-01-02"], dtype="datetime64[D]")
        return nothing, np.full((SLOTS_PER_DAY, 2), np.nan)
    mean = held.group_by("local_date", "local_slot").agg(pl.col(column).cast(pl.Float64).mean())
    date = mean["local_date"].to_physical().to_numpy()
    first, last = int(date.min()), int(date.max())
    # One day alone would have no width: a blank one beside it gives the cells theirs.
    grid = np.full((SLOTS_PER_DAY, max(last - first + 1, 2)), np.nan)
    values = mean[column].fill_null(float("nan")).to_numpy()
    grid[mean["local_slot"].to_numpy(), date - first] = values
    return np.arange(first, first + grid.shape[1]).astype("datetime64[D]"), grid


def colour_limits(grid: Floats, diverging: bool) -> tuple[float, float]:
    """Colour range in kW: symmetric about zero when diverging, the top 0.5 % let go."""
    finite = grid[np.isfinite(grid)]
    if finite.size == 0:
        return 0.0, 1.0
    if diverging:
        edge = max(float(np.quantile(np.abs(finite), 0.995)), 0.1)
        return -edge, edge
    return 0.0, max(float(np.quantile(finite, 0.995)), 0.1)


def day_under(x: object) -> dt.date | None:
    """Local day that a tap at ``x`` means; None for a tap beside the plot."""
    if isinstance(x, np.datetime64):
        return dt.date.fromisoformat(str(x.astype("datetime64[D]")))
    if isinstance(x, dt.datetime):
        return x.date()
    if isinstance(x, int | float) and np.isfinite(x):
        return dt.datetime.fromtimestamp(x / 1000, tz=dt.UTC).date()
    return None
