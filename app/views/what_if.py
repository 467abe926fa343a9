"""Put an asset behind this meter, or take one away, and see what the meter would show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final

import holoviews as hv
import panel as pn
import panel_material_ui as pmui
import param
import polars as pl

from app.plots.detections import CLASSES
from app.plots.what_if import chance_moves, with_and_without
from app.session import Place
from app.views import markup, wording
from app.views.detections import chance_words, limits_html, tier_lamp
from app.views.notice import Notice
from app.views.press import on_press

if TYPE_CHECKING:
    from app.workflows.what_if import Bench, Outcome

OPEN: Final = "Put an asset behind this meter"
CLOSE: Final = "Put it away"
_SPANS: Final = {"Day": 0, "Week": 3}
"""Days drawn on either side of the day that is picked."""
_STEPS: Final = 150
"""Stops of the slider: a keyboard crosses them in reasonable time."""
NONE: Final = pl.DataFrame(
    schema={"asset_class": pl.String()}
    | dict.fromkeys(("probability", "lower", "upper"), pl.Float32())
)
NO_TRACE: Final = pl.DataFrame(
    schema={
        "ts_utc": pl.Datetime("us", "UTC"),
        "local_date": pl.Date(),
        "local_slot": pl.Int16(),
        "net_kw": pl.Float32(),
        "what_if_kw": pl.Float32(),
    }
)
_EXPLAINED: Final = (
    "<h2>Put an asset behind this meter, or take one away</h2>"
    '<p class="banner">A what-if on this screen only: nothing of it is stored, and neither'
    " results nor register nor flags change. The asset is a usual one of its class, laid onto the"
    " real half-hours and judged by the same model as the meter itself.</p>"
)


class WhatIf(pn.viewable.Viewer):
    """A slider over the real half-hours; everything below it follows."""

    judged = param.Integer(default=0, doc="Counts what was tried; the plots redraw on it.")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._lay_out: Callable[[], Bench | None] = lambda: None
        self._bench: Bench | None = None
        self._outcome: Outcome | None = None
        self.notice = Notice()
        self._toggle = pmui.Button(label=OPEN, variant="outlined", size="small")
        on_press(self._toggle, lambda: self.open(not self._panel.visible))
        self._class = pmui.Select(
            label="Class",
            options={wording.asset_class(name): name for name in CLASSES},
            value=CLASSES[0],
            size="small",
            width=190,
        )
        self._size = pmui.FloatSlider(
            label="Size to put behind the meter, kW",
            start=0.0,
            end=22.0,
            step=0.1,
            value=0.0,
            width=360,
        )
        self._without = pmui.Checkbox(label="Take out what the meter shows of it", value=False)
        self._span = pmui.RadioButtonGroup(
            label="Shown", options=list(_SPANS), value="Day", size="small"
        )
        self._told, self._why = markup.pane(), markup.pane()
        self._best: dt.date | None = None
        self._quiet = markup.pane(sizing_mode=None)
        self._go = pmui.Button(label="Go to it", variant="outlined", size="small")
        on_press(self._go, self._go_to_best)
        self._elsewhere = pn.Row(self._quiet, self._go, visible=False)
        self._bars, self._plot = self._live(self._draw_bars), self._live(self._draw_days)
        self._panel = self._laid_out()
        self._class.param.watch(lambda _: self._on_class(), "value")
        self._size.param.watch(lambda _: self._judge(), "value_throttled")
        self._without.param.watch(lambda _: self._judge(), "value")
        self._span.param.watch(lambda _: self._say_where(), "value")
        place.param.watch(lambda _: self._say_where(), "day")

    def draw(self, lay_out: Callable[[], Bench | None]) -> None:
        """Take another meter point; it is laid out when the panel is opened.

        Parameters
        ----------
        lay_out
            Gives the meter point's half-hours, or None where there are none.
        """
        self._lay_out, self._bench, self._outcome = lay_out, None, None
        self.open(False)

    def open(self, shown: bool) -> None:
        """Open the panel or put it away; what was tried is forgotten then."""
        if shown and self._bench is None:
            with self.notice.refusals():
                self._bench = self._lay_out()
        with pn.io.hold():
            self._panel.visible = shown
            self._toggle.label = CLOSE if shown else OPEN
            if shown:
                self._on_class()

    def put(self, kw: float) -> None:
        """Move the slider to a size."""
        self._size.value = kw
        self._size.value_throttled = kw

    def _on_class(self) -> None:
        name = str(self._class.value)
        if self._bench is None:
            self._told.object = "<p>No half-hours are loaded for this meter point.</p>"
            return
        with pn.io.hold():
            top = _round(self._bench.largest_kw(name))
            self._size.param.update(end=top, step=_step(top), value=0.0)
            self._without.disabled = name not in self._bench.attributed_kw
            self._without.value = False
            self._judge()

    def _judge(self) -> None:
        from app.workflows.what_if import what_if

        if self._bench is None or not self._panel.visible:
            return
        name, kw = str(self._class.value), float(self._size.value)
        without = bool(self._without.value)
        with self.notice.refusals(), pn.io.hold():
            outcome = what_if(self._bench, name, kw, without=without)
            self._outcome = outcome
            self._told.object = told_html(outcome, name, kw, without=without)
            self._why.object = why_html(outcome.after, name)
            self._best = most_changed(outcome.trace)
            self._say_where()
            self.judged += 1

    def _say_where(self) -> None:
        """Name the day that changes most where the days drawn show no change."""
        day = self._place.day
        reach = dt.timedelta(days=_SPANS[str(self._span.value)])
        with pn.io.hold():
            self._elsewhere.visible = (
                self._outcome is not None
                and self._best is not None
                and day is not None
                and most_changed(self._outcome.trace, day - reach, day + reach) is None
            )
            self._quiet.object = (
                "<p>Nothing changes in the half-hours drawn below; most changes on"
                f" {wording.moment(self._best)}.</p>"
            )

    def _go_to_best(self) -> None:
        if self._best is not None:
            self._place.day = self._best

    def _live(self, draw: Callable[..., hv.Overlay]) -> pn.pane.HoloViews:
        """Draw anew with every trial, day and span; only the data is sent then."""
        bound = pn.bind(draw, self.param.judged, self._span.param.value, self._place.param.day)
        return pn.pane.HoloViews(
            hv.DynamicMap(bound), sizing_mode="stretch_width", linked_axes=False
        )

    def _draw_bars(self, *_: object) -> hv.Overlay:
        held = self._outcome
        return chance_moves(held.before, held.after) if held else chance_moves(NONE, NONE)

    def _draw_days(self, judged: int, span: str, day: dt.date | None) -> hv.Overlay:
        trace = self._outcome.trace if self._outcome else NO_TRACE
        day = day or dt.date(1970, 1, 1)
        reach = dt.timedelta(days=_SPANS[span])
        return with_and_without(trace, day - reach, day + reach, str(self._class.value))

    def _laid_out(self) -> pn.Column:
        return pn.Column(
            markup.pane(_EXPLAINED),
            pn.Row(
                self._class,
                self._size,
                self._without,
                self._span,
                styles={"align-items": "center", "flex-wrap": "wrap", "gap": "6px 18px"},
            ),
            self._told,
            self._elsewhere,
            self._plot,
            pn.Row(
                pn.Column(self._bars, min_width=380, sizing_mode="stretch_width"),
                pn.Column(self._why, min_width=380, sizing_mode="stretch_width"),
                sizing_mode="stretch_width",
            ),
            visible=False,
            sizing_mode="stretch_width",
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(self._toggle, self.notice, self._panel, sizing_mode="stretch_width")


def told_html(outcome: Outcome, asset_class: str, kw: float, *, without: bool) -> str:
    """Say in one sentence what was changed, and for its class how sure it is before and after."""
    word = escape(wording.asset_class(asset_class))
    done = [f"{word} of {wording.figure(kw, 1)} kW added"] if kw > 0 else []
    if without:
        done.insert(0, f"what the meter shows of {word} taken out")
    title = "; ".join(done) or "nothing changed yet; move the slider, or take the class out"
    before, after = _row(outcome.before, asset_class), _row(outcome.after, asset_class)
    notes = "".join(f'<p class="banner" role="alert">{escape(note)}</p>' for note in outcome.notes)
    return (
        f'<div aria-live="polite"><h2>What if: {title}</h2>{notes}'
        f"<dl><dt>As it is</dt><dd>{_standing(before)}</dd>"
        f"<dt>What if</dt><dd>{_standing(after)}</dd></dl></div>"
        '<p class="quiet">Grey line: the boundary meter as read. Dashed: what it would have read.'
        " Filled: load more (dark) or less (pale).</p>"
    )


def most_changed(
    trace: pl.DataFrame, first: dt.date | None = None, last: dt.date | None = None
) -> dt.date | None:
    """Local day, from ``first`` to ``last``, whose energy changes most; None where none does."""
    if first is not None and last is not None:
        trace = trace.filter(pl.col("local_date").is_between(first, last))
    change = (pl.col("what_if_kw") - pl.col("net_kw")).abs().fill_nan(None)
    days = trace.group_by("local_date").agg(change.sum().alias("kw")).filter(pl.col("kw") > 0.05)
    day = days.sort("kw", "local_date", descending=[True, False])["local_date"]
    return day[0] if len(day) else None


def why_html(detections: pl.DataFrame, asset_class: str) -> str:
    """List the reasons and limits of one class with the change."""
    row = _row(detections, asset_class)
    if row is None:
        return ""
    reasons = markup.listing(row["reasons"] or []) or "<p>No figure of it could be computed.</p>"
    return (
        f"<h3>Why {markup.swatch(asset_class)} is judged so, what if</h3>{reasons}"
        f"{limits_html(row['findings'] or [])}"
    )


def _standing(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return wording.NOTHING
    chance = chance_words(row["probability"], row["lower"], row["upper"])
    return f"{escape(chance)} {tier_lamp(row['tier'], row['sufficiency'])}"


def _row(detections: pl.DataFrame, asset_class: str) -> Mapping[str, Any] | None:
    own = detections.filter(pl.col("asset_class") == asset_class)
    return own.row(0, named=True) if own.height else None


def _round(kw: float) -> float:
    """Round a size to two leading digits."""
    return float(f"{kw:.2g}")


def _step(top: float) -> float:
    """One stop of a slider that ends at ``top``, kW: one leading digit, at least 0.1."""
    return max(0.1, float(f"{top / _STEPS:.1g}"))
