"""Disputes: opened from a claim with its evidence frozen, decided with both sides seeing the same.

The frozen evidence is a file named by its SHA-256 under ``bundles/``, so that a home's half-hours
can be erased without breaking the audit chain; the ledger holds the checksum.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from app.workflows.claims import DeliveryEvidence, delivery
from app.workflows.evidence import table
from app.workspace import Workspace
from registry import disputes, flags

OUTCOMES: Final = ("Corrected", "No Action Required")
_FRAMES: Final = ("verdicts", "series", "assets", "cumulative")


class BundleMissing(LookupError):
    """The frozen evidence of a dispute was erased or altered."""


@dataclass(frozen=True, slots=True)
class DisputeView:
    """One dispute with the evidence as it stood when the dispute was opened."""

    record: dict[str, Any]
    evidence: DeliveryEvidence
    history: pl.DataFrame


def open_from_event(
    workspace: Workspace, event_id: str, *, actor: str, reason: str, claim: str
) -> str:
    """Freeze the evidence of an event and open a dispute on it; return the dispute's id."""
    evidence = delivery(workspace, event_id)
    digest = freeze(workspace, evidence)
    with workspace.ledger.read() as db:
        raised = [
            item
            for item in flags.current(db, mpan=evidence.event["mpan"])
            if item["event_id"] == event_id
        ]
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        return str(
            disputes.open(
                tx,
                flag_id=raised[0]["flag_id"] if raised else None,
                event_id=event_id,
                mpan=evidence.event["mpan"],
                parties=evidence.event["fsp_ids"],
                field="declared_kwh",
                claim=claim,
                bundle_sha256=digest,
                bundle=_summary(evidence),
            )
        )


def decide(
    workspace: Workspace, dispute_id: str, version: int, outcome: str, ruling: str, *, actor: str
) -> int:
    """Record the ruling; return the dispute's new version."""
    with workspace.ledger.write(actor=actor, reason=ruling) as tx:
        return disputes.decide(tx, dispute_id, version, outcome, ruling)


def current(workspace: Workspace) -> pl.DataFrame:
    """Every dispute, newest first."""
    with workspace.ledger.read() as db:
        rows = disputes.current(db)
    return table(rows)


def get(workspace: Workspace, dispute_id: str) -> DisputeView:
    """One dispute with its frozen evidence.

    Raises
    ------
    BundleMissing
        The file is gone, or is not what was frozen.
    """
    with workspace.ledger.read() as db:
        record = disputes.get(db, dispute_id)
        history = disputes.history(db, dispute_id)
    return DisputeView(
        record=record, evidence=thaw(workspace, record["bundle_sha256"]), history=table(history)
    )


def freeze(workspace: Workspace, evidence: DeliveryEvidence) -> str:
    """Write the evidence to ``bundles/`` and return its SHA-256."""
    content = {
        "event": evidence.event,
        **{name: getattr(evidence, name).write_json() for name in _FRAMES},
        "schemas": {
            name: {column: str(dtype) for column, dtype in getattr(evidence, name).schema.items()}
            for name in _FRAMES
        },
    }
    data = json.dumps(content, default=_iso, indent=1).encode()
    digest = hashlib.sha256(data).hexdigest()
    folder = workspace.root / "bundles"
    folder.mkdir(exist_ok=True)
    staged = folder / f"{digest}.tmp"
    staged.write_bytes(data)
    staged.replace(folder / f"{digest}.json")
    return digest


def thaw(workspace: Workspace, digest: str) -> DeliveryEvidence:
    """Read frozen evidence back and check that it is what was frozen."""
    path = workspace.root / "bundles" / f"{digest}.json"
    if not path.is_file():
        raise BundleMissing(f"the evidence {digest[:12]} is not in this workspace any more.")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise BundleMissing(f"the evidence {digest[:12]} was altered after it was frozen.")
    content = json.loads(data)
    event = content["event"]
    for name in ("start_utc", "end_utc"):
        event[name] = dt.datetime.fromisoformat(event[name])
    frames = {name: _frame(content[name], content["schemas"][name]) for name in _FRAMES}
    return DeliveryEvidence(event=event, **frames)


def _frame(text: str, schema: dict[str, str]) -> pl.DataFrame:
    if text == "[]":
        return pl.DataFrame(schema={name: _DTYPES[dtype] for name, dtype in schema.items()})
    times = [name for name, dtype in schema.items() if dtype.startswith("Datetime")]
    held = {name: pl.String if name in times else _DTYPES[dtype] for name, dtype in schema.items()}
    frame = pl.read_json(io.StringIO(text), schema=held)
    return frame.with_columns(
        pl.col(name).str.to_datetime(time_unit="us", time_zone="UTC") for name in times
    )


_DTYPES: Final[dict[str, Any]] = {
    "String": pl.String,
    "Float32": pl.Float32,
    "Float64": pl.Float64,
    "Int32": pl.Int32,
    "Boolean": pl.Boolean,
    "List(String)": pl.List(pl.String),
    "Datetime(time_unit='us', time_zone='UTC')": pl.Datetime("us", "UTC"),
}


def _summary(evidence: DeliveryEvidence) -> dict[str, Any]:
    """What stands in the ledger itself: totals, no half-hours."""
    kept = ("amsid", "fsp_id", "verdict", "declared_kwh", "p_value", "min_detectable_kwh")
    return {
        "event": json.loads(json.dumps(evidence.event, default=_iso)),
        "verdicts": evidence.verdicts.select(kept).to_dicts(),
    }


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
