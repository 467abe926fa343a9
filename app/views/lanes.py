"""Declared beside external and observed: what counts, why, and what the meter says of it since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui
import polars as pl

from app.plots.lanes import answers, drawn, lane_dots
from app.session import Desk, link
from app.views import markup, wording
from app.views.notice import Notice
from app.views.override_form import OverrideForm
from app.views.plot_pane import PlotPane
from app.views.press import on_press
from app.workflows import override_watch, overrides
from app.workflows.lane_evidence import LaneEvidence, lane_evidence

STATUSES: Final = {
    "borne_out": ("Borne out by the meter", "consistent"),
    "parting": ("Parting, not yet material and sustained", "masked"),
    "diverging": ("Not borne out by the meter", "unsupported"),
    "not_enough": ("Too little asked it to", "hollow"),
    "not_observable": ("Not observable in half-hours", "hollow"),
}
_CAUTION: Final = (
    "What was declared goes on counting. Whether this is a non-conformance is the market operator's"
    " call."
)
_TAGS: Final = {"declared": "declared by the FSP", "external": "external", "observed": "observed"}
_LANES: Final[markup.Columns] = {
    "asset_class": ("Class", wording.asset_class),
    "amsid": ("Asset meter", lambda amsid: wording.masked(amsid) if amsid else "whole site"),
    "parameter": ("Parameter", lambda name: wording.PARAMETERS.get(str(name), str(name))),
    "statistic": ("", None),
    "declared": ("Declared", None),
    "external": ("External", None),
    "observed": ("Observed", None),
    "effective": ("Counts", None),
    "effective_lane": ("Lane", lambda lane: _TAGS.get(str(lane), wording.NOTHING)),
    "rule": ("Why", None),
}
_NOTICES: Final[markup.Columns] = {
    "told_on": ("Told", wording.moment),
    "role": ("Whom", lambda role: str(role).replace("_", " ").replace("fsp", "FSP")),
    "addressed_to": ("", None),
    "said": ("What", None),
    "answer_by": ("Answer by", wording.moment),
    "closed_on": ("Closed", wording.moment),
}


class Lanes(pn.viewable.Viewer):
    """The lanes of one meter point, and the watch on what providers declared."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._mpan = desk, ""
        self._held: LaneEvidence | None = None
        self.notice = Notice()
        self.form = OverrideForm(desk, self.redraw)
        self._dots = PlotPane()
        self._answers = PlotPane()
        self._heading, self._table = markup.pane(), markup.pane()
        self._told, self._notices = markup.pane(), markup.pane()
        self.pick = pmui.Select(label="Declared value", options={}, width=420)
        self.pick.param.watch(lambda _: self._show_watch(), "value")
        self.until = pmui.DatePicker(label="Ignore until", value=None, width=170)
        self.reason = pmui.TextInput(label="Because", value="", width=320)
        self._ignore, self._heed = self._button("Ignore until then"), self._button("Ignore no more")
        self._recheck, self._withdraw = self._button("Check again now"), self._button("Withdraw it")
        on_press(self._recheck, self.recheck)
        on_press(self._ignore, self.ignore)
        on_press(self._heed, self.heed)
        on_press(self._withdraw, self.withdraw)
        self._watch = pn.Column(
            self.pick,
            self._told,
            self._answers,
            pn.FlexBox(self._recheck, self.until, self.reason, self._ignore, self._heed,
                       self._withdraw, align_items="center"),
            self._notices,
            visible=False,
            sizing_mode="stretch_width",
        )  # fmt: skip

    def draw(self, mpan: str) -> None:
        """Show another meter point."""
        self._mpan = mpan
        self.form.draw(mpan)
        self.redraw()

    def redraw(self) -> None:
        """Read the lanes anew."""
        held = self._held = lane_evidence(self._desk.workspace, self._mpan)
        shown = drawn(held.lanes)
        standing = {_label(row): row["override_id"] for row in held.listed.to_dicts()}
        kept = self.pick.value
        with pn.io.hold():
            self._heading.object = heading_html(held)
            self._dots.visible = not shown.is_empty()
            if not shown.is_empty():
                self._dots.object = lane_dots(held.lanes)
            self._table.object = lanes_html(held.lanes)
            self._watch.visible = bool(standing)
            names = list(standing.values())
            self.pick.param.update(
                options=standing, value=kept if kept in names else next(iter(names), None)
            )
            self._show_watch()

    def recheck(self) -> None:
        """Hold the picked override against the evidence that is committed now."""

        def act(name: str, who: str) -> str:
            row = override_watch.recheck(
                self._desk.workspace, name, actor=who, reason="Checked again on the meter page"
            )
            return f"Checked: {STATUSES[row['status']][0].lower()}."

        self._act(act)

    def ignore(self) -> None:
        """Set the flag aside until the day given, because of what is typed."""

        def act(name: str, who: str) -> str:
            day = self.until.value
            if day is None:
                raise ValueError("Pick the day until which it is ignored.")
            until = day.date() if isinstance(day, dt.datetime) else day
            override_watch.ignore(self._desk.workspace, name, until, self._because(), actor=who)
            return f"Ignored until {wording.moment(until)}; the meter goes on being looked at."

        self._act(act)

    def heed(self) -> None:
        """End an ignore early."""

        def act(name: str, who: str) -> str:
            because = self._because() or "Ignored no more, on the meter page"
            override_watch.heed(self._desk.workspace, name, actor=who, reason=because)
            return "The flag is open again."

        self._act(act)

    def withdraw(self) -> None:
        """Take the picked override back."""

        def act(name: str, who: str) -> str:
            overrides.withdraw(self._desk.workspace, name, actor=who, reason=self._because())
            return "Withdrawn: the other lanes count again."

        self._act(act)

    def _act(self, act: Callable[[str, str], str]) -> None:
        name = self.pick.value
        if not name:
            return
        with self.notice.refusals():
            said = act(str(name), self._desk.who())
            self.redraw()
            self.notice.say(said)

    def _because(self) -> str:
        return (self.reason.value_input or self.reason.value or "").strip()

    def _show_watch(self) -> None:
        held, name = self._held, self.pick.value
        if held is None or not name:
            return
        row = _first(held.divergence.filter(pl.col("override_id") == name))
        listed = held.listed.filter(pl.col("override_id") == name).row(0, named=True)
        flag = held.flags.get(str(name))
        events = held.activations.filter(pl.col("override_id") == name, "dispatched")
        told = held.notices
        if flag is not None and not told.is_empty():
            told = told.filter(pl.col("flag_id") == flag["flag_id"])
        with pn.io.hold():
            self._told.object = watch_html(listed, row, flag)
            self._answers.visible = not events.is_empty()
            if not events.is_empty():
                self._answers.object = answers(events, listed["value"], listed["unit"])
            state = flag["state"] if flag else ""
            self._ignore.disabled = state not in ("open", "snoozed")
            self._heed.visible = state == "snoozed"
            self._recheck.disabled = row is None
            self._notices.object = (
                markup.table(told, _NOTICES, "Who was told", empty="Nobody.")
                if flag is not None
                else ""
            )

    def _button(self, label: str) -> pmui.Button:
        return pmui.Button(label=label, variant="outlined", size="small")

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            self._heading,
            self._dots,
            self._table,
            self.notice,
            self._watch,
            self.form,
            sizing_mode="stretch_width",
        )


