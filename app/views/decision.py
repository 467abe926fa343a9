"""Confirm, correct or reject a flag with a reason; undo the last one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui
import param

from app.plots.palette import CLASS_LABELS, REST
from app.session import Desk
from app.views import markup
from app.views.notice import Notice
from app.views.press import on_press
from app.workflows import review

_NO_REASON: Final = "Choose a reason"
_VERBS: Final = {"confirmed": "Confirm", "corrected": "Correct", "rejected": "Reject"}
_MEANINGS: Final = {
    ("confirmed", "medium_confidence"): "The asset is there, as the meter shows it.",
    ("confirmed", "candidate_asset"): "The asset is there and nobody registered it.",
    ("confirmed", "not_seen"): "The register's entry is not what is on site.",
    ("confirmed", "unsupported_claim"): "The boundary data do not bear the claim out.",
    ("confirmed", "override_diverged"): "The meter does not bear the declared value out.",
    ("rejected", "override_diverged"): "The declared value stands: something else explains it.",
    ("rejected", "medium_confidence"): "The asset is not there.",
    ("rejected", "candidate_asset"): "The asset is not there.",
    ("rejected", "not_seen"): "The register's entry stands.",
    ("rejected", "unsupported_claim"): "The claim stands: something else explains the readings.",
}
_CLASS_CHOICES: Final = {
    "No change": "",
    **{label: name for name, label in CLASS_LABELS.items() if name != REST},
    "None of these": "NONE",
}


class Decision(pn.viewable.Viewer):
    """Three verbs, a reason, a note; what was recorded is said with its audit number."""

    outcome = param.String(default="", doc="Verb picked and not yet recorded.")

    def __init__(
        self, desk: Desk, on_decided: Callable[[str], None], on_undone: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._desk, self._on_decided, self._on_undone = desk, on_decided, on_undone
        self._flag: dict[str, Any] | None = None
        self._last: str = ""
        self.notice = Notice()
        self._verbs = {
            outcome: pmui.Button(label=verb, variant="outlined", color="primary", width=110)
            for outcome, verb in _VERBS.items()
        }
        for outcome, button in self._verbs.items():
            on_press(button, partial(self.pick, outcome))
        self._meaning = markup.pane()
        self._reason = pmui.Select(label="Reason", options={_NO_REASON: ""}, value="", width=320)
        self._class = pmui.Select(label="What it is", options=_CLASS_CHOICES, value="", width=200)
        self._kw = pmui.TextInput(label="Rated power, kW (blank: no change)", value="", width=230)
        self._note = pmui.TextAreaInput(label="Note", value="", rows=2, sizing_mode="stretch_width")
        self._record = pmui.Button(label="Record decision", variant="contained", color="primary")
        on_press(self._record, self.record)
        self._undo = pmui.Button(label="Undo the last decision", variant="outlined", disabled=True)
        on_press(self._undo, self.undo)
        self._correction = pn.Row(self._class, self._kw, visible=False)
        self._form = pn.Column(
            self._meaning,
            self._reason,
            self._correction,
            self._note,
            self._record,
            sizing_mode="stretch_width",
            visible=False,
        )

    def draw(self, flag: dict[str, Any] | None) -> None:
        """Put a flag up for decision; forget what was typed for the one before."""
        self._flag = flag
        open_ = flag is not None and flag["state"] in ("open", "snoozed")
        with pn.io.hold():
            self.pick("")
            self._note.value = self._kw.value = self._class.value = ""
            for button in self._verbs.values():
                button.disabled = not open_

    def pick(self, outcome: str) -> None:
        """Choose a verb; the reasons offered are the ones that go with it."""
        kind = self._flag["kind"] if self._flag else ""
        with pn.io.hold():
            self.outcome = outcome
            for name, button in self._verbs.items():
                button.variant = "contained" if name == outcome else "outlined"
            labels = {words: code for code, words in review.REASONS.get(outcome, {}).items()}
            # No reason is chosen beforehand: a default would be recorded by haste.
            self._reason.options = {_NO_REASON: "", **labels}
            self._reason.value = ""
            self._meaning.object = f"<p>{_MEANINGS.get((outcome, kind), '')}</p>"
            self._correction.visible = outcome == "corrected"
            self._form.visible = bool(outcome)

    def record(self) -> None:
        """Write the decision down."""
        flag = self._flag
        if flag is None or not self.outcome:
            return
        if not self._reason.value:
            self.notice.refuse("Choose a reason: it stands beside the decision in the audit trail.")
            return
        with self.notice.refusals():
            receipt = review.decide(
                self._desk.workspace,
                flag["flag_id"],
                flag["version"],
                self.outcome,
                actor=self._desk.who(),
                reason_code=self._reason.value,
                note=self._note.value_input or self._note.value or "",
                correction=self._corrected(),
            )
            verb = self.outcome.capitalize()
            self._last = flag["flag_id"]
            self._undo.disabled = False
            self._on_decided(self._last)
            self.notice.say(f"{verb}; recorded in the audit trail as #{receipt['audit_no']}.")

    def undo(self) -> None:
        """Take the last decision of this tab back, as a new entry."""
        if not self._last:
            return
        with self.notice.refusals():
            receipt = review.undo(
                self._desk.workspace,
                self._last,
                actor=self._desk.who(),
                reason="Undone by the person who decided, in the queue",
            )
            undone, self._last = self._last, ""
            self._undo.disabled = True
            self._on_undone(undone)
            self.notice.say(f"Undone; recorded in the audit trail as #{receipt['audit_no']}.")

    def _corrected(self) -> dict[str, Any] | None:
        if self.outcome != "corrected":
            return None
        correction: dict[str, Any] = {}
        if self._class.value:
            correction["asset_class"] = self._class.value
        typed = (self._kw.value or "").strip()
        if typed:
            try:
                correction["rated_kw"] = float(typed)
            except ValueError:
                raise ValueError(f"{typed!r} is no power: write kW as a number, 7.4.") from None
        if not correction and not (self._note.value_input or self._note.value):
            raise ValueError("Say what is right: a class, a power, or a note.")
        return correction

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            pn.Row(*self._verbs.values(), self._undo),
            self.notice,
            self._form,
            sizing_mode="stretch_width",
        )
