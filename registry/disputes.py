"""Disputes: what is claimed, the evidence as it was that day, and how it was settled.

The evidence is frozen twice: as a bundle kept by the caller, whose hash is in the audit chain, and
as a summary kept here. A ruling adds to the record without touching either.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from sqlite_utils import Database

from registry.canonical import canonical, sha256_text
from registry.errors import DecisionRefused, RecordInvalid, RecordUnknown
from registry.records import Record, Register
from registry.rows import Row, read
from registry.transaction import Transaction

OPEN: Final = "Open"
OUTCOMES: Final = ("Corrected", "No Action Required")


class Dispute(Record):
    """One version of a dispute."""

    dispute_id: str | None = None
    flag_id: str | None = None
    event_id: str | None = None
    mpan: str
    parties: list[str]
    field: str
    claim: str
    bundle_sha256: str
    summary_sha256: str
    state: Literal["Open", "Corrected", "No Action Required"] = "Open"
    ruling: str | None = None
    comment: str | None = None
    opened_at: str
    opened_by: str
    decided_at: str | None = None
    decided_by: str | None = None


REGISTER: Final = Register("dispute", Dispute)


def open(
    tx: Transaction,
    flag_id: str | None,
    event_id: str | None,
    mpan: str,
    parties: Sequence[str],
    field: str,
    claim: str,
    bundle_sha256: str | None,
    bundle: Mapping[str, Any],
) -> str:
    """Open a dispute with its evidence frozen; its id comes back.

    Parameters
    ----------
    field
        What is said to be wrong, such as ``declared_kwh``.
    bundle_sha256
        Hash of the frozen bundle that the caller keeps; None where ``bundle`` is all there is.
    bundle
        JSON evidence kept in the ledger beside the record.

    Raises
    ------
    RecordInvalid
        Nothing is claimed, or nobody is named.
    """
    body = canonical(bundle)
    digest = sha256_text(body)
    if not claim.strip() or not [party for party in parties if party.strip()]:
        raise RecordInvalid("A dispute needs a claim and at least one party.")
    tx.db.conn.execute(
        "INSERT INTO dispute_bundle (summary_sha256, body) SELECT :digest, :body "
        "WHERE NOT EXISTS (SELECT 1 FROM dispute_bundle WHERE summary_sha256 = :digest)",
        {"digest": digest, "body": body},
    )
    record = Dispute(
        flag_id=flag_id,
        event_id=event_id,
        mpan=mpan,
        parties=list(parties),
        field=field,
        claim=claim,
        bundle_sha256=bundle_sha256 or digest,
        summary_sha256=digest,
        opened_at=tx.at,
        opened_by=tx.actor,
    )
    return REGISTER.add(tx, record, action="open")


def decide(tx: Transaction, dispute_id: str, version: int, outcome: str, ruling: str) -> int:
    """Settle a dispute; the new version comes back.

    Raises
    ------
    StaleVersion
    DecisionRefused
        The outcome is unknown, the ruling is blank, or the dispute is settled already.
    """
    held = REGISTER.held(tx.db, dispute_id, version)
    if outcome not in OUTCOMES:
        raise DecisionRefused(f"{outcome!r} is no outcome; use {' or '.join(OUTCOMES)}.")
    if not ruling.strip():
        raise DecisionRefused("A ruling needs its reasons: say why in a sentence.")
    if held["state"] != OPEN:
        raise DecisionRefused(f"{held['decided_by']} settled this dispute at {held['decided_at']}.")
    settled = {
        "state": outcome,
        "ruling": ruling,
        "comment": None,
        "decided_at": tx.at,
        "decided_by": tx.actor,
    }
    return REGISTER.revise(tx, dispute_id, version, settled, action="decide")


def comment(tx: Transaction, dispute_id: str, version: int, text: str) -> int:
    """Add what a party says; the new version comes back."""
    if not text.strip():
        raise DecisionRefused("The comment is blank: say something or leave it.")
    held = REGISTER.held(tx.db, dispute_id, version)
    stamped = f"{tx.actor}, {tx.at}: {text.strip()}"  # the same words twice are two comments
    return REGISTER.revise(tx, dispute_id, held["version"], {"comment": stamped}, action="comment")


def current(
    db: Database, *, as_at: dt.datetime | str | None = None, mpan: str | None = None
) -> list[Row]:
    """Disputes as they stand, open ones first, newest first; without their bundles."""
    equal = {} if mpan is None else {"mpan": mpan}
    rows = REGISTER.current(db, as_at=as_at, **equal)
    rows.sort(key=lambda row: str(row["opened_at"]), reverse=True)
    return sorted(rows, key=lambda row: row["state"] != OPEN)


def get(db: Database, dispute_id: str) -> Row:
    """One dispute with its frozen ``bundle``.

    Raises
    ------
    RecordUnknown
        There is no such dispute, or its evidence no longer has the hash it was opened with.
    """
    row = REGISTER.get(db, dispute_id)
    held = read(
        db, "SELECT body FROM dispute_bundle WHERE summary_sha256 = ?", (row["summary_sha256"],)
    )
    if not held or sha256_text(held[0]["body"]) != row["summary_sha256"]:
        raise RecordUnknown(
            f"The evidence of dispute {dispute_id} is not what it was opened with: "
            "restore the ledger from a backup."
        )
    return {**row, "bundle": json.loads(held[0]["body"])}


def history(db: Database, dispute_id: str) -> list[Row]:
    """Every version of a dispute, oldest first, each with its comment or ruling."""
    return REGISTER.history(db, dispute_id)
