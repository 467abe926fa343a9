"""Which files were read in, how, and with what bytes: the same file twice changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from registry.canonical import canonical
from registry.errors import RecordExists
from registry.rows import Row, read
from registry.transaction import Transaction


def record(
    tx: Transaction,
    source_id: str,
    file: str,
    sha256: str,
    layout: str,
    mapping_sha256: str | None,
    detail: Mapping[str, Any],
) -> str:
    """Note that a file was read in; its source id comes back.

    Parameters
    ----------
    sha256
        Of the file's bytes.
    mapping_sha256
        Of the ``--map`` that answered what the file did not say; None where none was needed.

    Raises
    ------
    RecordExists
        The source id is taken.
    """
    if read(tx.db, "SELECT 1 FROM source WHERE source_id = ?", (source_id,)):
        raise RecordExists(f"Source {source_id} is in the ledger already: give the file a new id.")
    tx.db.conn.execute(
        "INSERT INTO source (source_id, file, sha256, layout, mapping_sha256, detail, "
        "recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            source_id,
            file,
            sha256,
            layout,
            mapping_sha256 or "",
            canonical(detail),
            tx.at,
            tx.actor,
        ),
    )
    change = {
        "file": file,
        "sha256": sha256,
        "layout": layout,
        "mapping_sha256": mapping_sha256,
        "detail": dict(detail),
    }
    tx.audit("ingest", "source", source_id, None, change)
    return source_id


def seen(db: Database, sha256: str, layout: str, mapping_sha256: str | None) -> str | None:
    """Source id of the same bytes read in the same way before, if there is one."""
    rows = read(
        db,
        "SELECT source_id FROM source WHERE sha256 = ? AND layout = ? AND mapping_sha256 = ? "
        "ORDER BY rowid LIMIT 1",
        (sha256, layout, mapping_sha256 or ""),
    )
    return str(rows[0]["source_id"]) if rows else None


def get(db: Database, source_id: str) -> Row | None:
    """One file that was read in, if there is one of this id."""
    rows = read(db, "SELECT * FROM source WHERE source_id = ?", (source_id,))
    return _decoded(rows[0]) if rows else None


def of_bytes(db: Database, sha256: str) -> list[Row]:
    """Every reading of the same bytes, in whatever way they were read, oldest first."""
    rows = read(db, "SELECT * FROM source WHERE sha256 = ? ORDER BY rowid", (sha256,))
    return [_decoded(row) for row in rows]


def current(db: Database) -> list[Row]:
    """Every file that was read in, newest first."""
    rows = read(db, "SELECT * FROM source ORDER BY recorded_at DESC, source_id")
    return [_decoded(row) for row in rows]


def _decoded(row: Row) -> Row:
    return {
        **row,
        "mapping_sha256": row["mapping_sha256"] or None,
        "detail": json.loads(row["detail"]),
    }
