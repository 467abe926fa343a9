"""Life of a workspace on the command line: exit statuses and one-sentence errors."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.workspace import Workspace
from registry import audit

WHO = ["--actor", "Ada", "--reason", "test"]


def status(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_init_makes_a_workspace_that_records_its_legal_basis(tmp_path: Path) -> None:
    assert status("init", tmp_path / "w", "--legal-basis", "consent_only", *WHO) == 0
    assert Workspace.open(tmp_path / "w").legal_basis == "consent_only"


def test_a_write_without_a_name_is_refused_and_says_what_to_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FMAR_ACTOR", raising=False)
    assert status("init", tmp_path / "w") == 2
    assert "--actor NAME and --reason TEXT" in capsys.readouterr().err
    assert not (tmp_path / "w").exists()


def test_what_is_no_workspace_is_one_sentence_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert "is no workspace" in done.stderr


def test_a_backup_brings_everything_back_and_refuses_to_overwrite(
    workspace: Workspace, tmp_path: Path
) -> None:
    archive, back = tmp_path / "b.tar.gz", tmp_path / "back"
    assert status("backup", workspace.root, archive) == 0
    assert status("backup", workspace.root, archive) == 2
    assert status("restore", archive, back) == 0
    restored = Workspace.open(back)
    assert restored.committed() == workspace.committed()
    assert restored.results("detections").equals(workspace.results("detections"))
    with restored.ledger.read() as new, workspace.ledger.read() as old:
        assert audit.head(new) == audit.head(old)


def test_a_cut_off_archive_is_named_and_nothing_half_restored_opens(tmp_path: Path) -> None:
    archive = tmp_path / "b.tar.gz"
    archive.write_bytes(b"\x1f\x8b\x08 cut off")
    assert status("restore", archive, tmp_path / "back") == 2


def test_doctor_finds_a_record_altered_behind_the_programs_back(workspace: Workspace) -> None:
    assert status("doctor", workspace.root) == 0
    with sqlite3.connect(workspace.root / "ledger.db") as raw:
        guard = raw.execute(
            "SELECT sql FROM sqlite_master"
            " WHERE type = 'trigger' AND name LIKE 'flag_version%update%'"
        ).fetchone()[0]
        name = guard.split()[2].strip('"')
        raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute("UPDATE flag_version SET kw_at_stake = 9999")
        raw.execute(guard)
    assert status("doctor", workspace.root) == 1


def test_results_can_be_asked_in_sql(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "SELECT count(DISTINCT mpan) AS meters FROM detections"
    assert status("sql", query, "--workspace", workspace.root) == 0
    assert str(workspace.results("detections")["mpan"].n_unique()) in capsys.readouterr().out
    assert status("sql", "SELECT nonsense", "--workspace", workspace.root) == 2
