"""One event: each claim beside what the boundary shows, with the innocent reading."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

import panel as pn
import polars as pl

from app.plots.delivery import asset_stack, baseline_band
from app.plots.shortfall import declared_beside_fall
from app.views import markup, wording
from app.views.explanation import Explained
from app.views.plot_pane import PlotPane

if TYPE_CHECKING:
    from app.workflows.claims import DeliveryEvidence
    from app.workflows.explanation import EventExplanation

_LONG_NUMBER: Final = re.compile(r"\b\d{9}(?=\d{4}\b)")
_MASK: Final = "•" * 9
"""Sentences of the check spell asset meters out; the screen masks them like everywhere else."""
_CAUTION = (
    "Unsupported by boundary data says only what the boundary meter can bear out. Whether it is a"
    " non-conformance is the market operator's call."
)


class Claim(pn.viewable.Viewer):
    """Expected band, boundary and asset meters of one event, and what the check says of each."""

    def __init__(self) -> None:
        super().__init__()
        self._heading, self._claims, self._numbers = markup.pane(), markup.pane(), markup.pane()
        self._band = PlotPane()
        self._assets = PlotPane()
        self._short = PlotPane()
        self.explained = Explained()
        self._layout = pn.Column(
            self._heading,
            self._band,
            self._assets,
            self._short,
            self._claims,
            self.explained,
            self._numbers,
            sizing_mode="stretch_width",
        )

    def draw(
        self,
        evidence: DeliveryEvidence,
        explanation: EventExplanation | None = None,
        *,
        frozen: str = "",
    ) -> None:
        """Draw an event.

        Parameters
        ----------
        explanation
            Figures behind the verdicts; None draws the event alone, as where it stands frozen.
        frozen
            Since when the evidence stands still.
        """
        with pn.io.hold():
            self._heading.object = _heading(evidence, frozen)
            self._band.object = baseline_band(evidence.series, evidence.assets)
            self._band.visible = not evidence.series.is_empty()
            metered = evidence.assets.filter(pl.col("asset_kw").is_not_null())
            self._assets.visible = not metered.is_empty()
            self._assets.object = asset_stack(metered, evidence.series)
            known = evidence.series.filter(pl.col("in_event"), pl.col("boundary_kw").is_not_null())
            self._short.visible = not known.is_empty()
            self._short.object = declared_beside_fall(evidence.series, evidence.assets)
            self.explained.draw(evidence, explanation)
            self._claims.object = _claims(evidence)
            self._numbers.object = markup.folded(
                "The plotted numbers as tables", _numbers(evidence)
            )
            self._layout.visible = True

    def hide(self) -> None:
        """Show nothing."""
        self._layout.visible = False

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout


def _heading(evidence: DeliveryEvidence, frozen: str) -> str:
    event = evidence.event
    parties = " and ".join(event["fsp_ids"]) or "nobody"
    note = f'<p class="banner">{escape(frozen)}</p>' if frozen else ""
    said = "".join(
        f"<p><b>{escape(row['fsp_id'])}</b>"
        f" {markup.lamp(wording.VERDICTS.get(row['verdict'], row['verdict']), row['verdict'])}</p>"
        for row in evidence.verdicts.iter_rows(named=True)
    )
    return (
        f"{note}<h2>Event {escape(str(event['event_id']))}</h2>"
        f"<p>{markup.text(event['start_utc'])} to {markup.text(event['end_utc'])},"
        f" meter point {escape(wording.masked(event['mpan']))}."
        f" {escape(parties)} declared {wording.figure(event['declared_kwh'])} kWh of turn-down"
        f" in all.</p>{said}<p>{escape(balance(evidence))}</p>"
    )


def balance(evidence: DeliveryEvidence) -> str:
    """Say what was declared beside what the boundary fell in the half-hours that were read."""
    inside = evidence.series.filter(
        pl.col("in_event"), pl.col("boundary_kw").is_not_null(), pl.col("expected_kw").is_not_null()
    )
    if inside.is_empty():
        return (
            "The boundary meter was not read in these half-hours, or nothing could be expected of"
            " it: nothing can be borne out or contradicted. Ask for the half-hourly boundary"
            " readings, or for the asset meter's own."
        )
    fall = float((inside["expected_kw"] - inside["boundary_kw"]).sum()) / 2
    declared = evidence.event["declared_kwh"]
    word = "fell" if fall >= 0 else "rose"
    return (
        f"Declared in all: {wording.figure(declared, 1)} kWh. The boundary {word}"
        f" {wording.figure(abs(fall), 1)} kWh against its expected load. Dashed: where the"
        " declarations put the boundary."
    )


def _claims(evidence: DeliveryEvidence) -> str:
    if evidence.verdicts.is_empty():
        return "<p>The check has not run on this event: run <code>fmar verify</code>.</p>"
    cumulative = {
        (row["amsid"], row["fsp_id"]): row for row in evidence.cumulative.iter_rows(named=True)
    }
    return "".join(
        _one(row, cumulative.get((row["amsid"], row["fsp_id"])))
        for row in evidence.verdicts.iter_rows(named=True)
    ) + (f'<p class="quiet">{_CAUTION}</p>')


def _one(row: dict[str, Any], over_time: dict[str, Any] | None) -> str:
    asset = f"asset meter {wording.masked(row['amsid'])}" if row["amsid"] else "the whole site"
    innocent = markup.listing(row["innocent"] or []) or "<p>None was found.</p>"
    said = [_LONG_NUMBER.sub(_MASK, reason) for reason in row["reasons"] or []]
    return (
        f"<h3>{escape(row['fsp_id'])}, {escape(asset)}"
        f" {markup.lamp(wording.VERDICTS.get(row['verdict'], row['verdict']), row['verdict'])}</h3>"
        f"{markup.facts(_figures(row))}"
        f"<table><thead><tr><th>What the figures say</th><th>The innocent reading</th></tr></thead>"
        f"<tbody><tr><td>{markup.listing(said)}</td><td>{innocent}</td></tr>"
        f"</tbody></table><p><b>What would settle it:</b> {escape(settles(over_time))}</p>"
    )


def _figures(row: dict[str, Any]) -> dict[str, object]:
    fraction = (
        f"{wording.share(row['delivered_fraction_p50'])}"
        f" (between {wording.share(row['delivered_fraction_p05'])}"
        f" and {wording.share(row['delivered_fraction_p95'])}, nine chances in ten)"
        if row["delivered_fraction_p50"] is not None
        else None
    )
    return {
        "Declared": f"{wording.figure(row['declared_kwh'])} kWh",
        "Boundary, net import": f"{wording.figure(row['boundary_kwh'])} kWh",
        "Expected without an event": f"{wording.figure(row['expected_kwh'])} kWh",
        "Share that the boundary bears out": fraction,
        "Chance of so large a shortfall on a day like it": wording.share(row["p_value"]),
        "Smallest shortfall it could have seen": (
            f"{wording.figure(row['min_detectable_kwh'])} kWh"
        ),
    }


def settles(over_time: dict[str, Any] | None) -> str:
    """Say what would settle a claim, from the record of the same agreement over time."""
    if over_time is None or over_time["n_events"] is None:
        return "asset-meter readings for the event, or more events under the same agreement."
    if over_time["n_events"] == 0:
        return "half-hourly boundary readings of these events, or the asset meter's own readings."
    more = over_time["events_to_settle"]
    chance = wording.chance(over_time["probability_under_delivery"])
    so_far = (
        f"over {over_time['n_events']} events the chance of under-delivery is {chance}, the share"
        f" borne out {wording.share(over_time['delivered_fraction_p50'])}"
    )
    if more is None:
        return f"{so_far}; asset-meter readings would say more than further events of this size."
    if more <= 0:
        return f"{so_far}; no further event is needed."
    events = "event" if more == 1 else "events"
    return f"{so_far}; about {more} more {events} of this size, or asset-meter readings."


_SERIES: markup.Columns = {
    "ts_utc": ("Half-hour", wording.moment),
    "expected_kw": ("Expected kW", None),
    "lower_kw": ("Lower kW", None),
    "upper_kw": ("Upper kW", None),
    "boundary_kw": ("Boundary kW", None),
    "in_event": ("In the event", None),
}
_ASSETS: markup.Columns = {
    "ts_utc": ("Half-hour", wording.moment),
    "fsp_id": ("Provider", None),
    "amsid": ("Asset meter", wording.masked),
    "declared_kw": ("Declared turn-down kW", None),
    "asset_kw": ("Asset meter kW, net import", None),
}


def _numbers(evidence: DeliveryEvidence) -> str:
    return markup.table(
        evidence.series, _SERIES, "Boundary, kW", empty="No half-hourly boundary data."
    ) + markup.table(evidence.assets, _ASSETS, "Asset meters, kW", empty="No asset-meter readings.")
