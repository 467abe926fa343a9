"""What the check took in for one meter point, as it stood when the verdicts were committed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from app.ledger_frame import frame_of
from app.workflows.deliveries import asset_reads, claimed_classes, verify_settings
from app.workspace import Workspace
from characterise.delivery.run import SITES_AT_ONCE
from characterise.frames import DECLARED, METERS
from registry import commits, connections, meter_serials, pairings

ASSET_CLASSES: Final = ("amsid", "asset_class")
"""Columns of the class that the register gives each claimed asset meter."""
RESULTS: Final = ("verdicts", "cumulative", "pairing")
OBSERVED: Final = ("detections", "capability", "availability", "baselines")


@dataclass(frozen=True, slots=True)
class Cut:
    """The moment up to which arrivals count, and what was committed by then."""

    received_at: str
    """ISO 8601, UTC: only reads received by then are inside."""
    kind: str
    """Commit that set the moment: ``verify``, or ``characterise`` where nothing was checked."""
    versions: dict[str, int]
    """Version of each table as of that commit."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Frames of one meter point, by the name of their file."""

    cut: Cut
    frames: dict[str, pl.DataFrame]
    results: dict[str, pl.DataFrame]
    settings: dict[str, Any]


def cut_of(workspace: Workspace) -> Cut:
    """When the newest verdicts were reached; where there are none, the newest results.

    Notes
    -----
    A table counts in the version that stood just before the commit or came with it: capability
    made anew since then is not what the verdicts were reached with.
    """
    with workspace.ledger.read() as db:
        history = commits.history(db)
    for kind in ("verify", "characterise"):
        place = next((i for i, row in enumerate(history) if row["kind"] == kind), None)
        if place is not None:
            break
    else:
        now = history[0]["at"] if history else "1970-01-01T00:00:00.000000Z"
        return Cut(str(now), "nothing", {})
    versions: dict[str, int] = {}
    for row in reversed(history[place:]):
        versions.update(row["versions"])
    return Cut(str(history[place]["at"]), kind, versions)


def gather(workspace: Workspace, mpan: str) -> Inputs:
    """Everything that the check needs for one meter point, and what came of it."""
    cut = cut_of(workspace)
    declared = claimed_classes(workspace, as_at=cut.received_at)
    points = declared["mpan"].drop_nulls().unique().sort().to_list()
    declared = declared.filter(pl.col("mpan") == mpan)
    meters = _meters(workspace, mpan, cut)
    held: dict[str, pl.DataFrame | None] = {
        "reads": _reads(workspace, mpan, points, cut),
        "declared": declared.select(*DECLARED),
        "asset_classes": declared.select(*ASSET_CLASSES).unique().sort(*ASSET_CLASSES),
        "asset_reads": asset_reads(workspace, declared, as_at=cut.received_at),
        "meters": meters,
        "weather": _weather(workspace, meters, cut),
        "capability": _result(workspace, "capability", mpan, cut),
        "attribution": _result(workspace, "attribution", mpan, cut),
    }
    names = RESULTS if cut.kind == "verify" else ()
    found = {name: _result(workspace, name, mpan, cut) for name in (*names, *OBSERVED)}
    return Inputs(
        cut=cut,
        frames={name: frame for name, frame in held.items() if frame is not None},
        results={name: frame for name, frame in found.items() if frame is not None},
        settings=dataclasses.asdict(verify_settings(workspace, as_at=cut.received_at)),
    )


def _reads(workspace: Workspace, mpan: str, points: list[str], cut: Cut) -> pl.DataFrame | None:
    """Boundary reads of one meter point over the span that the check looked at.

    The check takes `SITES_AT_ONCE` sites into one cube, and its weekly fits count from the first
    day of that cube: a blank half-hour at either end keeps the span where the site's is shorter.
    """
    version = cut.versions.get("reads")
    if version is None:
        return None
    at = cut.received_at
    first = points.index(mpan) // SITES_AT_ONCE * SITES_AT_ONCE if mpan in points else 0
    together = points[first : first + SITES_AT_ONCE] if mpan in points else [mpan]
    with workspace.ledger.read() as db:
        pairs, serials = pairings.current(db, at), meter_serials.current(db, at)
    held = workspace.reads.boundary(
        frame_of(pairs, _dated("import_mpan", "export_mpan")),
        serials=frame_of(serials, _dated("meter_serial", "mpan")),
        meter_points=together,
        as_at=dt.datetime.fromisoformat(at),
    )
    own = held.filter(pl.col("mpan") == mpan)
    if held.is_empty():
        return own
    edges = {held["ts_utc"].min(), held["ts_utc"].max()}
    unread = sorted(edges - set(own["ts_utc"].to_list()))  # type: ignore[type-var]
    no_export = own["export_kwh"].is_null().all()
    blank = pl.DataFrame(
        {
            "mpan": mpan,
            "ts_utc": unread,
            "import_kwh": None,
            "export_kwh": None if no_export else float("nan"),
            "quality": "missing",
        },
        schema=own.schema,
    )
    return pl.concat([own, blank]).sort("ts_utc")


def _meters(workspace: Workspace, mpan: str, cut: Cut) -> pl.DataFrame:
    with workspace.ledger.read() as db:
        rows = [row for row in connections.current(db, cut.received_at) if row["mpan"] == mpan]
    return frame_of(rows, METERS)


def _weather(workspace: Workspace, meters: pl.DataFrame, cut: Cut) -> pl.DataFrame | None:
    version = cut.versions.get("weather")
    if version is None:
        return None
    stations = meters["weather_station"].drop_nulls().implode()
    held = workspace.weather_store.current(version=version)
    return held.filter(pl.col("station").is_in(stations))


def _result(workspace: Workspace, name: str, mpan: str, cut: Cut) -> pl.DataFrame | None:
    version = cut.versions.get(name)
    return None if version is None else workspace.profiles.read(name, mpan=mpan, version=version)


def _dated(*names: str) -> pl.Schema:
    days = {"valid_from": pl.Date(), "valid_to": pl.Date()}
    return pl.Schema({**{name: pl.String() for name in names}, **days})
