"""Everything known about one meter point, as frames: what the meter, the engine and people say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlite_utils import Database

from app.workspace import Workspace
from characterise.settlement import LONDON, with_local_clock
from registry import agreements, assets, audit, flags


@dataclass(frozen=True, slots=True)
class MeterEvidence:
    """One meter point: readings, results and register entries side by side."""

    mpan: str
    facts: dict[str, Any]
    """One row of `frames.METERS`, nulls where unknown."""
    reads: pl.DataFrame
    """ts_utc, local_date, local_slot, import_kw, export_kw, net_kw, quality."""
    detections: pl.DataFrame
    capability: pl.DataFrame
    availability: pl.DataFrame
    baselines: pl.DataFrame
    attribution: pl.DataFrame
    agreements: pl.DataFrame
    assets: pl.DataFrame
    flags: pl.DataFrame
    audit: pl.DataFrame
    """Entries about this meter point's flags, newest first."""


def meter(workspace: Workspace, mpan: str) -> MeterEvidence:
    """Gather the dossier of one meter point; frames are empty where nothing is known."""
    facts = workspace.meters().filter(pl.col("mpan") == mpan).to_dicts()
    fact = facts[0] if facts else {"mpan": mpan}
    with workspace.ledger.read() as db:
        held = _of(agreements.current, db, mpan)
        registered = _of(assets.current, db, mpan)
        raised = flags.current(db, mpan=mpan)
        trail = [
            entry
            for item in raised
            for entry in audit.entries(db, entity="flag", entity_id=str(item["flag_id"]))
        ]
    return MeterEvidence(
        mpan=mpan,
        facts=fact,
        reads=meter_reads(workspace, mpan, fact.get("time_zone") or LONDON),
        **{
            name: workspace.results(name, mpan=mpan)
            for name in ("detections", "capability", "availability", "baselines", "attribution")
        },
        agreements=table(held),
        assets=table(registered),
        flags=table(raised),
        audit=table(sorted(trail, key=lambda entry: entry["seq"], reverse=True)),
    )


def meter_reads(workspace: Workspace, mpan: str, zone: str = LONDON) -> pl.DataFrame:
    """Boundary half-hours of one meter point in kW with their local date and wall-clock slot."""
    reads = workspace.boundary([mpan])
    exported = pl.col("export_kwh").fill_null(0.0)
    return with_local_clock(reads, zone).select(
        "ts_utc",
        "local_date",
        "local_slot",
        (2 * pl.col("import_kwh")).alias("import_kw"),
        (2 * exported).alias("export_kw"),
        (2 * (pl.col("import_kwh") - exported)).alias("net_kw"),
        "quality",
    )


def meter_points(workspace: Workspace, text: str = "") -> pl.DataFrame:
    """Meter points with results whose name holds ``text``: mpan, premises, gsp_group, classes.

    ``classes`` are those seen with medium or high confidence; the rest is in progress.
    """
    detections = workspace.results("detections")
    seen = (
        pl.col("asset_class")
        .filter(pl.col("tier").is_in(["high", "medium"]))
        .sort()
        .str.join(", ")
        .alias("classes")
    )
    found = (
        detections.group_by("mpan")
        .agg(seen)
        .filter(pl.col("mpan").str.contains(text.strip(), literal=True))
    )
    facts = workspace.meters().select("mpan", "premises", "gsp_group")
    return (
        found.join(facts, on="mpan", how="left")
        .select("mpan", pl.col("premises").fill_null("unknown"), "gsp_group", "classes")
        .sort("mpan")
    )


def reveal(workspace: Workspace, mpan: str, actor: str, purpose: str) -> None:
    """Note in the access log that a person looked at an unmasked meter point, and why."""
    audit.accessed(workspace.ledger, actor, purpose, {"mpan": mpan})


def table(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Ledger rows as a frame; nested values as JSON text, so that every table can show them."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(
        {name: [_shown(row.get(name)) for row in rows] for name in names}, strict=False
    )


def _shown(value: Any) -> Any:
    return json.dumps(value, default=str) if isinstance(value, (dict, list)) else value


def _of(
    current: Callable[[Database], list[dict[str, Any]]], db: Database, mpan: str
) -> list[dict[str, Any]]:
    return [row for row in current(db) if row.get("mpan") == mpan]
