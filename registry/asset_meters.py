"""Asset meters: an import AMSID with its export AMSID if it has one, behind a boundary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, Self

from pydantic import field_validator, model_validator
from sqlite_utils import Database

from registry import identifiers
from registry.errors import RecordExists
from registry.records import Record, Register
from registry.rows import Row
from registry.transaction import Transaction


class AssetMeter(Record):
    """One version of an asset meter.

    Parameters
    ----------
    import_mpan, export_mpan
        The boundary it stands behind.
    stub
        Made by an agreement that named its AMSID; its details are still to come.
    """

    asset_meter_id: str | None = None
    import_amsid: str
    export_amsid: str | None = None
    import_mpan: str | None = None
    export_mpan: str | None = None
    asset_id: str | None = None
    stub: bool = False

    @field_validator("import_amsid", "export_amsid")
    @classmethod
    def _amsid_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.amsid(value)

    @field_validator("import_mpan", "export_mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.mpan_core(value)

    @model_validator(mode="after")
    def _two_sides_differ(self) -> Self:
        if self.import_amsid == self.export_amsid:
            raise ValueError("the import and the export AMSID are the same")
        if self.import_mpan and self.import_mpan == self.export_mpan:
            raise ValueError("the import and the export MPAN are the same")
        return self

    @property
    def mpans(self) -> set[str]:
        """Meter points of the boundary, as far as they are known."""
        return {mpan for mpan in (self.import_mpan, self.export_mpan) if mpan}


REGISTER: Final = Register("asset_meter", AssetMeter)


def add(tx: Transaction, asset_meter: AssetMeter) -> str:
    """Write a new asset meter; its id comes back.

    Raises
    ------
    RecordExists
        One of its AMSIDs belongs to another asset meter.
    """
    _refuse_shared_amsid(tx.db, asset_meter.import_amsid, asset_meter.export_amsid, but=None)
    return REGISTER.add(tx, asset_meter)


def get(db: Database, asset_meter_id: str) -> Row:
    """Return one asset meter as it stands."""
    return REGISTER.get(db, asset_meter_id)


def current(
    db: Database, as_at: dt.datetime | str | None = None, *, mpan: str | None = None
) -> list[Row]:
    """Every asset meter as it stands, or those behind one import or export MPAN."""
    rows = REGISTER.current(db, as_at=as_at)
    return [row for row in rows if mpan in (None, row["import_mpan"], row["export_mpan"])]


def history(db: Database, asset_meter_id: str) -> list[Row]:
    """Every version of one asset meter, oldest first."""
    return REGISTER.history(db, asset_meter_id)


def revise(
    tx: Transaction, asset_meter_id: str, version: int, changes: Mapping[str, object]
) -> int:
    """Change some fields; the new version comes back."""
    merged = {**REGISTER.held(tx.db, asset_meter_id, version), **changes}
    _refuse_shared_amsid(tx.db, merged["import_amsid"], merged["export_amsid"], but=asset_meter_id)
    return REGISTER.revise(tx, asset_meter_id, version, changes)


def by_amsid(db: Database, amsid: str) -> Row | None:
    """Asset meter that holds an AMSID, on its import or its export side."""
    for side in ("import_amsid", "export_amsid"):
        if found := REGISTER.current(db, **{side: amsid}):
            return found[0]
    return None


def stub_for(tx: Transaction, amsid: str, mpan: str) -> str:
    """Asset meter id of an AMSID; a stub behind ``mpan`` is made for one that nobody knows."""
    if held := by_amsid(tx.db, amsid):
        return str(held["asset_meter_id"])
    return add(tx, AssetMeter(import_amsid=amsid, import_mpan=mpan, stub=True))


def _refuse_shared_amsid(
    db: Database, import_amsid: str, export_amsid: str | None, *, but: str | None
) -> None:
    for amsid in (import_amsid, export_amsid):
        held = by_amsid(db, amsid) if amsid else None
        if held and held["asset_meter_id"] != but:
            raise RecordExists(
                f"AMSID {amsid} belongs to asset meter {held['import_amsid']} behind MPAN "
                f"{held['import_mpan']}: revise that asset meter instead."
            )
