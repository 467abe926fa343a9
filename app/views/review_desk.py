"""The morning's work: a ranked list on the left, the evidence and the decision on the right."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui
import param
import polars as pl

from app.plots.palette import CLASS_LABELS
from app.session import Desk, Place
from app.views import markup, wording
from app.views.claim import Claim
from app.views.decision import Decision
from app.views.detections import Detections
from app.views.flag_summary import flag_html
from app.views.identity import Identity
from app.views.notice import Notice
from app.views.record_list import STAYS, RecordList
from app.views.traces import Traces
from app.workflows import claims, evidence, review

ANY: Final = "any"
_COLUMNS: Final = {
    "kind": "Flag",
    "what": "About",
    "meter": "Meter",
    "kw_at_stake": "kW",
    "doubt": "Doubt",
    "worth": "Worth",
}


class ReviewDesk(pn.viewable.Viewer):
    """Queue, evidence, decision; a decision brings the next flag up."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._desk, self._place = desk, place
        self._linked = place.flag if place.day else ""  # a link may name a day of its own
        self.notice = Notice()
        self._banner, self._summary = markup.pane(), markup.pane()
        self.list = RecordList(
            "flag_id",
            _COLUMNS,
            label="Flags, most worth a look first",
            empty=_EMPTY,
            widths={"kind": 98, "meter": 66, "kw_at_stake": 64, "doubt": 72, "worth": 72},
            decimals={"kw_at_stake": 1, "doubt": 2, "worth": 2},
        )
        self.decision = Decision(desk, self._on_decided, self._on_undone)
        self.identity, self.detections = Identity(desk), Detections()
        self.traces, self.claim = Traces(place), Claim()
        self._kind = pmui.Select(
            label="Kind",
            options={"All kinds": "", **{label: kind for kind, label in wording.KINDS.items()}},
            value=place.kind if place.kind in wording.KINDS else "",
            width=170,
        )
        self._state = pmui.Select(
            label="State",
            options={"All states": ANY, **{label: name for name, label in wording.STATES.items()}},
            value=place.state if place.state in wording.STATES else ANY,
            width=120,
        )
        self._text = pmui.TextInput(
            label="Holds the text", value=place.text, width=140, placeholder="MPAN, FSP, event"
        )
        for widget in (self._kind, self._state, self._text):
            widget.param.watch(lambda _: self._on_filter(), "value")
        self.list.param.watch(self._on_chosen, "chosen")
        self._meter = pn.Column(
            self.identity, self.traces, self.detections, sizing_mode="stretch_width"
        )
        self.refresh(place.flag, even_outside=True)

    def refresh(self, flag_id: str = "", *, even_outside: bool = False) -> None:
        """Read the queue again and keep, or bring up, ``flag_id``.

        Parameters
        ----------
        even_outside
            Bring the flag up though the filter leaves it out, as a link to it asks for.
        """
        workspace, place = self._desk.workspace, self._place
        with self.notice.refusals():
            rows = review.queue(
                workspace,
                kinds=[place.kind] if place.kind else [],
                states=[] if place.state == ANY else [place.state],
                text=place.text,
            )
            self._banner.object = changes_html(review.changed_since_last_run(workspace))
            before = self.list.chosen
            self.list.draw(queue_rows(rows), flag_id)
            outside = even_outside and flag_id and flag_id not in self.list.ids
            if outside or self.list.chosen == before:
                self.open(flag_id if outside else self.list.chosen)

    def open(self, flag_id: str) -> None:
        """Bring a flag up with its evidence."""
        self.notice.clear()
        flag: dict[str, Any] | None = None
        with self.notice.refusals():
            flag = review.flag(self._desk.workspace, flag_id) if flag_id else None
        with pn.io.hold(), self.notice.refusals():
            self._place.flag = flag_id if flag else ""
            self._summary.object = flag_html(flag)
            self.decision.draw(flag)
            self._show_evidence(flag)

    def _show_evidence(self, flag: dict[str, Any] | None) -> None:
        self._meter.visible = flag is not None
        self.claim.hide()
        if flag is None:
            return
        workspace = self._desk.workspace
        held = evidence.meter(workspace, flag["mpan"])
        self._place.mpan = flag["mpan"]
        self.identity.draw(held.mpan, held.facts)
        self.traces.draw(held, flag.get("asset_class"), keep_day=flag["flag_id"] == self._linked)
        self._linked = ""
        self.detections.draw(held.detections, flag.get("asset_class"))
        if flag.get("event_id"):
            self.claim.draw(claims.delivery(workspace, flag["event_id"]))

    def _on_chosen(self, event: param.parameterized.Event) -> None:
        if event.new:
            self.open(event.new)

    def _on_filter(self) -> None:
        self._place.param.update(
            kind=self._kind.value, state=self._state.value, text=self._text.value.strip()
        )
        self.refresh(self._place.flag)

    def _on_decided(self, flag_id: str) -> None:
        self.refresh(self.list.after(flag_id))

    def _on_undone(self, flag_id: str) -> None:
        self.refresh(flag_id, even_outside=True)

    def __panel__(self) -> pn.viewable.Viewable:
        left = pn.Column(
            self._banner,
            pn.FlexBox(self._kind, self._state, self._text),
            self.list,
            width=540,
            margin=(0, 12, 0, 0),
            styles=STAYS,
        )
        right = pn.Column(
            self.notice,
            self._summary,
            self.decision,
            self.claim,
            self._meter,
            min_width=480,
            sizing_mode="stretch_width",
        )
        return pn.Row(left, right, sizing_mode="stretch_width")


_EMPTY: Final = (
    "No flag matches. With nothing loaded yet, read meter files with <code>fmar ingest</code>, then"
    " <code>fmar characterise</code>; with a filter set, widen it."
)


def queue_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Queue as the list shows it: what tells the rows apart, and no meter point in full.

    A change since the last run stands on the row, unless every row has the same one.
    """
    news = (
        pl.when(pl.col("change") != "").then("● " + pl.col("change") + ": ").otherwise(pl.lit(""))
        if rows["change"].n_unique() > 1
        else pl.lit("")
    )
    return rows.with_columns(
        pl.col("kind").replace(_SHORT_KINDS),
        pl.concat_str(news, _about()).alias("what"),
        ("…" + pl.col("mpan").str.tail(4)).alias("meter"),
    )


def _about() -> pl.Expr:
    """Class with its chance, or the provider with the event that is shown."""
    asset = pl.concat_str(
        pl.col("asset_class").replace(CLASS_LABELS),
        pl.col("probability").map_elements(lambda p: f", {wording.chance(p)}", pl.String),
        ignore_nulls=True,
    )
    claim = pl.concat_str(pl.col("fsp_id"), pl.lit(", "), pl.col("event_id"))
    return pl.when(pl.col("asset_class").is_not_null()).then(asset).otherwise(claim)


_SHORT_KINDS: Final = {
    "medium_confidence": "To confirm",
    "candidate_asset": "Unregistered",
    "not_seen": "Not seen",
    "unsupported_claim": "Claim",
}


def changes_html(changes: dict[str, int]) -> str:
    """Say what the last run changed; nothing changed is said too."""
    said = [f"<b>{count:,}</b> {escape(what)}" for what, count in changes.items() if count]
    return (
        f'<div class="banner" role="status">Since the last run: {", ".join(said) or "no change"}'
        "</div>"
    )
