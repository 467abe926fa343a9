"""Overrides: a value that a provider submits for its own asset, in place of what the meter shows.

It holds from the day it is submitted, with an expiry and a day to look at it again. The same
provider, asset, parameter and statistic is one record: a later submission is its next version, and
withdrawing it retires the record. Every version stays readable.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator
from sqlite_utils import Database

from registry import agreements, asset_meters, code_lists, identifiers, organisations, pairings
from registry import settings as ledger_settings
from registry.errors import DecisionRefused, RecordInvalid, RightsMissing
from registry.records import Record, Register
from registry.rows import Row
from registry.transaction import Transaction

Parameter = Literal[
    "rated_import_kw", "rated_export_kw", "duration_h", "ramp_up_kw_per_min", "ramp_down_kw_per_min"
]
Statistic = Literal["min", "p10", "p50", "p90", "max"]
PARAMETERS: Final[tuple[str, ...]] = get_args(Parameter)
STATISTICS: Final[tuple[str, ...]] = get_args(Statistic)
"""In rising order: a lower one cannot exceed a higher one."""
UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "kW": {"W": 0.001, "kW": 1.0, "MW": 1000.0},
    "h": {"min": 1 / 60, "h": 1.0},
    "kW/min": {"W/s": 0.06, "kW/min": 1.0, "kW/s": 60.0, "MW/min": 1000.0},
}
"""Units that a value may be given in, by the unit it is kept in, and what they are times it."""


class Override(Record):
    """One version of an override.

    Parameters
    ----------
    fsp
        MPID of the provider, or its organisation id, as in agreements.
    mpan
        Import MPAN of the boundary.
    amsid
        Import AMSID of the asset meter; None speaks of everything of the class at the site.
    value
        In the unit of the parameter: kW, h, or kW per minute.
    given
        The value and unit as they were submitted.
    submitted_on
        First local day on which it holds.
    expires_on
        First day on which it holds no more.
    review_on
        Day by which somebody should look at it again.
    """

    override_id: str | None = None
    fsp: str
    mpan: str
    amsid: str | None = None
    asset_class: str
    parameter: Parameter
    statistic: Statistic
    value: float = Field(allow_inf_nan=False)
    given: str
    because: str
    submitted_on: dt.date
    expires_on: dt.date
    review_on: dt.date

    @field_validator("mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str) -> str:
        return identifiers.mpan_core(value)

    @field_validator("amsid")
    @classmethod
    def _amsid_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.amsid(value)

    @field_validator("asset_class")
    @classmethod
    def _class_is_observable(cls, value: str) -> str:
        if value not in code_lists.ENGINE_CLASSES:
            raise ValueError(
                f"{value!r} is no class that a meter shows; use "
                f"{', '.join(code_lists.ENGINE_CLASSES)}"
            )
        return value

    @field_validator("value")
    @classmethod
    def _value_is_above_zero(cls, value: float) -> float:
        if value <= 0:
            raise ValueError(f"{value:g} is not above zero; import and export are both unsigned")
        return value

    @model_validator(mode="after")
    def _days_follow_one_another(self) -> Self:
        if self.expires_on <= self.submitted_on:
            raise ValueError(f"the expiry {self.expires_on} is not after {self.submitted_on}")
        if not self.submitted_on <= self.review_on <= self.expires_on:
            raise ValueError(
                f"the review {self.review_on} is not between {self.submitted_on} and the expiry "
                f"{self.expires_on}"
            )
        return self


REGISTER: Final = Register("override", Override)


def submit(tx: Transaction, override: Override) -> tuple[str, int]:
    """Accept a value, as a new record or the next version of one; its id and version come back.

    Raises
    ------
    RightsMissing
        The provider has no agreement over the asset on that day.
    RecordInvalid
        The value cannot be: see `check`.
    """
    refuse_without_rights(tx.db, override)
    check(tx.db, override)
    entity_id = identity(override)
    latest = REGISTER.latest(tx.db, entity_id)
    if latest is None or latest["retired"]:
        REGISTER.add(tx, override.model_copy(update={"override_id": entity_id}), action="submit")
        return entity_id, (latest["version"] if latest else 0) + 1
    changes = {name: getattr(override, name) for name in REGISTER.fields}
    version = REGISTER.revise(tx, entity_id, latest["version"], changes, action="supersede")
    return entity_id, version


def withdraw(tx: Transaction, override_id: str, version: int | None = None) -> int:
    """Take an override back; the new version comes back.

    Raises
    ------
    DecisionRefused
        It was withdrawn already.
    """
    latest = REGISTER.latest(tx.db, override_id)
    held = REGISTER.held(tx.db, override_id, version or (latest["version"] if latest else 1))
    if held["retired"]:
        raise DecisionRefused(
            f"{held['recorded_by']} withdrew override {override_id} at {held['recorded_at']}: "
            "there is nothing to withdraw."
        )
    return REGISTER.retire(tx, override_id, held["version"], action="withdraw")


def current(
    db: Database, *, as_at: dt.datetime | str | None = None, mpan: str | None = None
) -> list[Row]:
    """Overrides that were not withdrawn, expired ones included, as they stand or stood."""
    return REGISTER.current(db, as_at=as_at, **({} if mpan is None else {"mpan": mpan}))


def standing(
    db: Database,
    day: dt.date,
    *,
    as_at: dt.datetime | str | None = None,
    mpan: str | None = None,
) -> list[Row]:
    """Overrides that hold on a day: submitted, not withdrawn and not expired."""
    held = day.isoformat()
    rows = current(db, as_at=as_at, mpan=mpan)
    return [row for row in rows if row["submitted_on"] <= held < row["expires_on"]]


def history(db: Database, override_id: str) -> list[Row]:
    """Every version of one override, oldest first, withdrawals included."""
    return REGISTER.history(db, override_id)


def declared_since(db: Database, override_id: str, share: float) -> dt.date:
    """Day since which about the standing value or more has been declared.

    Submitting a value anew, or a lower one, does not start the watch again: what was observed
    against the earlier one bears on it as well. A value raised by more than ``share`` does.
    """
    versions = [row for row in history(db, override_id) if not row["retired"]]
    value, since = versions[-1]["value"], versions[-1]["submitted_on"]
    for row in reversed(versions):
        if row["value"] < (1 - share) * value:
            break
        since = row["submitted_on"]
    return dt.date.fromisoformat(since)


def in_unit(parameter: str, value: float, unit: str | None) -> float:
    """Value in the unit that the parameter is kept in.

    Raises
    ------
    RecordInvalid
        The parameter is unknown, or the unit measures something else.
    """
    kept = unit_of(parameter)
    factors = UNITS[kept]
    if unit is not None and unit not in factors:
        raise RecordInvalid(
            f"{unit!r} is no unit of {parameter}: give the value in {', '.join(factors)}."
        )
    return value * factors[unit or kept]


def unit_of(parameter: str) -> str:
    """Unit that a parameter is kept in."""
    if parameter not in PARAMETERS:
        raise RecordInvalid(f"There is no parameter {parameter!r}; use {', '.join(PARAMETERS)}.")
    if parameter.endswith("per_min"):
        return "kW/min"
    return "h" if parameter.endswith("_h") else "kW"


def identity(override: Override) -> str:
    """Name of the record: one provider, asset, class, parameter and statistic."""
    asset = override.amsid or "site"
    parts = (override.fsp, override.mpan, asset, override.asset_class)
    return ":".join((*parts, override.parameter, override.statistic))


def check(db: Database, override: Override) -> None:
    """Refuse a value that is out of reason, or out of order beside the provider's others.

    Raises
    ------
    RecordInvalid
    """
    unit = unit_of(override.parameter)
    most = ledger_settings.value(db, "override_plausible")[unit]
    if override.value > most:
        raise RecordInvalid(
            f"{override.given} for {override.parameter} is above {most:g} {unit}, the most that "
            "is taken as plausible: check the unit, or have the setting override_plausible changed."
        )
    place = STATISTICS.index(override.statistic)
    for row in standing(db, override.submitted_on, mpan=override.mpan):
        same = ("fsp", "amsid", "asset_class", "parameter")
        if any(row[name] != getattr(override, name) for name in same):
            continue
        other = STATISTICS.index(row["statistic"])
        if (other - place) * (row["value"] - override.value) < 0:
            raise RecordInvalid(
                f"{override.given} as {override.statistic} does not go with the {row['given']} "
                f"submitted as {row['statistic']}: correct or withdraw that one first."
            )


def refuse_without_rights(db: Database, override: Override) -> None:
    """Refuse a provider without an agreement over the asset on the day of submission.

    Raises
    ------
    RightsMissing
    """
    day = override.submitted_on
    if not agreements_over(db, override.model_dump(mode="json"), day):
        asset = f"AMSID {override.amsid}" if override.amsid else "the whole site"
        raise RightsMissing(
            f"{override.fsp} has no agreement over {asset} at MPAN {override.mpan} valid on {day}: "
            "load the agreement first, or submit for an asset that it holds."
        )


def agreements_over(db: Database, override: Mapping[str, Any], day: dt.date) -> list[Row]:
    """Agreements of the override's provider over its asset that are valid on a day."""
    site = pairings.boundary(db, override["mpan"], day, day + dt.timedelta(days=1))
    meter = asset_meters.by_amsid(db, override["amsid"]) if override["amsid"] else None
    same = {override["amsid"]} if override["amsid"] else set()
    same |= {meter["import_amsid"], meter["export_amsid"]} if meter else set()
    party = _party(db, override["fsp"])
    held = [row for mpan in sorted(site) for row in agreements.current(db, mpan=mpan)]
    return [
        row
        for row in held
        if _party(db, row["fsp"]) == party
        and (row["amsid"] is None or row["amsid"] in same)
        and row["valid_from"] <= day.isoformat()
        and (row["valid_to"] is None or day.isoformat() < row["valid_to"])
    ]


def _party(db: Database, fsp: str) -> str:
    held = organisations.by_fsp(db, fsp)
    return str(held["organisation_id"]) if held else fsp
