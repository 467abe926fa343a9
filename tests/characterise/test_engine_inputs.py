from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from characterise import frames, inputs
from characterise.errors import InvalidFrame
from characterise.meter_cube import cube_from_reads

START = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)


def reads(rows):
    return pl.DataFrame(
        [(m, START + dt.timedelta(minutes=t), a, b) for m, t, a, b in rows],
        schema=["mpan", "ts_utc", "import_kwh", "export_kwh"],
        orient="row",
    )


def test_same_value_twice_counts_once_and_two_values_leave_the_half_hour_missing():
    held = inputs.canonical(
        reads(
            [
                ("a", 0, 1.0, 0.0),
                ("a", 0, 1.0, 0.0),
                ("a", 30, 1.0, 0.0),
                ("a", 30, 2.0, 0.0),
                ("b", 30, 3.0, 0.0),
            ]
        ),
        frames.READS,
        "reads",
    )
    assert held.left_out == {"repeated": 1, "conflicting": 1}
    assert held.frame["import_kwh"].fill_nan(None).to_list() == [1.0, None, 3.0]
    assert held.frame["quality"].to_list() == ["actual", "missing", "actual"]


def test_rows_off_the_half_hour_or_without_identity_are_counted_and_left_out():
    held = inputs.canonical(
        reads([("a", 0, 1.0, 0.0), ("a", 17, 1.0, 0.0), (None, 30, 1.0, 0.0)]),
        frames.READS,
        "reads",
    )
    assert held.left_out == {"no_identity": 1, "off_grid": 1}
    assert held.frame.height == 1


def test_negative_and_unreal_energies_become_missing_never_zero():
    held = inputs.canonical(
        reads([("a", 0, -1.0, 0.0), ("a", 30, float("nan"), 0.0), ("a", 60, float("inf"), 0.0)]),
        frames.READS,
        "reads",
    )
    assert held.left_out == {"negative": 1}
    assert held.frame["import_kwh"].is_nan().all()


def test_export_that_was_not_read_stays_apart_from_no_export_register():
    frame = reads([("a", 0, 1.0, None), ("a", 30, 1.0, float("nan")), ("a", 60, 1.0, -2.0)])
    held = inputs.canonical(frame, frames.READS, "reads").frame
    cube = cube_from_reads(held)
    assert cube.export_kw[0, 0, 0] == 0
    assert np.isnan(cube.export_kw[0, 0, 1:3]).all()


def test_csv_and_parquet_say_the_same(tmp_path: Path):
    frame = reads([("0012345678901", 0, 1.5, 0.0), ("0012345678901", 30, 2.5, None)])
    frame.write_parquet(tmp_path / "r.parquet")
    frame.write_csv(tmp_path / "r.csv")
    one, _ = inputs.read_reads(tmp_path / "r.parquet")
    other, _ = inputs.read_reads(tmp_path / "r.csv")
    assert one.equals(other)
    assert other["mpan"][0] == "0012345678901"


def test_labels_are_dropped_at_the_door(tmp_path: Path):
    facts = pl.DataFrame({"mpan": ["a"], "gsp_group": ["_C"], "has_ev": [True], "ev_kw": [7.0]})
    facts.write_parquet(tmp_path / "sites.parquet")
    held, _ = inputs.read_meters(tmp_path / "sites.parquet")
    assert held.schema == frames.METERS
    assert held["gsp_group"].to_list() == ["_C"]


def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path):
    with pytest.raises(InvalidFrame, match="does not exist"):
        inputs.read_reads(tmp_path / "none.parquet")
    (tmp_path / "r.xlsx").write_bytes(b"x")
    with pytest.raises(InvalidFrame, match="neither"):
        inputs.read_reads(tmp_path / "r.xlsx")
    pl.DataFrame({"mpan": ["a"]}).write_parquet(tmp_path / "r.parquet")
    with pytest.raises(InvalidFrame, match="lacks ts_utc, import_kwh, export_kwh"):
        inputs.read_reads(tmp_path / "r.parquet")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"not parquet")
    with pytest.raises(InvalidFrame, match=r"broken\.parquet cannot be read"):
        inputs.read_reads(broken)


def test_quality_nobody_knows_is_refused_by_name():
    frame = reads([("a", 0, 1.0, 0.0)]).with_columns(quality=pl.lit("guessed"))
    with pytest.raises(InvalidFrame, match="guessed"):
        inputs.canonical(frame, frames.READS, "reads")


def test_findings_carry_the_counts_of_all_parts():
    total = inputs.total_left_out([{"off_grid": 2}, {"off_grid": 1, "repeated": 4}])
    assert total == {"off_grid": 3, "repeated": 4}
    found = inputs.describe_left_out(total, "r.csv")
    assert [each.code for each in found] == ["off_grid", "repeated"]
    assert found[0].because == "r.csv: 3 rows do not start on a UTC half-hour."
