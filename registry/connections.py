"""Connections: what is known about the place of a meter point; the engine's meters frame.

Blank is unknown: unknown premises are treated as domestic wherever it matters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from sqlite_utils import Database

from registry import identifiers
from registry.records import Record, Register
from registry.rows import Row
from registry.transaction import Transaction


class Connection(Record):
    """One version of a connection; its id is its MPAN.

    Parameters
    ----------
    latitude, longitude
        Degrees north and east.
    import_limit_kw, export_limit_kw
        What the connection agreement allows [kW].
    """

    connection_id: str | None = None
    mpan: str
    weather_station: str | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    time_zone: str | None = None
    premises: Literal["domestic", "non_domestic", "unknown"] | None = None
    gsp_group: str | None = None
    gsp: str | None = None
    primary: str | None = None
    feeder: str | None = None
    zone: str | None = None
    import_limit_kw: float | None = Field(default=None, ge=0)
    export_limit_kw: float | None = Field(default=None, ge=0)
    has_export_register: bool | None = None

    @field_validator("mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str) -> str:
        return identifiers.mpan_core(value)

    @field_validator("gsp_group")
    @classmethod
    def _gsp_group_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.gsp_group(value)

    @field_validator("time_zone")
    @classmethod
    def _time_zone_exists(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError(f"no time zone is called {value!r}") from error
        return value


REGISTER: Final = Register("connection", Connection)


def add(tx: Transaction, connection: Connection) -> str:
    """Write a new connection; its id, the MPAN, comes back."""
    return REGISTER.add(tx, connection.model_copy(update={"connection_id": connection.mpan}))


def get(db: Database, mpan: str) -> Row:
    """Return the connection of one meter point as it stands."""
    return REGISTER.get(db, mpan)


def current(db: Database, as_at: dt.datetime | str | None = None) -> list[Row]:
    """Every connection as it stands, or stood at a moment."""
    return REGISTER.current(db, as_at=as_at)


def history(db: Database, mpan: str) -> list[Row]:
    """Every version of one connection, oldest first."""
    return REGISTER.history(db, mpan)


def revise(tx: Transaction, mpan: str, version: int, changes: Mapping[str, object]) -> int:
    """Change some fields; the new version comes back."""
    return REGISTER.revise(tx, mpan, version, changes)
