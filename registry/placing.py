"""Where a row of a file belongs: a new record, a change of one, or nothing new.

Each function takes the fields of a row, finds the record they speak of by its natural key, and
writes what differs. It returns the record's id, whether anything was written, and what is odd
without being wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

from registry import (
    agreements,
    asset_meters,
    assets,
    connections,
    dependants,
    events,
    identifiers,
    meter_serials,
    organisations,
    pairings,
    signals,
)
from registry.errors import RecordUnknown
from registry.records import Register
from registry.rows import Odd, Row
from registry.transaction import Transaction

Fields = Mapping[str, Any]
ODD: Final = {
    "unknown_distributor": "its first two digits are no distributor of the list",
    "asset_meter_as_mpan": "it begins as an AMSID does, not as an MPAN",
    "unknown_amsid_prefix": "its first two digits are not 77 or 78",
    "amsid_check_digit": "its last digit is not the check digit an MPAN would have",
}


class Placed(NamedTuple):
    """What became of a row."""

    record_id: str
    written: bool
    odd: list[Odd]


class _Module(Protocol):
    """A module of one versioned entity."""

    @property
    def REGISTER(self) -> Register[Any]: ...

    def revise(self, tx: Transaction, record_id: str, version: int, changes: Fields, /) -> int: ...


def organisation(tx: Transaction, fields: Fields) -> Placed:
    """Match by organisation id, then MPID and role, then name; a file takes the place of a stub."""
    record = organisations.REGISTER.checked({**fields, "stub": False})
    odd = organisations.warnings(record)
    held = _held_organisation(tx, record)
    if held is None:
        return Placed(organisations.add(tx, record), True, odd)
    given = record.organisation_id
    if given and given != held["organisation_id"]:
        # Agreements name the MPID, so they follow; what names the stub's own id must not be lost.
        dependants.refuse(tx.db, "organisation", held, names=("asset",))
        organisations.REGISTER.retire(
            tx, held["organisation_id"], held["version"], action="replace stub"
        )
        return Placed(organisations.add(tx, record), True, odd)
    return _revised(tx, organisations, held, {**fields, "stub": False}, odd)


def asset(tx: Transaction, fields: Fields) -> Placed:
    """Match by asset id, then by name, MPAN and organisation."""
    record = assets.REGISTER.checked({**fields, "stub": False})
    owner = record.organisation_id
    if owner and not organisations.REGISTER.current(tx.db, organisation_id=owner):
        raise RecordUnknown(f"No organisation has the id {owner}: load organisations first.")
    key = {"asset_id": record.asset_id}
    if record.asset_id is None:
        key = {"name": record.name, "mpan": record.mpan, "organisation_id": owner}
    held = assets.REGISTER.current(tx.db, None, **key)
    odd = _odd_mpan("mpan", record.mpan)
    if not held:
        return Placed(assets.add(tx, record), True, odd)
    return _revised(tx, assets, held[0], {**fields, "stub": False}, odd)


def asset_meter(tx: Transaction, fields: Fields) -> Placed:
    """Match by import AMSID, then a stub that an agreement made for the export AMSID."""
    record = asset_meters.REGISTER.checked({**fields, "stub": False})
    if record.asset_id and not assets.REGISTER.current(tx.db, asset_id=record.asset_id):
        raise RecordUnknown(f"No asset has the id {record.asset_id}: load assets first.")
    odd = _odd_amsid("import_amsid", record.import_amsid)
    odd += _odd_amsid("export_amsid", record.export_amsid)
    odd += _odd_mpan("import_mpan", record.import_mpan)
    held = asset_meters.REGISTER.current(tx.db, import_amsid=record.import_amsid)
    if not held and record.export_amsid:
        held = asset_meters.REGISTER.current(tx.db, import_amsid=record.export_amsid, stub=1)
    if not held:
        return Placed(asset_meters.add(tx, record), True, odd)
    return _revised(tx, asset_meters, held[0], {**fields, "stub": False}, odd)


def pairing(tx: Transaction, fields: Fields) -> Placed:
    """Match by both meter points and the first day."""
    record = pairings.REGISTER.checked(fields)
    odd = _odd_mpan("import_mpan", record.import_mpan) + _odd_mpan(
        "export_mpan", record.export_mpan
    )
    held = pairings.REGISTER.current(
        tx.db,
        import_mpan=record.import_mpan,
        export_mpan=record.export_mpan,
        valid_from=record.valid_from.isoformat(),
    )
    if not held:
        return Placed(pairings.add(tx, record), True, odd)
    return _revised(tx, pairings, held[0], fields, odd)


def meter_serial(tx: Transaction, fields: Fields) -> Placed:
    """Match by meter, meter point and the first day."""
    record = meter_serials.REGISTER.checked(fields)
    odd = _odd_mpan("mpan", record.mpan)
    held = meter_serials.REGISTER.current(
        tx.db,
        meter_serial=record.meter_serial,
        mpan=record.mpan,
        valid_from=record.valid_from.isoformat(),
    )
    if not held:
        return Placed(meter_serials.add(tx, record), True, odd)
    return _revised(tx, meter_serials, held[0], fields, odd)


def agreement(tx: Transaction, fields: Fields) -> Placed:
    """Match by provider, MPAN, AMSID, market and first day."""
    record = agreements.REGISTER.checked(fields)
    odd = [*_odd_mpan("mpan", record.mpan), *_odd_amsid("amsid", record.amsid)]
    held = agreements.REGISTER.current(
        tx.db,
        mpan=record.mpan,
        fsp=record.fsp,
        amsid=record.amsid,
        market=record.market,
        valid_from=record.valid_from.isoformat(),
    )
    odd += agreements.unknown_parties(tx.db, record)
    if not held:
        return Placed(agreements.add(tx, record), True, odd)
    return _revised(tx, agreements, held[0], fields, odd)


def event(tx: Transaction, fields: Fields) -> Placed:
    """Match by event id."""
    record = events.REGISTER.checked(fields)
    odd = [*_odd_mpan("mpan", record.mpan), *_odd_amsid("amsid", record.amsid)]
    if organisations.by_fsp(tx.db, record.fsp_id) is None:
        odd.append(
            Odd("fsp_id", "unknown_provider", f"{record.fsp_id} is no provider of the register")
        )
    held = events.REGISTER.current(tx.db, event_id=record.event_id)
    if not held:
        return Placed(events.add(tx, record), True, odd)
    return _revised(tx, events, held[0], fields, odd)


def signal(tx: Transaction, fields: Fields) -> Placed:
    """Match by signal id."""
    record = signals.REGISTER.checked(fields)
    held = signals.REGISTER.current(tx.db, signal_id=record.signal_id)
    if not held:
        return Placed(signals.add(tx, record), True, [])
    return _revised(tx, signals, held[0], fields, [])


def connection(tx: Transaction, fields: Fields) -> Placed:
    """Match by MPAN."""
    record = connections.REGISTER.checked(fields)
    implied = identifiers.gsp_group_of(record.mpan)
    odd = _odd_mpan("mpan", record.mpan)
    if implied and record.gsp_group and implied != record.gsp_group:
        odd.append(
            Odd(
                "gsp_group",
                "other_gsp_group",
                f"{record.gsp_group} is not {implied}, which the MPAN implies",
            )
        )
    held = connections.REGISTER.current(tx.db, connection_id=record.mpan)
    if not held:
        return Placed(connections.add(tx, record), True, odd)
    return _revised(tx, connections, held[0], fields, odd)


def _revised(tx: Transaction, module: _Module, held: Row, fields: Fields, odd: list[Odd]) -> Placed:
    key = module.REGISTER.key
    record_id, version = str(held[key]), int(held["version"])
    changes = {name: value for name, value in fields.items() if name != key}
    return Placed(record_id, module.revise(tx, record_id, version, changes) != version, odd)


def _held_organisation(tx: Transaction, record: organisations.Organisation) -> Row | None:
    current = organisations.REGISTER.current
    found = current(tx.db, organisation_id=record.organisation_id) if record.organisation_id else []
    if not found and record.mpid:
        found = (
            []
            if record.organisation_id
            else current(tx.db, mpid=record.mpid, mpid_role=record.mpid_role)
        )
        found = found or current(tx.db, mpid=record.mpid, stub=1)
    if not found and not record.organisation_id and not record.mpid:
        found = current(tx.db, name=record.name, mpid=None)
    return found[0] if found else None


def _odd_mpan(column: str, mpan: str | None) -> list[Odd]:
    codes = identifiers.mpan_warnings(mpan) if mpan else []
    return [Odd(column, code, f"MPAN {mpan}: {ODD[code]}") for code in codes]


def _odd_amsid(column: str, amsid: str | None) -> list[Odd]:
    codes = identifiers.amsid_warnings(amsid) if amsid else []
    return [Odd(column, code, f"AMSID {amsid}: {ODD[code]}") for code in codes]
