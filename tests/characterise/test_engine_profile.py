from __future__ import annotations

import datetime as dt
import json

import numpy as np
import polars as pl
import pytest
from engine_cases import cube_of

from characterise import area_load, batch, frames, simulate
from characterise.asset_classes import ASSET_CLASSES, EV_CHARGER, SOLAR_PV
from characterise.batch_plan import plan
from characterise.errors import InvalidFrame
from characterise.model import load_model
from characterise.profile import ProfileSettings, profile
from characterise.run_inputs import RunInputs, load_cube
from characterise.signatures.attribution import Attribution

FIRST, N_DAYS = dt.date(2025, 10, 1), 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    held = simulate.population(homes=10, businesses=3, first_day=FIRST, n_days=N_DAYS, seed=11)
    root = tmp_path_factory.mktemp("simulated")
    short = held.reads["mpan"].unique().sort()[:2].implode()
    early = pl.col("ts_utc") < dt.datetime(2025, 10, 20, tzinfo=dt.UTC)
    reads = held.reads.filter(~pl.col("mpan").is_in(short) | early)
    reads.write_parquet(root / "reads.parquet")
    held.weather.write_parquet(root / "weather.parquet")
    held.meters.write_parquet(root / "meters.parquet")
    held.signals.write_parquet(root / "signals.parquet")
    return root


@pytest.fixture(scope="module")
def inputs(folder):
    return RunInputs.from_files(
        folder / "reads.parquet",
        meters=folder / "meters.parquet",
        weather=folder / "weather.parquet",
        signals=folder / "signals.parquet",
    )


@pytest.fixture(scope="module")
def result(inputs, tmp_path_factory):
    out = tmp_path_factory.mktemp("one")
    report = batch.run(inputs, out, settings=ProfileSettings(attribute=True), jobs=1)
    return out, report


def test_every_frame_is_the_contracts(result):
    out, report = result
    for name, schema in batch.RESULTS.items():
        frame = pl.read_parquet(out / f"{name}.parquet")
        assert frame.schema == schema, name
        assert frame.height == report.counts_out[name]
        if "mpan" in schema:
            assert frame["mpan"].is_sorted()


def test_same_bytes_whatever_the_number_of_processes(inputs, result, tmp_path, monkeypatch):
    out, _ = result
    monkeypatch.setattr(batch, "plan", lambda reads: plan(reads, batch_bytes=1))
    one, two = tmp_path / "one", tmp_path / "two"
    batch.run(inputs, one, jobs=1)
    batch.run(inputs, two, jobs=2)
    for name in ("detections", "capability", "availability", "baselines", "area_load"):
        assert (one / f"{name}.parquet").read_bytes() == (two / f"{name}.parquet").read_bytes()
    # A cube of its own for each meter says the same about each as one shared by many.
    shared = pl.read_parquet(out / "detections.parquet")
    alone = pl.read_parquet(one / "detections.parquet")
    assert shared.drop("reasons").equals(alone.drop("reasons"))
    assert not (one / "attribution.parquet").exists()


def test_nothing_is_said_of_two_meters_of_nineteen_days(result):
    detections = pl.read_parquet(result[0] / "detections.parquet")
    short = detections.filter(pl.col("findings").list.contains("too_few_days"))
    assert short["mpan"].n_unique() == 2
    assert short.height == 10
    assert set(short["sufficiency"]) == {"insufficient"}
    assert short["probability"].null_count() == short["tier"].null_count() == 10
    assert all("19 usable days" in why[0] for why in short["reasons"])


def test_run_report_accounts_for_inputs_and_outputs(result, folder):
    out, report = result
    held = json.loads((out / "run.json").read_text())
    assert held["inputs"]["reads"]["sha256"] == report.inputs["reads"]["sha256"]
    assert set(held["inputs"]) == {"reads", "weather", "meters", "signals"}
    reads = pl.read_parquet(folder / "reads.parquet")
    assert held["counts_in"]["meters"] == reads["mpan"].n_unique()
    assert held["counts_out"]["detections"] == 5 * held["counts_in"]["meters"]
    assert held["model_version"] == load_model().version
    assert not list(out.glob(".parts-*"))


def test_present_classes_and_no_others_have_capability_and_dates(result):
    detections = pl.read_parquet(result[0] / "detections.parquet")
    capability = pl.read_parquet(result[0] / "capability.parquet")
    present = detections.filter(pl.col("probability") >= 0.5)
    assert capability.join(present, on=["mpan", "asset_class"], how="anti").is_empty()
    absent = detections.filter(pl.col("probability").is_null() | (pl.col("probability") < 0.5))
    assert absent["first_seen"].null_count() == absent.height
    assert (present["first_seen"] <= present["last_seen"]).drop_nulls().all()


