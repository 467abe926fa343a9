"""One bundle of a business and one of a home, built once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from app.workflows.bundle import Bundle, build, of_event
from app.workspace import Workspace


@dataclass(frozen=True)
class Made:
    workspace: Workspace
    business: Bundle
    home: Bundle
    business_event: str
    home_event: str


def an_event(workspace: Workspace, premises: str) -> str:
    """Event with an unsupported claim where there is one, on premises of a kind."""
    meters = workspace.meters().filter(pl.col("premises") == premises)
    found = workspace.results("verdicts").filter(
        pl.col("mpan").is_in(meters["mpan"].implode()) & pl.col("boundary_kwh").is_not_null()
    )
    return str(found.sort(pl.col("verdict") != "unsupported", "event_id")["event_id"][0])


@pytest.fixture(scope="session")
def made(built_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Read only: the workspace that the bundles are of, and both bundles."""
    root = tmp_path_factory.mktemp("bundled") / "workspace"
    workspace = Workspace.open(Path(shutil.copytree(built_workspace, root)))
    events = [an_event(workspace, kind) for kind in ("non_domestic", "domestic")]
    business, home = (
        build(workspace, of_event(workspace, event), actor="Ada", reason="A test")
        for event in events
    )
    return Made(workspace, business, home, *events)
