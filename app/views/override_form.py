"""A provider's own value for its asset, typed at the screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui

from app.plots.palette import CLASS_LABELS, REST
from app.session import Desk
from app.views import markup, wording
from app.views.notice import Notice
from app.views.press import on_press
from app.workflows import overrides
from registry.overrides import STATISTICS, UNITS, unit_of

OPEN: Final = "Declare a value"
CLOSE: Final = "Put the form away"
_AS_REGISTERED: Final = "As registered"


class OverrideForm(pn.viewable.Viewer):
    """Fields of an override; what is refused stays as it was typed."""

    def __init__(self, desk: Desk, on_submitted: Callable[[], None]) -> None:
        super().__init__()
        self._desk, self._on_submitted, self._mpan = desk, on_submitted, ""
        self.notice = Notice()
        classes = {label: name for name, label in CLASS_LABELS.items() if name != REST}
        self.fields: dict[str, Any] = {
            "fsp": pmui.TextInput(label="Provider: MPID or organisation id", value="", width=240),
            "amsid": pmui.TextInput(label="AMSID (blank: whole site)", value="", width=200),
            "asset_class": pmui.Select(
                label="Class", options={_AS_REGISTERED: "", **classes}, value="", width=170
            ),
            "parameter": pmui.Select(
                label="Parameter",
                options={label: name for name, label in wording.PARAMETERS.items()},
                value="rated_export_kw",
                width=250,
            ),
            "statistic": pmui.Select(
                label="Statistic", options=list(STATISTICS), value="max", width=110
            ),
            "value": pmui.TextInput(label="Value", value="", width=110),
            "unit": pmui.Select(label="Unit", options=list(UNITS["kW"]), value="kW", width=100),
            "expires_on": pmui.DatePicker(
                label="Holds until, not included (blank: a year)", value=None, width=290
            ),
        }
        self.fields["parameter"].param.watch(lambda _: self._on_parameter(), "value")
        self.reason = pmui.TextInput(label="Reason for the audit trail", value="", width=360)
        self._send = pmui.Button(label="Submit the value", variant="contained", color="primary")
        on_press(self._send, self.send)
        self._toggle = pmui.Button(label=OPEN, variant="outlined", size="small")
        on_press(self._toggle, self.toggle)
        self._panel = pn.Column(
            markup.pane(
                "<p class='quiet'>It counts at once, tagged as declared, and the meter goes on"
                " being held against it.</p>"
            ),
            pn.FlexBox(*self.fields.values()),
            self.reason,
            self._send,
            visible=False,
            sizing_mode="stretch_width",
        )

    def draw(self, mpan: str) -> None:
        """Speak of another meter point."""
        self._mpan = mpan

    def toggle(self) -> None:
        """Open the form or put it away; what was typed stays."""
        with pn.io.hold():
            self._panel.visible = not self._panel.visible
            self._toggle.label = CLOSE if self._panel.visible else OPEN

    def send(self) -> None:
        """Submit the value, or say which field is in the way."""
        reason = _typed(self.reason)
        if not reason:
            self.notice.refuse("Give a reason: it stands in the audit trail.")
            return
        with self.notice.refusals():
            fields = self.fields
            expiry = fields["expires_on"].value
            done = overrides.submit(
                self._desk.workspace,
                fsp=_typed(fields["fsp"]),
                mpan=self._mpan,
                amsid=_typed(fields["amsid"]) or None,
                asset_class=fields["asset_class"].value or None,
                parameter=fields["parameter"].value,
                statistic=fields["statistic"].value,
                value=_number(_typed(fields["value"])),
                unit=fields["unit"].value,
                expires_on=expiry.date() if isinstance(expiry, dt.datetime) else expiry,
                actor=self._desk.who(),
                reason=reason,
            )
            self._on_submitted()
            odd = " ".join(done.odd)
            self.notice.say(f"Accepted as version {done.version}; it counts from now on. {odd}")

    def _on_parameter(self) -> None:
        kept = unit_of(self.fields["parameter"].value)
        unit = self.fields["unit"]
        if unit.value not in UNITS[kept]:
            unit.param.update(options=list(UNITS[kept]), value=kept)

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(self._toggle, self.notice, self._panel, sizing_mode="stretch_width")


def _typed(widget: Any) -> str:
    return (getattr(widget, "value_input", None) or widget.value or "").strip()


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        raise ValueError(f"{text!r} is no value: write it as a number, 50 or 7.4.") from None
