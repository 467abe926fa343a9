"""``fmar verify`` as others run it: files in, frames and an exit status out."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from app.cli import verify
from app.cli.outcome import DONE, FINDINGS, WRONG_INPUT
from characterise import frames

START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
N_DAYS = 160
EVENT_DAY = START + dt.timedelta(days=147, hours=17)


def fmar(*arguments: str | Path):
    app = typer.Typer()
    verify.register(app)
    # A second command keeps Typer from folding the only one into the root.
    app.command("other")(lambda: None)
    return CliRunner().invoke(app, ["verify", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One business of 20 kW with a 6 kW asset that is dispatched once and delivers."""
    path = tmp_path_factory.mktemp("verify")
    times = pl.datetime_range(
        START, START + dt.timedelta(days=N_DAYS), "30m", closed="left", eager=True
    )
    rng = np.random.default_rng(6)
    asset = np.full(len(times), 6.0) + rng.normal(0, 0.1, len(times))
    steps = np.repeat(rng.integers(0, 2, len(times) // 8), 8) * 2.0
    asset += steps
    event = ((times >= EVENT_DAY) & (times < EVENT_DAY + dt.timedelta(hours=2))).to_numpy()
    asset[event] -= 5.0
    load = 14.0 + rng.normal(0, 0.3, len(times)) + asset

    def kwh(kw: np.ndarray) -> pl.Series:
        return pl.Series(0.5 * kw, dtype=pl.Float32)

    reads = pl.DataFrame({"mpan": "1000000000007", "ts_utc": times}).with_columns(
        import_kwh=kwh(load), export_kwh=pl.lit(0.0, dtype=pl.Float32)
    )
    reads.write_parquet(path / "reads.parquet")
    reads.with_columns(
        pl.lit("7700000000001").alias("amsid"), kwh(asset).alias("import_kwh")
    ).write_parquet(path / "asset_reads.parquet")
    for name, energy in (("real", 2.5), ("absent", 8.0)):
        pl.DataFrame(
            {
                "event_id": "E1",
                "mpan": "1000000000007",
                "amsid": "7700000000001",
                "fsp_id": "FLXA",
                "ts_utc": times.filter(pl.Series(event)),
                "declared_kwh": energy,
            }
        ).write_csv(path / f"{name}.csv")
    return path


def test_a_delivery_that_the_boundary_bears_out_ends_with_status_0(folder, tmp_path):
    done = fmar(
        "--reads", folder / "reads.parquet", "--declared", folder / "real.csv",
        "--asset-reads", folder / "asset_reads.parquet", "--out", tmp_path,
    )  # fmt: skip
    assert done.exit_code == DONE, done.output
    verdicts = pl.read_parquet(tmp_path / "verdicts.parquet")
    assert verdicts.schema == frames.VERDICTS
    assert verdicts["verdict"].to_list() == ["consistent"]
    assert pl.read_parquet(tmp_path / "cumulative.parquet").schema == frames.CUMULATIVE
    gaming = pl.read_parquet(tmp_path / "gaming.parquet")
    assert gaming.schema == frames.GAMING
    assert gaming["screen"].to_list() == list(frames.GAMING_SCREENS)
    assert set(gaming["finding"]) == {"not_enough"}
    pairing = pl.read_parquet(tmp_path / "pairing.parquet")
    assert pairing.schema == frames.PAIRING
    assert pairing["finding"].to_list() == ["paired"]
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["counts"]["verdicts"] == {"consistent": 1}
    assert set(record["inputs"]) == {"reads", "declared", "asset_reads"}
    assert len(record["inputs"]["reads"]["sha256"]) == 64
    assert record["settings"]["false_flag_rate"] == 0.01


def test_an_unsupported_claim_ends_with_status_1(folder, tmp_path):
    done = fmar(
        "--reads", folder / "reads.parquet", "--declared", folder / "absent.csv",
        "--out", tmp_path,
    )  # fmt: skip
    assert done.exit_code == FINDINGS, done.output
    assert "1 unsupported" in done.output
    verdicts = pl.read_parquet(tmp_path / "verdicts.parquet")
    assert verdicts["verdict"].to_list() == ["unsupported"]
    assert not (tmp_path / "pairing.parquet").exists()


def test_declared_half_hours_that_cannot_be_used_are_said_and_end_with_status_1(folder, tmp_path):
    rows = pl.read_csv(folder / "real.csv", schema_overrides={"mpan": pl.String})
    rows = rows.with_row_index().with_columns(
        declared_kwh=pl.when(pl.col("index") == 0).then(None).otherwise("declared_kwh")
    )
    rows.drop("index").write_csv(tmp_path / "declared.csv")
    done = fmar(
        "--reads", folder / "reads.parquet", "--declared", tmp_path / "declared.csv",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.exit_code == FINDINGS, done.output
    assert "1 declared half-hours hold no energy" in done.output


def test_the_same_input_gives_the_same_bytes(folder, tmp_path):
    for name in ("first", "second"):
        fmar(
            "--reads", folder / "reads.parquet", "--declared", folder / "real.csv",
            "--out", tmp_path / name,
        )  # fmt: skip
    for file in ("verdicts.parquet", "cumulative.parquet", "gaming.parquet"):
        first, second = (tmp_path / name / file for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


def test_labels_beside_the_reads_change_nothing(folder, tmp_path):
    reads = pl.read_parquet(folder / "reads.parquet")
    reads.with_columns(has_ev=pl.lit(value=True)).write_parquet(tmp_path / "labelled.parquet")
    for name, path in (
        ("plain", folder / "reads.parquet"),
        ("labelled", tmp_path / "labelled.parquet"),
    ):
        fmar("--reads", path, "--declared", folder / "real.csv", "--out", tmp_path / name)
    first, second = (tmp_path / name / "verdicts.parquet" for name in ("plain", "labelled"))
    assert first.read_bytes() == second.read_bytes()


def test_what_is_missing_is_one_sentence_and_status_2(folder, tmp_path):
    done = fmar("--reads", folder / "reads.parquet", "--out", tmp_path)
    assert done.exit_code == WRONG_INPUT
    assert "--declared" in done.output
    done = fmar("--workspace", tmp_path, "--out", tmp_path)
    assert done.exit_code == WRONG_INPUT
    assert "not both" in done.output


def test_a_workspace_gets_verdicts_in_one_commit_with_actor_and_reason(workspace):
    from app.workflows.deliveries import expected_load
    from app.workflows.deliveries import verify as check
    from registry import commits

    summary = check(workspace, actor="Ada Analyst", reason="Settle January")
    assert summary.claims == workspace.results("verdicts").height > 0
    assert sum(summary.verdicts.values()) == summary.claims
    with workspace.ledger.read() as db:
        newest = commits.history(db, "verify")[0]
    assert newest["actor"] == "Ada Analyst"
    assert set(newest["versions"]) == {"verdicts", "cumulative", "pairing", "gaming"}
    declared = workspace.declared()
    verdicts = workspace.results("verdicts")
    seen = verdicts.filter(pl.col("boundary_kwh").is_not_null())["mpan"][0]
    cube, expected = expected_load(workspace, seen, declared.filter(pl.col("mpan") == seen))
    assert cube.mpan == (seen,)
    assert np.isfinite(expected.expected_kw).any()
