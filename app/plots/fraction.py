"""Posterior of the delivered fraction: of one event, and of all events of a party so far."""

from __future__ import annotations

import math
from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette, parties
from app.plots.delivery import LOOK

_SPAN: Final = (-0.5, 2.0)
_AT: Final = np.linspace(*_SPAN, 501)
_AXIS: Final = "fraction_at"
_HEIGHT: Final = "fraction_density"
_Z_05: Final = 1.645


def fraction_posterior(claims: pl.DataFrame, under_delivery: float) -> hv.Overlay:
    """Draw each claim's posterior, filled over its 90 % interval; dashed for all events together.

    Parameters
    ----------
    claims
        `characterise.delivery.explain.PARTIES`: normal posteriors by claim.
    under_delivery
        Fraction below which a claim counts as under-delivered.
    """
    names = parties.parties_of(claims)
    several = len(names) > 1
    layers: list[hv.Element] = []
    top = 0.0
    for party in names:
        row = parties.rows_of(claims, party).row(0, named=True)
        colour = parties.colour(party, names)
        who = f"{parties.label(party)}: " if several else ""
        if row["fraction"] is not None:
            density = _normal(row["fraction"], row["fraction_sd"])
            within = np.abs(_AT - row["fraction"]) <= _Z_05 * row["fraction_sd"]
            layers += [
                hv.Area((_AT[within], density[within]), _AXIS, _HEIGHT).opts(
                    color=colour, fill_alpha=0.25, line_alpha=0, framewise=True
                ),
                _curve(density, f"{who}this event", colour, "solid"),
            ]
            top = max(top, float(density.max()))
        if row["record_fraction"] is not None:
            density = _normal(row["record_fraction"], row["record_sd"])
            layers.append(_curve(density, f"{who}all events", colour, "dashed"))
            top = max(top, float(density.max()))
    top = 1.05 * top or 1.0
    layers += [
        _mark(under_delivery, top, f"Under-delivery, {under_delivery:.0%}", "dotted"),
        _mark(1.0, top, "All that was declared", "dotdash"),
    ]
    return hv.Overlay(layers).opts(
        **LOOK,
        height=230,
        legend_cols=3,
        xlim=_SPAN,
        ylim=(0, top),
        xlabel="Delivered fraction of the declared (1 = all)",
        ylabel="Density",
        toolbar=None,
    )


def _normal(mean: float, sd: float) -> np.ndarray:
    return np.asarray(np.exp(-0.5 * ((_AT - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi)))


def _curve(density: np.ndarray, label: str, colour: str, dash: str) -> hv.Curve:
    return hv.Curve((_AT, density), _AXIS, _HEIGHT, label=label).opts(
        color=colour, line_width=2, line_dash=dash, framewise=True
    )


def _mark(at: float, top: float, label: str, dash: str) -> hv.Curve:
    return hv.Curve(([at, at], [0.0, top]), _AXIS, _HEIGHT, label=label).opts(
        color=palette.GAP, line_width=2, line_dash=dash, framewise=True
    )
