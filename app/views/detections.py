"""What the meter shows of each class: two lamps, reasons, and what limits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import panel as pn
import polars as pl

from app.plots.detections import detections_bar
from app.views import markup, wording
from app.views.plot_pane import PlotPane
from app.views.wording import CHANGES

IN_PROGRESS: Final = "Characterisation in progress"
_PRESENT: Final = 0.5
"""Probability from which a class counts as present."""


class Detections(pn.viewable.Viewer):
    """Probability of each class with its bounds, the reasons, and two separate lamps."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = PlotPane()
        self._table = markup.pane()

    def draw(self, detections: pl.DataFrame, first: str | None = None) -> None:
        """Draw the detections of one meter point; the class ``first`` leads."""
        with pn.io.hold():
            self._bar.visible = not detections.is_empty()
            self._bar.object = detections_bar(detections)
            self._table.object = detections_html(detections, first)

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            markup.pane("<h2>What the meter shows</h2>"),
            self._bar,
            self._table,
            sizing_mode="stretch_width",
        )


def detections_html(detections: pl.DataFrame, first: str | None = None) -> str:
    """Write each class with its lamps, reasons and findings, the likeliest on top.

    Classes that are less likely than not are folded behind one line that names them.
    """
    if detections.is_empty():
        return "<p>Nothing was derived yet: run <code>fmar characterise</code>.</p>"
    leads = pl.col("asset_class") == (first or "")
    likely = leads | (pl.col("probability") >= _PRESENT) | pl.col("probability").is_null()
    rows = detections.sort(leads, "probability", descending=True, nulls_last=True)
    shown = "".join(_detection(row) for row in rows.filter(likely).iter_rows(named=True))
    others = rows.filter(~likely)
    if others.is_empty():
        return shown
    names = ", ".join(
        f"{wording.asset_class(row['asset_class'])} {wording.chance(row['probability'])}"
        f"{_would_show(row['detectable_kw'])}"
        for row in others.iter_rows(named=True)
    )
    return shown + markup.folded(
        f"Less likely than not: {names}",
        "".join(_detection(row) for row in others.iter_rows(named=True)),
    )


def _would_show(kw: float | None) -> str:
    """Say beside "not seen" how large it would have to be to be seen."""
    return "" if kw is None else f" (would show from {wording.figure(kw, 1)} kW)"


def tier_lamp(tier: str | None, sufficiency: str | None) -> str:
    """Two lamps: is the model sure, and is there data enough."""
    sure = (
        markup.lamp(IN_PROGRESS, "hollow")
        if sufficiency == "insufficient" or tier in (None, "low")
        else markup.lamp(f"{tier} confidence", str(tier))
    )
    if sufficiency is None:
        return sure
    enough = sufficiency == "sufficient"
    data = markup.lamp("data sufficient" if enough else "data insufficient", "hollow")
    return f"{sure} {data}"


def _detection(row: Mapping[str, Any]) -> str:
    chance = chance_words(row["probability"], row["lower"], row["upper"])
    seen = (
        f" Seen {wording.moment(row['first_seen'])} to {wording.moment(row['last_seen'])}."
        if row["first_seen"]
        else ""
    )
    smallest = (
        f" Smallest visible here: {wording.figure(row['detectable_kw'])} kW."
        if row["detectable_kw"] is not None
        else ""
    )
    return (
        f"<h3>{markup.swatch(row['asset_class'])}"
        f" {tier_lamp(row['tier'], row['sufficiency'])}</h3>"
        f"<p>{escape(chance)}.{escape(seen)}{escape(smallest)}</p>"
        f"{markup.listing(row['reasons'] or [])}{limits_html(row['findings'] or [])}"
    )


def chance_words(probability: float | None, lower: float | None, upper: float | None) -> str:
    """Write a chance with its bounds, where they say more than the chance itself."""
    if probability is None:
        return "No probability: there is too little to judge by"
    written, low, high = (wording.chance(value) for value in (probability, lower, upper))
    return written if written == low == high else f"{written} (between {low} and {high})"


def limits_html(codes: Sequence[str]) -> str:
    """List what limits a detection; a change of regime is a reason and no limit."""
    limits = markup.listing([wording.finding(code) for code in codes if code not in CHANGES])
    return f"<p>What limits this:</p>{limits}" if limits else ""


def settled(results: pl.DataFrame, detections: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Rows of classes seen with high or medium confidence, and the names of the other classes.

    Parameters
    ----------
    results
        `characterise.frames.CAPABILITY` or `AVAILABILITY` of one meter point. A class of low
        confidence is in progress: its figures are not shown as if they were known.
    """
    if results.is_empty():
        return results, []
    unsure = pl.col("asset_class").is_in(sorted(unsure_classes(detections)))
    waiting = results.filter(unsure)["asset_class"].unique().sort()
    return results.filter(~unsure), [wording.asset_class(name) for name in waiting]


def unsure_classes(detections: pl.DataFrame) -> frozenset[str]:
    """Classes whose characterisation is in progress: low confidence or too little data."""
    if detections.is_empty():
        return frozenset()
    sure = pl.col("tier").is_in(["high", "medium"]).fill_null(False)
    return frozenset(detections.filter(~sure)["asset_class"])


def in_progress_html(names: Sequence[str]) -> str:
    """Say which classes are too unsure for figures; nothing for none."""
    if not names:
        return ""
    return f"<p>{markup.lamp(IN_PROGRESS, 'hollow')} {escape(', '.join(names))}</p>"
