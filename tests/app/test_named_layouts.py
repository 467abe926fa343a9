"""A question that is answered once for a layout is not asked again of any later file of it."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from app.cli import build
from app.workspace import Workspace

ONE, OTHER = "1200023305967", "1090006810343"
TIMES = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30)]
WHO = ["--actor", "Ada", "--reason", "Test"]


def wide(point, day, value):
    """A summer day in a layout that says neither its unit nor its clock."""
    head = ",".join(["MPAN", "Day", *TIMES])
    return head + "\n" + ",".join([point, day, *[value] * 48]) + "\n"


@pytest.fixture
def fmar(tmp_path):
    folder = tmp_path / "W"

    def run(*words):
        done = CliRunner().invoke(build(), [*map(str, words)])
        return done.exit_code, done.output

    assert run("init", folder, *WHO)[0] == 0
    return folder, run


def held(folder):
    opened = Workspace.open(folder)
    return opened.reads.current(version=opened.committed().get("reads"))


def answers(tmp_path):
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"unit": "kW", "clock": "UTC"}))
    return path


def test_answers_given_with_a_file_hold_for_later_files_of_its_layout(fmar, tmp_path):
    folder, run = fmar
    first, later = tmp_path / "first.csv", tmp_path / "later.csv"
    first.write_text(wide(ONE, "01/07/2025", "3"))
    later.write_text(wide(OTHER, "02/07/2025", "5"))
    name = ["--map", answers(tmp_path), "--remember", "Harbour portal"]
    status, said = run("ingest", first, "--workspace", folder, *name, *WHO)
    assert status == 0, said
    assert "Harbour portal" in said
    status, said = run("ingest", later, "--workspace", folder, *WHO)
    assert status == 0, said
    kept = held(folder).filter(pl.col("meter_point_id") == OTHER)
    assert kept.height == 48
    assert kept["kwh"].unique().to_list() == [2.5]
    status, said = run("layouts", "--workspace", folder)
    assert "Harbour portal: " in said
    assert "unit KW" in said


def test_a_question_answered_in_replay_is_remembered_too(fmar, tmp_path):
    folder, run = fmar
    files = [tmp_path / f"{n}.csv" for n in range(2)]
    for n, (path, point) in enumerate(zip(files, (ONE, OTHER), strict=True)):
        path.write_text(wide(point, f"0{n + 1}/07/2025", "3"))
    assert run("ingest", files[0], "--workspace", folder, *WHO)[0] == 1
    assert held(folder).is_empty()
    name = ["--map", answers(tmp_path), "--remember", "Harbour portal"]
    status, said = run("replay", "--workspace", folder, *name, *WHO)
    assert status == 0, said
    assert held(folder).height == 48
    assert run("ingest", files[1], "--workspace", folder, *WHO)[0] == 0
    assert held(folder).height == 96


def test_rows_held_back_before_are_replayed_with_what_was_remembered_since(fmar, tmp_path):
    folder, run = fmar
    early, told = tmp_path / "early.csv", tmp_path / "told.csv"
    early.write_text(wide(ONE, "01/07/2025", "3"))
    told.write_text(wide(OTHER, "02/07/2025", "3"))
    run("ingest", early, "--workspace", folder, *WHO)
    name = ["--map", answers(tmp_path), "--remember", "Harbour portal"]
    run("ingest", told, "--workspace", folder, *name, *WHO)
    assert run("replay", "--workspace", folder, *WHO)[0] == 0
    assert held(folder)["meter_point_id"].unique().sort().to_list() == sorted([ONE, OTHER])


def test_a_remembered_name_can_be_forced_and_forgotten(fmar, tmp_path):
    folder, run = fmar
    path, other = tmp_path / "a.csv", tmp_path / "other header.csv"
    path.write_text(wide(ONE, "01/07/2025", "3"))
    other.write_text(wide(OTHER, "01/07/2025", "3").replace("Day", "Read Day"))
    name = ["--map", answers(tmp_path), "--remember", "Harbour portal"]
    run("ingest", path, "--workspace", folder, *name, *WHO)
    forced = ["--layout", "Harbour portal"]
    assert run("ingest", other, "--workspace", folder, *forced, *WHO)[0] == 0
    assert run("layouts", "--workspace", folder, "--forget", "Harbour portal", *WHO)[0] == 0
    path.write_text(wide(ONE, "03/07/2025", "3"))
    assert run("ingest", path, "--workspace", folder, *WHO)[0] == 1
    opened = Workspace.open(folder)
    assert run("audit", "verify", "--workspace", opened.root)[0] == 0


def test_what_cannot_be_remembered_is_refused_in_one_sentence(fmar, tmp_path):
    folder, _ = fmar
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text(wide(ONE, "01/07/2025", "3"))
    paths[1].write_text(wide(ONE, "02/07/2025", "3").replace("Day", "Read Day"))
    name = ["--map", answers(tmp_path), "--remember", "Both"]
    with pytest.raises(Exception, match="of 2 layouts"):
        CliRunner().invoke(
            build(),
            [*map(str, ["ingest", *paths, "--workspace", folder, *name, *WHO])],
            catch_exceptions=False,
        )
    with pytest.raises(Exception, match="nothing to remember"):
        CliRunner().invoke(
            build(),
            [*map(str, ["replay", "--workspace", folder, "--remember", "Both", *WHO])],
            catch_exceptions=False,
        )


def test_at_a_terminal_one_question_is_asked_at_a_time_and_its_answer_used(
    fmar, tmp_path, monkeypatch
):
    folder, _ = fmar
    path = tmp_path / "harbour.csv"
    path.write_text(wide(ONE, "01/07/2025", "3"))
    monkeypatch.setattr("app.cli.ingest.at_terminal", lambda: True)
    words = [*map(str, ["ingest", path, "--workspace", folder, *WHO])]
    done = CliRunner().invoke(build(), words, input="kW\nHarbour portal\nUTC\n")
    assert done.output.count("readings wait") == 2
    assert held(folder)["kwh"].unique().to_list() == [1.5]
    path.write_text(wide(OTHER, "02/07/2025", "3"))
    done = CliRunner().invoke(build(), words, input="")
    assert done.exit_code == 0, done.output
    assert held(folder).height == 96


def test_a_question_may_be_put_off(fmar, tmp_path, monkeypatch):
    folder, _ = fmar
    path = tmp_path / "harbour.csv"
    path.write_text(wide(ONE, "01/07/2025", "3"))
    monkeypatch.setattr("app.cli.ingest.at_terminal", lambda: True)
    words = [*map(str, ["ingest", path, "--workspace", folder, *WHO])]
    done = CliRunner().invoke(build(), words, input="later\n")
    assert done.exit_code == 1, done.output
    assert held(folder).is_empty()
