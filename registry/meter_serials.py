"""Meter serials: which meter stood at which meter point, from when to when; meters are exchanged.

Extracts that name meters by serial number are kept under it. A mapping says whose readings they
are, from its day on, whenever it arrives; nothing that was read is rewritten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from pydantic import field_validator
from sqlite_utils import Database

from registry import identifiers
from registry.errors import RecordExists
from registry.records import Register
from registry.rows import Row
from registry.spans import DatedRecord, days, overlap
from registry.transaction import Transaction

_PREFIX: Final = "serial:"
"""What a meter point begins with that is known by its meter alone."""


class MeterSerial(DatedRecord):
    """One version of a meter's stay at a meter point."""

    meter_serial_id: str | None = None
    meter_serial: str
    mpan: str

    @field_validator("meter_serial")
    @classmethod
    def _serial_is_bare(cls, value: str) -> str:
        bare = value.removeprefix(_PREFIX).strip()
        if not bare:
            raise ValueError("the meter serial is blank")
        return bare

    @field_validator("mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str) -> str:
        return identifiers.mpan_core(value)


REGISTER: Final = Register("meter_serial", MeterSerial)


def add(tx: Transaction, stay: MeterSerial) -> str:
    """Write a new stay of a meter; its id comes back.

    Raises
    ------
    RecordExists
        The meter is elsewhere, or the meter point has another meter, on one of the days.
    """
    _refuse_overlap(tx.db, stay, but=None)
    return REGISTER.add(tx, stay)


def get(db: Database, meter_serial_id: str) -> Row:
    """Return one stay as it stands."""
    return REGISTER.get(db, meter_serial_id)


def current(db: Database, as_at: dt.datetime | str | None = None) -> list[Row]:
    """Every stay as it stands, or stood at a moment."""
    return REGISTER.current(db, as_at=as_at)


def history(db: Database, meter_serial_id: str) -> list[Row]:
    """Every version of one stay, oldest first."""
    return REGISTER.history(db, meter_serial_id)


def revise(
    tx: Transaction, meter_serial_id: str, version: int, changes: Mapping[str, object]
) -> int:
    """Change some fields; the new version comes back."""
    held = REGISTER.held(tx.db, meter_serial_id, version)
    fields = {name: held[name] for name in REGISTER.fields} | dict(changes)
    _refuse_overlap(tx.db, REGISTER.checked(fields), but=meter_serial_id)
    return REGISTER.revise(tx, meter_serial_id, version, changes)


def _refuse_overlap(db: Database, stay: MeterSerial, *, but: str | None) -> None:
    for column in ("meter_serial", "mpan"):
        for held in REGISTER.current(db, **{column: getattr(stay, column)}):
            if held["meter_serial_id"] != but and overlap(
                stay.valid_from, stay.valid_to, *_span(held)
            ):
                raise RecordExists(
                    f"Meter {held['meter_serial']} stands at MPAN {held['mpan']} "
                    f"{days(held['valid_from'], held['valid_to'])}: end that stay first."
                )


def _span(held: Row) -> tuple[dt.date, dt.date | None]:
    end = held["valid_to"]
    return dt.date.fromisoformat(held["valid_from"]), dt.date.fromisoformat(end) if end else None
