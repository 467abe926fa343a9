"""What a bundle is about: a flag, an event's verdicts, or a dispute; and what the register says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from sqlite_utils import Database

from app.workflows.claims import EventUnknown
from app.workspace import Workspace
from registry import agreements, asset_meters, assets, audit, disputes, events, flags

MOST_EVENTS: Final = 24
"""Events drawn in one bundle: more would bury the reader; the frames hold every one."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One meter point, and the events on it that the bundle draws."""

    kind: str
    """``flag``, ``event`` or ``dispute``."""
    name: str
    """Id of the flag, event or dispute."""
    mpan: str
    event_ids: tuple[str, ...]


def of_event(workspace: Workspace, event_id: str) -> Subject:
    """Return the subject of one event's verdicts.

    Raises
    ------
    EventUnknown
        Nothing was declared for it.
    """
    declared = workspace.declared().filter(pl.col("event_id") == event_id)
    if declared.is_empty():
        raise EventUnknown(f"nothing was declared for an event called {event_id!r}.")
    return Subject("event", event_id, declared["mpan"][0], (event_id,))


def of_flag(workspace: Workspace, flag_id: str) -> Subject:
    """Return the subject of a flag: its meter point and the events it counts, the one shown first.

    Raises
    ------
    RecordUnknown
    """
    with workspace.ledger.read() as db:
        flag = flags.get(db, flag_id)
    counted = flag["evidence"].get("events_short") or []
    shown = [flag["event_id"]] if flag["event_id"] else []
    names = [*shown, *(name for name in counted if name not in shown)]
    return Subject("flag", flag_id, flag["mpan"], tuple(names[:MOST_EVENTS]))


def of_dispute(workspace: Workspace, dispute_id: str) -> Subject:
    """Return the subject of a dispute as it stands now, with what was decided since it was opened.

    Raises
    ------
    RecordUnknown
    """
    with workspace.ledger.read() as db:
        held = disputes.get(db, dispute_id)
    names = (held["event_id"],) if held["event_id"] else ()
    return Subject("dispute", dispute_id, held["mpan"], names)


def decisions(workspace: Workspace, subject: Subject) -> dict[str, Any]:
    """Every version of the flags and disputes concerned, and the register entries they rest on."""
    with workspace.ledger.read() as db:
        raised, contested = _concerned(db, subject)
        meters = asset_meters.current(db, mpan=subject.mpan)
        return {
            "flags": [flags.history(db, name) for name in raised],
            "disputes": [disputes.history(db, name) for name in contested],
            "events": [
                row for row in events.current(db, mpan=subject.mpan) if _about(row, subject)
            ],
            "agreements": agreements.current(db, mpan=subject.mpan),
            "asset_meters": meters,
            "assets": assets.current(db, mpan=subject.mpan),
        }


def audit_slice(
    workspace: Workspace, subject: Subject, held: dict[str, Any]
) -> list[dict[str, Any]]:
    """Audit entries of everything in ``held`` and of the check, oldest first."""
    wanted = {("connection", subject.mpan)}
    wanted |= {("flag", rows[0]["flag_id"]) for rows in held["flags"]}
    wanted |= {("dispute", rows[0]["dispute_id"]) for rows in held["disputes"]}
    for entity, key in (
        ("event", "events"),
        ("agreement", "agreements"),
        ("asset_meter", "asset_meters"),
        ("asset", "assets"),
    ):
        wanted |= {(entity, row[f"{entity}_id"]) for row in held[key]}
    with workspace.ledger.read() as db:
        found = [
            entry
            for entity, name in sorted(wanted)
            for entry in audit.entries(db, entity=entity, entity_id=name, limit=-1)
        ]
        checks = audit.entries(db, entity="commit", limit=-1)
        check = next((entry for entry in checks if entry["change"]["kind"] == "verify"), None)
        found += [] if check is None else [check]
        found += audit.entries(db, entity="setting", entity_id="delivery_false_alarm", limit=-1)
    return [
        {**entry, "change": _text(entry["change"])}
        for entry in sorted(found, key=lambda entry: entry["seq"])
    ]


def _text(change: object) -> str:
    from registry.canonical import canonical

    return canonical(change)  # the text that the entry's hash was made of


def _concerned(db: Database, subject: Subject) -> tuple[list[str], list[str]]:
    """Ids of the flags and of the disputes on the subject's events, or of the one it is about."""
    if subject.kind == "flag":
        raised = [subject.name]
    else:
        raised = [
            str(row["flag_id"])
            for row in flags.current(db, mpan=subject.mpan)
            if row["event_id"] in subject.event_ids
            or set(row["evidence"].get("events_short") or ()) & set(subject.event_ids)
        ]
    contested = [
        str(row["dispute_id"])
        for row in disputes.current(db, mpan=subject.mpan)
        if row["event_id"] in subject.event_ids
        or row["flag_id"] in raised
        or row["dispute_id"] == subject.name
    ]
    return sorted(raised), sorted(contested)


def _about(row: dict[str, Any], subject: Subject) -> bool:
    return row["event_id"] in subject.event_ids
