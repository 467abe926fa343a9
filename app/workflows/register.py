"""The register as pages and commands use it: look, add, load a file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from app.workflows.evidence import table
from app.workspace import Workspace
from registry import agreements, asset_meters, assets, events, exchange, organisations, pairings
from registry.agreements import Agreement
from registry.exchange import LoadReport

LISTED: Final = {
    "organisations": organisations,
    "assets": assets,
    "asset-meters": asset_meters,
    "pairings": pairings,
    "agreements": agreements,
    "events": events,
}
"""Entities that a page lists, by the name that `fmar load` gives them."""


def listing(workspace: Workspace, entity: str) -> pl.DataFrame:
    """Current rows of one entity; `KeyError` for an entity that is not `LISTED`."""
    with workspace.ledger.read() as db:
        return table(LISTED[entity].current(db))


def add_agreement(
    workspace: Workspace, fields: Mapping[str, Any], *, actor: str, reason: str
) -> str:
    """Add one agreement of seven fields; return its id.

    Raises
    ------
    registry.errors.RegistryError
        A field is wrong, or it clashes with an agreement that the message names.
    """
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        return str(agreements.add(tx, Agreement.model_validate(dict(fields))))


def load_csv(
    workspace: Workspace, entity: str, data: bytes, *, actor: str, reason: str, dry_run: bool
) -> LoadReport:
    """Load an uploaded CSV: every row or none, errors by row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{entity}.csv"
        path.write_bytes(data)
        return exchange.load(
            workspace.ledger, entity, path, actor=actor, reason=reason, dry_run=dry_run
        )
