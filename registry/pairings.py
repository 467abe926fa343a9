"""Pairings: which export MPAN belongs to which import MPAN, from when to when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, Self

from pydantic import field_validator, model_validator
from sqlite_utils import Database

from registry import identifiers
from registry.errors import RecordExists
from registry.records import Register
from registry.rows import Row
from registry.spans import DatedRecord, days, overlap
from registry.transaction import Transaction


class Pairing(DatedRecord):
    """One version of a pairing of the two meter points of a boundary."""

    pairing_id: str | None = None
    import_mpan: str
    export_mpan: str

    @field_validator("import_mpan", "export_mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str) -> str:
        return identifiers.mpan_core(value)

    @model_validator(mode="after")
    def _two_sides_differ(self) -> Self:
        if self.import_mpan == self.export_mpan:
            raise ValueError("the import and the export MPAN are the same")
        return self


REGISTER: Final = Register("pairing", Pairing)


def add(tx: Transaction, pairing: Pairing) -> str:
    """Write a new pairing; its id comes back.

    Raises
    ------
    RecordExists
        One of the two meter points is paired otherwise on one of the days.
    """
    _refuse_second_partner(tx.db, pairing, but=None)
    return REGISTER.add(tx, pairing)


def get(db: Database, pairing_id: str) -> Row:
    """Return one pairing as it stands."""
    return REGISTER.get(db, pairing_id)


def current(db: Database, as_at: dt.datetime | str | None = None) -> list[Row]:
    """Every pairing as it stands, or stood at a moment."""
    return REGISTER.current(db, as_at=as_at)


def history(db: Database, pairing_id: str) -> list[Row]:
    """Every version of one pairing, oldest first."""
    return REGISTER.history(db, pairing_id)


def revise(tx: Transaction, pairing_id: str, version: int, changes: Mapping[str, object]) -> int:
    """Change some fields; the new version comes back."""
    held = REGISTER.held(tx.db, pairing_id, version)
    fields = {name: held[name] for name in REGISTER.fields} | dict(changes)
    _refuse_second_partner(tx.db, REGISTER.checked(fields), but=pairing_id)
    return REGISTER.revise(tx, pairing_id, version, changes)


def boundary(db: Database, mpan: str, valid_from: dt.date, valid_to: dt.date | None) -> set[str]:
    """Every meter point of the boundary that ``mpan`` is one side of, on any day of a span."""
    found = {mpan}
    for side in ("import_mpan", "export_mpan"):
        for held in REGISTER.current(db, **{side: mpan}):
            if overlap(valid_from, valid_to, *_span(held)):
                found |= {held["import_mpan"], held["export_mpan"]}
    return found


def _refuse_second_partner(db: Database, pairing: Pairing, *, but: str | None) -> None:
    for side in ("import_mpan", "export_mpan"):
        for held in REGISTER.current(db, **{side: getattr(pairing, side)}):
            if held["pairing_id"] != but and overlap(
                pairing.valid_from, pairing.valid_to, *_span(held)
            ):
                raise RecordExists(
                    f"MPAN {held[side]} is paired as {held['import_mpan']} and "
                    f"{held['export_mpan']} {days(held['valid_from'], held['valid_to'])}: "
                    "end that pairing first."
                )


def _span(held: Row) -> tuple[dt.date, dt.date | None]:
    end = held["valid_to"]
    return dt.date.fromisoformat(held["valid_from"]), dt.date.fromisoformat(end) if end else None
