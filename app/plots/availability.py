"""When it ran and how hard: 48 half-hours by 7 weekdays, the four seasons side by side."""

from __future__ import annotations

from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, Floats

SEASONS: Final = ("winter", "spring", "summer", "autumn")
QUANTITIES: Final = {
    "operating_share": "Share of days it ran",
    "kw_mean": "Mean kW",
    "kw_p90": "p90 kW",
}
_BLOCK: Final = 8  # seven weekdays and a blank column


def availability_heatmap(
    availability: pl.DataFrame, asset_class: str, direction: str, quantity: str = "operating_share"
) -> hv.Image:
    """Draw observed operation of one class in one direction.

    Parameters
    ----------
    availability
        `characterise.frames.AVAILABILITY` of one meter point.
    direction
        ``import`` or ``export``.
    quantity
        A key of `QUANTITIES`.

    Notes
    -----
    Observed operation is not availability: an idle battery or an absent car is unknown.
    """
    grid = season_grid(availability, asset_class, direction, quantity)
    finite = grid[np.isfinite(grid)]
    top = 1.0 if quantity == "operating_share" else max(float(finite.max(initial=0.0)), 0.1)
    ticks = [(block * _BLOCK + 3, season) for block, season in enumerate(SEASONS)]
    return hv.Image(
        (np.arange(grid.shape[1]), np.arange(48) / 2 + 0.25, grid),
        kdims=[hv.Dimension("weekday", label="Monday to Sunday"), hv.Dimension("hour")],
        vdims=[hv.Dimension("value", label=QUANTITIES[quantity], range=(0.0, top))],
    ).opts(
        responsive=True,
        height=240,
        cmap=palette.IMPORT_SCALE,
        clim=(0.0, top),
        clipping_colors={"NaN": "transparent"},
        colorbar=True,
        tools=["hover"],
        toolbar=None,
        framewise=True,
        fontsize=FONTS,
        xticks=ticks,
        yticks=[(hour, f"{hour:02d}:00") for hour in range(0, 25, 4)],
        xlabel="Monday to Sunday of each season",
        ylabel="Local time",
    )


def season_grid(
    availability: pl.DataFrame, asset_class: str, direction: str, quantity: str
) -> Floats:
    """(48, 31) values by settlement period and weekday, seasons side by side; NaN where unknown."""
    grid = np.full((48, len(SEASONS) * _BLOCK - 1), np.nan)
    rows = availability.filter(
        pl.col("asset_class") == asset_class, pl.col("direction") == direction
    )
    for row in rows.iter_rows(named=True):
        week = row[quantity]
        if row["season"] not in SEASONS or week is None or len(week) != 336:
            continue
        at = SEASONS.index(row["season"]) * _BLOCK
        values = np.array([np.nan if value is None else value for value in week], dtype=float)
        grid[:, at : at + 7] = values.reshape(7, 48).T
    return grid
