"""Assets laid over real boundaries: what stands behind them is known, and the boundary shows it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from scoring_cases import START

from characterise.errors import InvalidFrame
from characterise.scoring.overlaid_truth import write_overlaid
from characterise.scoring.sub_metered import sub_metered
from characterise.scoring.truth import read_truth

DAYS = 64
LABELS = ("has_ev", "has_heat_pump", "has_battery", "has_pv", "has_dr", "presumed_no_ev")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Six open homes of noise, one of them closed to training."""
    folder = tmp_path_factory.mktemp("data") / "meters"
    folder.mkdir()
    names = [f"m{i}" for i in range(7)]
    rng = np.random.default_rng(0)
    moments = [START + k * dt.timedelta(minutes=30) for k in range(48 * DAYS)]
    times = pl.Series("ts_utc", moments).cast(pl.Datetime("us", "UTC"))
    energies = {"import_kwh": pl.Float32, "export_kwh": pl.Float32}
    parts = [
        pl.DataFrame(
            {
                "mpan": name,
                "ts_utc": times,
                "import_kwh": rng.gamma(2.0, 0.1, len(times)),
                "export_kwh": np.zeros(len(times)),
            }
        ).cast(energies)
        for name in names
    ]
    pl.concat(parts).write_parquet(folder / "reads.parquet")
    n = len(names)
    pl.DataFrame(
        {
            "mpan": names,
            "dataset": ["homes"] * n,
            "family": ["homes"] * n,
            "group_id": names,
            "trace_id": pl.Series([None] * n, dtype=pl.String),
            "premises": ["domestic"] * n,
            "licence_class": ["open"] * (n - 1) + ["measure_only"],
            "latitude": [51.5] * n,
            "longitude": [-0.1] * n,
            "time_zone": ["Europe/London"] * n,
            "weather_station": ["here"] * n,
            "source_minutes": [30] * n,
            **{name: pl.Series([None] * n, dtype=pl.Boolean) for name in LABELS},
        }
    ).write_parquet(folder / "sites.parquet")
    pl.DataFrame({"station": "here", "ts_utc": times, "temp_c": 5.0, "ghi_wm2": 50.0}).with_columns(
        pl.col("temp_c", "ghi_wm2").cast(pl.Float32)
    ).write_parquet(folder / "weather.parquet")
    blank = {"mpan": pl.String, "asset": pl.String, "ts_utc": pl.Datetime("us", "UTC"), **energies}
    pl.DataFrame(schema=blank).write_parquet(folder / "submeters.parquet")
    moment = pl.Datetime("us", "UTC")
    events = {"mpan": pl.String, "start_utc": moment, "end_utc": moment, "kind": pl.String}
    pl.DataFrame(schema=events).write_parquet(folder / "events.parquet")
    return folder.parent


def test_the_boundary_is_the_real_one_and_what_was_laid_over_it(data, tmp_path):
    write_overlaid(tmp_path / "truth", data, variants=2)
    truth = read_truth(tmp_path / "truth")
    assert truth.sites.height == 12  # two of each open home; the closed one teaches nothing
    assert set(truth.sites["group_id"]) == {f"m{i}" for i in range(6)}
    flags = truth.sites.select("has_ev", "has_heat_pump", "has_battery", "has_pv")
    assert flags.null_count().sum_horizontal().item() == 0
    sides = flags.select(pl.all().any()).row(0), flags.select(pl.all().all()).row(0)
    assert any(sides[0])
    assert not all(sides[1])
    real = pl.read_parquet(data / "meters" / "reads.parquet")
    gained: dict[str, np.ndarray] = {}
    boundary: dict[str, np.ndarray] = {}
    for sites in sub_metered(truth):
        for site in sites:
            home = real.filter(pl.col("mpan") == site.mpan.split("+")[0])
            gained[site.mpan] = gained.get(site.mpan, site.lay(home)) + site.truth
            boundary[site.mpan] = site.boundary
    assert gained
    for mpan, net in gained.items():
        seen = net if (boundary[mpan] < 0).any() else np.maximum(net, 0)  # no register, no export
        assert np.abs(boundary[mpan] - seen).max() < 0.01 * np.abs(seen).max()


def test_without_real_meters_it_says_so(tmp_path):
    with pytest.raises(InvalidFrame, match="FMAR_DATA"):
        write_overlaid(tmp_path / "truth", tmp_path / "nowhere")
