"""The review queue: what waits for a person, in the order of the value of a look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from app.workflows.standing import last_run
from app.workspace import Workspace
from registry import audit, flags

REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "confirmed": {
        "pattern_clear": "The pattern on the plots is clear",
        "known_asset": "The asset is known from elsewhere",
        "claim_not_borne_out": "The boundary meter does not bear the claim out",
        "other": "Another reason, in the note",
    },
    "corrected": {
        "other_class": "It is another kind of asset",
        "other_size": "The class is right, the size is not",
        "other_dates": "It arrived or left at another time",
        "other": "Another reason, in the note",
    },
    "rejected": {
        "confuser": "Another load looks like it",
        "bad_data": "The readings are wrong or too few",
        "innocent_reading": "The innocent reading explains it",
        "duplicate": "It is the same finding as another",
        "other": "Another reason, in the note",
    },
}
"""Reason codes and their words, by outcome."""

QUEUE: Final = pl.Schema(
    {
        "flag_id": pl.String,
        "version": pl.Int64,
        "kind": pl.String,
        "state": pl.String,
        "mpan": pl.String,
        "asset_class": pl.String,
        "amsid": pl.String,
        "fsp_id": pl.String,
        "event_id": pl.String,
        "title": pl.String,
        "because": pl.String,
        "kw_at_stake": pl.Float64,
        "doubt": pl.Float64,
        "worth": pl.Float64,
        "probability": pl.Float64,
        "tier": pl.String,
        "change": pl.String,
        "raised_at": pl.String,
        "updated_at": pl.String,
    }
)
"""Columns of the queue, kW and chances."""


class ReasonUnknown(ValueError):
    """A decision gave an outcome or reason code that is not on the list."""


def queue(
    workspace: Workspace,
    *,
    kinds: Sequence[str] = (),
    states: Sequence[str] = ("open",),
    text: str = "",
) -> pl.DataFrame:
    """Flags that match, `QUEUE` columns: changed since the last run first, then by worth.

    Parameters
    ----------
    text
        Part of an MPAN, AMSID, FSP, event or title.
    """
    with workspace.ledger.read() as db:
        held = flags.current(db, states=list(states) or None, kinds=list(kinds) or None)
        last = last_run(db)
    wanted = text.strip().lower()
    rows = [_row(flag, last) for flag in held]
    frame = pl.DataFrame(
        [row for row in rows if not wanted or wanted in _haystack(row)], schema=QUEUE
    )
    return frame.sort(pl.col("change") != "", "worth", "flag_id", descending=[True, True, False])


def flag(workspace: Workspace, flag_id: str) -> dict[str, Any]:
    """One flag with its evidence; `KeyError` where there is none."""
    with workspace.ledger.read() as db:
        held = flags.current(db, ids=[flag_id])
        last = last_run(db)
    if not held:
        raise KeyError(f"no flag has the id {flag_id}")
    return {**held[0], **_row(held[0], last)}


def decide(
    workspace: Workspace,
    flag_id: str,
    version: int,
    outcome: str,
    *,
    actor: str,
    reason_code: str,
    note: str,
    correction: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Record a person's decision; return ``{"version", "audit_no"}``.

    Raises
    ------
    ReasonUnknown
        The outcome or the reason code is not in `REASONS`, or "other" came without a note.
    registry.errors.StaleVersion
        Somebody decided first: reload and look again.
    """
    if reason_code not in REASONS.get(outcome, {}):
        raise ReasonUnknown(
            f"{reason_code!r} is no reason for {outcome!r}; choose one from the list."
        )
    if reason_code == "other" and not note.strip():
        raise ReasonUnknown('The reason "other" needs a note that says which.')
    words = REASONS[outcome][reason_code]
    with workspace.ledger.write(actor=actor, reason=note.strip() or words) as tx:
        decided = flags.decide(
            tx,
            flag_id,
            version,
            outcome,
            reason_code,
            note.strip(),
            dict(correction) if correction else None,
        )
    return _receipt(workspace, flag_id, decided)


def undo(workspace: Workspace, flag_id: str, *, actor: str, reason: str) -> dict[str, Any]:
    """Take the last decision back, as a new audited version; return ``{"version", "audit_no"}``."""
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        undone = flags.undo(tx, flag_id)
    return _receipt(workspace, flag_id, undone)


def changed_since_last_run(workspace: Workspace) -> dict[str, int]:
    """How many open flags are new, moved tier or gained evidence in the last run, and cleared."""
    with workspace.ledger.read() as db:
        held = flags.current(db, states=["open", "cleared"])
        last = last_run(db)
    counts = {"new": 0, "tier moved": 0, "evidence changed": 0, "cleared": 0}
    for item in held:
        if item["state"] == "cleared":
            counts["cleared"] += item["updated_run"] == last
        elif change := _change(item, last):
            counts[change] += 1
    return counts


def _row(held: Mapping[str, Any], last_run: str | None) -> dict[str, Any]:
    evidence = held["evidence"]
    return {
        **{name: held.get(name) for name in QUEUE},
        "worth": held["kw_at_stake"] * held["doubt"],
        "probability": evidence.get("probability"),
        "tier": evidence.get("tier"),
        "change": _change(held, last_run),
        "raised_at": held["first_raised_at"],
        "updated_at": held["recorded_at"],
    }


def _change(held: Mapping[str, Any], last_run: str | None) -> str:
    """What the last run did to this flag; a blank where it left it as it was."""
    return str(held["change"]) if last_run and held["updated_run"] == last_run else ""


def _haystack(row: Mapping[str, Any]) -> str:
    names = ("mpan", "amsid", "fsp_id", "event_id", "title", "flag_id")
    return " ".join(str(row[name] or "") for name in names).lower()


def _receipt(workspace: Workspace, flag_id: str, version: int) -> dict[str, Any]:
    with workspace.ledger.read() as db:
        entry = audit.entries(db, entity="flag", entity_id=str(flag_id), limit=1)[0]
    return {
        "version": version,
        "audit_no": entry["seq"],
        "at": dt.datetime.fromisoformat(entry["at"]),
    }
