"""Who holds which rights over which asset, from when to when."""

from __future__ import annotations

import datetime as dt
from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS

_SCHEMA: Final = pl.Schema(
    {
        "fsp": pl.String(),
        "amsid": pl.String(),
        "market": pl.String(),
        "stack_rank": pl.Int64(),
        "exclusive": pl.Boolean(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
    }
)


def agreements_timeline(agreements: pl.DataFrame, today: dt.date) -> hv.Overlay:
    """Draw one bar an agreement; an open end runs to the right edge.

    Parameters
    ----------
    agreements
        ``fsp, amsid (null: the whole site), market, stack_rank, exclusive, valid_from, valid_to``
        (end exclusive, null: open).
    today
        Local date; drawn as a line.
    """
    rows = _dated(agreements).sort("valid_from", "fsp")
    parties = sorted(set(rows["fsp"].to_list()))
    left, right = _span(rows, today)
    bars, words, ticks = [], [], []
    for index, row in enumerate(rows.iter_rows(named=True)):
        y = float(rows.height - 1 - index)
        start, end = (
            _stamp(row["valid_from"]),
            _stamp(row["valid_to"]) if row["valid_to"] else right,
        )
        bars.append(
            (start, y - 0.35, end, y + 0.35, palette.party_colour(parties.index(row["fsp"])))
        )
        words.append((max(start, left), y, _words(row)))
        ticks.append((y, row["fsp"]))
    return hv.Overlay(
        [
            hv.Rectangles(bars, vdims=["colour"]).opts(
                color="colour", fill_alpha=0.22, line_color=palette.BOUNDARY
            ),
            hv.Labels(words, ["x", "y"], "text").opts(
                text_align="left", text_font_size="9pt", text_color=palette.BOUNDARY
            ),
            hv.VLine(_stamp(today)).opts(color=palette.CLAIM, line_width=2, line_dash="dashed"),
        ]
    ).opts(
        responsive=True,
        height=80 + 34 * max(rows.height, 1),
        framewise=True,
        fontsize=FONTS,
        xlim=(left, right),
        ylim=(-0.7, max(rows.height, 1) - 0.3),
        yticks=ticks or [(0.0, "")],
        xlabel="Dashed: today",
        ylabel="",
        toolbar=None,
        show_legend=False,
    )


def _dated(agreements: pl.DataFrame) -> pl.DataFrame:
    """Dates as dates, also where the ledger gave ISO text; no rows where there are no columns."""
    if agreements.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    return agreements.with_columns(
        pl.col(name).cast(pl.String).str.to_date() for name in ("valid_from", "valid_to")
    )


def _words(row: dict[str, object]) -> str:
    asset = f"asset …{str(row['amsid'])[-4:]}" if row["amsid"] else "whole site"
    exclusive = ", exclusive" if row["exclusive"] else ""
    return f" {str(row['market']).replace('_', ' ')} rank {row['stack_rank']}, {asset}{exclusive}"


def _span(rows: pl.DataFrame, today: dt.date) -> tuple[np.datetime64, np.datetime64]:
    dates = [today, *rows["valid_from"].to_list(), *rows["valid_to"].drop_nulls().to_list()]
    margin = dt.timedelta(days=45)
    return _stamp(min(dates) - margin), _stamp(max(dates) + margin)


def _stamp(day: dt.date) -> np.datetime64:
    return np.datetime64(day, "ns")
