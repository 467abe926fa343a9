"""Agreements: who holds dispatch rights over what, in seven fields and a primacy type.

Two agreements hold the same asset where they name the same asset meter, by either of its AMSIDs,
or where one of them is for the whole site (no AMSID): it holds every asset behind the boundary.
Different providers over different assets of one MPAN are lawful (P375, P483).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field, field_validator
from sqlite_utils import Database

from registry import asset_meters, code_lists, identifiers, organisations, pairings, settings
from registry.errors import AgreementClash, RecordInvalid
from registry.records import Register
from registry.rows import Odd, Row
from registry.spans import DatedRecord, days, overlap
from registry.transaction import Transaction

_FSP: Final = re.compile(r"[A-Z0-9]{4}|[A-Za-z0-9][A-Za-z0-9._:\-]{4,63}")


class Agreement(DatedRecord):
    """One version of an agreement.

    Parameters
    ----------
    fsp
        MPID of the provider, or its organisation id where it has none.
    amsid
        Import or export AMSID of the asset meter; None is a whole-site agreement.
    stack_rank
        Order among the agreements over one asset; 1 comes first.
    exclusive
        No other agreement may hold the asset on the same days.
    primacy_type
        Which operator's need comes first; it ranks networks, not agreements.
    """

    agreement_id: str | None = None
    fsp: str
    mpan: str
    amsid: str | None = None
    market: str
    stack_rank: int = Field(ge=1)
    exclusive: bool
    primacy_type: Literal["NONE", "DSO", "NESO", "JOINT"] = "NONE"

    @field_validator("fsp")
    @classmethod
    def _fsp_has_its_form(cls, value: str) -> str:
        if not _FSP.fullmatch(value):
            raise ValueError(
                f"{value!r} is neither an MPID (four capitals or digits) nor an organisation id"
            )
        return value

    @field_validator("mpan")
    @classmethod
    def _mpan_has_its_form(cls, value: str) -> str:
        return identifiers.mpan_core(value)

    @field_validator("amsid")
    @classmethod
    def _amsid_has_its_form(cls, value: str | None) -> str | None:
        return None if value is None else identifiers.amsid(value)


REGISTER: Final = Register("agreement", Agreement)


def add(tx: Transaction, agreement: Agreement) -> str:
    """Write a new agreement, with stubs for a provider or asset meter nobody knew; its id.

    Raises
    ------
    AgreementClash
        Another agreement holds the asset on the same days; the sentence names it.
    RecordInvalid
        The market is unknown, or the AMSID is behind another MPAN.
    """
    check(tx.db, agreement)
    _make_stubs(tx, agreement)
    return REGISTER.add(tx, agreement)


def get(db: Database, agreement_id: str) -> Row:
    """Return one agreement as it stands."""
    return REGISTER.get(db, agreement_id)


def current(
    db: Database, as_at: dt.datetime | str | None = None, *, mpan: str | None = None
) -> list[Row]:
    """Every agreement as it stands, or stood at a moment."""
    return REGISTER.current(db, as_at=as_at, **({} if mpan is None else {"mpan": mpan}))


def history(db: Database, agreement_id: str) -> list[Row]:
    """Every version of one agreement, oldest first."""
    return REGISTER.history(db, agreement_id)


def revise(tx: Transaction, agreement_id: str, version: int, changes: Mapping[str, object]) -> int:
    """Change some fields under the same rules as a new agreement; the new version comes back."""
    held = REGISTER.held(tx.db, agreement_id, version)
    fields = {name: held[name] for name in REGISTER.fields} | dict(changes)
    revised = REGISTER.checked({**fields, "agreement_id": agreement_id})
    check(tx.db, revised)
    _make_stubs(tx, revised)
    return REGISTER.revise(tx, agreement_id, version, changes)


def end(tx: Transaction, agreement_id: str, version: int, valid_to: dt.date) -> int:
    """End an agreement: ``valid_to`` is the first day on which it holds no more."""
    return revise(tx, agreement_id, version, {"valid_to": valid_to.isoformat()})


def check(db: Database, agreement: Agreement) -> None:
    """Refuse an agreement that cannot stand beside those in the ledger.

    Raises
    ------
    AgreementClash, RecordInvalid
    """
    markets = (*code_lists.MARKETS, *settings.value(db, "extra_markets"))
    if agreement.market not in markets:
        raise RecordInvalid(f"{agreement.market!r} is no market; use {', '.join(markets)}.")
    site = pairings.boundary(db, agreement.mpan, agreement.valid_from, agreement.valid_to)
    meter = asset_meters.by_amsid(db, agreement.amsid) if agreement.amsid else None
    if meter:
        stands = {meter["import_mpan"], meter["export_mpan"]} - {None}
        if stands and not stands & site:
            raise RecordInvalid(
                f"AMSID {agreement.amsid} is registered behind MPAN {sorted(stands)[0]}, not "
                f"{agreement.mpan}: correct the agreement, or move the asset meter first."
            )
    for other in _rivals(db, agreement, site, meter):
        if fault := _fault(db, agreement, other):
            code, rule = fault
            raise AgreementClash(
                code, f"{rule}: it clashes with {describe(other)}.", str(other["agreement_id"])
            )


def unknown_parties(db: Database, agreement: Agreement) -> list[Odd]:
    """Name what an agreement speaks of and nobody knows; stubs are made for it."""
    unknown = []
    if organisations.by_fsp(db, agreement.fsp) is None:
        text = f"{agreement.fsp} is unknown: a stub organisation is made for it"
        unknown.append(Odd("fsp", "stub_made", text))
    if agreement.amsid and asset_meters.by_amsid(db, agreement.amsid) is None:
        text = f"{agreement.amsid} is unknown: a stub asset meter is made for it"
        unknown.append(Odd("amsid", "stub_made", text))
    return unknown


def _make_stubs(tx: Transaction, agreement: Agreement) -> None:
    organisations.stub_for(tx, agreement.fsp)
    if agreement.amsid:
        asset_meters.stub_for(tx, agreement.amsid, agreement.mpan)


def describe(agreement: Row) -> str:
    """Words for one agreement: provider, market, rank, asset, days."""
    asset = f"AMSID {agreement['amsid']}" if agreement["amsid"] else "the whole site"
    shared = "exclusive" if agreement["exclusive"] else "shared"
    return (
        f"the {shared} agreement of {agreement['fsp']} over {asset} at MPAN {agreement['mpan']} "
        f"for {agreement['market']}, rank {agreement['stack_rank']}, "
        f"{days(agreement['valid_from'], agreement['valid_to'])} ({agreement['agreement_id']})"
    )


def _rivals(db: Database, agreement: Agreement, site: set[str], meter: Row | None) -> list[Row]:
    """Other agreements over the same asset that share a day with this one."""
    found = {row["agreement_id"]: row for mpan in site for row in REGISTER.current(db, mpan=mpan)}
    amsids = {agreement.amsid}
    if meter:
        amsids |= {meter["import_amsid"], meter["export_amsid"]}
    amsids.discard(None)
    for amsid in amsids:
        found |= {row["agreement_id"]: row for row in REGISTER.current(db, amsid=amsid)}
    found.pop(agreement.agreement_id, None)
    return [
        found[key]
        for key in sorted(found)
        if _same_asset(found[key], agreement, amsids) and _same_days(found[key], agreement)
    ]


def _same_asset(other: Row, agreement: Agreement, amsids: set[str | None]) -> bool:
    return other["amsid"] is None or agreement.amsid is None or other["amsid"] in amsids


def _same_days(other: Row, agreement: Agreement) -> bool:
    end_day = other["valid_to"]
    return overlap(
        agreement.valid_from,
        agreement.valid_to,
        dt.date.fromisoformat(other["valid_from"]),
        dt.date.fromisoformat(end_day) if end_day else None,
    )


def _fault(db: Database, agreement: Agreement, other: Row) -> tuple[str, str] | None:
    if agreement.exclusive or other["exclusive"]:
        if _party(db, agreement.fsp) != _party(db, other["fsp"]):
            return (
                "other_provider_exclusive",
                "Two providers may hold one asset on the same days only where all share it",
            )
        return "exclusive_overlap", "An exclusive agreement allows no other on the same days"
    if agreement.stack_rank == other["stack_rank"]:
        return "same_rank", f"Rank {agreement.stack_rank} is taken on the same days"
    return None


def _party(db: Database, fsp: str) -> str:
    """Organisation behind an fsp, so that an MPID and its organisation id are one provider."""
    held = organisations.by_fsp(db, fsp)
    return str(held["organisation_id"]) if held else fsp
