"""The workspace that a newcomer meets: built from sample_data by the same steps as any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import app
from app.workflows import facts
from app.workflows.characterise import characterise
from app.workflows.deliveries import verify
from app.workflows.ingest import ingest
from app.workflows.reconcile import reconcile
from app.workspace import Workspace, WorkspaceError
from registry import exchange

LOADED: Final = (
    "organisations",
    "assets",
    "pairings",
    "asset-meters",
    "agreements",
    "signals",
    "events",
    "declared",
)
"""Register files of sample_data in the order in which they build on each other."""

Say = Callable[[str], None]


class SampleMissing(WorkspaceError):
    """The folder with the sample data is not where it should be."""


def sample_folder() -> Path:
    """Where sample_data lies: beside the checkout, or inside the installed package."""
    package = Path(app.__file__).parent
    for folder in (package.parent / "sample_data", package / "sample_data"):
        if (folder / "agreements.csv").is_file():
            return folder
    raise SampleMissing(f"no sample_data beside {package}; install the package again.")


def build(root: Path, sample: Path, *, actor: str, jobs: int = 1, say: Say) -> Workspace:
    """Make a workspace from sample files, characterise, verify and raise flags.

    A build that was killed goes on where it stopped: every step leaves out what is done.
    """
    reason = "Demonstration from sample_data"
    if (root / "workspace.json").is_file():
        workspace = Workspace.open(root)
    else:
        workspace = Workspace.create(root, actor=actor, reason=reason)
    say("Reading the extracts ...")
    ingest(workspace, [sample / "extracts.zip"], actor=actor, reason=reason)
    ingest(workspace, [sample / "asset_extracts.zip"], actor=actor, reason=reason, source="asset")
    say("Loading the register ...")
    facts.load_weather(workspace, sample / "weather.parquet", actor=actor, reason=reason)
    exchange.load(
        workspace.ledger, "connections", sample / "meters.csv", actor=actor, reason=reason
    )
    for entity in LOADED:
        exchange.load(
            workspace.ledger, entity, sample / f"{entity}.csv", actor=actor, reason=reason
        )
    say("Characterising every meter point ...")
    characterise(workspace, actor=actor, reason=reason, jobs=jobs)
    say("Checking declared deliveries against the boundary ...")
    verify(workspace, actor=actor, reason=reason)
    reconcile(workspace, actor=actor, reason=reason)
    return workspace


def is_complete(root: Path) -> bool:
    """Whether a build reached its last step here."""
    if not (root / "workspace.json").is_file():
        return False
    return "verdicts" in Workspace.open(root).committed()
