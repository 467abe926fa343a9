"""Quarantined rows read once more with the answers given since, without the file itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from app.workflows.ingest import TARGETS
from app.workspace import Workspace
from characterise.extracts import Mapping, replay_rows
from characterise.extracts.quarantine import QUARANTINED, facts_of
from characterise.frames import UTC
from characterise.quarantine_store import OPEN, REPLAYED, marked, rows_of
from characterise.reads_store import STORED, ReadsStore


@dataclass(frozen=True)
class ReplayReport:
    """What became of the quarantined rows.

    ``outdated`` counts half-hours that a file which arrived later holds already.
    """

    rows: int
    accepted: int
    outdated: int
    still_open: pl.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        shown = ("file", "sheet", "row", "column", "code", "message", "fix", "values")
        return {
            "rows": self.rows,
            "half_hours_accepted": self.accepted,
            "half_hours_outdated": self.outdated,
            "still_open": self.still_open.select(shown).to_dicts(),
        }


def open_rows(workspace: Workspace, source_id: str | None = None) -> pl.DataFrame:
    """Quarantined rows that are still open, of one source or of all."""
    version = workspace.committed().get("quarantine")
    ids = None if source_id is None else [source_id]
    if version is None:
        return workspace.quarantine.current(source_ids=[])
    return workspace.quarantine.current(source_ids=ids, version=version)


def fingerprints(workspace: Workspace, source_id: str | None = None) -> set[tuple[str, ...]]:
    """Layouts of the rows that are still open, a tuple for each source."""
    held = open_rows(workspace, source_id)
    found: dict[str, set[str]] = {}
    for source, context in held.select("source_id", "context").unique().iter_rows():
        found.setdefault(source, set()).add(facts_of(context).fingerprint)
    return {tuple(sorted(filter(None, one))) for one in found.values()}


def replay(
    workspace: Workspace,
    source_id: str | None,
    mapping: Mapping,
    *,
    actor: str,
    reason: str,
    received_at: dt.datetime | None = None,
) -> ReplayReport:
    """Read open rows again; accept what the mapping answers, keep the rest open.

    Parameters
    ----------
    source_id
        One source, or None for every open row.
    """
    with workspace.writing():
        held = open_rows(workspace, source_id)
        at = (received_at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
        parts = [
            _replayed(workspace, group, mapping, at)
            for _, group in held.group_by("source_id", "target", maintain_order=True)
        ]
        changed = [part for part in parts if part.resolved.height]
        if changed:
            _commit(workspace, changed, actor=actor, reason=reason)
        accepted = sum(part.reads.height for part in changed)
        outdated = sum(part.outdated for part in changed)
        return ReplayReport(held.height, accepted, outdated, open_rows(workspace, source_id))


@dataclass(frozen=True)
class _Replayed:
    target: str
    reads: pl.DataFrame
    outdated: int
    resolved: pl.DataFrame
    opened: pl.DataFrame


def _replayed(
    workspace: Workspace, held: pl.DataFrame, mapping: Mapping, at: dt.datetime
) -> _Replayed:
    first = held.row(0, named=True)
    source_id, file, target = first["source_id"], first["file"], first["target"]
    rows = held.select(QUARANTINED.names())
    done = replay_rows(rows, mapping.for_file(file), workspace.layouts())
    again = rows_of(done.quarantined, source_id=source_id, file=file, target=target, at=at)
    key = ["sheet", "row", "code", "raw"]
    resolved = held.join(again, on=key, how="anti")
    opened = again.join(held, on=key, how="anti")
    reads = done.accepted.with_columns(
        pl.lit(at, dtype=UTC).alias("received_at"), pl.lit(source_id).alias("source_id")
    ).select(pl.col(name).cast(dtype) for name, dtype in STORED.items())
    kept = _not_outdated(_store(workspace, target), reads, first["quarantined_at"])
    return _Replayed(target, kept, reads.height - kept.height, resolved, opened)


def _not_outdated(store: ReadsStore, reads: pl.DataFrame, arrived: dt.datetime) -> pl.DataFrame:
    """Readings that no file which arrived after theirs has corrected."""
    if reads.is_empty():
        return reads
    newer = store.current(reads["meter_point_id"].unique().to_list()).filter(
        pl.col("received_at") > arrived
    )
    return reads.join(newer, on=["meter_point_id", "quantity", "ts_utc"], how="anti")


def _store(workspace: Workspace, target: str) -> ReadsStore:
    return workspace.reads if TARGETS[target] == "reads" else workspace.asset_reads


def _commit(workspace: Workspace, parts: list[_Replayed], *, actor: str, reason: str) -> None:
    at = dt.datetime.now(dt.UTC)
    versions: dict[str, int] = {}
    for target, table in TARGETS.items():
        frames = [part.reads for part in parts if part.target == target and part.reads.height]
        if frames:
            versions[table] = _store(workspace, target).append(pl.concat(frames))
    status = [marked(part.resolved, REPLAYED, at) for part in parts]
    opened = [part.opened for part in parts]
    versions["quarantine"] = workspace.quarantine.append(pl.concat([*status, *opened]))
    detail = {
        "sources": len(parts),
        "half_hours": sum(part.reads.height for part in parts),
        "rows_resolved": sum(part.resolved.height for part in parts),
        "rows_opened": sum(part.opened.filter(pl.col("status") == OPEN).height for part in parts),
    }
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        workspace.commit(tx, "replay", versions, detail)
