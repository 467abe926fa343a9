"""The watch on overrides: what is declared against what the meter shows, as flags and notices.

A material and sustained divergence raises a flag under a stable key. The provider is told first;
after the notice period the market operator is told as well, unless a person set the flag aside or
decided against it. Nothing is corrected: the declared value counts as before. The flag clears
itself, and its notices close, when the meter bears the value out or the override is gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from app.workflows.claim_flags import plain
from app.workflows.lanes import today
from app.workflows.override_evidence import activations, divergence_settings
from app.workflows.standing import last_run
from app.workspace import Workspace
from characterise.divergence import VALUES, diverge
from registry import flags, notices, overrides, settings
from registry.errors import DecisionRefused, RecordUnknown
from registry.flag_evidence import material_change
from registry.flags import FlagFinding
from registry.notices import Notice
from registry.rows import Row
from registry.transaction import Transaction

DIVERGED: Final = "override_diverged"
INNOCENT: Final = (
    "It may not have been free to answer: running is not the same as available"
    " (a car away, a store empty or full, a process that could not stop).",
    "Another load behind the boundary may have risen in the same half-hours and hide part of it.",
)
"""What else could explain it; stands beside every such finding."""
_KEPT: Final = (
    "declared", "observed", "observed_lower", "observed_upper", "share", "share_lower",
    "share_upper", "n_asked", "n_short", "n_asked_less", "ordinary_most", "weeks",
)  # fmt: skip
_TOLD_OF: Final = ("open", "confirmed")
"""States of a flag in which notices go out."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look at the overrides came to."""

    divergence: pl.DataFrame
    """`characterise.divergence.DIVERGENCE` of every override that holds."""
    flagged: int
    cleared: int
    told: tuple[tuple[str, str], ...]
    """Role and name of whom this look told."""


def watch(
    workspace: Workspace,
    *,
    actor: str,
    reason: str,
    mpan: str | None = None,
    day: dt.date | None = None,
) -> Watched:
    """Hold every override against the committed evidence; raise, clear and tell.

    Parameters
    ----------
    mpan
        Only the overrides of one meter point.
    day
        The day of the look; today by default.
    """
    on = day or today()
    found, held = evidence(workspace, mpan=mpan, day=on)
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        run = last_run(tx.db) or "0"
        flagged = {row["key"]: row for row in _flags(tx.db, on)}
        seen = {key for key, row in flagged.items() if mpan not in (None, row["mpan"])}
        diverging = {
            flag_key(row["override_id"])
            for row in found.iter_rows(named=True)
            if row["status"] == "diverging"
        }
        for row in found.iter_rows(named=True):
            key = flag_key(row["override_id"])
            standing = flagged.get(key)
            kept = standing is not None and standing["state"] != "cleared"
            if key in diverging or (row["status"] == "parting" and kept):
                seen.add(key)
                flags.upsert(tx, _finding(held[row["override_id"]], row), run)
        cleared = flags.clear_absent(tx, (DIVERGED,), seen, run)
        told: list[tuple[str, str]] = []
        for flag in _flags(tx.db, on):
            if mpan not in (None, flag["mpan"]):
                continue
            if flag["key"] not in seen:
                notices.close(tx, flag["flag_id"], on)
                continue
            _propose(tx, flag)
            if flag["state"] in _TOLD_OF:
                override = held[flag["evidence"]["override_id"]]
                told += _tell(tx, flag, override, on, sustained=flag["key"] in diverging)
    count = sum(flag_key(name) in seen for name in held)
    return Watched(found, count, cleared, tuple(told))


def evidence(
    workspace: Workspace, *, mpan: str | None = None, day: dt.date | None = None
) -> tuple[pl.DataFrame, dict[str, Row]]:
    """Divergence of every override that holds, and the overrides by id; writes nothing."""
    on = day or today()
    limits = divergence_settings(workspace)
    with workspace.ledger.read() as db:
        held = overrides.standing(db, on, mpan=mpan)
        since = [overrides.declared_since(db, row["override_id"], limits.share) for row in held]
    values = pl.DataFrame(
        [
            {
                **{name: row[name] for name in ("override_id", "parameter", "statistic", "value")},
                "since_utc": dt.datetime.combine(first, dt.time(), dt.UTC),
            }
            for row, first in zip(held, since, strict=True)
        ],
        schema=VALUES,
    )
    found = diverge(values, activations(workspace, held), limits)
    return found, {row["override_id"]: row for row in held}


def recheck(
    workspace: Workspace, override_id: str, *, actor: str, reason: str, day: dt.date | None = None
) -> dict[str, Any]:
    """Hold one override against the evidence now; its row of the divergence comes back.

    Raises
    ------
    RecordUnknown
        It does not hold.
    """
    with workspace.ledger.read() as db:
        held = overrides.REGISTER.latest(db, override_id)
    done = watch(
        workspace, actor=actor, reason=reason, mpan=held["mpan"] if held else "", day=day
    ).divergence.filter(pl.col("override_id") == override_id)
    if done.is_empty():
        raise RecordUnknown(
            f"No override {override_id} holds, so nothing can be checked: see fmar override list."
        )
    return done.row(0, named=True)


