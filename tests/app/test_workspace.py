"""A workspace folder: made once, opened often, committed as a whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from app.workspace import (
    Workspace,
    WorkspaceBusy,
    WorkspaceDamaged,
    WorkspaceError,
    WorkspaceExists,
    WorkspaceMissing,
    WorkspaceTooNew,
)
from registry import audit

WHO = {"actor": "Ada", "reason": "test"}


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "w", **WHO)


def put_weather(workspace: Workspace, temperature: float) -> int:
    frame = pl.DataFrame(
        {
            "station": ["_C"],
            "ts_utc": ["2026-01-01T00:00:00Z"],
            "temp_c": [temperature],
            "ghi_wm2": [0.0],
        }
    )
    return workspace.weather_store.put(frame, version=workspace.committed().get("weather"))


def commit_weather(workspace: Workspace, temperature: float) -> None:
    with workspace.writing():
        version = put_weather(workspace, temperature)
        with workspace.ledger.write(**WHO) as tx:
            workspace.commit(tx, "weather", {"weather": version}, {})


def test_making_a_workspace_is_the_first_entry_of_its_audit_trail(empty: Workspace) -> None:
    with empty.ledger.read() as db:
        made = [entry for entry in audit.entries(db) if entry["entity"] == "workspace"]
    assert [entry["actor"] for entry in made] == ["Ada"]


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(WorkspaceExists, match="not empty"):
        Workspace.create(tmp_path, **WHO)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_an_unknown_legal_basis_is_refused_and_the_known_ones_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="public_task or consent_only"):
        Workspace.create(tmp_path / "w", legal_basis="curiosity", **WHO)


def test_what_is_no_workspace_or_too_new_says_so(empty: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceMissing, match="fmar init"):
        Workspace.open(tmp_path)
    manifest = empty.root / "workspace.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}))
    with pytest.raises(WorkspaceTooNew, match="format 99"):
        Workspace.open(empty.root)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "one"}'])
def test_a_damaged_description_is_named(empty: Workspace, text: str) -> None:
    (empty.root / "workspace.json").write_text(text)
    with pytest.raises(WorkspaceDamaged, match=r"workspace\.json cannot be read"):
        Workspace.open(empty.root)


def test_two_writers_do_not_meet(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.writer_lock.PATIENCE_S", 0.05)
    with (
        empty.writing(),
        pytest.raises(WorkspaceBusy, match="another process"),
        Workspace.open(empty.root).writing(),
    ):
        raise AssertionError("the second writer came in")


def test_a_version_that_no_commit_names_is_invisible_and_rolled_back(empty: Workspace) -> None:
    commit_weather(empty, 7.0)
    with empty.writing():
        put_weather(empty, 99.0)  # killed here: no ledger row names it
    held = empty.weather()
    assert held is not None
    assert held["temp_c"].to_list() == [7.0]
    with empty.writing():
        pass
    commit_weather(empty, 8.0)
    after = empty.weather()
    assert after is not None
    assert after["temp_c"].to_list() == [8.0]


def test_the_first_version_of_a_table_is_rolled_back_to_nothing(empty: Workspace) -> None:
    with empty.writing():
        put_weather(empty, 99.0)
    assert empty.weather() is None
    with empty.writing():
        pass
    commit_weather(empty, 1.0)
    held = empty.weather()
    assert held is not None
    assert held["temp_c"].to_list() == [1.0]


def test_results_before_the_first_run_are_empty_frames_of_the_contract(empty: Workspace) -> None:
    from characterise import frames

    assert empty.results("detections").schema == frames.DETECTIONS
    assert empty.results("verdicts").is_empty()
    assert empty.meters().schema == frames.METERS
