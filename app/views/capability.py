"""How big, how long, how fast, and how well its load is foretold."""

from __future__ import annotations

from typing import Final

import panel as pn
import panel_material_ui as pmui
import polars as pl

from app.plots.capability import capability_dots
from app.views import markup, wording
from app.views.detections import IN_PROGRESS, in_progress_html, settled
from app.views.plot_pane import PlotPane


class Capability(pn.viewable.Viewer):
    """Size, duration and ramps with intervals; the parameter is picked by name."""

    def __init__(self) -> None:
        super().__init__()
        self._held = pl.DataFrame()
        self._dots = PlotPane()
        self._table, self._note, self._waiting = markup.pane(), markup.pane(), markup.pane()
        self._select = pmui.Select(
            label="Parameter",
            options={label: name for name, label in wording.PARAMETERS.items()},
            value="rated_import_kw",
            width=260,
        )
        self._select.param.watch(lambda _: self._redraw(), "value")

    def draw(self, capability: pl.DataFrame, detections: pl.DataFrame) -> None:
        """Draw the capability of one meter point; open on a parameter that has values."""
        self._held, waiting = settled(capability, detections)
        self._waiting.object = in_progress_html(waiting)
        capability = self._held
        held = set(capability["parameter"]) if not capability.is_empty() else set()
        if held and self._select.value not in held:
            self._select.value = next(name for name in wording.PARAMETERS if name in held)
        self._redraw()

    def _redraw(self) -> None:
        some = not self._held.is_empty()
        with pn.io.hold():
            self._dots.visible = self._select.visible = some
            if some:
                self._dots.object = capability_dots(self._held, self._select.value)
            self._note.object = (
                "<p class='quiet'>Line: the interval of each figure. Over the half-hours it ran,"
                " in the current regime, last 12 months. Half-hour means"
                " understate a device's rated power; ramps are lower bounds.</p>"
            )
            self._table.object = markup.folded(
                "The same numbers as a table",
                markup.table(self._held, CAPABILITY, "Capability", empty=IN_PROGRESS + "."),
            )

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            markup.pane("<h2>What it can do</h2>"),
            self._waiting,
            self._select,
            self._dots,
            self._note,
            self._table,
            sizing_mode="stretch_width",
        )


CAPABILITY: Final[markup.Columns] = {
    "asset_class": ("Class", markup.swatch),
    "parameter": ("Parameter", lambda name: wording.PARAMETERS.get(name, str(name))),
    "statistic": ("Statistic", None),
    "value": ("Value", None),
    "lower": ("At least", None),
    "upper": ("At most", None),
    "n_episodes": ("Runs", None),
    "probability": ("Chance within 20 %", wording.share),
    "tier": ("Confidence", None),
}


BASELINES: Final[markup.Columns] = {
    "method": ("Method", None),
    "cvrmse": ("CV(RMSE)", wording.share),
    "nmbe": ("Bias", wording.share),
    "pnrmse": ("RMSE by p95-p05", wording.share),
    "n_days": ("Days scored", None),
    "chosen": ("Chosen", None),
}


def baselines_html(baselines: pl.DataFrame) -> str:
    """Write how well each baseline foretold this meter point one day ahead."""
    return markup.table(
        baselines,
        BASELINES,
        "Baselines, scored one day ahead",
        empty="No baseline was scored: too few days.",
    )
