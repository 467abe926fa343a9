"""Every event on the left, one event's claims and boundary on the right; open a dispute on it."""

from __future__ import annotations

from html import escape
from typing import Final

import panel as pn
import panel_material_ui as pmui
import param
import polars as pl

from app.session import Desk, Place, link
from app.views import markup, wording
from app.views.bundle_link import bundle_link
from app.views.claim import Claim
from app.views.notice import Notice
from app.views.press import on_press
from app.views.record_list import STAYS, RecordList
from app.workflows import claims, disputes
from app.workflows.explanation import explanation

_COLUMNS: Final = {
    "what": "Boundary data",
    "parties": "Provider",
    "event": "Event",
    "when": "Day",
    "kwh": "Declared kWh",
    "missing": "Missing kWh",
    "visible": "Smallest visible kWh",
    "under": "Chance of under-delivery",
}


class DeliveryDesk(pn.viewable.Viewer):
    """Events, worst verdict first."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._desk, self._place = desk, place
        self._events = pl.DataFrame()
        self._beside, self._save = markup.pane(), markup.pane()
        self.notice, self.claim = Notice(), Claim()
        self.list = RecordList(
            "event_id",
            _COLUMNS,
            label="Events, unsupported first, then by kWh at stake",
            empty="No event matches. Load events and declared deliveries with"
            " <code>fmar load</code>, then run <code>fmar verify</code>; or widen the filter.",
            widths={
                "what": 104,
                "parties": 72,
                "event": 74,
                "when": 74,
                "kwh": 72,
                "missing": 64,
                "visible": 66,
                "under": 80,
            },
            decimals={"kwh": 1, "missing": 1, "visible": 1},
        )
        self._verdict = pmui.Select(
            label="Verdict",
            options={"All verdicts": "", **{word: code for code, word in wording.VERDICTS.items()}},
            value=place.verdict if place.verdict in wording.VERDICTS else "",
            width=260,
        )
        self._verdict.param.watch(lambda _: self._on_filter(), "value")
        self._text = pmui.TextInput(
            label="Provider, event or asset meter",
            value=place.text,
            width=230,
            description="Only events whose provider, id or asset meter holds this text",
        )
        self._text.param.watch(lambda _: self._on_filter(), "value")
        self._said = pmui.TextAreaInput(
            label="What is claimed, and by whom", rows=2, value="", sizing_mode="stretch_width"
        )
        self._why = pmui.TextInput(label="Reason for the audit trail", value="", width=360)
        self._button = pmui.Button(
            label="Open a dispute with this evidence frozen", variant="contained", color="primary"
        )
        on_press(self._button, self.dispute)
        self._opened = markup.pane()
        self._form = pn.Column(
            markup.pane("<h2>Dispute</h2>"),
            self._opened,
            self._said,
            self._why,
            self._button,
            sizing_mode="stretch_width",
            visible=False,
        )
        self.list.param.watch(self._on_chosen, "chosen")
        self.refresh()

    def refresh(self) -> None:
        """Read the events again under the filter of the address."""
        with self.notice.refusals():
            rows = self._events = claims.events(self._desk.workspace)
            place = self._place
            if place.verdict:
                rows = rows.filter(pl.col("verdict") == place.verdict)
            if place.mpan:
                rows = rows.filter(pl.col("mpan") == place.mpan)
            if place.text.strip():
                rows = rows.filter(holds(place.text))
            wanted, before = place.event, self.list.chosen
            self.list.draw(event_rows(rows), wanted)
            outside = wanted and wanted not in self.list.ids
            if outside or self.list.chosen == before:
                self.open(wanted if outside else self.list.chosen)

    def open(self, event_id: str) -> None:
        """Draw an event."""
        self.notice.clear()
        self._opened.object = self._beside.object = self._save.object = ""
        self._form.visible = False
        self.claim.hide()
        with self.notice.refusals():
            if event_id:
                shown = claims.delivery(self._desk.workspace, event_id)
                self.claim.draw(shown, explanation(self._desk.workspace, shown))
                self._beside.object = beside_html(self._events, event_id)
                self._save.object = bundle_link("event", event_id, frozen=False)
                self._place.event = event_id
                self._form.visible = True

    def dispute(self) -> None:
        """Open a dispute on the event shown, with its evidence as it stands now."""
        claim = (self._said.value_input or self._said.value or "").strip()
        reason = (self._why.value_input or self._why.value or "").strip()
        if not claim or not reason:
            self.notice.refuse("Say what is claimed and why the dispute is opened.")
            return
        with self.notice.refusals():
            made = disputes.open_from_event(
                self._desk.workspace,
                self._place.event,
                actor=self._desk.who(),
                reason=reason,
                claim=claim,
            )
            self._said.value = self._why.value = ""
            address = link("disputes", dispute=made)
            self._opened.object = (
                f'<p class="banner" role="status">Opened; the evidence is frozen.'
                f" {markup.anchor(address, 'Go to the dispute')}</p>"
            )

    def _on_chosen(self, event: param.parameterized.Event) -> None:
        if event.new:
            self.open(event.new)

    def _on_filter(self) -> None:
        self._place.verdict = self._verdict.value
        self._place.text = (self._text.value or "").strip()[:120]
        self.refresh()

    def __panel__(self) -> pn.viewable.Viewable:
        scope = (
            f"<p>Only meter point {escape(wording.masked(self._place.mpan))}:"
            f" {markup.anchor('/delivery', 'show all')}</p>"
            if self._place.mpan
            else ""
        )
        left = pn.Column(
            markup.pane(scope),
            pn.Row(self._verdict, self._text),
            self.list,
            width=640,
            margin=(0, 12, 0, 0),
            styles=STAYS,
        )
        right = pn.Column(
            self.claim,
            self._beside,
            self._save,
            self.notice,
            self._form,
            min_width=460,
            sizing_mode="stretch_width",
        )
        return pn.Row(left, right, sizing_mode="stretch_width")


def holds(text: str) -> pl.Expr:
    """Events whose id, provider or asset meter holds a text, in either case."""
    wanted = text.strip().lower()
    return pl.any_horizontal(
        pl.col(name).str.to_lowercase().str.contains(wanted, literal=True)
        for name in ("event_id", "fsp_ids", "amsids")
    )


def event_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Events as the list shows them."""
    return rows.select(
        "event_id",
        pl.col("event_id").alias("event"),
        pl.col("verdict").replace(wording.SHORT_VERDICTS).alias("what"),
        pl.col("fsp_ids").alias("parties"),
        pl.col("declared_kwh").cast(pl.Float64).alias("kwh"),
        pl.col("missing_kwh").cast(pl.Float64).alias("missing"),
        pl.col("min_detectable_kwh").cast(pl.Float64).alias("visible"),
        pl.col("probability_under_delivery")
        .map_elements(wording.chance, return_dtype=pl.String, skip_nulls=False)
        .alias("under"),
        pl.col("start_utc")
        .dt.convert_time_zone("Europe/London")
        .dt.strftime("%d %b %y")
        .alias("when"),
    )


_BESIDE: Final[markup.Columns] = {
    "fsp_ids": ("Provider", None),
    "event_id": ("Event", lambda event: markup.anchor(link("delivery", event=event), event)),
    "start_utc": ("Start", wording.moment),
    "declared_kwh": ("Declared kWh", None),
    "verdict": ("Verdict", lambda code: wording.VERDICTS.get(code, str(code))),
}


def beside_html(events: pl.DataFrame, event_id: str) -> str:
    """List every claim on the same meter point and half-hours; nothing where there is one only.

    One boundary cannot bear out more than its own fall: such claims are weighed together.
    """
    own = events.filter(pl.col("event_id") == event_id)
    if own.is_empty():
        return ""
    mpan, start, end = own.select("mpan", "start_utc", "end_utc").row(0)
    same = events.filter(
        pl.col("mpan") == mpan, pl.col("start_utc") < end, pl.col("end_utc") > start
    ).sort("start_utc", "event_id")
    if same.height < 2:
        return ""
    whole = wording.figure(same["declared_kwh"].cast(pl.Float64).sum(), 1)
    said = f"Several claims on the same half-hours: {whole} kWh declared behind this meter point"
    return markup.table(same, _BESIDE, said, empty="")
