"""Signals: what customers of an area or a site were told or paid to do, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, Self

from pydantic import AwareDatetime, field_validator, model_validator
from sqlite_utils import Database

from registry import identifiers
from registry.records import Record, Register
from registry.rows import Row
from registry.transaction import Transaction


class Signal(Record):
    """One version of a signal; without area and MPAN it is meant for everyone."""

    signal_id: str | None = None
    kind: str
    area: str | None = None
    mpan: str | None = None
    start_utc: AwareDatetime
    end_utc: AwareDatetime

    @field_validator("mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.mpan_core(value)

    @field_validator("start_utc", "end_utc")
    @classmethod
    def _clock_is_utc(cls, value: dt.datetime) -> dt.datetime:
        return value.astimezone(dt.UTC)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end_utc <= self.start_utc:
            raise ValueError(f"end_utc {self.end_utc} is not after start_utc {self.start_utc}")
        return self


REGISTER: Final = Register("signal", Signal)


def add(tx: Transaction, signal: Signal) -> str:
    """Write a new signal; its id comes back."""
    return REGISTER.add(tx, signal)


def get(db: Database, signal_id: str) -> Row:
    """Return one signal as it stands."""
    return REGISTER.get(db, signal_id)


def current(db: Database, as_at: dt.datetime | str | None = None) -> list[Row]:
    """Every signal as it stands, or stood at a moment."""
    return REGISTER.current(db, as_at=as_at)


def history(db: Database, signal_id: str) -> list[Row]:
    """Every version of one signal, oldest first."""
    return REGISTER.history(db, signal_id)


def revise(tx: Transaction, signal_id: str, version: int, changes: Mapping[str, object]) -> int:
    """Change some fields; the new version comes back."""
    return REGISTER.revise(tx, signal_id, version, changes)
