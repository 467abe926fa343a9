"""Findings that a person should see, each under a stable key, and what was decided about them.

A re-run updates what the machine found. It never touches what a person decided: where the finding
moved materially after a decision, the flag says so in ``proposes_reopening`` and stays decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

from pydantic import Field
from sqlite_utils import Database

from registry import settings
from registry.canonical import plain
from registry.errors import DecisionRefused, RecordInvalid
from registry.flag_evidence import material_change, tier_of
from registry.records import Record, Register
from registry.rows import Row
from registry.transaction import Transaction, new_id

State = Literal["open", "snoozed", "confirmed", "corrected", "rejected", "cleared"]
OUTCOMES: Final = ("confirmed", "corrected", "rejected")
UNDECIDED: Final = ("open", "snoozed", "cleared")
_GONE: Final = "the finding is gone"
_FOUND: Final = ("title", "because", "evidence", "kw_at_stake", "doubt")
_UNDECIDED_FIELDS: Final[dict[str, object]] = dict.fromkeys(
    (
        "outcome",
        "reason_code",
        "note",
        "correction",
        "decided_at",
        "decided_by",
        "decided_version",
        "snoozed_until",
        "proposes_reopening",
    )
)


class FlagFinding(Record):
    """What a run found about one subject.

    Parameters
    ----------
    key
        Stable name of the subject and the kind, the same in every run.
    evidence
        The figures behind it; ``tier``, ``probability`` and ``verdict`` are watched for movement.
    kw_at_stake
        Power that the answer is about [kW].
    doubt
        0 (sure) to 1 (a coin's throw).
    """

    key: str
    kind: str
    mpan: str
    asset_class: str | None = None
    amsid: str | None = None
    fsp_id: str | None = None
    event_id: str | None = None
    title: str
    because: str
    evidence: dict[str, Any] = Field(default_factory=dict)
    kw_at_stake: float
    doubt: float


class Flag(FlagFinding):
    """One version of a flag: the finding, when it came up, and what a person decided."""

    state: State = "open"
    first_raised_at: str
    first_raised_run: str
    updated_run: str
    change: Literal["new", "tier moved", "evidence changed"] = "new"
    previous_tier: str | None = None
    outcome: str | None = None
    reason_code: str | None = None
    note: str | None = None
    correction: dict[str, Any] | None = None
    decided_at: str | None = None
    decided_by: str | None = None
    decided_version: int | None = None
    snoozed_until: dt.date | None = None
    proposes_reopening: str | None = None


REGISTER: Final = Register("flag", Flag)


def upsert(tx: Transaction, finding: FlagFinding, run_id: str) -> str:
    """Raise a flag, or bring the evidence of the one with this key up to date; its id comes back.

    Nothing is written where the finding says what the flag says already.
    """
    found = _plain_fields(finding)
    held = REGISTER.current(tx.db, key=finding.key)
    if not held:
        raised = {"first_raised_at": tx.at, "first_raised_run": run_id, "updated_run": run_id}
        flag = REGISTER.checked({**found, **raised})
        return new_flag(tx, flag)
    _update(tx, held[0], found, run_id)
    return str(held[0]["flag_id"])


def new_flag(tx: Transaction, flag: Flag) -> str:
    """Write the first version of a flag; its id comes back."""
    flag_id = new_id()
    REGISTER.append(tx, flag_id, 1, flag.model_dump(mode="json"), before={}, action="raise")
    return flag_id


def clear_absent(
    tx: Transaction, kinds: Collection[str], keys_seen: Collection[str], run_id: str
) -> int:
    """Clear undecided flags of these kinds whose finding is gone; how many comes back.

    A decided flag stays as it was decided, and says that its finding is gone.
    """
    seen, cleared = set(keys_seen), 0
    for flag in REGISTER.current(tx.db):
        if flag["kind"] not in kinds or flag["key"] in seen or flag["state"] == "cleared":
            continue
        if flag["state"] in OUTCOMES:
            if not str(flag["proposes_reopening"]).startswith(_GONE):
                gone = {"proposes_reopening": f"{_GONE} since run {run_id}"}
                _write(tx, flag, gone, "propose reopening")
            continue
        _write(tx, flag, {"state": "cleared", "updated_run": run_id}, "clear")
        cleared += 1
    return cleared


def decide(
    tx: Transaction,
    flag_id: str,
    version: int,
    outcome: str,
    reason_code: str,
    note: str = "",
    correction: Mapping[str, Any] | None = None,
) -> int:
    """Confirm, correct or reject a finding; the new version comes back.

    Raises
    ------
    StaleVersion
        The flag changed since it was read.
    DecisionRefused
        The outcome is unknown, the reason code is blank, the flag is decided already, or a
        correction is missing where one is needed or given where none is.
    """
    flag = REGISTER.held(tx.db, flag_id, version)
    if outcome not in OUTCOMES:
        raise DecisionRefused(f"{outcome!r} is no outcome; use {', '.join(OUTCOMES)}.")
    if not reason_code.strip():
        raise DecisionRefused("A decision needs a reason code: pick why.")
    if flag["state"] in OUTCOMES:
        raise DecisionRefused(
            f"{flag['decided_by']} decided this flag ({flag['state']}) at {flag['decided_at']}: "
            "undo that decision first."
        )
    if flag["state"] == "cleared":
        raise DecisionRefused("The finding behind this flag is gone: there is nothing to decide.")
    if bool(correction) != (outcome == "corrected"):
        raise DecisionRefused("Give the corrected values with outcome corrected, and only then.")
    decided = {
        "state": outcome,
        "outcome": outcome,
        "reason_code": reason_code.strip(),
        "note": note.strip() or None,
        "correction": plain(correction) if correction else None,
        "decided_at": tx.at,
        "decided_by": tx.actor,
        "decided_version": version,
        "snoozed_until": None,
    }
    return _write(tx, flag, decided, "decide")


def snooze(tx: Transaction, flag_id: str, version: int, until: dt.date, note: str = "") -> int:
    """Set an open flag aside until a day; it is open again from that day on."""
    flag = REGISTER.held(tx.db, flag_id, version)
    if flag["state"] not in ("open", "snoozed"):
        raise DecisionRefused(f"This flag is {flag['state']}: only an open one can be set aside.")
    if until <= dt.date.fromisoformat(tx.at[:10]):
        raise DecisionRefused(f"{until} is not in the future: give a later day.")
    aside = {"state": "snoozed", "snoozed_until": until.isoformat(), "note": note.strip() or None}
    return _write(tx, flag, aside, "snooze")


def undo(tx: Transaction, flag_id: str, version: int | None = None) -> int:
    """Take back the standing decision or snooze; the flag is open again, the trail stays.

    Raises
    ------
    DecisionRefused
        There is nothing to take back.
    """
    latest = REGISTER.get(tx.db, flag_id)
    flag = REGISTER.held(tx.db, flag_id, latest["version"] if version is None else version)
    if flag["state"] not in (*OUTCOMES, "snoozed"):
        raise DecisionRefused(f"This flag is {flag['state']}: there is no decision to undo.")
    return _write(tx, flag, {**_UNDECIDED_FIELDS, "state": "open"}, "undo")


def current(
    db: Database,
    *,
    states: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    mpan: str | None = None,
    ids: Collection[str] | None = None,
    as_at: dt.datetime | str | None = None,
    today: dt.date | None = None,
) -> list[Row]:
    """Flags with their version, state and evidence; a snooze that ran out counts as open.

    Parameters
    ----------
    today
        The day that snoozes are held against; the present UTC day by default.
    """
    day = (today or dt.datetime.now(dt.UTC).date()).isoformat()
    equal = {} if mpan is None else {"mpan": mpan}
    rows = REGISTER.current(db, as_at=as_at, **equal)
    for row in rows:
        if row["state"] == "snoozed" and row["snoozed_until"] <= day:
            row["state"] = "open"
    tests = {"state": states, "kind": kinds, "flag_id": ids}
    wanted = {column: set(given) for column, given in tests.items() if given is not None}
    return [row for row in rows if all(row[c] in given for c, given in wanted.items())]


def get(db: Database, flag_id: str) -> Row:
    """Return one flag as it stands."""
    return REGISTER.get(db, flag_id)


def history(db: Database, flag_id: str) -> list[Row]:
    """Every version of a flag, oldest first: what was found and decided, when and by whom."""
    return REGISTER.history(db, flag_id)


def _update(tx: Transaction, flag: Row, found: Row, run_id: str) -> None:
    changes: dict[str, object] = {name: found[name] for name in _FOUND}
    returned = flag["state"] == "cleared"
    if not returned and all(flag[name] == found[name] for name in _FOUND):
        if flag["state"] in OUTCOMES and flag["proposes_reopening"]:
            _propose(tx, flag, found, changes)
            if changes["proposes_reopening"] != flag["proposes_reopening"]:
                _write(tx, flag, changes, "update")
        return
    moved = tier_of(flag["evidence"]) != tier_of(found["evidence"])
    changes["change"] = "tier moved" if moved else "evidence changed"
    changes["previous_tier"] = tier_of(flag["evidence"]) if moved else flag["previous_tier"]
    changes["updated_run"] = run_id
    if returned:
        changes |= {"state": "open", "change": "new"}
    if flag["state"] in OUTCOMES:
        _propose(tx, flag, found, changes)
    _write(tx, flag, changes, "update")


def _propose(tx: Transaction, flag: Row, found: Row, changes: dict[str, object]) -> None:
    """Say what moved since the decision, held against the evidence that was decided on."""
    decided_on = REGISTER.history(tx.db, flag["flag_id"])[flag["decided_version"] - 1]
    changes["proposes_reopening"] = material_change(
        decided_on,
        found,
        share=settings.value(tx.db, "material_divergence_share"),
        step=settings.value(tx.db, "material_probability_change"),
    )


def _write(tx: Transaction, flag: Row, changes: Mapping[str, object], action: str) -> int:
    return REGISTER.revise(tx, flag["flag_id"], flag["version"], changes, action=action)


def _plain_fields(finding: FlagFinding) -> Row:
    try:
        return {
            n: plain(v) for n, v in finding.model_dump().items() if n in FlagFinding.model_fields
        }
    except (TypeError, ValueError) as error:
        raise RecordInvalid(
            f"flag {finding.key} holds evidence that is no JSON: {error}"
        ) from error
