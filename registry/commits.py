"""Which versions of the Delta tables stand: a row here is the commit across the two stores.

The Delta tables are written first; versions that no row names are invisible to every reader.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from registry.canonical import canonical
from registry.rows import Row, read
from registry.transaction import Transaction


def record(
    tx: Transaction, kind: str, versions: Mapping[str, int], detail: Mapping[str, Any]
) -> int:
    """Commit table versions; the number of the commit comes back.

    Parameters
    ----------
    kind
        What was done, such as ``ingest``, ``characterise`` or ``verify``.
    versions
        Table name to the Delta version that readers shall see from now on.
    detail
        Counts, model versions, seconds: what a person may want to know later.
    """
    cursor = tx.db.conn.execute(
        "INSERT INTO ledger_commit (kind, versions, detail, recorded_at, recorded_by) "
        "VALUES (?, ?, ?, ?, ?)",
        (kind, canonical(versions), canonical(detail), tx.at, tx.actor),
    )
    number = int(cursor.lastrowid or 0)
    change = {"kind": kind, "versions": dict(versions), "detail": dict(detail)}
    tx.audit("commit", "commit", str(number), None, change)
    return number


def latest(db: Database) -> dict[str, int]:
    """Committed version of every table that was ever committed."""
    rows = read(
        db,
        "SELECT named.key AS name, named.value AS version, max(commit_id) AS at "
        "FROM ledger_commit, json_each(ledger_commit.versions) AS named "
        "GROUP BY named.key ORDER BY named.key",
    )
    return {row["name"]: int(row["version"]) for row in rows}


def history(db: Database, kind: str | None = None) -> list[Row]:
    """Commits, newest first: id, kind, at, actor, versions, detail."""
    rows = read(
        db,
        "SELECT commit_id AS id, kind, recorded_at AS at, recorded_by AS actor, versions, detail "
        "FROM ledger_commit WHERE :kind IS NULL OR kind = :kind ORDER BY commit_id DESC",
        {"kind": kind},
    )
    return [
        {**row, "versions": json.loads(row["versions"]), "detail": json.loads(row["detail"])}
        for row in rows
    ]
