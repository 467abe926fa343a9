"""A paged list of records; a click or the buttons choose one by its id, never by its position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import panel as pn
import panel_material_ui as pmui
import param
import polars as pl

from app.views import markup
from app.views.press import on_press

_COMPACT: Final = """
:host .tabulator .tabulator-row.tabulator-selected,
:host .tabulator .tabulator-row.tabulator-selected .tabulator-cell {
  color: inherit !important; }
:host .tabulator .tabulator-row.tabulator-selected {
  background-color: rgba(50, 95, 250, .18) !important; box-shadow: inset 3px 0 0 #325ffa; }
:host .tabulator { font-size: 12.5px; }
:host .tabulator .tabulator-cell { padding: 5px 6px; }
:host .tabulator .tabulator-header .tabulator-col-content { padding: 4px 6px; }
:host .tabulator .tabulator-header .tabulator-col-title {
  white-space: normal !important; padding-right: 12px !important; }
"""


STAYS: Final = {"position": "sticky", "top": "0", "align-self": "flex-start"}
"""Styles of a column that stays in sight while the evidence beside it is read."""


class RecordList(pn.viewable.Viewer):
    """A table over one frame, and buttons that step through it in the order shown."""

    chosen = param.String(default="", doc="Id of the chosen record.")

    def __init__(
        self,
        key: str,
        columns: Mapping[str, str],
        *,
        label: str,
        empty: str,
        widths: Mapping[str, int | str] | None = None,
        decimals: Mapping[str, int] | None = None,
        page_size: int = 15,
    ) -> None:
        super().__init__()
        self._key, self._columns, self._empty, self._label = key, columns, empty, label
        self._table = pn.widgets.Tabulator(
            _plain(pl.DataFrame(schema={key: pl.String}), key, columns),
            pagination="remote",
            page_size=page_size,
            show_index=False,
            disabled=True,
            selectable=1,
            sortable=True,
            layout="fit_columns",
            sizing_mode="stretch_width",
            theme="simple",
            stylesheets=[_COMPACT],
            titles=dict(columns),
            hidden_columns=[key],
            widths=dict(widths or {}),
            formatters={
                **{name: {"type": "textarea"} for name in columns if name in ("what", "parties")},
                # All figures of a column with the same digits, so that they compare by eye.
                **{
                    name: {"type": "money", "precision": digits, "symbol": "", "thousand": ","}
                    for name, digits in (decimals or {}).items()
                },
            },
            text_align=dict.fromkeys(decimals or {}, "right"),
        )
        self._count = markup.pane()
        self._back = pmui.Button(
            label="Previous", icon="arrow_upward", variant="outlined", size="small"
        )
        self._on = pmui.Button(
            label="Next", icon="arrow_downward", variant="outlined", size="small"
        )
        on_press(self._back, lambda: self.step(-1))
        on_press(self._on, lambda: self.step(1))
        self._table.param.watch(self._on_pick, "selection")
        # The browser forgets a selection, and a page, set before it drew the table.
        pn.state.onload(self._mark_again)

    def draw(self, frame: pl.DataFrame, chosen: str = "") -> None:
        """List ``frame``; keep ``chosen`` if it is there, else take the first row."""
        with pn.io.hold():
            self._table.selection = []
            self._table.value = _plain(frame, self._key, self._columns)
            self._table.visible = not frame.is_empty()
            self._count.object = (
                f'<p class="quiet">{self._label}: {frame.height:,}</p>'
                if frame.height
                else f"<p>{self._empty}</p>"
            )
        ids = self.ids
        self.choose(chosen if chosen in ids else (ids[0] if ids else ""))
        self._turn_to_chosen(ids)

    @property
    def ids(self) -> list[str]:
        """Ids in the order shown, all pages."""
        view = self._table.current_view
        return [str(value) for value in view[self._key]] if len(view) else []

    def choose(self, record: str) -> None:
        """Choose by id and mark the row."""
        held = [str(value) for value in self._table.value[self._key]]
        places = [held.index(record)] if record in held else []
        if self._table.selection != places:
            self._table.selection = places
        self.chosen = record if places else ""

    def step(self, by: int) -> None:
        """Move up or down in the order shown; stop at the ends."""
        ids = self.ids
        if not ids:
            return
        at = ids.index(self.chosen) + by if self.chosen in ids else 0
        place = min(max(at, 0), len(ids) - 1)
        self.choose(ids[place])
        self._turn_to_chosen(ids)

    def _turn_to_chosen(self, ids: list[str]) -> None:
        """Show the page that the chosen record is on."""
        if self._table.page_size:
            place = ids.index(self.chosen) if self.chosen in ids else 0
            self._table.page = place // self._table.page_size + 1

    def after(self, record: str) -> str:
        """Id of the record below, or above when it is the last one."""
        ids = self.ids
        if record not in ids:
            return ids[0] if ids else ""
        at = ids.index(record)
        return ids[at + 1] if at + 1 < len(ids) else (ids[at - 1] if at else "")

    def _mark_again(self) -> None:
        page = self._table.page
        self._table.page = 1
        self._table.page = page
        places = list(self._table.selection)
        self._table.selection = []
        self._table.selection = places

    def _on_pick(self, event: param.parameterized.Event) -> None:
        if event.new:
            self.chosen = str(self._table.selected_dataframe.iloc[0][self._key])

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            pn.Row(self._count, self._back, self._on, sizing_mode="stretch_width"),
            self._table,
            sizing_mode="stretch_width",
        )


def _plain(frame: pl.DataFrame, key: str, columns: Mapping[str, str]) -> object:
    """Only what is shown, in order, as the pandas frame that Tabulator takes."""
    held = [
        pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name)
        for name in columns
    ]
    plain = frame.select(pl.col(key).cast(pl.String), *held).to_pandas()
    # A figure that is not known stays blank; as a float it would read NaN.
    unknown = [name for name in columns if plain[name].isna().any()]
    plain[unknown] = plain[unknown].astype(object).where(plain[unknown].notna(), None)
    return plain
