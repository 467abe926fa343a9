"""A year of one meter point and one of its days, stacked by class."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import holoviews as hv
import panel as pn
import panel_material_ui as pmui
import param
import polars as pl

from app.plots.day import CLASSES, DayParts, day_energy, day_parts, day_stack
from app.plots.palette import REST
from app.plots.year import day_under, year_heatmap
from app.session import Place
from app.views import markup, wording
from app.views.detections import unsure_classes
from app.views.press import on_press
from app.views.telling_days import (
    TellingDays,
    class_trace,
    seen_classes,
    telling_day,
    within_seen,
)
from characterise.asset_classes import FLEXIBLE_DEMAND
from characterise.settlement import SLOTS_PER_DAY, periods_in_day

if TYPE_CHECKING:
    from app.workflows.evidence import MeterEvidence

_DAY: Final = dt.timedelta(days=1)
_UTC: Final = pl.Datetime("us", "UTC")
_NO_READS: Final = pl.DataFrame(
    schema={
        "ts_utc": _UTC,
        "local_date": pl.Date(),
        "local_slot": pl.Int8(),
        "import_kw": pl.Float32(),
        "export_kw": pl.Float32(),
        "net_kw": pl.Float32(),
        "quality": pl.String(),
    }
)
_NO_ATTRIBUTION: Final = pl.DataFrame(
    schema={
        "asset_class": pl.String(),
        "ts_utc": _UTC,
        "import_kwh": pl.Float32(),
        "export_kwh": pl.Float32(),
    }
)


WHOLE: Final = "Boundary meter"
"""What the map shows unless a class is chosen."""


class Traces(pn.viewable.Viewer):
    """Heat map of a year; a tap, the buttons or the date field pick the day drawn below it."""

    shown = param.Integer(default=0, doc="Counts the meter points shown; plots redraw on it.")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._reads = _NO_READS
        self._attribution = _NO_ATTRIBUTION
        self._unsure: frozenset[str] = frozenset()
        self._heading, self._energy, self._numbers = markup.pane(), markup.pane(), markup.pane()
        self._mapped = pmui.RadioButtonGroup(
            label="On the map",
            options={WHOLE: ""},
            size="small",
            sx={"& .MuiToggleButton-root": {"whiteSpace": "nowrap", "textTransform": "none"}},
        )
        self._days = TellingDays(place)
        self._year = hv.DynamicMap(
            pn.bind(self._draw_year, self.param.shown, self._mapped.param.value)
        )
        self._tap = hv.streams.Tap(source=self._year, x=None, y=None)
        self._tap.add_subscriber(self._on_tap)
        day = hv.DynamicMap(pn.bind(self._draw_day, self.param.shown, place.param.day))
        self._year_pane = pn.pane.HoloViews(
            self._year, sizing_mode="stretch_width", linked_axes=False
        )
        self._day_pane = pn.pane.HoloViews(day, sizing_mode="stretch_width", linked_axes=False)
        self._picker = pmui.DatePicker.from_param(
            place.param.day, label="Day", description="", size="small", width=190
        )
        self._earlier = pmui.Button(label="Day before", variant="outlined", size="small")
        self._later = pmui.Button(label="Day after", variant="outlined", size="small")
        on_press(self._earlier, lambda: self.move(-_DAY))
        on_press(self._later, lambda: self.move(_DAY))
        place.param.watch(lambda _: self._write_day(), "day")

    def draw(
        self,
        evidence: MeterEvidence | None,
        asset_class: str | None = None,
        *,
        keep_day: bool = True,
    ) -> None:
        """Draw a meter point.

        Parameters
        ----------
        asset_class
            Class that the day opened on should show best.
        keep_day
            Stay on the day of the address where the readings cover it.
        """
        self._reads = evidence.reads if evidence else _NO_READS
        self._attribution = evidence.attribution if evidence else _NO_ATTRIBUTION
        self._unsure = unsure_classes(evidence.detections) if evidence else frozenset()
        sure = within_seen(self._attribution, evidence.detections) if evidence else _NO_ATTRIBUTION
        with pn.io.hold():
            day = self._place.day if keep_day else None
            span = self._span()
            if day is None or span is None or not span[0] <= day <= span[1]:
                self._place.day = telling_day(self._reads, sure, asset_class)
            seen = seen_classes(self._attribution)
            self._mapped.param.update(
                options={WHOLE: "", **{wording.asset_class(name): name for name in seen}}, value=""
            )
            self._mapped.visible = bool(seen)
            self._days.draw(self._reads, sure, seen, self._unsure)
            self.shown += 1
            self._heading.object = self._heading_html()
            self._write_day()

    def move(self, by: dt.timedelta) -> None:
        """Go to a neighbouring day, within what was read."""
        span = self._span()
        if self._place.day is not None and span is not None:
            self._place.day = min(max(self._place.day + by, span[0]), span[1])

    def _span(self) -> tuple[dt.date, dt.date] | None:
        first, last = self._reads["local_date"].min(), self._reads["local_date"].max()
        return (first, last) if isinstance(first, dt.date) and isinstance(last, dt.date) else None

    def _parts(self) -> DayParts:
        return day_parts(self._reads, self._attribution, self._place.day or dt.date(1970, 1, 1))

    def _draw_year(self, shown: int, mapped: str) -> hv.Image:
        if mapped:
            return year_heatmap(class_trace(self._reads, self._attribution, mapped))
        return year_heatmap(self._reads)

    def _draw_day(self, shown: int, day: dt.date | None) -> hv.Overlay:
        return day_stack(self._reads, self._attribution, day or dt.date(1970, 1, 1))

    def _on_tap(self, x: object, y: object) -> None:
        if (day := day_under(x)) is not None:
            self._place.day = day

    def _heading_html(self) -> str:
        span = self._span()
        if span is None:
            return "<h2>Boundary meter</h2><p>No half-hours are loaded for this meter point.</p>"
        first, last = span
        share = float(self._reads["net_kw"].is_not_null().sum()) / self._reads.height
        return (
            f"<h2>Boundary meter, every half-hour</h2><p class='quiet'>{wording.moment(first)} to"
            f" {wording.moment(last)}; {wording.share(share)} of the half-hours held have a"
            " reading. Blank is missing, never zero. Pick a day by a click.</p>"
        )

    def _write_day(self) -> None:
        day = self._place.day
        if day is None or self._reads.is_empty():
            self._energy.object = self._numbers.object = ""
            return
        parts = self._parts()
        energy = day_energy(parts)
        told = [
            f"{markup.swatch(row['asset_class'])} {_flows(row)}"
            f"{' (in&nbsp;progress)' if row['asset_class'] in self._unsure else ''}"
            for row in energy.iter_rows(named=True)
            if row["import_kwh"] + row["export_kwh"] > 0.005 or row["asset_class"] == REST
        ]
        count = periods_in_day(day)
        clock = f" The clocks change: {count} half-hours." if count != SLOTS_PER_DAY else ""
        self._energy.object = (
            f"<h2>{day:%A} {wording.moment(day)}, as the engine explains it</h2>"
            f"<p class='wide'>{' &nbsp; '.join(told)}.{clock} Grey line: the boundary"
            f" meter.</p>"
        )
        self._numbers.object = markup.folded(
            "The same numbers as a table",
            markup.table(
                day_table(parts), DAY_COLUMNS, "Half-hours, kW", empty="Nothing was read."
            ),
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            self._heading,
            self._mapped,
            self._year_pane,
            self._days,
            pn.Row(self._earlier, self._picker, self._later, styles={"align-items": "center"}),
            self._energy,
            self._day_pane,
            self._numbers,
            sizing_mode="stretch_width",
        )


DAY_COLUMNS: markup.Columns = {
    "time": ("Local time", None),
    "net": ("Boundary, net import", None),
    **{name: (wording.asset_class(name), None) for name in CLASSES},
    REST: (wording.asset_class(REST), None),
}


def day_table(parts: DayParts) -> pl.DataFrame:
    """One row a half-hour: the numbers that the day plot draws, export as negative kW."""
    clock = [f"{int(hour) % 24:02d}:{int(hour * 60) % 60:02d}" for hour in parts.hour]
    return pl.DataFrame(
        {
            "time": clock,
            "net": parts.net,
            **{name: parts.imports[name] - parts.exports[name] for name in CLASSES},
            REST: parts.rest,
        },
        nan_to_null=True,
    )


def _flows(row: dict[str, Any]) -> str:
    parts = []
    if row["import_kwh"] > 0.005:
        parts.append(f"{wording.figure(row['import_kwh'], 1)} kWh used")
    if row["export_kwh"] > 0.005:
        verb = "let go" if row["asset_class"] == FLEXIBLE_DEMAND else "given"
        parts.append(f"{wording.figure(row['export_kwh'], 1)} kWh {verb}")
    return ", ".join(parts) or "0 kWh used"
