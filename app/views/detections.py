"""What the meter shows of each class: two lamps, reasons, and what limits them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import panel as pn
import polars as pl

from app.plots.detections import detections_bar
from app.views import markup, wording

IN_PROGRESS: Final = "Characterisation in progress"


class Detections(pn.viewable.Viewer):
    """Probability of each class with its bounds, the reasons, and two separate lamps."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = pn.pane.HoloViews(sizing_mode="stretch_width", linked_axes=False)
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
    """Write each class with its lamps, reasons and findings, the likeliest on top."""
    if detections.is_empty():
        return "<p>Nothing was derived yet: run <code>fmar characterise</code>.</p>"
    leads = pl.col("asset_class") == (first or "")
    rows = detections.sort(leads, "probability", descending=True, nulls_last=True)
    return "".join(_detection(row) for row in rows.iter_rows(named=True))


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
    chance = (
        f"{wording.share(row['probability'])} (between {wording.share(row['lower'])} and"
        f" {wording.share(row['upper'])})"
        if row["probability"] is not None
        else "no probability: too little data"
    )
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
    against = markup.listing([wording.finding(code) for code in row["findings"] or []])
    against = f"<p>What limits this:</p>{against}" if against else ""
    return (
        f"<h3>{markup.swatch(row['asset_class'])}"
        f" {tier_lamp(row['tier'], row['sufficiency'])}</h3>"
        f"<p>{escape(chance)}.{escape(seen)}{escape(smallest)}</p>"
        f"{markup.listing(row['reasons'] or [])}{against}"
    )
