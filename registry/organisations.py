"""Organisations: who may hold dispatch rights. A stub is one that only an agreement named."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field, field_validator, model_validator
from sqlite_utils import Database

from registry import code_lists, identifiers
from registry.errors import RecordExists, RecordInvalid
from registry.records import Record, Register
from registry.rows import Odd, Row
from registry.transaction import Transaction

_ORGANISATION_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{4,63}")


class Organisation(Record):
    """One version of an organisation.

    Parameters
    ----------
    mpid, mpid_role
        Market participant id and role code; only together do they name one company.
    roles
        FSP, Aggregator, Supplier and so on; several are lawful.
    stub
        Made by an agreement that named it; its details are still to come.
    """

    organisation_id: str | None = None
    name: str
    mpid: str | None = None
    mpid_role: str | None = None
    roles: list[str] = Field(default_factory=list)
    email: str | None = None
    status: Literal["Active", "Suspended", "Withdrawn", "Pending Approval", "Inactive"] = "Active"
    stub: bool = False

    @field_validator("organisation_id")
    @classmethod
    def _id_is_no_mpid(cls, value: str | None) -> str | None:
        if value is not None and not _ORGANISATION_ID.fullmatch(value):
            raise ValueError(
                f"{value!r} is no organisation id; use 5 to 64 letters, digits, dots and dashes "
                "(four characters would read as an MPID)"
            )
        return value

    @field_validator("mpid")
    @classmethod
    def _mpid_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.mpid(value)

    @field_validator("name")
    @classmethod
    def _name_is_given(cls, value: str) -> str:
        if not value:
            raise ValueError("the name is blank")
        return value

    @model_validator(mode="after")
    def _role_needs_mpid(self) -> Organisation:
        if self.mpid_role and not self.mpid:
            raise ValueError("an MPID role without an MPID names nobody")
        return self


REGISTER: Final = Register("organisation", Organisation)


def add(tx: Transaction, organisation: Organisation) -> str:
    """Write a new organisation; its id comes back.

    Raises
    ------
    RecordExists
        Another organisation holds the id, or the MPID in that role.
    """
    _refuse_shared_mpid(tx.db, organisation.mpid, organisation.mpid_role, but=None)
    return REGISTER.add(tx, organisation)


def get(db: Database, organisation_id: str) -> Row:
    """Return one organisation as it stands."""
    return REGISTER.get(db, organisation_id)


def current(db: Database, as_at: dt.datetime | str | None = None) -> list[Row]:
    """Every organisation as it stands, or stood at a moment."""
    return REGISTER.current(db, as_at=as_at)


def history(db: Database, organisation_id: str) -> list[Row]:
    """Every version of one organisation, oldest first."""
    return REGISTER.history(db, organisation_id)


def revise(
    tx: Transaction, organisation_id: str, version: int, changes: Mapping[str, object]
) -> int:
    """Change some fields; the new version comes back."""
    merged = {**REGISTER.held(tx.db, organisation_id, version), **changes}
    _refuse_shared_mpid(tx.db, merged["mpid"], merged["mpid_role"], but=organisation_id)
    return REGISTER.revise(tx, organisation_id, version, changes)


def by_fsp(db: Database, fsp: str) -> Row | None:
    """Organisation that an agreement's ``fsp`` names: an organisation id or an MPID.

    Where several companies share an MPID, the one whose role can hold dispatch rights is meant.

    Raises
    ------
    RecordInvalid
        The MPID names several companies and their roles do not decide.
    """
    if found := REGISTER.current(db, organisation_id=fsp):
        return found[0]
    found = REGISTER.current(db, mpid=fsp)
    for role in code_lists.FLEXIBILITY_MPID_ROLES:
        if holders := [row for row in found if row["mpid_role"] == role]:
            return holders[0]
    if len(found) > 1:
        names = " and ".join(str(row["name"]) for row in found)
        raise RecordInvalid(f"MPID {fsp} names {names}: give the organisation id instead.")
    return found[0] if found else None


def stub_for(tx: Transaction, fsp: str) -> str:
    """Organisation id of an agreement's ``fsp``; a stub is made for one that nobody knows."""
    if held := by_fsp(tx.db, fsp):
        return str(held["organisation_id"])
    is_mpid = len(fsp) == 4
    stub = Organisation(
        organisation_id=None if is_mpid else fsp,
        name=fsp,
        mpid=fsp if is_mpid else None,
        roles=["FSP"],
        stub=True,
    )
    return add(tx, stub)


def warnings(organisation: Organisation) -> list[Odd]:
    """Say what is odd about an organisation without being wrong."""
    odd = []
    role = organisation.mpid_role
    if role and role not in code_lists.mpid_roles():
        text = f"{role} is no role code of market domain data"
        odd.append(Odd("mpid_role", "unknown_mpid_role", text))
    odd += [
        Odd("roles", "unknown_role", f"{name} is not in the published list of roles")
        for name in organisation.roles
        if name not in code_lists.ORGANISATION_ROLES
    ]
    return odd


def _refuse_shared_mpid(
    db: Database, mpid: str | None, role: str | None, *, but: str | None
) -> None:
    if mpid is None:
        return
    for held in REGISTER.current(db, mpid=mpid, mpid_role=role):
        if held["organisation_id"] != but:
            raise RecordExists(
                f"MPID {mpid} in role {role or 'unknown'} is {held['name']} "
                f"({held['organisation_id']}): revise that organisation instead."
            )
