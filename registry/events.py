"""Dispatch events: a provider was asked, or set out, to deliver at a site for some half-hours."""

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


class Event(Record):
    """One version of a dispatch event.

    Parameters
    ----------
    fsp_id
        MPID or organisation id, as in agreements.
    start_utc, end_utc
        First instant and the instant after the last.
    requested_kw
        What was asked for; positive means net import falls [kW].
    """

    event_id: str | None = None
    fsp_id: str
    mpan: str
    amsid: str | None = None
    market: str | None = None
    start_utc: AwareDatetime
    end_utc: AwareDatetime
    requested_kw: float | None = None

    @field_validator("mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str) -> str:
        return identifiers.mpan_core(value)

    @field_validator("amsid")
    @classmethod
    def _amsid_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.amsid(value)

    @field_validator("start_utc", "end_utc")
    @classmethod
    def _clock_is_utc(cls, value: dt.datetime) -> dt.datetime:
        return value.astimezone(dt.UTC)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end_utc <= self.start_utc:
            raise ValueError(f"end_utc {self.end_utc} is not after start_utc {self.start_utc}")
        return self


REGISTER: Final = Register("event", Event)


def add(tx: Transaction, event: Event) -> str:
    """Write a new event; its id comes back."""
    return REGISTER.add(tx, event)


def get(db: Database, event_id: str) -> Row:
    """Return one event as it stands."""
    return REGISTER.get(db, event_id)


def current(
    db: Database, as_at: dt.datetime | str | None = None, *, mpan: str | None = None
) -> list[Row]:
    """Every event as it stands, or stood at a moment."""
    return REGISTER.current(db, as_at=as_at, **({} if mpan is None else {"mpan": mpan}))


def history(db: Database, event_id: str) -> list[Row]:
    """Every version of one event, oldest first."""
    return REGISTER.history(db, event_id)


def revise(tx: Transaction, event_id: str, version: int, changes: Mapping[str, object]) -> int:
    """Change some fields; the new version comes back."""
    return REGISTER.revise(tx, event_id, version, changes)
