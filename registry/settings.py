"""Thresholds that people may change, each with its author and date; nothing else hides a number.

Values that the industry has not settled (BL01's day counts among them) are settings too.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from sqlite_utils import Database

from registry.canonical import canonical
from registry.errors import RecordInvalid, RecordUnknown
from registry.records import Record, Register
from registry.rows import Row, read
from registry.transaction import Transaction

DEFAULTS: Final[dict[str, tuple[Any, str]]] = {
    "tier_high_lower": (0.90, "lower bound of a probability above which its tier is high"),
    "tier_medium_probability": (0.70, "probability from which a tier is medium"),
    "material_divergence_share": (0.20, "share by which a figure must move to matter"),
    "material_probability_change": (0.10, "step of a probability that matters"),
    "suppression_k": (5, "fewest meter points a published cell may hold"),
    "dominance_share": (0.50, "largest share one non-domestic member may have of a cell"),
    "answer_days": (10, "working days an FSP has to confirm or correct"),
    "switch_notice_days": (5, "working days of notice to the losing FSP"),
    "delivery_false_alarm": (0.01, "chance of an unsupported verdict on an honest delivery"),
    "lane_order": (
        ["declared", "observed", "external"],
        "which lane gives the effective value, first to last",
    ),
    "override_plausible": (
        {"kW": 100_000, "h": 168, "kW/min": 100_000},
        "largest value that an override may hold, by unit",
    ),
    "override_days": (365, "days that an override holds where no expiry is given"),
    "override_review_days": (90, "days until an override is looked at again"),
    "override_divergence_share": (
        0.20,
        "share of a declared value by which the meter must fall short to matter",
    ),
    "override_divergence_events": (5, "events that asked for a declared value before it is judged"),
    "override_divergence_weeks": (3, "weeks that a divergence must last"),
    "override_notice_days": (
        14,
        "calendar days between the notice to the FSP and the one to the market operator",
    ),
    "extra_markets": ([], "market codes beside the five of the code list"),
    "bl01_like": (
        {
            "n_working": 10,
            "n_nonworking": 4,
            "min_working": 5,
            "min_nonworking": 2,
            "window_days": 60,
            "selection": "recent",
            "adjust": "additive",
            "adjust_periods": 6,
        },
        "BL01-like baseline: the primary text could not be read, so every count is a setting",
    ),
}


class Setting(Record):
    """One value with what it means; the value is kept as JSON text."""

    value: str
    meaning: str


REGISTER: Final = Register("setting", Setting)


def value(db: Database, name: str, *, as_at: dt.datetime | str | None = None) -> Any:
    """Return the value of a setting now, or as it stood at a moment."""
    return json.loads(REGISTER.get(db, name, as_at=as_at)["value"])


def current(db: Database) -> list[Row]:
    """Every setting with its value, meaning, version, author and date."""
    return [{**row, "value": json.loads(row["value"])} for row in REGISTER.current(db)]


def history(db: Database, name: str) -> list[Row]:
    """Every value that a setting had, oldest first, with author and date."""
    rows = REGISTER.history(db, name)
    return [{**row, "value": json.loads(row["value"])} for row in rows]


def change(tx: Transaction, name: str, version: int, new: object) -> int:
    """Give a setting another value of the same kind; the new version comes back.

    Raises
    ------
    RecordUnknown, StaleVersion, RecordInvalid
    """
    if name not in DEFAULTS:
        raise RecordUnknown(f"There is no setting {name}; there are {', '.join(DEFAULTS)}.")
    default = DEFAULTS[name][0]
    if isinstance(default, float):
        _refuse_no_share(name, new)
    elif type(new) is not type(default):
        raise RecordInvalid(f"{name} takes a {type(default).__name__}, not {new!r}.")
    return REGISTER.revise(tx, name, version, {"value": canonical(new)})


def missing(db: Database) -> list[str]:
    """Names of settings that this program knows and the file does not hold yet."""
    held = {
        row["setting_id"] for row in read(db, "SELECT DISTINCT setting_id FROM setting_version")
    }
    return [name for name in DEFAULTS if name not in held]


def install(tx: Transaction) -> None:
    """Write the defaults of the settings that the file does not hold yet."""
    for name in missing(tx.db):
        default, meaning = DEFAULTS[name]
        held = {"value": canonical(default), "meaning": meaning}
        REGISTER.append(tx, name, 1, held, before={}, action="install")


def _refuse_no_share(name: str, new: object) -> None:
    if isinstance(new, bool) or not isinstance(new, (int, float)) or not 0 <= new <= 1:
        raise RecordInvalid(f"{name} is a share from 0 to 1, not {new!r}.")
