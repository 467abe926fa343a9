"""Ledgers to write to, and one that holds something of everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry import (
    audit,
    commits,
    disputes,
    exchange,
    flags,
    identifiers,
    layouts,
    notices,
    overrides,
    sources,
)
from registry.flags import FlagFinding
from registry.ledger import Ledger

WHO = {"actor": "Ann Analyst", "reason": "a test"}


def numbered(prefix: str, unique: int) -> str:
    """A 13-digit identifier with a valid check digit."""
    first = f"{prefix}{unique:010d}"
    return f"{first}{identifiers.check_digit(first)}"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.db")


@pytest.fixture
def mpan() -> Callable[[int], str]:
    return lambda unique: numbered("12", unique)


@pytest.fixture
def amsid() -> Callable[[int], str]:
    return lambda unique: numbered("77", unique)


@pytest.fixture
def filled(ledger: Ledger, mpan: Callable[[int], str], amsid: Callable[[int], str]) -> Ledger:
    """A ledger with at least one row in every table."""
    site, export, meter = mpan(1), mpan(2), amsid(1)
    day, start, end = "2026-01-01", "2026-02-01T17:00:00Z", "2026-02-01T18:00:00Z"
    files = {
        "connections": {"mpan": site, "gsp_group": "_C"},
        "organisations": {"organisation_id": "ORG-ONE", "name": "One Ltd", "mpid": "FLXA"},
        "assets": {"asset_id": "AST-1", "name": "cell", "asset_class": "BESS", "mpan": site},
        "asset-meters": {"import_amsid": meter, "import_mpan": site, "asset_id": "AST-1"},
        "pairings": {"import_mpan": site, "export_mpan": export, "valid_from": day},
        "meter-serials": {"meter_serial": "K0229", "mpan": site, "valid_from": day},
        "agreements": {
            "fsp": "FLXA",
            "mpan": site,
            "amsid": meter,
            "market": "DSO_LOCAL",
            "stack_rank": 1,
            "exclusive": "no",
            "valid_from": day,
        },
        "signals": {"signal_id": "S1", "kind": "DSO", "start_utc": start, "end_utc": end},
        "events": {
            "event_id": "E1",
            "fsp_id": "FLXA",
            "mpan": site,
            "amsid": meter,
            "start_utc": start,
            "end_utc": end,
        },
        "declared": {
            "event_id": "E1",
            "mpan": site,
            "amsid": meter,
            "fsp_id": "FLXA",
            "ts_utc": start,
            "declared_kwh": 1.5,
        },
    }
    for entity, row in files.items():
        assert exchange.load(ledger, entity, [row], **WHO).load_id is not None
    with ledger.write(**WHO) as tx:
        finding = FlagFinding(
            key="k", kind="medium", mpan=site, title="t", because="b", kw_at_stake=3.0, doubt=0.3
        )
        flag_id = flags.upsert(tx, finding, "1")
        disputes.open(
            tx, flag_id, "E1", site, ["FLXA"], "declared_kwh", "not so", None, {"series": [1.0]}
        )
        submitted = {
            "fsp": "FLXA",
            "mpan": site,
            "amsid": meter,
            "asset_class": "BESS",
            "parameter": "rated_export_kw",
            "statistic": "max",
            "value": 50.0,
            "given": "50 kW",
            "because": "nameplate",
            "submitted_on": "2026-02-01",
            "expires_on": "2027-02-01",
            "review_on": "2026-05-01",
        }
        overrides.submit(tx, overrides.REGISTER.checked(submitted))
        told = {"flag_id": flag_id, "mpan": site, "role": "fsp", "addressed_to": "FLXA"}
        notices.tell(tx, notices.REGISTER.checked({**told, "said": "s", "told_on": "2026-02-02"}))
        layouts.remember(tx, "Harbour portal", ["ab12"], {"unit": "KW"})
        commits.record(tx, "ingest", {"reads": 1}, {"rows": 48})
        sources.record(tx, "src-1", "a.csv", "ab" * 32, "wide", None, {})
    audit.accessed(ledger, "Ann Analyst", "answering a complaint", {"mpan": site})
    return ledger
