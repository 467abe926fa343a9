"""Frames of meters, asset meters, pairings, signals, events and declared deliveries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from characterise.asset_classes import BESS, EV_CHARGER, FLEXIBLE_DEMAND, HEAT_PUMP, SOLAR_PV
from characterise.frames import DECLARED, METERS, SIGNALS, UTC
from characterise.simulate.areas import AREAS
from characterise.simulate.confounders import GENERATING
from characterise.simulate.site import SiteSpec
from characterise.simulate.timeline import Timeline
from characterise.simulate.world import Delivery, Site, World

CLASS_OF_ASSET: Final = {
    "ev": EV_CHARGER,
    "heat_pump": HEAT_PUMP,
    "battery": BESS,
    "pv": SOLAR_PV,
    "dr": FLEXIBLE_DEMAND,
}

_EVENTS: Final[dict[str, Any]] = {
    "event_id": pl.String,
    "mpan": pl.String,
    "amsid": pl.String,
    "fsp_id": pl.String,
    "market": pl.String,
    "start_utc": UTC,
    "end_utc": UTC,
    "requested_kw": pl.Float64,
    "honest": pl.Boolean,
    "true_fraction": pl.Float64,
    "conduct": pl.String,
}
_ASSET_METERS: Final = pl.Schema(
    {
        "mpan": pl.String,
        "import_amsid": pl.String,
        "export_amsid": pl.String,
        "asset_class": pl.String,
        "asset": pl.String,
        "rated_kw": pl.Float64,
    }
)
_PAIRINGS: Final = pl.Schema(
    {
        "import_mpan": pl.String,
        "export_mpan": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
    }
)


def meters_frame(world: World) -> pl.DataFrame:
    """`characterise.frames.METERS`; the place is the area's, never a site's."""
    rows = []
    for site in world.sites:
        spec = site.spec
        area = AREAS[spec.gsp_group]
        tag = spec.gsp_group.strip("_")
        rows.append(
            {
                "mpan": site.import_mpan,
                "weather_station": spec.gsp_group,
                "latitude": area.latitude,
                "longitude": area.longitude,
                "time_zone": "Europe/London",
                "premises": spec.premises,
                "gsp_group": spec.gsp_group,
                "gsp": f"{tag}GSP{spec.number % 3 + 1}",
                "primary": f"{tag}PRI{spec.number % 5 + 1}",
                "feeder": f"{tag}FDR{spec.number % 9 + 1}",
                "zone": f"{tag}CMZ{spec.number % 2 + 1}",
                "import_limit_kw": _import_limit(spec),
                "export_limit_kw": _export_limit(site),
                "has_export_register": spec.export_register,
            }
        )
    return pl.DataFrame(rows, schema=METERS, orient="row").sort("mpan")


def _import_limit(spec: SiteSpec) -> float:
    if not spec.domestic:
        # Whoever puts in chargers or a battery has the connection made to fit.
        taking = [one.kw for one in spec.assets if one.asset in ("ev", "battery", "heat_pump")]
        return round(2.5 * spec.peak_kw + 100 + 1.2 * sum(taking), 0)
    return 69.0 if spec.three_phase else 23.0


def _export_limit(site: Site) -> float | None:
    if site.spec.export_limit_kw is not None:
        return site.spec.export_limit_kw
    if any(name in GENERATING for name in site.spec.confounders):
        return None  # what an engine or a turbine adds is in no list of assets
    giving = [one.kw for one in site.spec.assets if one.gives]
    return round(max(3.68, sum(giving)), 2) if giving else None


def signals_frame(world: World) -> pl.DataFrame:
    """`characterise.frames.SIGNALS`; a signal without an area is for everybody."""
    rows = [
        {
            "signal_id": one.signal_id,
            "kind": one.kind,
            "area": one.area,
            "mpan": None,
            "start_utc": utc(world.time, one.first),
            "end_utc": utc(world.time, one.last),
        }
        for one in world.signals
    ]
    return pl.DataFrame(rows, schema=SIGNALS, orient="row")


def events_frame(world: World) -> pl.DataFrame:
    """One row an event, with what was truly delivered of what was declared."""
    rows = []
    for event_id, site, delivery in _deliveries(world):
        event = delivery.event
        told = float(delivery.declared.sum())
        rows.append(
            {
                "event_id": event_id,
                "mpan": site.import_mpan,
                "amsid": amsid_of(site, event.enrolment.place),
                "fsp_id": event.enrolment.fsp_id,
                "market": event.enrolment.market,
                "start_utc": utc(world.time, event.signal.first),
                "end_utc": utc(world.time, event.signal.last),
                "requested_kw": round(2 * float(delivery.declared.mean()), 1),
                "honest": event.honest,
                "true_fraction": round(float(delivery.true.sum()) / told, 4),
                "conduct": event.conduct,
            }
        )
    return pl.DataFrame(rows, schema=_EVENTS, orient="row")


def declared_frame(world: World) -> pl.DataFrame:
    """`characterise.frames.DECLARED`, one row a half-hour of each event."""
    rows = [
        {
            "event_id": event_id,
            "mpan": site.import_mpan,
            "amsid": amsid_of(site, delivery.event.enrolment.place),
            "fsp_id": delivery.event.enrolment.fsp_id,
            "ts_utc": utc(world.time, delivery.event.signal.first + step),
            "declared_kwh": float(kwh),
        }
        for event_id, site, delivery in _deliveries(world)
        for step, kwh in enumerate(delivery.declared)
    ]
    return pl.DataFrame(rows, schema=DECLARED, orient="row")


def asset_meters_frame(world: World) -> pl.DataFrame:
    """Asset meters behind each boundary."""
    rows = [
        {
            "mpan": site.import_mpan,
            "import_amsid": meter.import_amsid,
            "export_amsid": meter.export_amsid,
            "asset_class": CLASS_OF_ASSET[site.spec.assets[meter.place].asset],
            "asset": site.spec.assets[meter.place].asset,
            "rated_kw": site.spec.assets[meter.place].kw,
        }
        for site in world.sites
        for meter in site.asset_meters
    ]
    return pl.DataFrame(rows, schema=_ASSET_METERS, orient="row")


def pairings_frame(world: World) -> pl.DataFrame:
    """Import MPANs with their export MPANs, open-ended from the first day."""
    rows = [
        {
            "import_mpan": site.import_mpan,
            "export_mpan": site.export_mpan,
            "valid_from": world.time.first_day,
            "valid_to": None,
        }
        for site in world.sites
        if site.export_mpan is not None
    ]
    return pl.DataFrame(rows, schema=_PAIRINGS, orient="row")


def amsid_of(site: Site, place: int) -> str | None:
    """Import AMSID of an asset; none where its agreement is for the whole site."""
    found = [meter.import_amsid for meter in site.asset_meters if meter.place == place]
    return found[0] if found else None


def utc(time: Timeline, position: int) -> dt.datetime:
    """UTC start of a half-hour of the span."""
    midnight = dt.datetime.combine(time.first_day, dt.time(), dt.UTC)
    return midnight + position * dt.timedelta(minutes=30)


def _deliveries(world: World) -> Iterator[tuple[str, Site, Delivery]]:
    number = 0
    for site in world.sites:
        for delivery in site.deliveries:
            number += 1
            yield f"EV{number:06d}", site, delivery
