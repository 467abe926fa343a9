"""Declared deliveries, half-hour by half-hour: what a provider says it gave in an event.

They come in bulk, so one audit entry with the hash of the rows stands beside a whole load.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlite_utils import Database

from registry.canonical import sha256_of
from registry.rows import Row, moment, read
from registry.transaction import Transaction

KEY: Final = ("event_id", "mpan", "amsid", "fsp_id", "ts_utc")
_SELECT: Final = "event_id, mpan, nullif(amsid, '') AS amsid, fsp_id, ts_utc, declared_kwh"


class Declaration(NamedTuple):
    """One half-hour of a declared delivery.

    Parameters
    ----------
    amsid
        Blank text for a declaration of the whole site.
    ts_utc
        Start of the half-hour, ISO 8601 with a Z.
    declared_kwh
        Positive means net import fell [kWh].
    """

    event_id: str
    mpan: str
    amsid: str
    fsp_id: str
    ts_utc: str
    declared_kwh: float


def add(tx: Transaction, declarations: Iterable[Declaration]) -> int:
    """Write declarations, each after the versions it has already; how many changed comes back."""
    rows = list(declarations)
    held = held_values(tx.db, {row.event_id for row in rows})
    new = []
    for row in rows:
        version, kwh, retired = held.get(tuple(row[:5]), (0, None, False))
        if version == 0 or retired or kwh != row.declared_kwh:
            new.append((row, version + 1))
    if new:
        _write(tx, "declare", tx.load_id or "", [(row, version, False) for row, version in new])
    return len(new)


def held_values(
    db: Database, events: Iterable[str]
) -> dict[tuple[str, ...], tuple[int, float | None, bool]]:
    """Last version, energy [kWh] and whether it is retired, of each half-hour of these events."""
    held: dict[tuple[str, ...], tuple[int, float | None, bool]] = {}
    for event in sorted(events):
        for row in db.conn.execute(
            f"SELECT {', '.join(KEY)}, version, declared_kwh, retired FROM declared_version "
            "WHERE event_id = ? ORDER BY version",
            (event,),
        ):
            held[tuple(row[:5])] = (int(row[5]), float(row[6]), bool(row[7]))
    return held


def current(
    db: Database, as_at: dt.datetime | str | None = None, *, event_id: str | None = None
) -> list[Row]:
    """Declared half-hours as they stand: the columns of the ``declared`` frame."""
    event = "" if event_id is None else " AND event_id = :event_id"
    if as_at is None:
        sql = f"SELECT {_SELECT} FROM declared WHERE 1{event} ORDER BY {', '.join(KEY)}"
        return read(db, sql, {"event_id": event_id})
    same = " AND ".join(f"later.{name} = held.{name}" for name in KEY)
    sql = (
        f"SELECT {_SELECT} FROM declared_version AS held WHERE retired = 0{event} AND version = "
        f"(SELECT max(version) FROM declared_version AS later WHERE {same} "
        f"AND later.recorded_at <= :as_at) ORDER BY {', '.join(KEY)}"
    )
    return read(db, sql, {"event_id": event_id, "as_at": moment(as_at)})


def take_back(tx: Transaction, load_id: str) -> int:
    """Undo what one load declared: each half-hour is again what it was before it."""
    rows = read(tx.db, "SELECT * FROM declared_version WHERE load_id = ?", (load_id,))
    back = []
    for row in rows:
        declared = Declaration._make([*(row[name] for name in KEY), row["declared_kwh"]])
        before = _before(tx.db, row)
        kept = declared if before is None else declared._replace(declared_kwh=before)
        back.append((kept, row["version"] + 1, before is None))
    if back:
        _write(tx, "undo", load_id, back)
    return len(rows)


def built_upon(db: Database, load_id: str) -> str | None:
    """Words for the first half-hour of a load that a later one changed, if there is one."""
    same = " AND ".join(f"later.{name} = held.{name}" for name in KEY)
    rows = read(
        db,
        f"SELECT later.event_id, later.ts_utc, later.recorded_by FROM declared_version AS held "
        f"JOIN declared_version AS later ON {same} AND later.version > held.version "
        "WHERE held.load_id = ? LIMIT 1",
        (load_id,),
    )
    if not rows:
        return None
    return f"declared half-hour {rows[0]['ts_utc']} of event {rows[0]['event_id']}"


def _before(db: Database, row: Row) -> float | None:
    found = db.conn.execute(
        "SELECT declared_kwh, retired FROM declared_version WHERE "
        + " AND ".join(f"{name} = ?" for name in KEY)
        + " AND version = ?",
        (*(row[name] for name in KEY), row["version"] - 1),
    ).fetchone()
    return None if found is None or found[1] else float(found[0])


def rows_sha256(rows: Iterable[Sequence[object]]) -> str:
    """Hash of key, energy, version and whether retired, of half-hours in any order."""
    return sha256_of(sorted(json.dumps(list(row), separators=(",", ":")) for row in rows))


def _write(
    tx: Transaction, action: str, load_id: str, rows: Sequence[tuple[Declaration, int, bool]]
) -> None:
    written = [(*row, version, int(retired)) for row, version, retired in rows]
    summary = {"rows": len(written), "rows_sha256": rows_sha256(written)}
    seq = tx.audit(action, "declared", load_id, None, summary)
    tx.db.conn.executemany(
        f"INSERT INTO declared_version ({', '.join(KEY)}, declared_kwh, version, retired, "
        "audit_seq, recorded_at, recorded_by, load_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row, seq, tx.at, tx.actor, tx.load_id) for row in written],
    )
