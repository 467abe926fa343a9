"""The register: look at a table, add an agreement, load a CSV."""

from __future__ import annotations

from typing import Final

import panel as pn
import panel_material_ui as pmui
import polars as pl

from app.session import Desk, Place
from app.views import markup, wording
from app.views.entries import AGREEMENTS, ASSETS
from app.views.notice import Notice
from app.views.register_forms import AgreementForm, SheetLoad
from app.workflows import register

_RECORDED: Final[markup.Columns] = {
    "recorded_by": ("Recorded by", None),
    "recorded_at": ("Recorded", wording.moment),
}
COLUMNS: Final[dict[str, markup.Columns]] = {
    "organisations": {
        "organisation_id": ("Id", None),
        "name": ("Name", None),
        "mpid": ("MPID", None),
        "mpid_role": ("Role code", None),
        "roles": ("Roles", wording.members),
        "status": ("Status", None),
        "stub": ("Named by an agreement only", None),
        **_RECORDED,
    },
    "assets": {
        **ASSETS,
        "mpan": ("Meter", wording.masked),
        "organisation_id": ("Organisation", None),
    },
    "asset-meters": {
        "import_amsid": ("Import AMSID", wording.masked),
        "export_amsid": ("Export AMSID", wording.masked),
        "import_mpan": ("Behind import MPAN", wording.masked),
        "export_mpan": ("Behind export MPAN", wording.masked),
        "asset_id": ("Asset", None),
        **_RECORDED,
    },
    "pairings": {
        "import_mpan": ("Import MPAN", wording.masked),
        "export_mpan": ("Export MPAN", wording.masked),
        "valid_from": ("From", wording.moment),
        "valid_to": ("To (not included)", lambda day: wording.moment(day) if day else "open"),
        **_RECORDED,
    },
    "agreements": {"mpan": ("Meter", wording.masked), **AGREEMENTS, **_RECORDED},
    "events": {
        "event_id": ("Event", None),
        "fsp_id": ("Provider", None),
        "mpan": ("Meter", wording.masked),
        "market": ("Market", wording.market),
        "start_utc": ("Start", wording.moment),
        "end_utc": ("End", wording.moment),
        "requested_kw": ("Requested kW", None),
        **_RECORDED,
    },
}
_LABELS: Final = {name.replace("-", " ").capitalize(): name for name in COLUMNS}
_FIRST: Final = "organisations"
_ROWS: Final = 500


class RegisterDesk(pn.viewable.Viewer):
    """One table at a time, filtered by text; the forms beside it."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._desk, self._place = desk, place
        self.notice = Notice()
        self._table = markup.pane()
        self._entity = pmui.RadioButtonGroup(
            label="Table",
            options=_LABELS,
            value=place.entity if place.entity in COLUMNS else _FIRST,
            size="small",
            sx={"& .MuiToggleButton-root": {"whiteSpace": "nowrap", "textTransform": "none"}},
        )
        self._text = pmui.TextInput(label="Holds the text", value=place.text, width=220)
        self._entity.param.watch(lambda _: self._on_filter(), "value")
        self._text.param.watch(lambda _: self._on_filter(), "value")
        self.agreement = AgreementForm(desk, self.refresh)
        self.sheet = SheetLoad(desk, tuple(COLUMNS), self.refresh)
        self.sheet.choose(self._entity.value)
        self.refresh()

    def refresh(self) -> None:
        """Read the table again under the filter of the address."""
        with self.notice.refusals():
            rows = holding(
                register.listing(self._desk.workspace, self._entity.value), self._text.value
            )
            name = self._entity.value.replace("-", " ")
            self._table.object = markup.table(
                rows,
                COLUMNS[self._entity.value],
                f"{rows.height:,} {name}",
                empty="Nothing is entered, or nothing holds the text.",
                rows=_ROWS,
                size="half",
            )

    def _on_filter(self) -> None:
        self._place.param.update(entity=self._entity.value, text=self._text.value.strip())
        self.sheet.choose(self._entity.value)
        self.refresh()

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            markup.pane("<h1>Register</h1>"),
            pn.FlexBox(self._entity, self._text, align_items="center"),
            self.notice,
            self._table,
            pn.Row(self.agreement, self.sheet, sizing_mode="stretch_width"),
            sizing_mode="stretch_width",
        )


def holding(rows: pl.DataFrame, text: str) -> pl.DataFrame:
    """Rows of which any column holds the text, whatever its case."""
    wanted = text.strip().lower()
    if not wanted or rows.is_empty():
        return rows
    return rows.filter(
        pl.any_horizontal(
            pl.col(name).cast(pl.String).str.to_lowercase().str.contains(wanted, literal=True)
            for name in rows.columns
        )
    )
