"""`fmar score`: one command from labelled meters to a scoreboard."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from app.cli import engine, score
from characterise.scoring.made_truth import write_simulated


@pytest.fixture
def fmar():
    app = typer.Typer()
    engine.register(app)
    score.register(app)
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Simulated truth, and its results with one month's beside them."""
    root = tmp_path_factory.mktemp("scored")
    write_simulated(root / "truth", 20, seed=8, n_days=62)
    app = typer.Typer()
    engine.register(app)
    score.register(app)
    words = ("score", "--truth", root / "truth", "--results", root / "results", "--months", "1")
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    (root / "said.txt").write_text(done.output)
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "scored"))


def test_one_command_characterises_cuts_scores_and_writes(made):
    said = (made / "said.txt").read_text()
    for word in ("Presence", "Calibration", "Attribution", "Rating", "Baselines", "EV_CHARGER"):
        assert word in said
    board = json.loads((made / "results" / "scoreboard" / "scoreboard.json").read_text())
    assert board["about"]["histories"] == "1, all"
    assert {row["months"] for row in board["presence"]} == {1, None}
    assert (made / "results" / "scoreboard" / "macro_f1.svg").read_text().startswith("<svg")


def test_results_that_are_there_are_scored_as_they_are(fmar, root):
    path = root / "results" / "detections.parquet"
    before = path.stat().st_mtime_ns
    done = fmar("score", "--truth", root / "truth", "--results", root / "results",
                "--out", root / "out", "--report", root / "r.json")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert path.stat().st_mtime_ns == before
    assert json.loads((root / "r.json").read_text())["about"]["sites"] == 20
    assert (root / "out" / "scoreboard.html").is_file()


def test_a_sealed_challenge_passes_until_a_byte_changes(fmar, root):
    import hashlib

    results = root / "results"
    seal = hashlib.sha256((results / "run.json").read_bytes()).hexdigest()
    words = ("score", "--truth", root / "truth", "--results", results, "--sealed", seal)
    done = fmar(*words)
    assert done.exit_code == 0, done.output
    about = json.loads((results / "scoreboard" / "scoreboard.json").read_text())["about"]
    assert about["sealed_before"] == "yes"
    assert about["seal"] == seal
    path = results / "detections.parquet"
    pl.read_parquet(path).with_columns(probability=pl.lit(1.0, pl.Float32)).write_parquet(path)
    with pytest.raises(Exception, match="checksum"):
        raise fmar(*words).exception


def test_a_seal_is_compared_before_the_labels_are_read(fmar, root):
    (root / "truth" / "sites.parquet").unlink()
    done = fmar("score", "--truth", root / "truth", "--results", root / "results",
                "--sealed", "0" * 64)  # fmt: skip
    assert "not the results that were sealed" in str(done.exception)


def test_cut_results_of_other_readings_are_refused_not_mixed_in(fmar, root):
    path = root / "truth" / "reads.parquet"
    pl.read_parquet(path).head(-1).write_parquet(path)
    done = fmar("score", "--truth", root / "truth", "--results", root / "results", "--months", "1")
    assert "other readings" in str(done.exception)


def test_a_family_nobody_has_is_refused_before_anything_is_trained(fmar, root):
    done = fmar("score", "--truth", root / "truth", "--results", root / "results",
                "--leave-out", "lcl")  # fmt: skip
    assert "no site is of family 'lcl'" in str(done.exception)


def test_out_of_fold_results_are_of_models_that_saw_none_of_them(fmar, root, monkeypatch):
    from characterise.model import load_model
    from characterise.scoring import leave_out
    from characterise.training import train
    from characterise.training.table import Table

    sites = pl.read_parquet(root / "truth" / "sites.parquet").select("mpan", "family", "group_id")
    nobody = pl.lit(None, pl.String)
    table = Table(sites.with_columns(trace_id=nobody, licence_class=pl.lit("open")), None, (), None)
    seen = []

    def without(_table, rows):
        seen.append(rows)
        return load_model()

    monkeypatch.setattr(train, "training_table", lambda *_: table)
    monkeypatch.setattr(leave_out, "train_without", without)
    done = fmar("score", "--truth", root / "truth", "--results", root / "results",
                "--leave-out", "group")  # fmt: skip
    assert done.exit_code == 0, done.output
    base = root / "results" / "leave_out_group"
    about = json.loads((base / "scoreboard" / "scoreboard.json").read_text())["about"]
    assert sum(rows.sum() for rows in seen) == 20  # each site away from exactly one model
    assert sum(fold["meters"] for fold in about["folds"]) == 20
    assert about["left_out"] == "group"
    assert (root / "results" / "detections.parquet").is_file()  # what was there is left alone


def test_hidden_exports_are_scored_beside_the_rest_and_said_so(fmar, root):
    before = (root / "results" / "run.json").read_bytes()
    done = fmar("score", "--truth", root / "truth", "--results", root / "results", "--hide-export")
    assert done.exit_code == 0, done.output
    assert "hidden: export registers" in done.output
    assert (root / "results" / "run.json").read_bytes() == before
    hidden = root / "results" / "export_hidden"
    about = json.loads((hidden / "scoreboard" / "scoreboard.json").read_text())["about"]
    assert about["hidden"] == "export registers"
    assert any("import alone" in note for note in about["notes"])
    seen, unseen = (
        pl.read_parquet(folder / "detections.parquet").filter(pl.col("asset_class") == "SOLAR_PV")
        for folder in (root / "results", hidden)
    )
    assert seen["mpan"].to_list() == unseen["mpan"].to_list()
    assert unseen["findings"].list.contains("no_export_register").all()
    assert seen["probability"].to_list() != unseen["probability"].to_list()


def test_the_guide_names_files_columns_and_commands_that_exist(fmar):
    done = fmar("score", "--guide")
    assert done.exit_code == 0
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", done.output))
    known = set(re.findall(r"--[a-z-]+", fmar("score", "--help").output))
    known |= set(re.findall(r"--[a-z-]+", fmar("characterise", "--help").output))
    assert options <= known
    for word in ("has_ev", "submeters", "import_kwh", "sha256sum", "--sealed", "--leave-out"):
        assert word in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--guide"),
        (("--truth", "t", "--results", "r", "--months", "one"), "1,3,6,12"),
        (("--truth", "t", "--results", "r", "--months", ","), "1,3,6,12"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_2(fmar, arguments, message):
    done = fmar("score", *arguments)
    assert done.exit_code == 2
    assert message in done.output


def test_a_folder_without_labels_says_which_file_is_missing(fmar, tmp_path):
    done = fmar("score", "--truth", tmp_path, "--results", tmp_path)
    assert "sites.parquet" in str(done.exception)
