"""When a class ran and how hard, by season."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import polars as pl

from app.plots.availability import QUANTITIES, availability_heatmap
from app.views import markup, wording
from app.views.detections import IN_PROGRESS, in_progress_html, settled
from app.views.plot_pane import PlotPane


class Operation(pn.viewable.Viewer):
    """When a class ran and how hard, by season."""

    def __init__(self) -> None:
        super().__init__()
        self._held = pl.DataFrame()
        self._pane = PlotPane()
        self._note, self._waiting = markup.pane(), markup.pane()
        self._pick = pmui.Select(label="Class and direction", options={}, width=260)
        self._measure = pmui.Select(
            label="Shown",
            options={label: name for name, label in QUANTITIES.items()},
            value="operating_share",
            width=220,
        )
        self._pick.param.watch(lambda _: self._redraw(), "value")
        self._measure.param.watch(lambda _: self._redraw(), "value")

    def draw(self, availability: pl.DataFrame, detections: pl.DataFrame) -> None:
        """Draw the observed operation of one meter point."""
        self._held, waiting = settled(availability, detections)
        self._waiting.object = in_progress_html(waiting)
        availability = self._held
        pairs = (
            availability.select("asset_class", "direction").unique(maintain_order=True).rows()
            if not availability.is_empty()
            else []
        )
        labels = {f"{wording.asset_class(name)}, {way}": f"{name}|{way}" for name, way in pairs}
        with pn.io.hold():
            self._pick.options = labels
            self._pick.value = next(iter(labels.values()), None)
            self._redraw()

    def _redraw(self) -> None:
        picked = str(self._pick.value or "")
        some = "|" in picked and not self._held.is_empty()
        with pn.io.hold():
            self._pane.visible = self._pick.visible = self._measure.visible = some
            self._note.object = (
                "<p class='quiet'>Running is not the same as available: an idle battery or an"
                " absent car is unknown. Blank: no such half-hour was observed.</p>"
                if some
                else f"<p>{IN_PROGRESS}: no class is sure enough to describe.</p>"
            )
            if some:
                name, way = picked.split("|", 1)
                self._pane.object = availability_heatmap(self._held, name, way, self._measure.value)

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            markup.pane("<h2>Observed operation</h2>"),
            self._waiting,
            pn.Row(self._pick, self._measure),
            self._pane,
            self._note,
            sizing_mode="stretch_width",
        )
