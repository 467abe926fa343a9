"""The words that stand on the screen for codes, and how figures are written."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Final
from zoneinfo import ZoneInfo

from app.plots.palette import CLASS_LABELS
from registry import code_lists

KINDS: Final = {
    "medium_confidence": "To confirm",
    "candidate_asset": "Seen, not registered",
    "not_seen": "Registered, not seen",
    "unsupported_claim": "Claim unsupported by boundary data",
    "override_diverged": "Declared value not borne out",
}
STATES: Final = {
    "open": "Open",
    "snoozed": "Snoozed",
    "confirmed": "Confirmed",
    "corrected": "Corrected",
    "rejected": "Rejected",
    "cleared": "Cleared by a later run",
}
FINDINGS: Final = {
    "too_few_days": "Too few days were read",
    "short_history": "Short history: the bounds are wider for it",
    "no_signals": "No dispatch signal covers this meter: a response cannot be told from chance",
    "climatology_only": "Only monthly temperatures are known: a heat pump is medium at most",
    "no_export_register": "No export register: what is given to the grid is not observable here",
    "not_observable_here_at_any_size": "No size that was tried would show at this meter",
    "no_heating_season": "Too few cold days for a heat pump to show itself",
    "no_temperature": "No outdoor temperature is known here, and a heat pump shows itself by it",
    "nothing_to_judge_by": "None of its figures could be computed from what was loaded",
    "hourly_source": "Both halves of nearly every hour read the same: short runs are blurred",
    "too_many_gaps": "Many half-hours between the first and the last reading are missing",
    "mostly_estimated": "Most readings are estimated, and estimates say nothing about assets",
    "constant_values": "Every usable half-hour reads the same",
}
"""What limits a detection, by the engine's code."""
CHANGES: Final = ("installed", "removed", "resized")
"""Findings that a reason tells in a sentence with its date; they limit nothing."""
SHORT_VERDICTS: Final = {
    "unsupported": "Unsupported",
    "masked": "Masked",
    "undecidable": "Too small to decide",
    "consistent": "Consistent",
    "no_boundary_data": "No data",
    "estimated_boundary": "Estimated",
}
"""For a narrow column whose heading says that the boundary data is meant."""
VERDICTS: Final = {
    "unsupported": "Unsupported by boundary data",
    "masked": "Masked by another load",
    "undecidable": "Too small to decide",
    "consistent": "Consistent with boundary data",
    "no_boundary_data": "No boundary data",
    "estimated_boundary": "Boundary data estimated",
}
PARAMETERS: Final = {
    "rated_import_kw": "Import power, kW",
    "rated_export_kw": "Export power or load let go, kW",
    "duration_h": "Duration of a run, h",
    "ramp_up_kw_per_min": "Ramp up, kW/min (at least)",
    "ramp_down_kw_per_min": "Ramp down, kW/min (at least)",
}
DIRECTIONS: Final = {"import": "Import", "export": "Export"}
PREMISES: Final = {
    "domestic": "Home",
    "non_domestic": "Business",
    "unknown": "Unknown, treated as a home",
}
NOTHING: Final = "–"
"""Shown for what is not known: never a zero."""
_LOCAL: Final = ZoneInfo("Europe/London")
_SHOWN_DIGITS: Final = 4
_NEARLY: Final = 0.9999


def asset_class(code: str | None) -> str:
    """Name of an asset class or registered category; a code that is not known stays as it is."""
    if not code:
        return NOTHING
    return CLASS_LABELS.get(code) or code_lists.codes("AssetCategory").get(code, code)


def market(code: str | None) -> str:
    """Name of a market as people write it: the code ``DSO_LOCAL`` is DSO local."""
    if not code:
        return NOTHING
    kept, *rest = code.split("_")
    first = kept if kept in ("DSO", "NESO") else kept.capitalize()
    return " ".join([first, *(word if word == "BM" else word.lower() for word in rest)])


def figure(value: object, digits: int = 2) -> str:
    """Write a number without trailing zeros, or the sign for nothing known."""
    if not isinstance(value, int | float) or math.isnan(value):
        return NOTHING
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: object) -> str:
    """Write a chance or a fraction in per cent."""
    if not isinstance(value, int | float) or math.isnan(value):
        return NOTHING
    if 0 < abs(value) < 0.001:
        return "under 0.1%"
    if 0.995 <= value < 1:
        return "over 99%"  # "100%" would be a certainty that nobody computed
    return f"{value:.1%}" if 0 < abs(value) < 0.01 else f"{value:.0%}"


def chance(value: object) -> str:
    """Write a probability in per cent; one that was rounded up to 1 is still no certainty."""
    return share(min(value, _NEARLY) if isinstance(value, int | float) else value)


def finding(code: str) -> str:
    """Write a finding: a sentence as it is, a code in words."""
    if code in FINDINGS:
        return FINDINGS[code]
    return code if " " in code else code.replace("_", " ").capitalize()


def moment(value: object) -> str:
    """Write a time as local time to the minute and a date as a date; ISO text is either."""
    if isinstance(value, str) and value:
        is_date = len(value) == len("2026-01-31")
        try:
            read = dt.date.fromisoformat if is_date else dt.datetime.fromisoformat
            value = read(value)
        except ValueError:
            return str(value)
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return f"{aware.astimezone(_LOCAL):%d %b %Y %H:%M %Z}"
    if isinstance(value, dt.date):
        return f"{value:%d %b %Y}"
    return NOTHING


def words(value: object) -> str:
    """Write any value: text as it is, null as nothing known, yes and no in words."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return figure(value)
    if isinstance(value, dt.date):
        return moment(value)
    return str(value)


def members(value: object) -> str:
    """Write a list, also one that the ledger keeps as JSON text."""
    held = value
    if isinstance(value, str):
        try:
            held = json.loads(value)
        except ValueError:
            return value
    if not isinstance(held, list):
        return words(held)
    return ", ".join(str(item) for item in held) or NOTHING


def masked(identifier: str | None) -> str:
    """Hide all but the last four digits of an MPAN or AMSID."""
    if not identifier:
        return NOTHING
    hidden = max(len(identifier) - _SHOWN_DIGITS, 0)
    return "•" * min(hidden, 9) + identifier[-_SHOWN_DIGITS:]


def worth(kw_at_stake: object, doubt: object) -> str:
    """Write the arithmetic behind a flag's place in the queue."""
    if not isinstance(kw_at_stake, int | float) or not isinstance(doubt, int | float):
        return NOTHING
    return (
        f"{figure(kw_at_stake)} kW at stake × {doubt:.2f} doubt"
        f" = {figure(kw_at_stake * doubt)} kW worth a look"
    )
