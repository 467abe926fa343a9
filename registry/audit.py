"""The audit trail: one entry a write, each holding the hash of the one before.

``hash = sha256(prev_hash + canonical JSON of the entry)``. A changed, removed or inserted entry
breaks the chain at its place. A tail cut off is seen by the file's own count of entries given out,
and, against somebody who edits that too, by an anchor noted outside the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlite_utils import Database

from registry.canonical import canonical, sha256_text
from registry.guards import unguarded

if TYPE_CHECKING:
    from registry.ledger import Ledger

FIELDS: Final = (
    "seq",
    "at",
    "actor",
    "reason",
    "action",
    "entity",
    "entity_id",
    "version",
    "change",
)
_COLUMNS: Final = ", ".join((*FIELDS, "prev_hash", "hash"))
_INSERT: Final = f"INSERT INTO audit_entry ({_COLUMNS}) VALUES ({', '.join('?' * 11)})"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Place and hash of an entry, noted outside the ledger."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Whether the chain holds, and where it first does not."""

    whole: bool
    entries: int
    head: Anchor
    broken_at: int | None = None
    """Place of the first entry that does not fit, 1 is the first ever written."""
    broken_because: str = ""
    """One sentence on what is wrong; blank when nothing is."""


def append(db: Database, head: Anchor, entry: Mapping[str, Any]) -> Anchor:
    """Write one entry after ``head``, inside the caller's transaction; the new head comes back."""
    held = {**entry, "seq": head.seq + 1, "change": canonical(entry["change"])}
    digest = _digest(head.hash, held)
    db.conn.execute(_INSERT, (*(held[name] for name in FIELDS), head.hash, digest))
    return Anchor(head.seq + 1, digest)


def head(db: Database) -> Anchor:
    """Place and hash of the last entry; place 0 and a blank hash before the first."""
    row = db.conn.execute("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1").fetchone()
    return Anchor(int(row[0]), str(row[1])) if row else Anchor(0, "")


def verify(db: Database, *, anchor: Anchor | None = None) -> ChainReport:
    """Walk the whole chain and say where it first breaks.

    Parameters
    ----------
    anchor
        A head noted earlier outside the file: the chain must still hold that entry as it was.
    """
    last, count = Anchor(0, ""), 0
    for entry in _walk(db):
        count += 1
        if because := _misfit(entry, last, anchor):
            return ChainReport(False, count, last, last.seq + 1, because)
        last = Anchor(int(entry["seq"]), str(entry["hash"]))
    if because := _missing_tail(db, last, anchor):
        return ChainReport(False, count, last, last.seq + 1, because)
    if lost := unguarded(db):
        return ChainReport(
            False, count, last, None, f"The file lost its guard {lost[0]}: restore from a backup."
        )
    return ChainReport(True, count, last)


def entries(
    db: Database,
    *,
    entity: str | None = None,
    entity_id: str | None = None,
    actor: str | None = None,
    since: str | None = None,
    limit: int = 1000,
) -> list[dict[str, Any]]:
    """Entries that fit, newest first, their change as an object.

    Parameters
    ----------
    since
        ISO 8601 time in UTC; entries at or after it.
    """
    wanted = {"entity =": entity, "entity_id =": entity_id, "actor =": actor, "at >=": since}
    given = {test: value for test, value in wanted.items() if value is not None}
    where = " AND ".join(f"{test} ?" for test in given) or "1"
    rows = db.query(
        f"SELECT {_COLUMNS} FROM audit_entry WHERE {where} ORDER BY seq DESC LIMIT ?",
        [*given.values(), limit],
    )
    return [{**row, "change": json.loads(row["change"])} for row in rows]


def accessed(ledger: Ledger, actor: str, purpose: str, what: Mapping[str, Any]) -> None:
    """Note that a person looked at personal data, and why; apart from the chain of writes.

    Raises
    ------
    ActorUnknown, ReasonMissing
        Nobody in particular looked, or for no purpose.
    """
    with ledger.write(actor=actor, reason=purpose) as tx:
        tx.db.conn.execute(
            "INSERT INTO access_entry (at, actor, purpose, what) VALUES (?, ?, ?, ?)",
            (tx.at, tx.actor, tx.reason, canonical(what)),
        )


def accesses(db: Database, *, actor: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
    """Looks at personal data, newest first."""
    rows = db.query(
        "SELECT * FROM access_entry WHERE :actor IS NULL OR actor = :actor "
        "ORDER BY access_id DESC LIMIT :limit",
        {"actor": actor, "limit": limit},
    )
    return [{**row, "what": json.loads(row["what"])} for row in rows]


def _walk(db: Database) -> Iterator[dict[str, Any]]:
    names = (*FIELDS, "prev_hash", "hash")
    for row in db.conn.execute(f"SELECT {_COLUMNS} FROM audit_entry ORDER BY seq"):
        yield dict(zip(names, row, strict=True))


def _misfit(entry: Mapping[str, Any], last: Anchor, anchor: Anchor | None) -> str:
    place = last.seq + 1
    if entry["seq"] != place:
        return f"Entry {place} is missing; the next one held is {entry['seq']}."
    if entry["prev_hash"] != last.hash:
        return f"Entry {place} does not follow the entry before it."
    if entry["hash"] != _digest(last.hash, entry):
        return f"Entry {place} was changed after it was written."
    if anchor and anchor.seq == place and anchor.hash != entry["hash"]:
        return f"Entry {place} is not the one that was noted outside the ledger."
    return ""


def _missing_tail(db: Database, last: Anchor, anchor: Anchor | None) -> str:
    row = db.conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit_entry'").fetchone()
    written = max(int(row[0]) if row else 0, anchor.seq if anchor else 0)
    if written > last.seq:
        return f"Entries {last.seq + 1} to {written} were written and are gone."
    return ""


def _digest(prev_hash: str, entry: Mapping[str, Any]) -> str:
    return sha256_text(prev_hash + canonical({name: entry[name] for name in FIELDS}))