def heading_html(held: LaneEvidence) -> str:
    """Say in which order the lanes count, and since when."""
    ranked = held.order
    empty = (
        ""
        if not drawn(held.lanes).is_empty()
        else "<p>Nobody declared or registered a size here: what the meter shows counts.</p>"
    )
    return (
        "<h2>Declared, external, observed: which counts</h2>"
        f"<p class='quiet'>The first lane that has a value counts: {', then '.join(ranked.lanes)};"
        f" {escape(ranked.set_by)} set this order on {wording.moment(ranked.set_at)}. External is"
        f" what the asset register holds.</p>{empty}"
    )


def lanes_html(lanes: pl.DataFrame) -> str:
    """Every lane as a table, what somebody entered first."""
    entered = pl.col("declared").is_not_null() | pl.col("external").is_not_null()
    rows = lanes.sort(~entered.cast(pl.Boolean), maintain_order=True)
    return markup.folded(
        "The lanes as a table",
        markup.table(rows, _LANES, "Lanes", empty="No lane holds a value for this meter point."),
    )


def watch_html(
    listed: Mapping[str, Any], row: Mapping[str, Any] | None, flag: Mapping[str, Any] | None
) -> str:
    """What was declared, what the meter says of it, and what else could explain it."""
    review = wording.moment(listed["review_on"])
    due = f"{review}, due" if listed["state"] == "review due" else review
    said = {
        "Declared": f"{listed['given']} by {listed['fsp']}, version {listed['version']}",
        "Because": listed["because"],
        "Holds": f"{wording.moment(listed['submitted_on'])} until"
        f" {wording.moment(listed['expires_on'])} (not included)",
        "To be looked at by": due,
    }
    if row is None:
        return f"<h3>{markup.lamp('Expired', 'hollow')}</h3>{markup.facts(said)}"
    word, look = STATUSES[row["status"]]
    innocent = ""
    if row["status"] in ("parting", "diverging"):
        innocent = (
            f"<p><b>It may be otherwise:</b></p>{markup.listing(override_watch.INNOCENT)}"
            f"<p class='quiet'>{_CAUTION}</p>"
        )
    return (
        f"<h3>The watch on it {markup.lamp(word, look)}</h3>{markup.facts(said)}"
        f"<p>{escape(row['because'])}</p>{innocent}{_flag_html(flag)}"
    )


def _flag_html(flag: Mapping[str, Any] | None) -> str:
    if flag is None:
        return ""
    until = ""
    if flag["state"] == "snoozed":
        until = (
            f" until {wording.moment(flag['snoozed_until'])}, because"
            f" {escape(str(flag['note'] or ''))}"
        )
    moved = flag["proposes_reopening"]
    proposes = f" Since then: {escape(str(moved))}." if moved else ""
    review = markup.anchor(link("queue", flag=flag["flag_id"]), "Review")
    return (
        f"<p>Flag: {escape(wording.STATES.get(flag['state'], flag['state']))}{until}.{proposes}"
        f" {review}</p>"
    )


def _label(row: Mapping[str, Any]) -> str:
    asset = f"asset meter {wording.masked(row['amsid'])}" if row["amsid"] else "whole site"
    return (
        f"{row['fsp']}: {row['given']}, {wording.PARAMETERS[row['parameter']]} {row['statistic']},"
        f" {asset}"
    )


def _first(frame: pl.DataFrame) -> dict[str, Any] | None:
    return frame.row(0, named=True) if frame.height else None
