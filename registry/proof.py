"""Whether the records are what the audit trail says: the chain, and every version held against it.

The chain proves the entries; an entry holds what its write changed. So a version that was altered,
added or removed behind the program's back does not agree with its entry any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from sqlite_utils import Database

from registry import (
    audit,
    declared,
    disputes,
    flags,
    layouts,
    loads,
    notices,
    overrides,
    settings,
)
from registry.audit import Anchor, ChainReport
from registry.canonical import canonical
from registry.records import Register
from registry.rows import Row, difference, read

REGISTERS: Final[tuple[Register[Any], ...]] = (
    *loads.REGISTERS,
    layouts.REGISTER,
    flags.REGISTER,
    disputes.REGISTER,
    overrides.REGISTER,
    notices.REGISTER,
    settings.REGISTER,
    loads.REGISTER,
)


def verify(db: Database, *, anchor: Anchor | None = None) -> ChainReport:
    """Verify the chain, then every record against it; the first disagreement is reported."""
    chain = audit.verify(db, anchor=anchor)
    if not chain.whole:
        return chain
    for because in _disagreements(db):
        return ChainReport(False, chain.entries, chain.head, None, because)
    return chain


def _disagreements(db: Database) -> Iterator[str]:
    for register in REGISTERS:
        yield from _of_register(db, register)
    yield from _of_declared(db)


def _of_register(db: Database, register: Register[Any]) -> Iterator[str]:
    entries = {
        (row["entity_id"], row["version"]): row
        for row in read(
            db,
            "SELECT entity_id, version, at, actor, change FROM audit_entry "
            "WHERE entity = ? AND version IS NOT NULL",
            (register.entity,),
        )
    }
    before: Row = {}
    for row in register.versions(db):
        record_id, version = row[register.key], row["version"]
        before = before if before.get(register.key) == record_id else {}
        entry = entries.pop((record_id, version), None)
        change = canonical(difference(before, row, (*register.fields, "retired")))
        written = (row["recorded_at"], row["recorded_by"], change)
        if entry is None or written != (entry["at"], entry["actor"], entry["change"]):
            yield f"{register.entity} {record_id} version {version} is not as it was written."
        before = row
    for record_id, version in sorted(entries):
        yield f"{register.entity} {record_id} version {version} was written and is gone."


def _of_declared(db: Database) -> Iterator[str]:
    entries = {int(row["seq"]): row for row in audit.entries(db, entity="declared", limit=-1)}
    columns = ", ".join((*declared.KEY, "declared_kwh", "version", "retired"))
    rows = db.conn.execute(f"SELECT audit_seq, {columns} FROM declared_version ORDER BY audit_seq")
    for seq, written in groupby(rows, key=lambda row: int(row[0])):
        entry = entries.pop(seq, None)
        digest = declared.rows_sha256(row[1:] for row in written)
        if entry is None or entry["change"]["rows_sha256"] != digest:
            yield f"Declared half-hours of audit entry {seq} are not as they were written."
    for seq in sorted(entries):
        yield f"Declared half-hours of audit entry {seq} were written and are gone."
