"""Disputes: the record, the evidence as it stood when it was opened, and the ruling."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui
import param
import polars as pl

from app.session import Desk, Place
from app.views import markup, wording
from app.views.bundle_link import bundle_link
from app.views.claim import Claim
from app.views.notice import Notice
from app.views.press import on_press
from app.views.record_list import STAYS, RecordList
from app.workflows import disputes

_COLUMNS: Final = {
    "state": "State",
    "what": "Claim",
    "parties": "Parties",
    "meter": "Meter",
    "opened": "Opened",
}
_HISTORY: Final[markup.Columns] = {
    "version": ("Version", None),
    "recorded_at": ("When", wording.moment),
    "recorded_by": ("Who", None),
    "state": ("State", None),
    "ruling": ("Ruling", None),
    "comment": ("Comment", None),
}
_NO_OUTCOME: Final = "Choose an outcome"
OPEN: Final = "Open"
ANY: Final = "any"


class DisputeDesk(pn.viewable.Viewer):
    """Disputes on the left, one with its frozen evidence on the right."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._desk, self._place = desk, place
        self._record: dict[str, Any] = {}
        self.notice, self.claim = Notice(), Claim()
        self._summary, self._history, self._save = markup.pane(), markup.pane(), markup.pane()
        self.list = RecordList(
            "dispute_id",
            _COLUMNS,
            label="Disputes, open ones first",
            empty="There is no dispute. Open one from an event on the Delivery page.",
            widths={"state": 92, "meter": 72, "opened": 92},
        )
        self._outcome = pmui.Select(
            label="Outcome",
            options={_NO_OUTCOME: "", **{name: name for name in disputes.OUTCOMES}},
            value="",
            width=260,
        )
        self._ruling = pmui.TextAreaInput(
            label="Ruling, with its reasons", value="", rows=3, sizing_mode="stretch_width"
        )
        self._button = pmui.Button(label="Record ruling", variant="contained", color="primary")
        on_press(self._button, self.decide)
        self._form = pn.Column(
            markup.pane("<h2>Ruling</h2>"),
            self._outcome,
            self._ruling,
            self._button,
            sizing_mode="stretch_width",
            visible=False,
        )
        self.list.param.watch(self._on_chosen, "chosen")
        self.refresh(place.dispute)

    def refresh(self, dispute_id: str = "") -> None:
        """Read the disputes again and keep, or bring up, one."""
        with self.notice.refusals():
            rows = dispute_rows(disputes.current(self._desk.workspace))
            before = self.list.chosen
            self.list.draw(rows, dispute_id)
            if dispute_id and dispute_id not in self.list.ids:
                self.notice.refuse(f"No dispute has the id {dispute_id}; choose one from the list.")
            if self.list.chosen == before:
                self.open(before)

    def open(self, dispute_id: str) -> None:
        """Bring a dispute up."""
        self.claim.hide()
        self._form.visible = False
        self._summary.object = self._history.object = self._save.object = ""
        if not dispute_id:
            return
        with pn.io.hold(), self.notice.refusals():
            view = disputes.get(self._desk.workspace, dispute_id)
            self._record = view.record
            self._place.dispute = dispute_id
            self._summary.object = dispute_html(view.record)
            self._history.object = markup.table(
                view.history, _HISTORY, "What happened, oldest first", empty="Nothing yet."
            )
            frozen = f"Evidence as frozen on {wording.moment(view.record['opened_at'])}"
            self.claim.draw(
                view.evidence, frozen=f"{frozen}, SHA-256 {view.record['bundle_sha256'][:12]}…"
            )
            self._save.object = bundle_link("dispute", dispute_id, frozen=True)
            self._form.visible = view.record["state"] == OPEN

    def decide(self) -> None:
        """Record the ruling on the dispute shown."""
        ruling = (self._ruling.value_input or self._ruling.value or "").strip()
        if not self._outcome.value or not ruling:
            self.notice.refuse("A ruling needs an outcome and its reasons.")
            return
        with self.notice.refusals():
            dispute_id = str(self._record["dispute_id"])
            version = disputes.decide(
                self._desk.workspace,
                dispute_id,
                self._record["version"],
                self._outcome.value,
                ruling,
                actor=self._desk.who(),
            )
            outcome, self._outcome.value, self._ruling.value = self._outcome.value, "", ""
            self.refresh(dispute_id)
            self.notice.say(f"{outcome}; recorded as version {version} and in the audit trail.")

    def _on_chosen(self, event: param.parameterized.Event) -> None:
        if event.new:
            self.notice.clear()
            self.open(event.new)

    def __panel__(self) -> pn.viewable.Viewable:
        right = pn.Column(
            self._summary,
            self._save,
            self.claim,
            self.notice,
            self._form,
            self._history,
            min_width=480,
            sizing_mode="stretch_width",
        )
        left = pn.Column(self.list, width=520, margin=(0, 12, 0, 0), styles=STAYS)
        return pn.Row(left, right, sizing_mode="stretch_width")


def dispute_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Disputes as the list shows them; the ledger's lists arrive as JSON text."""
    if rows.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(("dispute_id", *_COLUMNS), pl.String))
    return rows.select(
        pl.col("dispute_id").cast(pl.String),
        "state",
        pl.col("claim").alias("what"),
        pl.col("parties").map_elements(wording.members, return_dtype=pl.String),
        ("…" + pl.col("mpan").str.tail(4)).alias("meter"),
        pl.col("opened_at").map_elements(_day, return_dtype=pl.String).alias("opened"),
    )


def _day(opened_at: object) -> str:
    return wording.moment(str(opened_at)).rsplit(" ", 2)[0]  # the local day of a local moment


def dispute_html(record: dict[str, Any]) -> str:
    """Write who claims what, and how it was settled."""
    settled = (
        f"<p>{escape(str(record['decided_by']))} settled it on"
        f" {markup.text(wording.moment(record['decided_at']))}:"
        f" {escape(str(record['ruling']))}</p>"
        if record["state"] != OPEN
        else ""
    )
    return (
        f"<h1>Dispute {markup.lamp(record['state'], 'hollow')}</h1>"
        f"<p>{escape(record['claim'])}</p>"
        f"<p class='quiet'>{escape(' and '.join(record['parties']))}; opened by"
        f" {escape(record['opened_by'])} on {markup.text(wording.moment(record['opened_at']))}.</p>"
        f"{settled}"
    )