def test_labels_in_the_meters_file_change_nothing(folder, result, tmp_path):
    facts = pl.read_parquet(folder / "meters.parquet")
    flipped = facts.with_columns(has_ev=pl.lit(True), has_heat_pump=pl.lit(False), ev_kw=99.0)
    flipped.write_parquet(tmp_path / "meters.parquet")
    inputs = RunInputs.from_files(
        folder / "reads.parquet",
        meters=tmp_path / "meters.parquet",
        weather=folder / "weather.parquet",
        signals=folder / "signals.parquet",
    )
    batch.run(inputs, tmp_path / "out")
    again = (tmp_path / "out" / "detections.parquet").read_bytes()
    assert again == (result[0] / "detections.parquet").read_bytes()


def test_rows_in_any_order_and_csv_give_the_same_answer(folder, result, tmp_path):
    reads = pl.read_parquet(folder / "reads.parquet").sample(fraction=1, shuffle=True, seed=1)
    reads.write_csv(tmp_path / "reads.csv")
    inputs = RunInputs.from_files(
        tmp_path / "reads.csv",
        meters=folder / "meters.parquet",
        weather=folder / "weather.parquet",
        signals=folder / "signals.parquet",
    )
    batch.run(inputs, tmp_path / "out")
    again = (tmp_path / "out" / "detections.parquet").read_bytes()
    assert again == (result[0] / "detections.parquet").read_bytes()


def test_attribution_lies_on_the_boundarys_half_hours(result, folder):
    attribution = pl.read_parquet(result[0] / "attribution.parquet")
    reads = pl.read_parquet(folder / "reads.parquet").filter(pl.col("import_kwh").is_not_null())
    assert attribution.join(reads, on=["mpan", "ts_utc"], how="anti").is_empty()
    assert attribution.filter(pl.col("import_kwh") + pl.col("export_kwh") <= 0).is_empty()


def test_plan_keeps_padding_small_and_every_meter_once(folder, tmp_path):
    spans = [("a", 0, 400), ("b", 3, 400), ("c", 2000, 300), ("d", 2010, 290), ("e", 0, 2300)]
    start = dt.datetime(2018, 1, 1, tzinfo=dt.UTC)
    rows = [(m, start + dt.timedelta(days=d)) for m, at, n in spans for d in (at, at + n - 1)]
    path = tmp_path / "reads.parquet"
    pl.DataFrame(rows, schema=["mpan", "ts_utc"], orient="row").write_parquet(path)
    batches = plan(path)
    assert [(each.mpan, each.n_days) for each in batches] == [
        (("e",), 2300),
        (("a", "b"), 403),
        (("c", "d"), 300),
    ]
    assert sorted(m for each in batches for m in each.mpan) == list("abcde")


def test_file_without_reads_is_refused(tmp_path):
    frames.READS.to_frame().write_parquet(tmp_path / "reads.parquet")
    with pytest.raises(InvalidFrame, match="hold no row"):
        batch.run(RunInputs.from_files(tmp_path / "reads.parquet"), tmp_path / "out")


def test_profile_of_one_cube_counts_what_it_saw(folder):
    meters = pl.read_parquet(folder / "meters.parquet")
    weather = pl.read_parquet(folder / "weather.parquet")
    cube, left_out = load_cube(
        folder / "reads.parquet", None, meters, weather, first_day=FIRST, n_days=N_DAYS
    )
    held = profile(cube, model=load_model())
    assert left_out == {}
    assert held.counts["usable_half_hours"] == np.isfinite(cube.net_kw).sum()
    assert tuple(part.asset_class for part in held.attributions) == ASSET_CLASSES


def test_area_load_sums_only_what_enters_and_says_how_many():
    cube = cube_of(np.ones((3, 2, 48)), gsp_group="_C")
    drawn = np.ones((3, 2, 48), dtype=np.float32) * np.array([1, 2, 4], np.float32)[:, None, None]
    drawn[0, 0, 5] = np.nan
    part = Attribution(EV_CHARGER, np.arange(3, dtype=np.int32), drawn, np.zeros_like(drawn))
    counts = np.zeros((3, 5), dtype=bool)
    counts[:2, ASSET_CLASSES.index(EV_CHARGER)] = True
    counts[2, ASSET_CLASSES.index(SOLAR_PV)] = True
    total = area_load.combine([area_load.area_load(cube, [part], counts)])
    assert total.schema == frames.AREA_LOAD
    assert total["import_kw"].to_list()[4:7] == [3.0, 2.0, 3.0]
    assert total["n_meters"].to_list()[4:7] == [2, 1, 2]


def test_area_loads_of_batches_add_up():
    cube = cube_of(np.ones((1, 1, 48)))
    power = np.full((1, 1, 48), 1.5, dtype=np.float32)
    part = Attribution(EV_CHARGER, np.zeros(1, np.int32), power, np.zeros_like(power))
    one = area_load.area_load(cube, [part], np.ones((1, 5), dtype=bool))
    total = area_load.combine([one, one, one])
    assert total.height == 48
    assert set(total["import_kw"]) == {4.5}
    assert set(total["n_meters"]) == {3}
    assert area_load.combine([]).schema == frames.AREA_LOAD
