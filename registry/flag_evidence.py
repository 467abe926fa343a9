"""Whether a finding moved enough, since somebody decided about it, to be worth another look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

WATCHED: Final = ("tier", "verdict", "sufficiency")
"""Words in the evidence whose change always matters."""


def tier_of(evidence: Mapping[str, Any]) -> str | None:
    """Tier that the evidence names, if it does."""
    tier = evidence.get("tier")
    return None if tier is None else str(tier)


def material_change(
    decided: Mapping[str, Any], found: Mapping[str, Any], *, share: float, step: float
) -> str | None:
    """Sentence on what moved between two versions of a finding; None where nothing that matters.

    Parameters
    ----------
    decided, found
        Each with ``evidence`` and ``kw_at_stake`` [kW].
    share
        Part of the larger power by which the power at stake must move.
    step
        Change of probability that matters.
    """
    was, now = decided["evidence"], found["evidence"]
    moved = [
        f"{name} was {was.get(name)} and is {now.get(name)}"
        for name in WATCHED
        if was.get(name) != now.get(name)
    ]
    before, after = _number(was.get("probability")), _number(now.get("probability"))
    if before is not None and after is not None and abs(after - before) > step:
        moved.append(f"probability was {before:.2f} and is {after:.2f}")
    held, new = _number(decided["kw_at_stake"]), _number(found["kw_at_stake"])
    if held is not None and new is not None and abs(new - held) > share * max(abs(new), abs(held)):
        moved.append(f"power at stake was {held:.2f} kW and is {new:.2f} kW")
    return "; ".join(moved) or None


def _number(value: object) -> float | None:
    return None if isinstance(value, (bool, str)) or value is None else float(str(value))
