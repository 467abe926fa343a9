from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli import register
from app.workspace import Workspace
from registry import agreements, audit
from registry.errors import RegistryError

WHO = ["--actor", "Ann Analyst", "--reason", "a test"]
HEADER = "fsp,mpan,amsid,market,stack_rank,exclusive,valid_from,valid_to,primacy_type"
GOOD = "FLXA,1200023305967,7700000000109,DSO_LOCAL,1,false,2026-01-01,,DSO"
BAD = "FLXA,1200023305960,7700000000109,DSO_LOCAL,0,false,2026-01-01,,DSO"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Workspace.create(tmp_path / "w", actor="Ann Analyst", reason="a test").root


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "agreements.csv"
    path.write_text(f"{HEADER}\n{GOOD}\n")
    return path


def fmar(*arguments: object) -> Result:
    app = typer.Typer()
    register.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def load(root: Path, file: Path, *more: object) -> Result:
    return fmar("load", "agreements", file, "--workspace", root, *WHO, *more)


def held(root: Path) -> list[dict[str, object]]:
    with Workspace.open(root).ledger.read() as db:
        return agreements.current(db)


def test_a_file_is_loaded_and_taken_back(root: Path, good: Path) -> None:
    done = load(root, good)
    assert done.exit_code == 1, done.output  # the stubs it made are something to look at
    assert "[stub_made] FLXA is unknown" in done.output
    assert len(held(root)) == 1
    load_id = done.output.strip().rsplit(" ", 1)[1]
    undone = fmar("undo", load_id, "--workspace", root, *WHO)
    assert undone.exit_code == 0, undone.output
    assert "3 records are as they were" in undone.output
    assert held(root) == []


def test_the_same_file_again_is_done_and_writes_nothing(root: Path, good: Path) -> None:
    load(root, good)
    again = load(root, good)
    assert again.exit_code == 0
    assert "holds every row already" in again.output


def test_a_wrong_row_is_wrong_input_and_the_report_has_it(root: Path, tmp_path: Path) -> None:
    file, report = tmp_path / "agreements.csv", tmp_path / "r" / "report.json"
    file.write_text(f"{HEADER}\n{GOOD}\n{BAD}\n")
    done = load(root, file, "--report", report)
    assert done.exit_code == 2
    assert "row 3, mpan [bad_check_digit]" in done.output
    assert held(root) == []
    found = json.loads(report.read_text())
    assert [(error["row"], error["code"]) for error in found["errors"]] == [
        (3, "bad_check_digit"),
    ]
    assert found["load_id"] is None


def test_a_dry_run_writes_nothing(root: Path, good: Path) -> None:
    done = load(root, good, "--dry-run")
    assert "dry run" in done.output
    assert held(root) == []


def test_a_write_without_an_actor_is_refused(root: Path, good: Path) -> None:
    done = fmar("load", "agreements", good, "--workspace", root)
    assert done.exit_code == 2
    assert "--actor" in done.output
    assert held(root) == []


def test_what_cannot_be_loaded_says_why_in_a_sentence(root: Path, tmp_path: Path) -> None:
    for arguments in (
        ["load", "spaceships", tmp_path / "x.csv"],
        ["load", "agreements", tmp_path / "none.csv"],
        ["undo", "no-such-load"],
    ):
        done = fmar(*arguments, "--workspace", root, *WHO)
        assert isinstance(done.exception, RegistryError)  # `fmar` turns it into exit status 2
        assert str(done.exception).endswith(".")


def test_the_trail_is_verified_from_the_command_line(root: Path, good: Path) -> None:
    load(root, good)
    whole = fmar("audit", "verify", "--workspace", root)
    assert whole.exit_code == 0
    anchor = whole.output.strip().rsplit(" ", 1)[1]
    assert fmar("audit", "verify", "--workspace", root, "--anchor", anchor).exit_code == 0
    place = anchor.partition(":")[0]
    forged = fmar("audit", "verify", "--workspace", root, "--anchor", f"{place}:00")
    assert forged.exit_code == 1
    assert f"Entry {place} is not the one" in forged.output
    assert fmar("audit", "verify", "--workspace", root, "--anchor", "x").exit_code == 2


def test_a_record_altered_in_the_file_breaks_the_trail(root: Path, good: Path) -> None:
    load(root, good)
    opened = Workspace.open(root).ledger
    with closing(sqlite3.connect(opened.path)) as raw, raw:
        held_guard = raw.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'agreement_version_no_update'"
        ).fetchone()[0]
        raw.execute("DROP TRIGGER agreement_version_no_update")
        raw.execute("UPDATE agreement_version SET stack_rank = 9")
        raw.execute(held_guard)
    broken = fmar("audit", "verify", "--workspace", root)
    assert broken.exit_code == 1
    assert "version 1 is not as it was written" in broken.output


def test_the_trail_is_shown_by_record_and_person(root: Path, good: Path, tmp_path: Path) -> None:
    load(root, good)
    report = tmp_path / "audit.json"
    shown = fmar("audit", "show", "--workspace", root, "--entity", "agreement", "--report", report)
    assert shown.exit_code == 0
    assert "Ann Analyst: add agreement" in shown.output
    with Workspace.open(root).ledger.read() as db:
        assert json.loads(report.read_text()) == audit.entries(db, entity="agreement")
    nobody = fmar("audit", "show", "--workspace", root, "--by", "Nobody There")
    assert "No entry" in nobody.output
