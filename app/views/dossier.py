"""One meter point on one page: what it reads, what was derived, what people entered."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING

import panel as pn
import polars as pl

from app.session import Desk, Place, link
from app.views import markup, wording
from app.views.capability import Capability, baselines_html
from app.views.detections import Detections
from app.views.entries import Entries
from app.views.identity import Identity
from app.views.lanes import Lanes
from app.views.notice import Notice
from app.views.operation import Operation
from app.views.traces import Traces
from app.views.what_if import WhatIf
from app.workflows import evidence

if TYPE_CHECKING:
    from app.workflows.what_if import Bench

Part = pn.viewable.Viewer | pn.viewable.Viewable


class Dossier(pn.viewable.Viewer):
    """Everything about ``place.mpan``; without one, the meter points to choose from."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._desk, self._place = desk, place
        self.notice = Notice()
        self._found = markup.pane()
        self.identity, self.traces = Identity(desk), Traces(place)
        self.what_if = WhatIf(place)
        self.detections, self.capability = Detections(), Capability()
        self.operation, self.entries = Operation(), Entries()
        self.lanes = Lanes(desk)
        self._baselines = markup.pane()
        derived = pn.Column(
            self.detections,
            self.capability,
            self.operation,
            self._baselines,
            sizing_mode="stretch_width",
        )
        self._body = pn.Column(
            self.identity,
            self.traces,
            self.what_if,
            _pair(derived, self.entries),
            self.lanes,
            sizing_mode="stretch_width",
            visible=False,
        )
        with self.notice.refusals():
            self._open()

    def _open(self) -> None:
        workspace, place = self._desk.workspace, self._place
        wanted = place.mpan or place.find
        points = evidence.meter_points(workspace, wanted)
        if place.find and not place.mpan and points.height == 1:
            place.mpan = points["mpan"][0]
        if place.mpan:
            self._show(place.mpan)
        else:
            self._found.object = found_html(points, place.find)

    def _show(self, mpan: str) -> None:
        held = evidence.meter(self._desk.workspace, mpan)
        known = (held.reads, held.detections, held.assets, held.agreements, held.flags)
        if all(frame.is_empty() for frame in known):
            self._found.object = (
                f"<h1>Nothing is known about {escape(wording.masked(mpan))}</h1><p>No reading, no"
                " result and no entry of the register names it. Check the number, or"
                f" {markup.anchor('/meter', 'choose from the list')}.</p>"
            )
            return
        self.identity.draw(mpan, held.facts)
        self.traces.draw(held)
        self.what_if.draw(lambda: self._lay_out(held))
        self.detections.draw(held.detections)
        self.capability.draw(held.capability, held.detections)
        self.operation.draw(held.availability, held.detections)
        self._baselines.object = baselines_html(held.baselines)
        self.lanes.draw(mpan)
        self.entries.draw(held, dt.datetime.now(dt.UTC).date())
        self._body.visible = True

    def _lay_out(self, held: evidence.MeterEvidence) -> Bench | None:
        from app.workflows import what_if

        return what_if.bench(self._desk.workspace, held)

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(self.notice, self._found, self._body, sizing_mode="stretch_width")


def _pair(left: Part, right: Part) -> pn.Row:
    """Put two parts side by side, of one width."""
    columns = [
        pn.Column(part, min_width=420, margin=(0, 14, 0, 0), sizing_mode="stretch_width")
        for part in (left, right)
    ]
    return pn.Row(*columns, sizing_mode="stretch_width")


def found_html(points: pl.DataFrame, wanted: str) -> str:
    """List meter points to choose from."""
    about = f"Meter points that hold “{wanted}”" if wanted else "Meter points"
    title = f"{about}: {points.height:,}"
    empty = (
        "None does. Try fewer digits."
        if wanted
        else "Nothing is loaded: read meter files with fmar ingest, then fmar characterise."
    )
    columns: markup.Columns = {
        "mpan": (
            "Meter point",
            lambda mpan: markup.anchor(link("meter", mpan=mpan), wording.masked(mpan)),
        ),
        "premises": ("Premises", lambda code: wording.PREMISES.get(code, str(code))),
        "gsp_group": ("GSP Group", None),
        "classes": ("Seen", class_names),
    }
    listed = markup.table(points, columns, title, empty=empty, size="whole")
    return f"<h1>Choose a meter point</h1>{listed}"


def class_names(codes: str | None) -> str:
    """Names of a comma-separated list of classes."""
    return ", ".join(wording.asset_class(code) for code in (codes or "").split(", ") if code) or (
        wording.NOTHING
    )
