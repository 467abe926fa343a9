"""Bulk loads: what came in together, and how it is taken back together."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal

from sqlite_utils import Database

from registry import (
    agreements,
    asset_meters,
    assets,
    connections,
    declared,
    dependants,
    events,
    meter_serials,
    organisations,
    pairings,
    signals,
)
from registry.dependants import Dependant
from registry.errors import DecisionRefused, RecordInUse
from registry.records import Record, Register
from registry.rows import Row, read
from registry.transaction import Transaction

REGISTERS: Final[tuple[Register[Any], ...]] = (
    agreements.REGISTER,
    events.REGISTER,
    signals.REGISTER,
    pairings.REGISTER,
    meter_serials.REGISTER,
    connections.REGISTER,
    asset_meters.REGISTER,
    assets.REGISTER,
    organisations.REGISTER,
)
"""Everything that a file can change one by one, what names others first."""


class BulkLoad(Record):
    """One version of a load; its id is what `undo` takes."""

    bulk_load_id: str | None = None
    entity: str
    rows_read: int
    accepted: int
    rows_sha256: str
    state: Literal["loaded", "undone"] = "loaded"
    reason: str


REGISTER: Final = Register("bulk_load", BulkLoad)


def record(tx: Transaction, entity: str, rows_read: int, accepted: int, rows_sha256: str) -> str:
    """Note the load that this transaction is; its id comes back."""
    noted = BulkLoad(
        bulk_load_id=tx.load_id,
        entity=entity,
        rows_read=rows_read,
        accepted=accepted,
        rows_sha256=rows_sha256,
        reason=tx.reason,
    )
    return REGISTER.add(tx, noted, action="load")


def current(db: Database, as_at: dt.datetime | str | None = None) -> list[Row]:
    """Every load, newest first."""
    rows = REGISTER.current(db, as_at=as_at)
    return sorted(rows, key=lambda row: str(row["recorded_at"]), reverse=True)


def take_back(tx: Transaction, load_id: str) -> int:
    """Undo a load: what it added is retired, what it changed is again what it was.

    Returns
    -------
    int
        Records and half-hours that were put back.

    Raises
    ------
    RecordUnknown
        There is no such load.
    DecisionRefused
        It was taken back before.
    RecordInUse
        Something was built upon it; the sentence names what.
    """
    held = REGISTER.get(tx.db, load_id)
    if held["state"] == "undone":
        raise DecisionRefused(f"Load {load_id} was undone by {held['recorded_by']} already.")
    touched = [(register, row) for register in REGISTERS for row in _touched(tx, register, load_id)]
    if later := declared.built_upon(tx.db, load_id):
        raise RecordInUse(f"Load {load_id} was built upon: {later} changed since; undo that first.")
    gone = {
        Dependant(register.entity, str(row[register.key]))
        for register, row in touched
        if row["first"] == 1
    } | _declared_events(tx, load_id)
    for register, row in touched:
        if row["first"] == 1:
            record_held = register.get(tx.db, row[register.key])
            dependants.refuse(tx.db, register.entity, record_held, but=gone)
    for register, row in touched:
        _put_back(tx, register, str(row[register.key]), int(row["first"]))
    half_hours = declared.take_back(tx, load_id)
    REGISTER.revise(tx, load_id, held["version"], {"state": "undone"}, action="undo")
    return len(touched) + half_hours


def _touched(tx: Transaction, register: Register[Any], load_id: str) -> list[Row]:
    """Ids that a load wrote, the first version it wrote of each, and whether it is still last."""
    key, table = register.key, register.table
    rows = read(
        tx.db,
        f"SELECT {key}, min(version) AS first, max(version) AS last FROM {table} "
        f"WHERE load_id = ? GROUP BY {key} ORDER BY {key}",
        (load_id,),
    )
    for row in rows:
        latest = register.latest(tx.db, row[key])
        if latest is not None and latest["version"] != row["last"]:
            raise RecordInUse(
                f"Load {load_id} was built upon: {latest['recorded_by']} changed "
                f"{register.entity} {row[key]} since; undo that first."
            )
    return [row for row in rows if not _is_retired(register, tx.db, row[key]) or row["first"] > 1]


def _is_retired(register: Register[Any], db: Database, record_id: str) -> bool:
    latest = register.latest(db, record_id)
    return latest is None or bool(latest["retired"])


def _put_back(tx: Transaction, register: Register[Any], record_id: str, first: int) -> None:
    history = register.history(tx.db, record_id)
    latest = history[-1]
    before = history[first - 2] if first > 1 else {**latest, "retired": True}
    register.append(
        tx,
        record_id,
        latest["version"] + 1,
        {name: before[name] for name in register.fields},
        before=latest,
        action="undo",
        retired=before["retired"],
    )


def _declared_events(tx: Transaction, load_id: str) -> set[Dependant]:
    rows = read(
        tx.db, "SELECT DISTINCT event_id FROM declared_version WHERE load_id = ?", (load_id,)
    )
    return {Dependant("declared", str(row["event_id"])) for row in rows}
