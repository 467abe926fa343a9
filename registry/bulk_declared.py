"""Declared half-hours of a file, checked and written together: there may be 100,000s of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from registry import declared
from registry.declared import Declaration
from registry.load_report import ACCEPTED, RowError
from registry.rows import Row, read
from registry.transaction import Transaction

_HALF_HOUR_S = 1800


@dataclass(slots=True)
class Outcome:
    """What became of the rows."""

    accepted: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)


def place(tx: Transaction, rows: list[tuple[int, dict[str, Any]]]) -> Outcome:
    """Write the declared half-hours that are new or changed, if nothing is wrong with any row."""
    outcome = Outcome()
    events = {str(row["event_id"]): row for row in read(tx.db, "SELECT * FROM event")}
    seen: dict[tuple[str, ...], tuple[int, float]] = {}
    warned: set[tuple[str, str]] = set()
    for number, fields in rows:
        made = declaration(fields)
        key = tuple(made[:5])
        if error := _fault(number, made, events, seen.get(key)):
            outcome.errors.append(error)
            continue
        seen.setdefault(key, (number, made.declared_kwh))
        for code, text in _odd(made, events[made.event_id]):
            if (made.event_id, code) not in warned:
                warned.add((made.event_id, code))
                outcome.warnings.append(RowError(number, "ts_utc", code, text, ACCEPTED))
    if not outcome.errors:
        kept = [Declaration._make([*key, kwh]) for key, (_, kwh) in seen.items()]
        outcome.accepted = declared.add(tx, kept)
        outcome.unchanged = len(rows) - outcome.accepted
    return outcome


def declaration(fields: dict[str, Any]) -> Declaration:
    """One half-hour as the ledger holds it."""
    start: dt.datetime = fields["ts_utc"]
    return Declaration(
        event_id=fields["event_id"],
        mpan=fields["mpan"],
        amsid=fields.get("amsid") or "",
        fsp_id=fields["fsp_id"],
        ts_utc=start.isoformat().replace("+00:00", "Z"),
        declared_kwh=fields["declared_kwh"],
    )


def _fault(
    number: int, made: Declaration, events: dict[str, Row], before: tuple[int, float] | None
) -> RowError | None:
    if made.event_id not in events:
        text = f"No event has the id {made.event_id}."
        return RowError(number, "event_id", "unknown_event", text, "Load events first.")
    start = dt.datetime.fromisoformat(made.ts_utc)
    if start.timestamp() % _HALF_HOUR_S:
        text = f"{made.ts_utc} is no start of a half-hour."
        return RowError(number, "ts_utc", "not_a_half_hour", text, "Use :00 or :30 past the hour.")
    if before is not None and before[1] != made.declared_kwh:
        text = f"Row {before[0]} declares {before[1]} kWh for the same half-hour."
        return RowError(number, "declared_kwh", "two_values", text, "Keep the one that is right.")
    return None


def _odd(made: Declaration, event: Row) -> list[tuple[str, str]]:
    odd = []
    if made.mpan != event["mpan"]:
        odd.append(("other_mpan", f"Event {made.event_id} is at MPAN {event['mpan']}."))
    start = dt.datetime.fromisoformat(made.ts_utc)
    first = dt.datetime.fromisoformat(event["start_utc"])
    last = dt.datetime.fromisoformat(event["end_utc"])
    if not first - dt.timedelta(seconds=_HALF_HOUR_S) < start < last:
        text = f"{made.ts_utc} is outside event {made.event_id}, {first} to {last}."
        odd.append(("outside_event", text))
    return odd
