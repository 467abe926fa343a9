"""Days on which a class shows best, so that its reasons can be checked half-hour by half-hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from functools import partial
from typing import Final

import panel as pn
import panel_material_ui as pmui
import polars as pl

from app.plots.day import CLASSES
from app.session import Place
from app.views import markup, wording
from app.views.press import on_press
from characterise.asset_classes import FLEXIBLE_DEMAND, SOLAR_PV

OFFERED: Final = 3
"""Days offered of each class."""
_APART: Final = 14
"""Days between two that are offered: one cold week or one holiday is one story."""


class TellingDays(pn.viewable.Viewer):
    """A line for each class seen, with a button for each of the days that show it best."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._lines = pn.Column(sizing_mode="stretch_width")

    def draw(
        self,
        reads: pl.DataFrame,
        attribution: pl.DataFrame,
        classes: Sequence[str],
        unsure: Collection[str] = (),
    ) -> None:
        """Offer the days of one meter point; nothing where no class was given half-hours."""
        offered = {name: telling_days(reads, attribution, name, OFFERED) for name in classes}
        self._lines.objects = [
            self._line(name, days, name in unsure) for name, days in offered.items() if days
        ]

    def _line(self, name: str, days: Sequence[dt.date], unsure: bool) -> pn.Row:
        note = " (in&nbsp;progress)" if unsure else ""
        told = markup.pane(
            f"<p>Days that show {markup.swatch(name)}{note}:</p>", sizing_mode=None, width=280
        )
        return pn.Row(
            told,
            *(self._button(name, day) for day in days),
            styles={"align-items": "center", "flex-wrap": "wrap"},
        )

    def _button(self, name: str, day: dt.date) -> pmui.Button:
        button = pmui.Button(
            label=wording.moment(day),
            description=f"{wording.asset_class(name)} on {wording.moment(day)}",
            variant="outlined",
            size="small",
        )
        on_press(button, partial(self._go, day))
        return button

    def _go(self, day: dt.date) -> None:
        self._place.day = day

    def __panel__(self) -> pn.viewable.Viewable:
        return self._lines


def seen_classes(attribution: pl.DataFrame) -> list[str]:
    """Classes that were given some energy, in the order of the plots."""
    some = attribution.filter(_filled("import_kwh") + _filled("export_kwh") > 0)
    held = set(some["asset_class"])
    return [name for name in CLASSES if name in held]


def within_seen(attribution: pl.DataFrame, detections: pl.DataFrame) -> pl.DataFrame:
    """Half-hours of each class from the day it was first seen to the day it was last seen."""
    seen = detections.select("asset_class", "first_seen", "last_seen")
    day = pl.col("ts_utc").dt.date()
    within = pl.col("first_seen").is_null() | day.is_between("first_seen", "last_seen")
    return (
        attribution.join(seen, on="asset_class", how="left")
        .filter(within.fill_null(True))
        .select(attribution.columns)
    )


def class_trace(reads: pl.DataFrame, attribution: pl.DataFrame, asset_class: str) -> pl.DataFrame:
    """``local_date``, ``local_slot`` and ``net_kw`` of one class alone, null where it did not run.

    What it gives or lets go is negative, as on the day's plot.
    """
    own = attribution.filter(pl.col("asset_class") == asset_class).unique("ts_utc", keep="last")
    own = own.select("ts_utc", (2 * (_filled("import_kwh") - _filled("export_kwh"))).alias("kw"))
    return reads.select("ts_utc", "local_date", "local_slot").join(
        own.select("ts_utc", pl.when(pl.col("kw") != 0).then(pl.col("kw")).alias("net_kw")),
        on="ts_utc",
        how="left",
    )


def telling_day(
    reads: pl.DataFrame, attribution: pl.DataFrame, asset_class: str | None
) -> dt.date | None:
    """Local day that shows a class (or any) best, else the last one read."""
    if reads.is_empty():
        return None
    best = telling_days(reads, attribution, asset_class, 1)
    day = best[0] if best else reads["local_date"].max()
    return day if isinstance(day, dt.date) else None


def telling_days(
    reads: pl.DataFrame, attribution: pl.DataFrame, asset_class: str | None, most: int
) -> list[dt.date]:
    """Local days that show a class (or any) best, the best first, some time apart.

    Best is the most energy that the readings bear out: load that the boundary meter drew, and what
    a store gave back of what it had taken. What goes beyond either counts against the day.
    """
    own = attribution.filter(pl.col("asset_class") == asset_class) if asset_class else attribution
    drawn = pl.min_horizontal("import_kwh", (pl.col("import_kw") / 2).fill_null(0.0))
    used, given, shown = (pl.col(f"{name}_kwh") for name in ("import", "export", "drawn"))
    # Generation and load let go need not reach the meter; a store gives what it has taken.
    unmetered = pl.col("asset_class").is_in([SOLAR_PV, FLEXIBLE_DEMAND])
    taken = pl.min_horizontal("export_kwh", "import_kwh")
    worth = 2 * shown - used + pl.when(unmetered).then(given).otherwise(2 * taken - given)
    ranked = (
        own.join(reads.select("ts_utc", "local_date", "import_kw"), on="ts_utc")
        .with_columns(drawn.alias("drawn_kwh"))
        .group_by("local_date", "asset_class")
        .agg(pl.col("import_kwh", "export_kwh", "drawn_kwh").sum())
        .filter(used + given > 0)
        .group_by("local_date")
        .agg(worth.sum().alias("worth_kwh"))
        .sort("worth_kwh", "local_date", descending=True)
    )
    chosen: list[dt.date] = []
    for day in ranked["local_date"]:
        if all(abs((day - other).days) >= _APART for other in chosen):
            chosen.append(day)
        if len(chosen) == most:
            break
    return chosen


def _filled(column: str) -> pl.Expr:
    return pl.col(column).fill_null(0)
