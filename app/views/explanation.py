"""How sure one event's verdict is: charts of its figures, each with the same rows as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import panel as pn

from app.plots.cumulative import evidence_by_event, fraction_by_event
from app.plots.every_baseline import baselines_of_event
from app.plots.fraction import fraction_posterior
from app.plots.placebo import placebo_histogram
from app.views import markup
from app.views.explanation_text import chance_html, main_trial, methods_html, record_html
from app.views.plot_pane import PlotPane

if TYPE_CHECKING:
    from app.workflows.claims import DeliveryEvidence
    from app.workflows.explanation import EventExplanation

STALE: Final = (
    '<p class="banner" role="alert">What is loaded now gives another verdict than the one recorded:'
    " run <code>fmar verify</code>, then look again. The charts below are of what is loaded"
    " now.</p>"
)
_PLOTS: Final = ("placebo", "fraction", "evidence", "narrowing", "baselines")


class Explained(pn.viewable.Viewer):
    """Placebo windows, delivered fraction, the record over events, every baseline."""

    def __init__(self) -> None:
        super().__init__()
        self.plots = {name: PlotPane(css_classes=[f"plot-{name}"]) for name in _PLOTS}
        self._text = {name: markup.pane() for name in ("chance", "record", "methods", "stale")}
        self._record = pn.Column(self.plots["evidence"], self.plots["narrowing"])
        self._chance = pn.Column(self.plots["placebo"], self.plots["fraction"])
        for part in (self._record, self._chance):
            part.sizing_mode = "stretch_width"
        self._layout = pn.Column(
            self._text["stale"],
            self._chance,
            self._text["chance"],
            self._record,
            self._text["record"],
            self.plots["baselines"],
            self._text["methods"],
            sizing_mode="stretch_width",
            visible=False,
        )

    def draw(self, evidence: DeliveryEvidence, found: EventExplanation | None) -> None:
        """Draw what was found; nothing where the boundary was not read."""
        self._layout.visible = found is not None and not found.check.parties.is_empty()
        if found is None or not self._layout.visible:
            return
        check = found.check
        tried = not check.trials.is_empty()
        self._text["stale"].object = STALE if found.stale else ""
        self._chance.visible = tried
        if tried:
            self.plots["placebo"].object = placebo_histogram(check.windows, main_trial(check))
            self.plots["fraction"].object = fraction_posterior(check.parties, check.under_delivery)
        self._text["chance"].object = chance_html(check)
        self._record.visible = not check.running.is_empty()
        if self._record.visible:
            self.plots["evidence"].object = evidence_by_event(check.running, check.call_at_e)
            self.plots["narrowing"].object = fraction_by_event(check.running, check.under_delivery)
        self._text["record"].object = record_html(check, evidence.event["event_ids"])
        known = not found.every.lines["expected_kw"].is_null().all()
        self.plots["baselines"].visible = known
        if known:
            self.plots["baselines"].object = baselines_of_event(found.every.lines, evidence.series)
        self._text["methods"].object = methods_html(found.every.figures) if known else ""

    def hide(self) -> None:
        """Show nothing."""
        self._layout.visible = False

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout
