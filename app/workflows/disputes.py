"""Disputes: opened from a claim with its evidence frozen, decided with both sides seeing the same.

The frozen evidence is a bundle named by its SHA-256 under ``bundles/``, what tells of a home
encrypted under that home's key, so that it can be erased without breaking the audit chain; the
ledger holds the checksum.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from app.workflows import subject_keys
from app.workflows.bundle import Bundle, build, contents, decryptor, frozen, of_event, verifier
from app.workflows.bundle import answer as answers
from app.workflows.claims import DeliveryEvidence, EventUnknown
from app.workflows.evidence import table
from app.workspace import Workspace, WorkspaceError
from registry import disputes, flags

OUTCOMES: Final = ("Corrected", "No Action Required")


class BundleMissing(LookupError):
    """The frozen evidence of a dispute was erased or altered."""


class AnswerUnfit(WorkspaceError):
    """A party's answer that does not belong to the dispute."""


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
    bundle = build(workspace, of_event(workspace, event_id), actor=actor, reason=reason)
    evidence = bundle.evidence
    if evidence is None:
        raise EventUnknown(f"event {event_id!r} was declared after the last check: verify first.")
    digest = freeze(workspace, bundle)
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


def take_answer(
    workspace: Workspace, dispute_id: str, page: str, *, actor: str, reason: str
) -> int:
    """Record what a party says of each half-hour in the page it sent back; the new version.

    Raises
    ------
    AnswerUnreadable, AnswerUnfit, BundleMissing
        It is no answer, or one to other evidence or by nobody concerned.
    """
    given = answers.read(page)
    with workspace.ledger.read() as db:
        record = disputes.get(db, dispute_id)
    evidence = _evidence(workspace, record["bundle_sha256"], record["mpan"])
    if given.evidence_sha256 != verifier.sha256(evidence):
        raise AnswerUnfit("the page answers other evidence than the one this dispute froze.")
    if given.by not in record["parties"]:
        raise AnswerUnfit(f"{given.by!r} is no party to this dispute: nothing was recorded.")
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        return disputes.comment(tx, dispute_id, record["version"], given.sentence())


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
        record=record,
        evidence=thaw(workspace, record["bundle_sha256"], record["mpan"]),
        history=table(history),
    )


def freeze(workspace: Workspace, evidence: DeliveryEvidence | Bundle) -> str:
    """Keep a bundle, or an event's evidence alone, under ``bundles/`` and return its SHA-256.

    Evidence alone is kept in the clear: of a home, freeze the bundle.
    """
    whole = isinstance(evidence, Bundle)
    data = evidence.data if isinstance(evidence, Bundle) else frozen.written(evidence)
    digest = hashlib.sha256(data).hexdigest()
    folder = workspace.root / "bundles"
    folder.mkdir(exist_ok=True)
    staged = folder / f"{digest}.tmp"
    staged.write_bytes(data)
    staged.replace(folder / f"{digest}.{'zip' if whole else 'json'}")
    return digest


def frozen_bundle(workspace: Workspace, digest: str) -> bytes:
    """Bytes of a frozen bundle, checked: what both sides are given.

    Raises
    ------
    BundleMissing
        It is gone, was altered, or is of a program version that froze no bundle yet.
    """
    path = workspace.root / "bundles" / f"{digest}.zip"
    if path.is_file():
        return _whole(path, digest)
    if path.with_suffix(".json").is_file():
        raise BundleMissing(
            f"the evidence {digest[:12]} was frozen before there were bundles:"
            " export the dispute as it stands."
        )
    raise BundleMissing(f"the evidence {digest[:12]} is not in this workspace any more.")


def thaw(workspace: Workspace, digest: str, mpan: str | None = None) -> DeliveryEvidence:
    """Read frozen evidence back and check that it is what was frozen.

    Parameters
    ----------
    mpan
        Meter point whose key opens the evidence of a home.
    """
    return frozen.read(_evidence(workspace, digest, mpan))


def _evidence(workspace: Workspace, digest: str, mpan: str | None) -> bytes:
    """Frozen evidence as it was written, decrypted where it is a home's."""
    older = workspace.root / "bundles" / f"{digest}.json"
    if older.is_file():
        return _whole(older, digest)
    members = verifier.read_zip(frozen_bundle(workspace, digest))
    sealed = contents.EVIDENCE + decryptor.SUFFIX
    if sealed in members:
        key = subject_keys.held_key(workspace, mpan) if mpan else None
        if key is None:
            raise BundleMissing(
                f"the evidence {digest[:12]} opens no more: the home's data was erased."
            )
        members = decryptor.decrypted({sealed: members[sealed]}, key)
    return members[contents.EVIDENCE]


def _whole(path: Path, digest: str) -> bytes:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise BundleMissing(f"the evidence {digest[:12]} was altered after it was frozen.")
    return data


def _summary(evidence: DeliveryEvidence) -> dict[str, Any]:
    """What stands in the ledger itself: totals, no half-hours."""
    kept = ("amsid", "fsp_id", "verdict", "declared_kwh", "p_value", "min_detectable_kwh")
    return {
        "event": json.loads(json.dumps(evidence.event, default=frozen.iso)),
        "verdicts": evidence.verdicts.select(kept).to_dicts(),
    }
