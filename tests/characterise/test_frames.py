"""The contract's frames: columns in order, types cast, what is missing named."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from characterise.errors import InvalidFrame
from characterise.frames import READS, UTC, check


def test_extra_columns_are_dropped_and_types_cast() -> None:
    frame = pl.DataFrame(
        {
            "label": [True],
            "export_kwh": [0],
            "mpan": ["1"],
            "ts_utc": [dt.datetime(2026, 1, 1)],
            "import_kwh": [1.5],
        }
    )
    assert check(frame, READS, "reads").schema == READS


@pytest.mark.parametrize("stamp", ["2026-01-01T00:30:00Z", "2026-01-01 00:30:00+00:00"])
def test_text_times_are_read_as_utc(stamp: str) -> None:
    frame = pl.DataFrame(
        {"mpan": ["1"], "ts_utc": [stamp], "import_kwh": [1.0], "export_kwh": [0.0]}
    )
    got = check(frame, READS, "reads")["ts_utc"]
    assert got.dtype == UTC
    assert got[0] == dt.datetime(2026, 1, 1, 0, 30, tzinfo=dt.UTC)


def test_other_zones_are_converted_not_relabelled() -> None:
    summer = pl.Series([dt.datetime(2026, 7, 1, 1)]).dt.replace_time_zone("Europe/London")
    frame = pl.DataFrame(
        {"mpan": ["1"], "ts_utc": summer, "import_kwh": [1.0], "export_kwh": [0.0]}
    )
    assert check(frame, READS, "reads")["ts_utc"][0].hour == 0


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidFrame, match="reads lacks export_kwh"):
        check(
            pl.DataFrame(schema={"mpan": pl.String, "ts_utc": UTC, "import_kwh": pl.Float32}),
            READS,
            "reads",
        )


def test_a_wrong_value_is_named() -> None:
    frame = pl.DataFrame(
        {"mpan": ["1"], "ts_utc": ["yesterday"], "import_kwh": [1.0], "export_kwh": [0.0]}
    )
    with pytest.raises(InvalidFrame, match="'yesterday' in ts_utc"):
        check(frame, READS, "reads")
