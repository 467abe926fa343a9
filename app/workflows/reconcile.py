"""What the meter shows against what the register says: findings become flags.

A flag's worth is kW at stake times doubt, and doubt is the chance that what the record says now
is wrong: for an unregistered asset the chance that it is there, for one used at medium confidence
or registered and not seen the chance that it is not, for a claim the chance of under-delivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.workflows.claim_flags import UNSUPPORTED, claim_findings, plain
from app.workflows.override_watch import DIVERGED, watch
from app.workflows.standing import Standing, last_run, standing
from app.workspace import Workspace
from registry import flags
from registry.flags import FlagFinding

CANDIDATE, MEDIUM, NOT_SEEN = "candidate_asset", "medium_confidence", "not_seen"
KINDS: Final = (CANDIDATE, MEDIUM, NOT_SEEN, UNSUPPORTED)
CLASS_WORDS: Final = {
    "EV_CHARGER": "EV charger",
    "HEAT_PUMP": "heat pump",
    "BESS": "battery",
    "SOLAR_PV": "solar",
    "FLEXIBLE_DEMAND": "flexible demand",
}
_NOT_OBSERVABLE: Final = "not_observable_here"
_SEEN: Final = 0.5
_SURELY_ABSENT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many flags a reconciliation raised, kept and cleared."""

    run_id: str
    by_kind: Mapping[str, int]
    cleared: int


def reconcile(workspace: Workspace, *, actor: str, reason: str) -> Reconciled:
    """Compare the committed results with the register and write the differences as flags.

    Undecided flags whose finding is gone are cleared; a decision is never touched. Overrides are
    looked at in the same go, and their notices go out.
    """
    with workspace.ledger.read() as db:
        run_id = last_run(db) or "0"
    findings = [*detection_findings(standing(workspace)), *claim_findings(workspace)]
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        for finding in findings:
            flags.upsert(tx, finding, run_id)
        cleared = flags.clear_absent(tx, KINDS, [finding.key for finding in findings], run_id)
    counts = {kind: sum(f.kind == kind for f in findings) for kind in KINDS}
    watched = watch(workspace, actor=actor, reason=reason)
    return Reconciled(
        run_id=run_id,
        by_kind=counts | {DIVERGED: watched.flagged},
        cleared=cleared + watched.cleared,
    )


def detection_findings(state: Standing) -> list[FlagFinding]:
    """Candidate assets, medium-confidence invitations and registered assets that are not seen."""
    found: list[FlagFinding] = []
    for row in state.detections.iter_rows(named=True):
        registered = state.registered.get((row["mpan"], row["asset_class"]), ())
        if row["probability"] is None or not state.may_name(row["mpan"]):
            continue
        if row["probability"] >= _SEEN and row["tier"] == "medium":
            found.append(_medium(row, registered))
        elif row["tier"] == "high" and not registered:
            found.append(_candidate(row))
        elif registered and _is_absent(row, registered):
            found.append(_not_seen(row, registered))
    return found


def _medium(row: Mapping[str, Any], registered: Iterable[Mapping[str, Any]]) -> FlagFinding:
    word = CLASS_WORDS[row["asset_class"]]
    known = "registered" if registered else "not registered"
    return _finding(
        MEDIUM,
        row,
        title=f"{_opening(word)} seen with medium confidence",
        because=(
            f"The meter shows {word} with probability {row['probability']:.0%}"
            f" (at least {row['lower']:.0%}); it is {known}. Confirm or correct it."
        ),
        doubt=1.0 - row["probability"],
    )


def _candidate(row: Mapping[str, Any]) -> FlagFinding:
    word = CLASS_WORDS[row["asset_class"]]
    return _finding(
        CANDIDATE,
        row,
        title=f"{_opening(word)} that nobody registered",
        because=(
            f"The meter shows {word} with probability {row['probability']:.0%}"
            f" (at least {row['lower']:.0%}) and the register holds none at this meter point."
        ),
        doubt=row["probability"],
    )


def _is_absent(row: Mapping[str, Any], registered: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a registered asset ought to be visible here and is not."""
    if row["upper"] is None or row["upper"] >= _SURELY_ABSENT:
        return False
    if any(
        code.startswith(_NOT_OBSERVABLE) or code == "no_export_register" for code in row["findings"]
    ):
        return False
    rated = max((_rated_kw(asset) for asset in registered), default=0.0)
    return row["detectable_kw"] is None or rated == 0.0 or rated >= row["detectable_kw"]


def _not_seen(row: Mapping[str, Any], registered: Iterable[Mapping[str, Any]]) -> FlagFinding:
    word = CLASS_WORDS[row["asset_class"]]
    rated = sum(_rated_kw(asset) for asset in registered)
    smallest = row["detectable_kw"]
    visible = f" The smallest asset visible here is {smallest:.1f} kW." if smallest else ""
    return _finding(
        NOT_SEEN,
        {**row, "kw": rated or row["kw"]},
        title=f"Registered {word} that the meter does not show",
        because=(
            f"{rated:g} kW of {word} is registered here and the meter shows it with probability"
            f" {row['probability']:.0%} (at most {row['upper']:.0%}).{visible}"
        ),
        doubt=1.0 - row["probability"],
    )


def _finding(
    kind: str, row: Mapping[str, Any], *, title: str, because: str, doubt: float
) -> FlagFinding:
    evidence = {
        name: row[name]
        for name in ("probability", "lower", "upper", "tier", "detectable_kw", "reasons")
    }
    return FlagFinding(
        key=f"{kind}:{row['mpan']}:{row['asset_class']}",
        kind=kind,
        mpan=row["mpan"],
        asset_class=row["asset_class"],
        amsid=None,
        fsp_id=None,
        event_id=None,
        title=title,
        because=because,
        evidence=plain(evidence),
        kw_at_stake=round(float(row["kw"] or row["detectable_kw"] or 0.0), 3),
        doubt=round(float(doubt), 4),
    )


def _rated_kw(asset: Mapping[str, Any]) -> float:
    return float(max(asset.get("rated_import_kw") or 0.0, asset.get("rated_export_kw") or 0.0))


def _opening(word: str) -> str:
    """The word at the start of a sentence; abbreviations stay as they are."""
    return word[0].upper() + word[1:]
