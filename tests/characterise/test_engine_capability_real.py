from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from characterise import batch
from characterise.asset_classes import EV_CHARGER, HEAT_PUMP, SOLAR_PV
from characterise.capability.history import history
from characterise.capability.tables import parameters
from characterise.frames import STATISTICS
from characterise.meter_cube import cube_from_reads
from characterise.run_inputs import RunInputs
from characterise.signatures.attribution import Attribution

pytestmark = pytest.mark.real
CLASSES = {"ev": EV_CHARGER, "heat_pump": HEAT_PUMP, "pv": SOLAR_PV}


def of_submeter(reads, asset_class):
    """The same statistics, taken of the asset's own meter."""
    cube = cube_from_reads(reads.select("mpan", "ts_utc", "import_kwh", "export_kwh"))
    rows = np.zeros(1, dtype=np.int32)
    held = history(cube, Attribution(asset_class, rows, cube.import_kw, cube.export_kw))
    return [
        (reads["mpan"][0], asset_class, parameter, statistic, float(value))
        for parameter, seen in parameters(held).items()
        for statistic, value in zip(STATISTICS, seen.value[0], strict=True)
        if value > 0
    ]


def test_claimed_chance_of_being_within_a_fifth_is_not_above_what_happens(real_data, tmp_path):
    meters = real_data / "meters"
    usable = pl.col("licence_class").eq("open") & ~pl.col("family").str.contains("scottish")
    sites = pl.read_parquet(meters / "sites.parquet").filter(usable)
    truth = pl.read_parquet(meters / "submeters.parquet").filter(
        pl.col("mpan").is_in(sites["mpan"].implode()) & pl.col("asset").is_in(list(CLASSES))
    )
    rows = [
        row
        for (_, asset), reads in truth.group_by("mpan", "asset", maintain_order=True)
        if reads.height > 28 * 48
        for row in of_submeter(reads, CLASSES[asset])
    ]
    columns = ["mpan", "asset_class", "parameter", "statistic", "truth"]
    known = pl.DataFrame(rows, schema=columns, orient="row")
    wanted = pl.col("mpan").is_in(known["mpan"].unique().implode())
    pl.read_parquet(meters / "reads.parquet").filter(wanted).write_parquet(tmp_path / "r.parquet")
    inputs = RunInputs.from_files(
        tmp_path / "r.parquet",
        meters=meters / "sites.parquet",
        weather=meters / "weather.parquet",
    )
    batch.run(inputs, tmp_path / "out")
    claimed = pl.read_parquet(tmp_path / "out" / "capability.parquet")
    hit = (pl.col("value") / pl.col("truth") - 1).abs() <= 0.2
    scored = claimed.join(known, on=columns[:-1]).with_columns(hit=hit)
    by_class = scored.group_by("asset_class").agg(pl.len(), pl.col("hit", "probability").mean())
    assert by_class.height == 3
    assert by_class.filter(pl.col("probability") > pl.col("hit") + 0.1).is_empty(), by_class
