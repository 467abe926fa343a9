"""Assets: what somebody registered behind a meter point. The meter says what it can do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from pydantic import Field, field_validator
from sqlite_utils import Database

from registry import code_lists, identifiers
from registry.records import Record, Register
from registry.rows import Row
from registry.transaction import Transaction


class Asset(Record):
    """One version of an asset.

    Parameters
    ----------
    asset_class
        A code of the published list of categories, or FLEXIBLE_DEMAND.
    rated_import_kw, rated_export_kw
        What was declared, if anything was [kW].
    """

    asset_id: str | None = None
    name: str
    asset_class: str
    organisation_id: str | None = None
    mpan: str | None = None
    rated_import_kw: float | None = Field(default=None, ge=0)
    rated_export_kw: float | None = Field(default=None, ge=0)
    commissioned_on: dt.date | None = None
    stub: bool = False

    @field_validator("asset_class")
    @classmethod
    def _class_is_listed(cls, value: str) -> str:
        if value not in code_lists.asset_classes():
            raise ValueError(
                f"{value!r} is no asset category; use {', '.join(code_lists.asset_classes())}"
            )
        return value

    @field_validator("mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.mpan_core(value)


REGISTER: Final = Register("asset", Asset)


def add(tx: Transaction, asset: Asset) -> str:
    """Write a new asset; its id comes back."""
    return REGISTER.add(tx, asset)


def get(db: Database, asset_id: str) -> Row:
    """Return one asset as it stands."""
    return REGISTER.get(db, asset_id)


def current(
    db: Database, as_at: dt.datetime | str | None = None, *, mpan: str | None = None
) -> list[Row]:
    """Every asset as it stands, or stood at a moment."""
    return REGISTER.current(db, as_at=as_at, **({} if mpan is None else {"mpan": mpan}))


def history(db: Database, asset_id: str) -> list[Row]:
    """Every version of one asset, oldest first."""
    return REGISTER.history(db, asset_id)


def revise(tx: Transaction, asset_id: str, version: int, changes: Mapping[str, object]) -> int:
    """Change some fields; the new version comes back."""
    return REGISTER.revise(tx, asset_id, version, changes)