def ignore(
    workspace: Workspace, override_id: str, until: dt.date, because: str, *, actor: str
) -> int:
    """Set the flag of an override aside until a day, because of something; its new version.

    Raises
    ------
    DecisionRefused
        There is no flag to ignore, the day is past, or nothing says why.
    """
    if not because.strip():
        raise DecisionRefused("Ignoring a divergence needs its reason: say why in a few words.")
    with workspace.ledger.write(actor=actor, reason=because) as tx:
        flag = _flag_of(tx, override_id)
        return flags.snooze(tx, flag["flag_id"], flag["version"], until, because)


def heed(workspace: Workspace, override_id: str, *, actor: str, reason: str) -> int:
    """End an ignore early: the flag is open again. Its new version comes back."""
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        return flags.undo(tx, _flag_of(tx, override_id)["flag_id"])


def told(workspace: Workspace, *, mpan: str | None = None) -> pl.DataFrame:
    """Every notice about an override with the flag's key, oldest first."""
    from app.workflows.evidence import table

    with workspace.ledger.read() as db:
        keys = {row["flag_id"]: row["key"] for row in _flags(db, today())}
        held = notices.current(db, mpan=mpan)
    return table([{**row, "key": keys[row["flag_id"]]} for row in held if row["flag_id"] in keys])


def flag_key(override_id: str) -> str:
    """Stable key of the flag about an override."""
    return f"{DIVERGED}:{override_id}"


def _flags(db: Any, day: dt.date) -> list[Row]:
    return flags.current(db, kinds=[DIVERGED], today=day)


def _flag_of(tx: Transaction, override_id: str) -> Row:
    held = flags.REGISTER.current(tx.db, key=flag_key(override_id))
    if not held:
        raise DecisionRefused(f"No flag stands about override {override_id}.")
    return held[0]


def _finding(override: Mapping[str, Any], row: Mapping[str, Any]) -> FlagFinding:
    unit = overrides.unit_of(override["parameter"])
    missing = row["declared"] - row["observed"]
    return FlagFinding(
        key=flag_key(override["override_id"]),
        kind=DIVERGED,
        mpan=override["mpan"],
        asset_class=override["asset_class"],
        amsid=override["amsid"],
        fsp_id=override["fsp"],
        title=(
            f"{override['fsp']} declared {override['given']}; when asked, the meter shows"
            f" {row['observed']:.3g} {unit}"
        ),
        because=" ".join((row["because"], "It may be otherwise:", *INNOCENT)),
        evidence=plain(
            {
                "override_id": override["override_id"],
                **{name: row[name] for name in _KEPT},
                "since": row["since_utc"].date().isoformat(),
                "last": row["last_utc"].date().isoformat(),
                "probability": row["chance"],
            }
        ),
        kw_at_stake=round(max(0.0, missing) if unit == "kW" else 0.0, 3),
        doubt=round(row["chance"], 4),
    )


def _propose(tx: Transaction, flag: Row) -> None:
    """Say on an ignored flag what moved since it was set aside; it stays set aside."""
    if flag["state"] != "snoozed":
        return
    history = flags.history(tx.db, flag["flag_id"])
    aside = next(
        later
        for earlier, later in zip(reversed(history[:-1]), reversed(history), strict=False)
        if earlier["state"] != "snoozed" and later["state"] == "snoozed"
    )
    moved = material_change(
        aside,
        history[-1],
        share=settings.value(tx.db, "material_divergence_share"),
        step=settings.value(tx.db, "material_probability_change"),
    )
    flags.REGISTER.revise(
        tx,
        flag["flag_id"],
        history[-1]["version"],
        {"proposes_reopening": moved},
        action="propose reopening",
    )


def _tell(
    tx: Transaction, flag: Row, override: Mapping[str, Any], day: dt.date, *, sustained: bool
) -> list[tuple[str, str]]:
    """Tell the provider once; after the notice period, if it is sustained, its operators."""
    stands = notices.current(tx.db, flag_id=flag["flag_id"])
    open_ = [row for row in stands if row["closed_on"] is None]
    period = dt.timedelta(settings.value(tx.db, "override_notice_days"))
    first = next((row for row in open_ if row["role"] == "fsp"), None)
    common = {"flag_id": flag["flag_id"], "mpan": flag["mpan"], "told_on": day}
    if first is None:
        answer_by = day + period
        said = (
            f"{flag['title']}. {flag['because']} Confirm, correct or withdraw it by {answer_by};"
            " if they still part then, the market operator is told."
        )
        name = override["fsp"]
        notices.tell(
            tx, Notice(role="fsp", addressed_to=name, said=said, answer_by=answer_by, **common)
        )
        return [("fsp", name)]
    if not sustained or day < dt.date.fromisoformat(first["told_on"]) + period:
        return []
    known = {row["addressed_to"] for row in open_ if row["role"] == "market_operator"}
    fresh = [name for name in _markets(tx, override, day) if name not in known]
    for name in fresh:
        said = (
            f"{flag['title']}. {flag['because']} {override['fsp']} was told on"
            f" {first['told_on']}. Whether it is a non-conformance is the market operator's call."
        )
        notices.tell(tx, Notice(role="market_operator", addressed_to=name, said=said, **common))
    return [("market_operator", name) for name in fresh]


def _markets(tx: Transaction, override: Mapping[str, Any], day: dt.date) -> Sequence[str]:
    held = overrides.agreements_over(tx.db, override, day)
    return sorted({str(row["market"]) for row in held})
