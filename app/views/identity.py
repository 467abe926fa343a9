"""Which meter point this is: masked, until somebody says what they need it for."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui

from app.session import Desk
from app.views import markup, wording
from app.views.notice import Notice
from app.views.press import on_press
from app.workflows import evidence

PURPOSES: Final = (
    "Review of a flag",
    "Dispute or delivery check",
    "Question from the provider",
    "Request of the data subject",
)
_CHOOSE: Final = "Choose a purpose"
_FACTS: Final = {
    "gsp_group": "GSP Group",
    "gsp": "GSP",
    "primary": "primary",
    "feeder": "feeder",
    "import_limit_kw": "import limit",
    "export_limit_kw": "export limit",
    "has_export_register": "export register:",
}


class Identity(pn.viewable.Viewer):
    """The meter point's name and facts; a home's name is shown only for a recorded purpose."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._mpan = ""
        self._facts: dict[str, Any] = {}
        self.notice = Notice()
        self._heading = markup.pane()
        self._purpose = pmui.Select(
            label="Purpose",
            options={_CHOOSE: "", **{name: name for name in PURPOSES}},
            value="",
            width=240,
        )
        self._show = pmui.Button(label="Show the full MPAN", variant="outlined", size="small")
        on_press(self._show, self.reveal)
        self._controls = pn.Row(self._purpose, self._show, styles={"align-items": "center"})

    def draw(self, mpan: str, facts: dict[str, Any]) -> None:
        """Put a meter point up, masked unless it was shown before at this desk."""
        self._mpan, self._facts = mpan, facts
        with pn.io.hold():
            self.notice.clear()
            self._purpose.value = ""
            self._purpose.visible = self.is_personal
            self._write()

    @property
    def is_personal(self) -> bool:
        """Whether this is a home, or may be one."""
        return (self._facts.get("premises") or "unknown") != "non_domestic"

    def reveal(self) -> None:
        """Show the whole MPAN and note who looked and why."""
        purpose = self._purpose.value or ("" if self.is_personal else "Non-domestic meter point")
        if not purpose:
            self.notice.refuse("Choose a purpose: looking at a home's MPAN is logged with it.")
            return
        with self.notice.refusals():
            evidence.reveal(
                self._desk.workspace, self._mpan, actor=self._desk.who(), purpose=purpose
            )
            self._desk.note_revealed(self._mpan)
            self.notice.say(f"Shown for: {purpose}. Noted in the access log.")
            self._write()

    def _write(self) -> None:
        shown = self._mpan in self._desk.revealed
        name = self._mpan if shown else wording.masked(self._mpan)
        self._controls.visible = not shown
        premises = self._facts.get("premises") or "unknown"
        known = [
            f"{label} {wording.words(self._facts[field])}{' kW' if field.endswith('_kw') else ''}"
            for field, label in _FACTS.items()
            if self._facts.get(field) is not None
        ]
        place = " · ".join([wording.PREMISES.get(premises, premises), *known])
        self._heading.object = (
            f"<h1>Meter point {escape(name)}</h1><p class='wide'>{escape(place)}</p>"
            if self._mpan
            else ""
        )

    def __panel__(self) -> pn.viewable.Viewable:
        above = pn.Row(self._heading, self._controls, sizing_mode="stretch_width")
        return pn.Column(above, self.notice, sizing_mode="stretch_width")
