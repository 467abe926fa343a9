"""The real meters through the command that others run: every frame against the contract."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from characterise import frames
from characterise.asset_classes import ASSET_CLASSES

pytestmark = pytest.mark.real
FILES = ("detections", "capability", "availability", "baselines", "attribution")


@pytest.fixture(scope="module")
def results(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("real") / "results"
    meters = real_data / "meters"
    started = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "app", "characterise"),
            *("--reads", meters / "reads.parquet"),
            *("--weather", meters / "weather.parquet"),
            *("--meters", meters / "sites.parquet"),
            *("--out", out, "--jobs", "2", "--attribute"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    sys.stderr.write(f"\nreal corpus: {time.monotonic() - started:.1f} s with 2 jobs\n")
    return out


@pytest.fixture(scope="module")
def detections(results: Path) -> pl.DataFrame:
    return pl.read_parquet(results / "detections.parquet")


@pytest.fixture(scope="module")
def sites(real_data: Path) -> pl.DataFrame:
    return pl.read_parquet(real_data / "meters" / "sites.parquet")


@pytest.mark.parametrize("name", FILES)
def test_every_frame_has_exactly_the_contracts_columns_and_types(results: Path, name: str) -> None:
    held = pl.read_parquet_schema(results / f"{name}.parquet")
    assert dict(held) == dict(getattr(frames, name.upper()))


def test_every_meter_has_one_row_for_each_class(
    detections: pl.DataFrame, sites: pl.DataFrame
) -> None:
    assert detections.height == 5 * sites.height
    assert detections.select("mpan", "asset_class").is_unique().all()
    assert set(detections["asset_class"]) == set(ASSET_CLASSES)
    assert set(detections["mpan"]) == set(sites["mpan"])


def test_meters_with_2_to_22_days_come_back_insufficient_never_low(
    detections: pl.DataFrame, sites: pl.DataFrame
) -> None:
    short = detections.join(sites.filter(pl.col("dataset") == "gb_school_hh_extracts"), on="mpan")
    assert short.height == 5 * 119
    assert set(short["sufficiency"]) == {"insufficient"}
    assert short["probability"].null_count() == short.height
    assert short["tier"].null_count() == short.height
    assert (short["findings"].list.len() > 0).all()


def test_tiers_follow_their_rule_from_the_bounds(detections: pl.DataFrame) -> None:
    spoken = detections.filter(pl.col("sufficiency") == "sufficient")
    rule = (
        pl.when(pl.col("lower") > 0.90)
        .then(pl.lit("high"))
        .when(pl.col("probability") >= 0.70)
        .then(pl.lit("medium"))
        .otherwise(pl.lit("low"))
    )
    capped = pl.col("tier").eq("medium") & rule.eq("high")  # no weather: no heat pump above medium
    broken = spoken.filter(
        (pl.col("tier") != rule) & ~(capped & (pl.col("asset_class") == "HEAT_PUMP"))
    )
    assert broken.is_empty(), broken.head(3)
    inside = pl.col("probability").is_between(pl.col("lower"), pl.col("upper"))
    assert spoken.select(inside.all()).item()
    assert spoken.filter(pl.col("tier").is_null()).is_empty()


def test_insufficient_and_only_insufficient_rows_have_no_probability(
    detections: pl.DataFrame,
) -> None:
    insufficient = pl.col("sufficiency") == "insufficient"
    assert detections.filter(insufficient != pl.col("probability").is_null()).is_empty()
    assert detections.filter(insufficient != pl.col("tier").is_null()).is_empty()


def test_capability_is_ordered_and_only_of_present_classes(
    results: Path, detections: pl.DataFrame
) -> None:
    capability = pl.read_parquet(results / "capability.parquet")
    assert set(capability["parameter"]) <= set(frames.PARAMETERS)
    assert set(capability["statistic"]) == set(frames.STATISTICS)
    present = detections.filter(pl.col("probability") >= 0.5)
    assert capability.join(present, on=["mpan", "asset_class"], how="anti").is_empty()
    wide = capability.pivot(
        on="statistic", index=["mpan", "asset_class", "parameter"], values="value"
    )
    for low, high in zip(frames.STATISTICS, frames.STATISTICS[1:], strict=False):
        assert wide.filter(pl.col(low) > pl.col(high) + 1e-4).is_empty()
    assert capability.filter(pl.col("lower") > pl.col("upper")).is_empty()


def test_availability_weeks_have_336_half_hours_and_shares_between_0_and_1(results: Path) -> None:
    availability = pl.read_parquet(results / "availability.parquet")
    assert availability.height > 0
    for column in ("operating_share", "kw_mean", "kw_p90"):
        assert set(availability[column].list.len()) == {336}
    shares = availability["operating_share"].explode().drop_nulls()
    assert shares.is_between(0, 1).all()


def test_one_baseline_is_chosen_where_any_could_be_scored(results: Path) -> None:
    baselines = pl.read_parquet(results / "baselines.parquet")
    chosen = baselines.group_by("mpan").agg(pl.col("chosen").sum())
    assert set(chosen["chosen"]) == {1}
    assert baselines.filter(pl.col("chosen") & pl.col("pnrmse").is_null()).is_empty()


def test_attribution_is_never_negative_and_never_missing(results: Path) -> None:
    attribution = pl.scan_parquet(results / "attribution.parquet")
    for column in ("import_kwh", "export_kwh"):
        bad = (pl.col(column) < 0) | pl.col(column).is_nan() | pl.col(column).is_null()
        assert attribution.filter(bad).select(pl.len()).collect().item() == 0


def test_the_run_says_what_went_in_what_came_out_and_what_was_left(results: Path) -> None:
    run = json.loads((results / "run.json").read_text())
    for entry in ("engine_version", "model_version", "prevalence", "inputs", "seconds", "left_out"):
        assert entry in run, entry
