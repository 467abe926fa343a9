"""The record of each party as its events came: the evidence, and the fraction as it narrows."""

from __future__ import annotations

from typing import Any, Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette, parties
from app.plots.delivery import LOOK
from app.plots.frames import kw, times

_WHEN: Final = "event_at"
_LEAST_E: Final = 1e-6
"""Drawn floor of the e-process: below it honesty is beyond doubt, and the axis keeps its detail."""
_MOST_E: Final = 1e8
"""Drawn ceiling: far above any bar in use."""


def evidence_by_event(running: pl.DataFrame, call_at_e: float) -> hv.Overlay:
    """Draw each party's e-process with the bar at which a series is called.

    Parameters
    ----------
    running
        `characterise.delivery.running.RUNNING`.
    call_at_e
        One over the false-flag rate.
    """
    names = parties.parties_of(running)
    layers: list[hv.Element] = []
    for party in names:
        rows = parties.rows_of(running, party).sort("n_events")
        value = np.clip(kw(rows, "e_value"), _LEAST_E, _MOST_E)
        layers += _trace(times(rows), value, "event_e", party, names)
    span = _span(running)
    layers.append(
        hv.Curve(
            (span, [call_at_e] * 2), _WHEN, "event_e", label=f"Called from {call_at_e:g}"
        ).opts(color=palette.CLAIM, line_dash="dashed", line_width=2)
    )  # fmt: skip
    held = np.clip(kw(running, "e_value"), _LEAST_E, _MOST_E) if running.height else np.ones(1)
    low, high = min(0.1, float(held.min())), max(10 * call_at_e, float(held.max()))
    return hv.Overlay(layers).opts(
        **_look(),
        logy=True,
        ylim=(low / 2, high * 2),
        ylabel="Evidence of a shortfall (e-value)",
    )


def fraction_by_event(running: pl.DataFrame, under_delivery: float) -> hv.Overlay:
    """Draw each party's delivered fraction with its 90 % interval after each event."""
    names = parties.parties_of(running)
    layers: list[hv.Element] = []
    for party in names:
        rows = parties.rows_of(running, party).sort("n_events")
        low, high = kw(rows, "delivered_fraction_p05"), kw(rows, "delivered_fraction_p95")
        layers.append(
            hv.Area((times(rows), high, low), _WHEN, ["event_fraction", "event_floor"]).opts(
                color=parties.colour(party, names), fill_alpha=0.18, line_alpha=0, framewise=True
            )
        )
        layers += _trace(
            times(rows), kw(rows, "delivered_fraction_p50"), "event_fraction", party, names
        )
    span = _span(running)
    for at, words, dash in (
        (under_delivery, f"Under-delivery, {under_delivery:.0%}", "dotted"),
        (1.0, "All that was declared", "dotdash"),
    ):
        layers.append(
            hv.Curve((span, [at] * 2), _WHEN, "event_fraction", label=words).opts(
                color=palette.GAP, line_dash=dash, line_width=2
            )
        )
    return hv.Overlay(layers).opts(**_look(), ylabel="Delivered fraction (1 = all)")


def _trace(
    when: np.ndarray, value: np.ndarray, axis: str, party: parties.Party, names: list[parties.Party]
) -> list[hv.Element]:
    colour = parties.colour(party, names)
    points = hv.Scatter((when, value), _WHEN, axis, label=parties.label(party)).opts(
        color=colour, marker=parties.marker(party, names), size=7, framewise=True
    )
    line = hv.Curve((when, value), _WHEN, axis, label=parties.label(party)).opts(
        color=colour, line_width=2, framewise=True
    )
    return [line, points]


def _span(running: pl.DataFrame) -> list[Any]:
    if running.is_empty():
        return [np.datetime64("2026-01-01"), np.datetime64("2026-01-02")]
    when, margin = times(running), np.timedelta64(5, "D")
    return [when.min() - margin, when.max() + margin]


def _look() -> dict[str, Any]:
    return LOOK | {
        "height": 230,
        "legend_cols": 4,
        "xlabel": "Events in order of time",
        "toolbar": None,
    }
