"""Ways into the register: one agreement of seven fields, or a whole CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

import panel as pn
import panel_material_ui as pmui
import polars as pl

from app.session import Desk
from app.views import markup, wording
from app.views.notice import Notice
from app.views.press import on_press
from app.workflows import register
from registry import code_lists

if TYPE_CHECKING:
    from registry.exchange import LoadReport

_ERRORS: Final[markup.Columns] = {
    "row": ("Row", None),
    "column": ("Column", None),
    "message": ("What is wrong", None),
    "fix": ("What to do", None),
}


class AgreementForm(pn.viewable.Viewer):
    """The seven fields of a dispatch right, and no more."""

    def __init__(self, desk: Desk, on_added: Callable[[], None]) -> None:
        super().__init__()
        self._desk, self._on_added = desk, on_added
        self.notice = Notice()
        self.fields: dict[str, Any] = {
            "fsp": pmui.TextInput(label="Provider: MPID or organisation id", value="", width=230),
            "mpan": pmui.TextInput(label="MPAN", value="", width=160),
            "amsid": pmui.TextInput(label="AMSID (blank: whole site)", value="", width=190),
            "market": pmui.Select(
                label="Market",
                options={wording.market(code): code for code in code_lists.MARKETS},
                value=code_lists.MARKETS[0],
                width=180,
            ),
            "stack_rank": pmui.TextInput(label="Stack rank", value="1", width=100),
            "primacy_type": pmui.Select(
                label="Primacy type", options=list(code_lists.PRIMACY_TYPES), width=130
            ),
            "valid_from": pmui.DatePicker(label="From", value=None, width=180),
            "valid_to": pmui.DatePicker(label="To, not included (blank: open)", width=240),
            "exclusive": pmui.Checkbox(label="Exclusive", value=False),
        }
        self.reason = pmui.TextInput(label="Reason for the audit trail", value="", width=320)
        self._add = pmui.Button(label="Add the agreement", variant="contained", color="primary")
        on_press(self._add, self.add)

    def add(self) -> None:
        """Write the agreement, or say which field or other agreement is in the way."""
        reason = (self.reason.value_input or self.reason.value or "").strip()
        if not reason:
            self.notice.refuse("Give a reason: it stands in the audit trail.")
            return
        with self.notice.refusals():
            made = register.add_agreement(
                self._desk.workspace, self.typed(), actor=self._desk.who(), reason=reason
            )
            self._on_added()
            self.notice.say(f"Added as agreement {made[:8]}…; it is in the audit trail.")

    def typed(self) -> dict[str, Any]:
        """Fields as typed; a blank is nothing."""
        held: dict[str, Any] = {}
        for name, widget in self.fields.items():
            value = widget.value
            if isinstance(value, str):
                value = value.strip() or None
            elif isinstance(value, dt.datetime):
                value = value.date()
            held[name] = value
        return held

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            markup.pane("<h2>Add an agreement</h2>"),
            pn.FlexBox(*self.fields.values()),
            self.reason,
            self.notice,
            self._add,
            min_width=420,
            sizing_mode="stretch_width",
        )


class SheetLoad(pn.viewable.Viewer):
    """A CSV, checked whole before anything is written: every row or none."""

    def __init__(self, desk: Desk, entities: Sequence[str], on_loaded: Callable[[], None]) -> None:
        super().__init__()
        self._desk, self._on_loaded = desk, on_loaded
        self.notice = Notice()
        self.entity = pmui.Select(label="Load into", options=list(entities), width=180)
        self.file = pn.widgets.FileInput(accept=".csv", multiple=False, label="CSV file")
        self.reason = pmui.TextInput(label="Reason for the audit trail", value="", width=320)
        self._check = pmui.Button(label="Check only", variant="outlined")
        self._load = pmui.Button(label="Load", variant="contained", color="primary")
        on_press(self._check, lambda: self.load(dry_run=True))
        on_press(self._load, lambda: self.load(dry_run=False))
        self._report = markup.pane()

    def choose(self, entity: str) -> None:
        """Offer the table that is on the screen."""
        self.entity.value = entity

    def load(self, *, dry_run: bool) -> None:
        """Check the file, and write it unless this is a dry run."""
        reason = (self.reason.value_input or self.reason.value or "").strip()
        self._report.object = ""
        if not self.file.value:
            self.notice.refuse("Choose a CSV file first.")
            return
        if not reason and not dry_run:
            self.notice.refuse("Give a reason: it stands in the audit trail.")
            return
        with self.notice.refusals():
            report = register.load_csv(
                self._desk.workspace,
                self.entity.value,
                self.file.value,
                actor=self._desk.who(),
                reason=reason or "Dry run",
                dry_run=dry_run,
            )
            self._report.object = report_html(report)
            self._on_loaded()
            tell = self.notice.refuse if report.errors else self.notice.say
            tell(summary(report, dry_run=dry_run))

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            markup.pane(
                "<h2>Load a CSV</h2><p>Every row is checked first; all go in, or none.</p>"
            ),
            self.entity,
            self.file,
            self.reason,
            self.notice,
            pn.Row(self._check, self._load),
            self._report,
            min_width=420,
            sizing_mode="stretch_width",
        )


def summary(report: LoadReport, *, dry_run: bool) -> str:
    """Say in a sentence what a load did, or would do."""
    if report.errors:
        return (
            f"Nothing was loaded: {len(report.errors):,} faults in {report.rows_read:,} rows,"
            " listed below."
        )
    if dry_run:
        return f"{report.accepted:,} of {report.rows_read:,} rows would be loaded; no fault."
    known = f"; {report.unchanged:,} were known already" if report.unchanged else ""
    return f"{report.accepted:,} of {report.rows_read:,} rows loaded{known}; in the audit trail."


def report_html(report: LoadReport) -> str:
    """List faults and warnings by row."""
    faults = _frame(report.errors)
    odd = _frame(report.warnings)
    said = markup.table(faults, _ERRORS, "Faults", empty="") if not faults.is_empty() else ""
    if not odd.is_empty():
        said += markup.table(odd, _ERRORS, "Odd, and loaded all the same", empty="")
    return said


def _frame(rows: Sequence[Any]) -> pl.DataFrame:
    held = [asdict(row) if is_dataclass(row) else {"message": escape(str(row))} for row in rows]  # type: ignore[arg-type]
    return pl.DataFrame(held, infer_schema_length=None) if held else pl.DataFrame()
