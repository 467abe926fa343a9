"""A truth of a few meters whose every half-hour is known, and results that err by known amounts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scoring_cases import N, charging, detection, detections, half_hours


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Meters a, b, c with chargers (c's boundary is the charger), d without, e unknown."""
    rng = np.random.default_rng(3)
    names = ["a", "b", "c", "d", "e"]
    base = {name: rng.gamma(2.0, 0.2, N) for name in names}
    base["c"] = np.zeros(N)
    charged = ("a", "b", "c")
    reads = [half_hours(m, base[m] + (charging() if m in charged else 0)) for m in names]
    pl.concat(reads).write_parquet(tmp_path / "reads.parquet")
    subs = [half_hours(m, charging(), asset="ev") for m in charged]
    pl.concat(subs).write_parquet(tmp_path / "submeters.parquet")
    pl.DataFrame(
        {
            "mpan": names,
            "has_ev": [True, True, True, None, None],
            "presumed_no_ev": [None, None, None, True, None],
            "family": ["x", "x", "y", "x", "y"],
            "premises": ["domestic", "domestic", "non_domestic", "domestic", None],
            "group_id": ["g1", "g1", "g2", "g3", "g4"],
            "ev_installed": [dt.date(2025, 1, 20), None, None, None, None],
        }
    ).write_parquet(tmp_path / "sites.parquet")
    return tmp_path


@pytest.fixture
def results(folder: Path) -> Path:
    """``a`` found half an hour late and 10 % high, dated 5 days late; ``b`` missed; ``c`` found."""
    out = folder / "results"
    out.mkdir()
    detections(
        [
            detection("a", "EV_CHARGER", 0.97, dt.date(2025, 1, 25)),
            detection("b", "EV_CHARGER", 0.30),
            detection("c", "EV_CHARGER", 0.99, dt.date(2025, 1, 1)),
            detection("d", "EV_CHARGER", 0.10),
            detection("e", "EV_CHARGER", 0.99),
        ]
    ).write_parquet(out / "detections.parquet")
    late = np.roll(charging(), 1) * 1.1
    said = [half_hours("a", late), half_hours("c", charging())]
    pl.concat(said).filter(pl.col("import_kwh") > 0).with_columns(
        asset_class=pl.lit("EV_CHARGER")
    ).write_parquet(out / "attribution.parquet")
    rows = [
        (m, "EV_CHARGER", "rated_import_kw", what, value, 0.8 * value, 1.2 * value, 60, 0.9, "high")
        for m, value in (("a", 7.7), ("c", 7.0))
        for what in ("p50", "p90", "max")
    ]
    columns = ["mpan", "asset_class", "parameter", "statistic", "value", "lower", "upper"]
    pl.DataFrame(
        rows, schema=[*columns, "n_episodes", "probability", "tier"], orient="row"
    ).write_parquet(out / "capability.parquet")
    pl.DataFrame(
        {
            "mpan": ["a", "a", "d", "d"],
            "method": ["ridge", "mean_of_days"] * 2,
            "cvrmse": [0.5] * 4,
            "nmbe": [0.0] * 4,
            "pnrmse": [0.2, 0.3, 0.4, 0.1],
            "n_days": [30] * 4,
            "chosen": [True, False, False, True],
        }
    ).write_parquet(out / "baselines.parquet")
    return out
