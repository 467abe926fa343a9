"""``fmar ingest`` and ``fmar replay``: exit statuses, the report, the one next thing to do."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from app.cli import ingest as commands
from app.workspace import Workspace

MPAN = "1200023305967"
WHO = ["--actor", "Ada", "--reason", "test"]
TIMES = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))


def day(unit="kWh"):
    return f"MPAN,Date,Unit,{TIMES}\n{MPAN},15/01/2025,{unit},{','.join(['1'] * 48)}\n"


@pytest.fixture
def run(tmp_path):
    app = typer.Typer()
    commands.register(app)
    folder = tmp_path / "w"
    Workspace.create(folder, actor="Ada", reason="test")

    def call(*arguments, who=WHO):
        line = [str(a) for a in (*arguments, "--workspace", folder, *who)]
        return CliRunner().invoke(app, line, env={"FMAR_ACTOR": "", "FMAR_REASON": ""})

    return call


@pytest.fixture
def file(tmp_path):
    def put(text, name="a.csv"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return put


def test_a_clean_file_ends_with_0_and_a_report(run, file, tmp_path):
    done = run("ingest", file(day()), "--report", tmp_path / "R.json")
    assert done.exit_code == 0, done.output
    assert "48 half-hours accepted" in done.output
    (entry,) = json.loads((tmp_path / "R.json").read_text())["files"]
    assert entry["half_hours_accepted"] == 48
    assert entry["meter_points"] == [MPAN]


def test_findings_end_with_1_and_the_next_thing_to_do(run, file):
    done = run("ingest", file(day(unit="")))
    assert done.exit_code == 1
    assert "Next: Are they kWh, kW or another unit?" in done.output


def test_a_file_that_is_no_meter_data_ends_with_1(run, file):
    assert run("ingest", file("Charging event,CP ID,kWh\n1,2,3\n")).exit_code == 1


def test_replay_answers_what_was_open(run, file):
    run("ingest", file(day(unit="")))
    listed = run("replay", "--list")
    assert listed.exit_code == 1
    assert "unit" in listed.output
    answers = file(json.dumps({"unit": "kWh"}), "map.json")
    done = run("replay", "--map", answers)
    assert done.exit_code == 0, done.output
    assert "48 half-hours accepted" in done.output
    assert run("replay", "--list").exit_code == 0


def test_wrong_options_end_with_2(run, file):
    assert run("ingest", file(day()), "--source", "roof").exit_code == 2
    assert run("ingest", file(day()), who=[]).exit_code == 2


def test_a_dry_run_needs_no_name(run, file):
    assert run("ingest", file(day()), "--dry-run", who=[]).exit_code == 0


def test_ctrl_c_while_the_program_loads_is_one_sentence(capsys, monkeypatch):
    import app.cli
    from app.__main__ import main

    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(app.cli, "main", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Stopped by Ctrl-C before anything was begun.\n"
