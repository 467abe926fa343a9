"""The engine over a truth folder: simulated meters, cut histories, a model for each fold."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import polars as pl
import pytest

from characterise.batch import FILES
from characterise.errors import InvalidFrame
from characterise.frames import DETECTIONS
from characterise.model import load_model
from characterise.scoring.engine_runs import Fold, cut, run_engine
from characterise.scoring.groups import history_days
from characterise.scoring.made_truth import signals_of_meters, write_simulated
from characterise.scoring.runs import Run
from characterise.scoring.seal import check_outputs
from characterise.scoring.truth import read_truth


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "truth"
    write_simulated(folder, 20, seed=5, n_days=65)
    return folder


def test_simulated_truth_is_whole_and_never_written_over(simulated):
    truth = read_truth(simulated)
    assert truth.sites.height == 20
    assert truth.sites["mpan"].is_unique().all()
    assert truth.sites["has_ev"].null_count() == 0
    assert set(truth.sites["premises"]) == {"domestic", "non_domestic"}
    signals = truth.signals()
    assert signals["mpan"].is_in(truth.sites["mpan"].implode()).all()
    with pytest.raises(InvalidFrame, match="not empty"):
        write_simulated(simulated, 20)


def test_signals_reach_the_meters_of_their_area_and_no_others():
    moment = dt.datetime(2025, 1, 1, 17, tzinfo=dt.UTC)
    signals = pl.DataFrame(
        {
            "signal_id": ["s", "t", "u"],
            "kind": ["dfs"] * 3,
            "area": ["_A", None, None],
            "mpan": [None, None, "m2"],
            "start_utc": [moment] * 3,
            "end_utc": [moment + dt.timedelta(hours=1)] * 3,
        }
    )
    meters = pl.DataFrame({"mpan": ["m1", "m2"], "gsp_group": ["_A", "_B"]})
    reached = signals_of_meters(signals, meters).select("signal_id", "mpan").rows()
    assert sorted(reached) == [("s", "m1"), ("t", "m1"), ("t", "m2"), ("u", "m2")]


def test_a_history_is_cut_from_each_meters_own_last_day(folder, tmp_path):
    reads = pl.read_parquet(folder / "reads.parquet")
    early = reads.filter(
        (pl.col("mpan") != "a") | (pl.col("ts_utc").dt.date() < dt.date(2025, 2, 9))
    )
    early.write_parquet(folder / "reads.parquet")
    cut(folder / "reads.parquet", 1, tmp_path / "cut.parquet")
    kept = pl.read_parquet(tmp_path / "cut.parquet")
    for mpan, last in (("a", dt.date(2025, 2, 8)), ("b", dt.date(2025, 3, 1))):
        days = kept.filter(pl.col("mpan") == mpan)["ts_utc"].dt.date()
        assert (days.min(), days.max()) == (last - dt.timedelta(days=history_days(1) - 1), last)
        assert days.len() == 48 * history_days(1)


def test_folds_are_judged_each_by_its_own_model_and_joined(simulated, tmp_path):
    truth = read_truth(simulated)
    names = truth.sites["mpan"].to_list()
    body = json.loads(_shipped())
    body["version"] = "another"
    for part in body["classes"].values():
        part["offset"] = part["unseen"] = [-50.0, 0.0]
    other = tmp_path / "other.json"
    other.write_text(json.dumps(body))
    folds = [Fold("x", names[:12], None), Fold("y", names[12:], other), Fold("z", ["nobody"], None)]
    out = tmp_path / "out"
    run_engine(truth, out, folds, months=1)
    found = pl.read_parquet(out / "detections.parquet")
    assert found.schema == DETECTIONS
    assert found["mpan"].unique().sort().to_list() == sorted(names)
    spoken = found.filter(pl.col("mpan").is_in(names[12:]))["probability"].drop_nulls()
    assert spoken.len() > 0
    assert spoken.max() < 1e-6  # the second model says no to everything
    run = Run(out, None)
    told = [(fold["name"], fold["model_version"], fold["meters"]) for fold in run.report["folds"]]
    assert told == [("x", load_model().version, 12), ("y", "another", 8)]
    assert check_outputs(run)
    assert {path.name for path in out.iterdir()} <= set(FILES)


def test_a_hidden_export_register_leaves_import_alone_to_judge_by(simulated, tmp_path):
    truth = read_truth(simulated)
    reads = pl.read_parquet(simulated / "reads.parquet")
    exporting = reads.filter(pl.col("export_kwh") > 0)["mpan"].unique().to_list()
    assert exporting
    found = {}
    for hide in (False, True):
        out = tmp_path / str(hide)
        run_engine(truth, out, [Fold("all", None, None)], months=1, hide_export=hide)
        told = pl.read_parquet(out / "detections.parquet").filter(pl.col("asset_class") == "BESS")
        codes = told.filter(pl.col("mpan").is_in(exporting))["findings"]
        found[hide] = codes.list.contains("no_export_register")
    assert not found[False].any()
    assert found[True].all()
    said = pl.read_parquet(tmp_path / "True" / "detections.parquet")["reasons"].explode()
    assert not said.drop_nulls().str.contains("exports").any()


def test_labels_alone_cannot_be_characterised(folder, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(folder / "sites.parquet", bare)
    with pytest.raises(InvalidFrame, match=r"reads\.parquet"):
        run_engine(read_truth(bare), tmp_path / "out", [Fold("all", None, None)])


def _shipped() -> str:
    from importlib.resources import files

    return (files("characterise.model") / "presence.json").read_text(encoding="utf-8")
