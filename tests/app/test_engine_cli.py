from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from app.cli import engine
from app.workflows.characterise import characterise
from app.workspace import Workspace
from characterise.errors import StoreUnavailable
from characterise.frames import DETECTIONS, EXPECTED

WHO = {"actor": "Ada", "reason": "test"}


def small_reads(n_meters=2, n_days=40):
    rng = np.random.default_rng(0)
    start = dt.datetime(2025, 11, 3, tzinfo=dt.UTC)
    times = [start + i * dt.timedelta(minutes=30) for i in range(48 * n_days)]
    parts = [
        pl.DataFrame(
            {
                "mpan": f"120000000000{m}",
                "ts_utc": times,
                "import_kwh": rng.gamma(1, 0.2, len(times)).astype(np.float32),
                "export_kwh": np.zeros(len(times), dtype=np.float32),
            }
        )
        for m in range(n_meters)
    ]
    return pl.concat(parts)


@pytest.fixture
def fmar():
    app = typer.Typer()
    engine.register(app)
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(each) for each in arguments])


@pytest.fixture
def reads(tmp_path: Path) -> Path:
    small_reads().write_parquet(tmp_path / "reads.parquet")
    return tmp_path / "reads.parquet"


@pytest.fixture
def loaded(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "w", **WHO)
    frame = small_reads(3).select(
        pl.col("mpan").alias("meter_point_id"),
        pl.lit("AI").alias("quantity"),
        "ts_utc",
        pl.col("import_kwh").alias("kwh"),
        pl.lit("actual").alias("quality"),
        pl.lit(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).alias("received_at"),
        pl.lit("file-1").alias("source_id"),
    )
    with made.writing():
        version = made.reads.append(frame)
        with made.ledger.write(**WHO) as tx:
            made.commit(tx, "ingest", {"reads": version}, {})
    return made


def test_characterise_writes_the_frames_and_says_what_it_found(fmar, reads, tmp_path):
    out, report = tmp_path / "out", tmp_path / "report.json"
    done = fmar("characterise", "--reads", reads, "--out", out, "--report", report)
    assert done.exit_code == 0, done.output
    assert "2 meters" in done.output
    assert pl.read_parquet(out / "detections.parquet").schema == DETECTIONS
    assert json.loads(report.read_text())["counts_in"]["meters"] == 2


def test_characterise_ends_with_1_where_something_was_left_out(fmar, tmp_path):
    frame = small_reads()
    pl.concat([frame, frame.head(3)]).write_parquet(tmp_path / "twice.parquet")
    done = fmar("characterise", "--reads", tmp_path / "twice.parquet", "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "3 rows repeat another row exactly" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give either"),
        (("--reads", "r.parquet"), "--out"),
        (("--reads", "r.parquet", "--out", "o", "--refit", "hourly"), "hourly"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_2(fmar, arguments, message):
    done = fmar("characterise", *arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert len(done.output.strip().splitlines()) == 1


@pytest.mark.parametrize("method", ["auto", "bl01_like"])
def test_baseline_writes_the_expected_load_in_kwh(fmar, reads, tmp_path, method):
    out = tmp_path / "expected.parquet"
    done = fmar("baseline", "--reads", reads, "--out", out, "--method", method)
    assert done.exit_code == 0, done.output
    frame = pl.read_parquet(out)
    assert frame.schema == EXPECTED
    known = frame.drop_nulls()
    assert known.height > 1000
    assert known.select((pl.col("lower") <= pl.col("upper")).all()).item()
    assert frame["expected_net_kwh"].mean() == pytest.approx(0.2, abs=0.02)


def test_baseline_of_an_unknown_method_names_those_there_are(fmar, reads, tmp_path):
    done = fmar("baseline", "--reads", reads, "--out", tmp_path / "e.parquet", "--method", "BL01")
    assert done.exit_code == 2
    assert "bl01_like" in done.output


def test_workspace_results_are_committed_with_the_run_that_made_them(loaded):
    first = characterise(loaded, **WHO)
    assert loaded.committed()["detections"] == first.versions["detections"]
    assert loaded.results("detections").height == 15
    assert first.previous == {}
    second = characterise(loaded, **WHO)
    assert second.previous == first.versions
    assert loaded.results("detections").equals(
        loaded.profiles.read("detections", version=first.versions["detections"])
    )


def test_run_that_dies_before_its_commit_is_never_seen(loaded, monkeypatch):
    characterise(loaded, **WHO)
    before = loaded.committed()

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "commit", die)
        with pytest.raises(KeyboardInterrupt):
            characterise(loaded, **WHO)
    assert loaded.committed() == before
    assert loaded.profiles.versions() != {k: before[k] for k in loaded.profiles.versions()}
    with loaded.writing():
        pass
    assert loaded.profiles.versions() == {k: before[k] for k in loaded.profiles.versions()}
    assert loaded.results("detections").height == 15


def test_workspace_without_reads_says_how_to_load_some(tmp_path):
    empty = Workspace.create(tmp_path / "w", **WHO)
    with pytest.raises(StoreUnavailable, match="fmar ingest"):
        characterise(empty, **WHO)


def test_consent_only_workspace_leaves_possible_homes_alone(tmp_path, loaded):
    consent = Workspace.create(tmp_path / "c", legal_basis="consent_only", **WHO)
    with consent.writing():
        version = consent.reads.append(loaded.reads.current())
        with consent.ledger.write(**WHO) as tx:
            consent.commit(tx, "ingest", {"reads": version}, {})
    with pytest.raises(StoreUnavailable, match="consent"):
        characterise(consent, **WHO)
