"""Files that are kept together: one version of each table, and the ledger row that names them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from app.workflows.arrival import Arrival, Order
from app.workspace import Workspace
from characterise.frames import UTC
from characterise.quarantine_store import OPEN, SUPERSEDED, marked, rows_of
from characterise.reads_store import STORED, ReadsStore
from registry import sources

TARGETS: Final = {"boundary": "reads", "asset": "asset_reads"}
"""Where readings go, by what their meters measure."""
_HELD: Final = (
    "layout",
    "rows_read",
    "by_quantity",
    "detections",
    "meter_points",
    "first_ts_utc",
    "last_ts_utc",
)
"""Values of an entry that the ledger keeps."""


def commit(workspace: Workspace, order: Order, batch: list[Arrival]) -> None:
    """Keep what the files of a batch gave. Delta first; the ledger row is the commit.

    Raises
    ------
    WorkspaceBusy, WorkspaceFull
        Nothing of the batch is kept.
    """
    if not any(arrival.read and arrival.read.settled for arrival in batch):
        return
    with workspace.writing():
        fresh = _fresh(workspace, order, batch)
        store = workspace.reads if TARGETS[order.source] == "reads" else workspace.asset_reads
        earlier = _earlier(workspace, fresh)
        versions: dict[str, int] = {}
        accepted = pl.concat([_stored(arrival, earlier, store) for arrival in fresh] or [_NONE])
        if accepted.height:
            versions[TARGETS[order.source]] = store.append(accepted)
        held = _quarantine_rows(workspace, order, fresh, earlier)
        if held.height:
            versions["quarantine"] = workspace.quarantine.append(held)
        with workspace.ledger.write(actor=order.actor, reason=order.reason) as tx:
            for arrival in fresh:
                key = order.key(arrival)
                sources.record(tx, arrival.source_id, arrival.name, *key, _detail(arrival))
            if versions:
                detail = {"files": len(fresh), "half_hours": accepted.height}
                workspace.commit(tx, "ingest", versions, detail)


def _fresh(workspace: Workspace, order: Order, batch: list[Arrival]) -> list[Arrival]:
    """Files that were read and that no other process committed since; those are known now."""
    fresh = []
    with workspace.ledger.read() as db:
        for arrival in batch:
            if arrival.read is None or not arrival.read.settled:
                continue
            if taken := sources.seen(db, *order.key(arrival)):
                arrival.read, arrival.known_as = None, taken
            else:
                fresh.append(arrival)
    return fresh


@dataclass(frozen=True)
class _Earlier:
    """Earlier readings of the same bytes: their source ids, and when the bytes first arrived."""

    source_ids: list[str]
    arrived: dt.datetime


def _earlier(workspace: Workspace, fresh: list[Arrival]) -> dict[str, _Earlier]:
    """By checksum; only of bytes that were read in another way before."""
    found: dict[str, _Earlier] = {}
    with workspace.ledger.read() as db:
        for arrival in fresh:
            if rows := sources.of_bytes(db, arrival.sha256):
                first = rows[0]
                moment = first["detail"].get("received_at") or first["recorded_at"]
                ids = [str(row["source_id"]) for row in rows]
                found[arrival.sha256] = _Earlier(ids, dt.datetime.fromisoformat(moment))
    return found


def _stored(arrival: Arrival, earlier: dict[str, _Earlier], store: ReadsStore) -> pl.DataFrame:
    """Rows to keep of one file; bytes that are read anew do not undo what corrected them since."""
    if arrival.read is None:
        return _NONE
    rows = arrival.read.accepted.with_columns(
        pl.lit(arrival.at, dtype=UTC).alias("received_at"),
        pl.lit(arrival.source_id).alias("source_id"),
    ).select(pl.col(name).cast(dtype) for name, dtype in STORED.items())
    before = earlier.get(arrival.sha256)
    if before is None or rows.is_empty():
        return rows
    newer = store.current(rows["meter_point_id"].unique().to_list()).filter(
        (pl.col("received_at") > before.arrived) & ~pl.col("source_id").is_in(before.source_ids)
    )
    kept = rows.join(newer, on=["meter_point_id", "quantity", "ts_utc"], how="anti")
    arrival.outdated = rows.height - kept.height
    return kept


def _quarantine_rows(
    workspace: Workspace, order: Order, fresh: list[Arrival], earlier: dict[str, _Earlier]
) -> pl.DataFrame:
    """Rows to keep, and the open rows of earlier readings of the same bytes, superseded."""
    parts: list[pl.DataFrame] = []
    store = workspace.quarantine
    for arrival in fresh:
        if arrival.read is None:
            continue
        if before := earlier.get(arrival.sha256):
            superseded = store.current(source_ids=before.source_ids, status=OPEN)
            parts.append(marked(superseded, SUPERSEDED, arrival.at))
        rows = arrival.read.quarantined
        if rows.height:
            parts.append(
                rows_of(
                    rows,
                    source_id=arrival.source_id,
                    file=arrival.name,
                    target=order.source,
                    at=arrival.at,
                )
            )
    return pl.concat(parts) if parts else pl.DataFrame()


def _detail(arrival: Arrival) -> dict[str, Any]:
    entry = arrival.read.entry if arrival.read else {}
    codes = Counter(finding["code"] for finding in entry.get("findings", ()))
    return {
        **{key: entry[key] for key in _HELD},
        "findings": dict(sorted(codes.items())),
        "received_at": arrival.at.isoformat(),
    }


_NONE: Final = pl.DataFrame(schema=STORED)
