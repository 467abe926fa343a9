"""Rates of the engine and of ingest on this machine: reported, never asserted as a time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from characterise import baselines, signatures, simulate
from characterise.extracts import read_extract
from characterise.frames import WEATHER
from characterise.meter_cube import MeterCube
from characterise.model import load_model
from characterise.profile import ProfileSettings, profile
from characterise.run_inputs import load_cube

FIRST, DAYS = dt.date(2025, 1, 1), 365


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> MeterCube:
    people = simulate.population(homes=40, businesses=20, first_day=FIRST, n_days=DAYS, seed=3)
    path = Path(tmp_path_factory.mktemp("bench")) / "reads.parquet"
    people.reads.write_parquet(path)
    weather = people.weather.select(WEATHER.names())
    return load_cube(path, None, people.meters, weather, first_day=FIRST, n_days=DAYS)[0]


def rate(benchmark: Any, cube: MeterCube) -> None:
    years = cube.n_meters * cube.n_days / 365
    benchmark.extra_info["site_years_per_s"] = round(years / benchmark.stats["median"], 1)


def test_whole_profile(benchmark: Any, cube: MeterCube) -> None:
    model = load_model()
    result = benchmark(profile, cube, model=model, settings=ProfileSettings(attribute=True))
    assert result.frames["detections"].height == 5 * cube.n_meters
    rate(benchmark, cube)


def test_features_of_five_signatures(benchmark: Any, cube: MeterCube) -> None:
    assert len(benchmark(signatures.features, cube)) == 5
    rate(benchmark, cube)


@pytest.mark.parametrize("refit", ["daily", "weekly", "monthly"])
def test_rolling_baseline(benchmark: Any, cube: MeterCube, refit: str) -> None:
    expected = benchmark(baselines.one_day_ahead, cube, "ridge", refit=refit)
    assert expected.expected_kw.shape == cube.import_kw.shape
    rate(benchmark, cube)


def test_wide_csv(benchmark: Any) -> None:
    header = "MPAN,Settlement Date,Unit," + ",".join(map(str, range(1, 51))) + "\n"
    row = "1200000000011,{:%d/%m/%Y},kWh," + ",".join(["0.125"] * 48) + ",,\n"
    days = (dt.date(1996, 1, 1) + dt.timedelta(days=n) for n in range(10_000))
    data = (header + "".join(row.format(day) for day in days)).encode()
    reading = benchmark.pedantic(read_extract, (data, "wide.csv"), rounds=3)
    assert reading.rows_read == 10_000
    benchmark.extra_info["half_hours_per_s"] = round(480_000 / benchmark.stats["median"])
